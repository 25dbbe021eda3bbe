//! What the core is shown: it borrows this program's facts.

use crate::wit::{Activity, Context, Credential, Endpoint, Request};

/// Shows the core the facts of a request.
pub(super) fn shown<R>(facts: &Context, core: impl FnOnce(&gatepost::Context<'_>) -> R) -> R {
    let (caller, usage) = (&facts.caller, &facts.usage);
    let permissions: Vec<&str> = caller.permissions.iter().map(String::as_str).collect();
    core(&gatepost::Context {
        now: Some(facts.now),
        entropy: Some(&facts.entropy),
        caller: gatepost::Caller {
            credential: match caller.credential {
                Credential::Missing => gatepost::Credential::Missing,
                Credential::Malformed => gatepost::Credential::Malformed,
                Credential::Rejected => gatepost::Credential::Rejected,
                Credential::Accepted => gatepost::Credential::Accepted,
                Credential::OtherScheme => gatepost::Credential::OtherScheme,
            },
            account: caller.account.as_deref(),
            permissions: &permissions,
            address: caller.address.as_deref(),
            terms: caller.terms.as_deref(),
            token: caller.token.as_deref(),
        },
        usage: gatepost::Usage {
            account_clients: usage.account_clients,
            address_registrations: usage.address_registrations,
            wider_registrations: usage.wider_registrations,
            key_registrations: usage.key_registrations,
            anonymous_clients: usage.anonymous_clients,
            total_clients: usage.total_clients,
        },
        record: facts.record.as_deref(),
    })
}

pub(super) fn request(request: &Request) -> gatepost::Request<'_> {
    gatepost::Request {
        endpoint: match request.endpoint {
            Endpoint::Authorization => gatepost::Endpoint::Authorization,
            Endpoint::PushedAuthorization => gatepost::Endpoint::PushedAuthorization,
            Endpoint::DeviceAuthorization => gatepost::Endpoint::DeviceAuthorization,
            Endpoint::Token => gatepost::Endpoint::Token,
            Endpoint::Introspection => gatepost::Endpoint::Introspection,
            Endpoint::Revocation => gatepost::Endpoint::Revocation,
        },
        authorization: request.authorization.as_deref(),
        parameters: &request.parameters,
        jwks: request.jwks.as_deref(),
    }
}

pub(super) const fn activity(activity: &Activity) -> gatepost::Activity {
    gatepost::Activity {
        authorised_at: activity.authorised_at,
        last_used: activity.last_used,
        refresh_tokens: activity.refresh_tokens,
    }
}
