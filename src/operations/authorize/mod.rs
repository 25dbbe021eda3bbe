//! Decides whether a client may be used, and with which redirect URI and scope (RFC 6749 §3.1,
//! §4.1.1).

mod rules;
#[cfg(test)]
mod tests;

use url::form_urlencoded::Serializer;

use crate::client::{self, By, Usable};
use crate::config::Policy;
use crate::decision::{Client, Decision, Effect, Response, response};
use crate::diagnostic::{ErrorCode, Findings, Place, Rule, rule};
use crate::facts::{Context, Endpoint, Misuse, Request};
use crate::{metadata, policy};

use super::basic::is_basic;
use super::gate::{Gate, Telling};
use super::identify;
use super::parameters::Parameters;

/// Decides whether the client that a request names may be used.
pub(crate) fn authorize(
    context: &Context<'_>,
    now: u64,
    request: &Request<'_>,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let parameters = match Parameters::read(request.parameters) {
        Ok(parameters) => parameters,
        Err(flaw) => return Ok(refuse_for(flaw, Place::Document, request)),
    };
    let Some(client_id) = identify::client_id(request) else {
        let place = Place::top("client_id");
        return Ok(refuse_for(&rule::CLIENT_UNNAMED, place, request));
    };
    let usable = client::usable(&client_id, context, now, policy)?;
    judge(client_id, &usable, now, request, &parameters, policy)
}

/// Decides about a request, after the client was looked up.
fn judge(
    client_id: String,
    usable: &Usable<'_>,
    now: u64,
    request: &Request<'_>,
    parameters: &Parameters<'_>,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let policy = &*policy::within_use(usable, policy);
    let mut findings = Findings::default();
    let Some(gate) = Gate::of(&client_id, usable, policy, &mut findings)? else {
        return Ok(refuse(findings, request));
    };

    let redirect_uri = match request.endpoint {
        Endpoint::Authorization | Endpoint::PushedAuthorization => {
            let redirect_uri = gate.redirect_uri(parameters, policy, &mut findings);
            rules::authorization(&gate, request.endpoint, parameters, policy, &mut findings);
            redirect_uri
        }
        Endpoint::DeviceAuthorization => {
            rules::device(&gate, &mut findings);
            None
        }
        Endpoint::Token => {
            rules::token(&gate, parameters, policy, &mut findings);
            None
        }
        Endpoint::Introspection | Endpoint::Revocation => None,
    };
    let scope = match request.endpoint {
        // A request to these endpoints is about a token that exists.
        Endpoint::Introspection | Endpoint::Revocation => None,
        _ => {
            rules::resources(parameters, policy, &mut findings);
            rules::scope(&gate, parameters, &mut findings)
        }
    };
    if findings.has_errors() {
        let back = redirect_uri.filter(|_| request.endpoint == Endpoint::Authorization);
        let back = back.map(|uri| (gate.telling(&uri), uri));
        return Ok(match back {
            Some((Telling::AtOnce, uri)) => send_back(&uri, findings, parameters, policy),
            Some((Telling::WhenAsked, uri)) => {
                // It is for the host alone.
                let mut note = Findings::default();
                note.note(&rule::REDIRECT_UNASKED, Place::top("redirect_uri"));
                let mut refusal = send_back(&uri, findings, parameters, policy);
                refusal.diagnostics.extend(note.into_diagnostics());
                refusal
            }
            Some((Telling::Nobody, _)) | None => {
                let is_another = findings.have(&rule::REDIRECT_URI_UNREGISTERED);
                let mut refusal = refuse(findings, request);
                if is_another {
                    let compared = gate.compare(parameters).into_diagnostics();
                    refusal.diagnostics.extend(compared);
                }
                refusal
            }
        });
    }

    let metadata = presented(usable, request.endpoint, policy, &mut findings)?;
    let effect = match usable {
        // The client has no record yet (RFC 7591 appendix A.5.2).
        Usable::Known(known) if known.stateless && asks_the_user(request.endpoint) => {
            let mut stored = known.stored.clone();
            stored.issued_at = now;
            Effect::Share(stored.record())
        }
        _ => Effect::None,
    };
    Ok(Decision {
        client: Some(Client {
            standing: gate.standing,
            redirect_uri,
            scope,
            metadata,
            assertion: None,
            client_id,
        }),
        ..Decision::accept(Response::none(), effect, findings)
    })
}

/// Returns the client's metadata for the host. A name that was registered before it was protected is
/// left out where the host asks the user for consent; the name of an administrator's client is its
/// own.
fn presented(
    usable: &Usable<'_>,
    endpoint: Endpoint,
    policy: &Policy,
    findings: &mut Findings,
) -> Result<String, Misuse> {
    let Usable::Known(known) = usable else {
        return Ok("{}".to_owned());
    };
    let stored = &known.stored;
    if asks_the_user(endpoint) && stored.registered_by.by != By::Administrator {
        let protected = &policy.protected_names;
        let without = metadata::without_protected_names(stored.metadata.raw(), protected)?;
        if let Some(without) = without {
            findings.warning(&rule::CLIENT_NAME_PROTECTED, Place::Document);
            return Ok(without);
        }
    }
    Ok(stored.metadata.get().to_owned())
}

/// Whether the host asks the user for consent after a request to this endpoint.
const fn asks_the_user(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::Authorization | Endpoint::PushedAuthorization | Endpoint::DeviceAuthorization
    )
}

fn refuse_for(flaw: &'static Rule, place: Place<'_>, request: &Request<'_>) -> Decision {
    let mut findings = Findings::default();
    findings.error(flaw, place);
    refuse(findings, request)
}

/// Makes a refusal without a redirect (RFC 6749 §4.1.2.1).
fn refuse(findings: Findings, request: &Request<'_>) -> Decision {
    let mut refusal = response::refusal(findings);
    if refusal.response.status == 401 {
        if request.endpoint == Endpoint::Authorization {
            // A browser cannot authenticate the client.
            refusal.response.status = 400;
        } else if request.authorization.is_some_and(is_basic) {
            // RFC 6749 §5.2
            let challenge = response::header("WWW-Authenticate", response::BASIC_CHALLENGE);
            refusal.response.headers.push(challenge);
        }
    }
    refusal
}

/// Makes a refusal that is redirected to the client (RFC 6749 §4.1.2.1, RFC 9207 §2).
fn send_back(
    redirect_uri: &str,
    findings: Findings,
    parameters: &Parameters<'_>,
    policy: &Policy,
) -> Decision {
    let error = findings.first_error().map_or("", ErrorCode::name);
    let diagnostics = findings.into_diagnostics();
    let mut answer = Serializer::new(String::new());
    answer.append_pair("error", error);
    answer.append_pair("error_description", &response::describe(&diagnostics));
    if let Some(state) = parameters.get("state") {
        answer.append_pair("state", state);
    }
    if let Some(issuer) = &policy.issuer {
        answer.append_pair("iss", &issuer.0);
    }
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!("{redirect_uri}{joint}{}", answer.finish());
    let mut response = response::nothing(303);
    response
        .headers
        .push(response::header("Location", location));
    Decision::refuse(response, diagnostics)
}
