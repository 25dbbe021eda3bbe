//! Who may register (RFC 7591 §3), and how often.

use crate::config::{AnonymousProfile, Policy};
use crate::context::{Caller, Context, Credential, Usage};
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::metadata::Profile;

/// Permission to sign in at all.
pub(crate) const AUTHENTICATE: &str = "authenticate";

/// Permission to register clients.
pub(crate) const REGISTRATION: &str = "oauth-client-registration";

/// Decides whether this caller may register now, and what its client is held to.
pub(crate) fn admit(
    context: &Context<'_>,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<Profile> {
    let refusal = match profile(&context.caller, policy) {
        Ok(profile) => match exhausted(&context.usage, policy) {
            None => return Some(profile),
            Some(quota) => quota,
        },
        Err(reason) => reason,
    };
    findings.error(refusal, Place::Document);
    None
}

/// RFC 6750 §3. A token that is no good is never taken for no token, or else a client whose key
/// expired would be registered as a stranger without noticing.
fn profile(caller: &Caller<'_>, policy: &Policy) -> Result<Profile, &'static Rule> {
    match caller.credential {
        Credential::Missing if !policy.anonymous => Err(&rule::CREDENTIAL_MISSING),
        Credential::Missing => Ok(match policy.anonymous_profile {
            AnonymousProfile::Mail => Profile::Mail,
            AnonymousProfile::None => Profile::Full,
        }),
        Credential::Malformed => Err(&rule::CREDENTIAL_MALFORMED),
        Credential::Rejected => Err(&rule::CREDENTIAL_REJECTED),
        Credential::Accepted if caller.may(AUTHENTICATE) && caller.may(REGISTRATION) => {
            Ok(Profile::Full)
        }
        Credential::Accepted => Err(&rule::PERMISSION_MISSING),
    }
}

/// The first limit that is used up; 0 is no limit, and an absent counter is not enforced.
fn exhausted(usage: &Usage, policy: &Policy) -> Option<&'static Rule> {
    [
        (
            usage.account_clients,
            policy.max_clients_per_account,
            &rule::QUOTA_ACCOUNT,
        ),
        (
            usage.address_registrations,
            policy.max_registrations_per_address,
            &rule::QUOTA_ADDRESS,
        ),
        (usage.total_clients, policy.max_clients, &rule::QUOTA_TOTAL),
    ]
    .into_iter()
    .find_map(|(used, limit, rule)| (limit > 0 && used? >= limit).then_some(rule))
}

#[cfg(test)]
mod tests {
    use crate::config;

    use super::*;

    fn policy(settings: &str) -> Policy {
        let text = format!("[oauth.client-registration]\n{settings}");
        config::compile(&text).unwrap().0
    }

    #[test]
    fn callers() {
        use Credential::{Accepted, Malformed, Missing, Rejected};
        let closed = "";
        let open = "anonymous = true";
        let wide = "anonymous = true\nanonymous-profile = 'none'";
        let both: &[&str] = &["x", AUTHENTICATE, REGISTRATION];
        for (settings, credential, permissions, expected) in [
            (closed, Missing, &[][..], Err("credential-missing")),
            (closed, Malformed, &[], Err("credential-malformed")),
            (closed, Rejected, &[], Err("credential-rejected")),
            (closed, Accepted, both, Ok(Profile::Full)),
            (closed, Accepted, &[AUTHENTICATE], Err("permission-missing")),
            (closed, Accepted, &[REGISTRATION], Err("permission-missing")),
            (closed, Accepted, &[], Err("permission-missing")),
            // Permissions that come without a credential count for nothing.
            (closed, Missing, both, Err("credential-missing")),
            (closed, Rejected, both, Err("credential-rejected")),
            (open, Missing, &[], Ok(Profile::Mail)),
            (wide, Missing, &[], Ok(Profile::Full)),
            (open, Malformed, &[], Err("credential-malformed")),
            (open, Rejected, &[], Err("credential-rejected")),
            (open, Accepted, &[], Err("permission-missing")),
            (open, Accepted, both, Ok(Profile::Full)),
        ] {
            let caller = Caller {
                credential,
                permissions,
                ..Caller::default()
            };
            let found = profile(&caller, &policy(settings)).map_err(|rule| rule.code);
            assert_eq!(found, expected, "{settings} {credential:?} {permissions:?}");
        }
    }

    #[test]
    fn quotas() {
        let settings =
            "max-clients-per-account = 2\nmax-registrations-per-address = 3\nmax-clients = 4";
        let usage = |account, address, total| Usage {
            account_clients: account,
            address_registrations: address,
            total_clients: total,
        };
        for (settings, usage, expected) in [
            (settings, usage(None, None, None), None),
            (settings, usage(Some(1), Some(2), Some(3)), None),
            (
                settings,
                usage(Some(2), Some(3), Some(4)),
                Some("quota-account"),
            ),
            (settings, usage(Some(9), None, None), Some("quota-account")),
            (
                settings,
                usage(Some(1), Some(3), Some(4)),
                Some("quota-address"),
            ),
            (
                settings,
                usage(Some(1), Some(2), Some(4)),
                Some("quota-total"),
            ),
            ("", usage(Some(9), Some(9), Some(9)), None),
        ] {
            let found = exhausted(&usage, &policy(settings)).map(|rule| rule.code);
            assert_eq!(found, expected, "{usage:?}");
        }
    }
}
