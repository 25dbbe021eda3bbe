//! Checks what a request asks for, by its endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::{Pkce, Policy};
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::facts::Endpoint;
use crate::oauth::{Cut, GrantType, ResponseType, cut, gives_access};
use crate::operations::parameters::Parameters;

use crate::operations::gate::Gate;

/// Checks an authorization request (RFC 6749 §4.1.1), from a browser or pushed.
pub(super) fn authorization(
    gate: &Gate<'_>,
    endpoint: Endpoint,
    parameters: &Parameters<'_>,
    policy: &Policy,
    findings: &mut Findings,
) {
    let mut fault = |rule: &'static Rule, name: &str| findings.error(rule, Place::top(name));
    // RFC 9126 §2.1, RFC 9101 §4: the host resolves them before it asks.
    if parameters.get("request").is_some() {
        fault(&rule::REQUEST_OBJECT, "request");
    }
    if parameters.get("request_uri").is_some() {
        fault(&rule::REQUEST_OBJECT_URI, "request_uri");
    }
    if gate.pushes && endpoint == Endpoint::Authorization {
        fault(&rule::PUSH_REQUIRED, "client_id");
    }
    match parameters.get("response_type") {
        None => fault(&rule::RESPONSE_TYPE_MISSING, "response_type"),
        Some(name) if ResponseType::named(name).is_none() => {
            fault(&rule::RESPONSE_TYPE_UNKNOWN, "response_type");
        }
        Some(_) => {
            if !gate.answers_with_code || !gate.grant_types.contains(&GrantType::AuthorizationCode)
            {
                fault(&rule::RESPONSE_TYPE_UNREGISTERED, "response_type");
            }
        }
    }
    if parameters
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        fault(&rule::RESPONSE_MODE, "response_mode");
    }
    pkce(gate, parameters, policy, findings);
}

/// Checks PKCE (requirements H1). An absent method means `plain` (RFC 7636 §4.3).
fn pkce(gate: &Gate<'_>, parameters: &Parameters<'_>, policy: &Policy, findings: &mut Findings) {
    let place = Place::top("code_challenge");
    let method = parameters.get("code_challenge_method");
    let is_required = gate.is_public || policy.pkce == Pkce::All || method.is_some();
    match parameters.get("code_challenge") {
        None if is_required => findings.error(&rule::PKCE_MISSING, place),
        None => {}
        Some(_) if method != Some("S256") => {
            findings.error(&rule::PKCE_METHOD, Place::top("code_challenge_method"));
        }
        Some(challenge) => {
            let digest = URL_SAFE_NO_PAD.decode(challenge);
            if digest.is_ok_and(|digest| digest.len() == 32) {
                return;
            }
            findings.error(&rule::PKCE_SYNTAX, place);
        }
    }
}

/// Checks a device authorization request (RFC 8628 §3.1).
pub(super) fn device(gate: &Gate<'_>, findings: &mut Findings) {
    if !gate.grant_types.contains(&GrantType::DeviceCode) {
        findings.error(&rule::GRANT_TYPE_UNREGISTERED, Place::Document);
    }
}

/// Checks a token request (RFC 6749 §5.2).
pub(super) fn token(
    gate: &Gate<'_>,
    parameters: &Parameters<'_>,
    policy: &Policy,
    findings: &mut Findings,
) {
    let place = Place::top("grant_type");
    let Some(name) = parameters.get("grant_type") else {
        findings.error(&rule::GRANT_TYPE_MISSING, place);
        return;
    };
    match GrantType::named(name).filter(|grant| policy.grant_types.contains(grant)) {
        None => findings.error(&rule::GRANT_TYPE_UNKNOWN, place),
        Some(grant) if !gate.grant_types.contains(&grant) => {
            findings.error(&rule::GRANT_TYPE_UNREGISTERED, place);
        }
        Some(_) => {}
    }
}

/// Checks that each requested resource is a known one (requirements G6, RFC 8707 §2). Without known
/// ones, the parameter is ignored.
pub(super) fn resources(parameters: &Parameters<'_>, policy: &Policy, findings: &mut Findings) {
    let known = &policy.resources;
    if !known.is_empty()
        && !parameters
            .all("resource")
            .all(|requested| known.have(requested))
    {
        findings.error(&rule::RESOURCE_UNKNOWN, Place::top("resource"));
    }
}

/// Returns the scope that may be granted (requirements H2): the requested scope, without
/// duplicates, and without what the client may not have. It is empty if nothing was requested that
/// gives access: `offline_access` is ignored for a client that cannot have it (OpenID Connect Core
/// 1.0 §11).
pub(super) fn scope(
    gate: &Gate<'_>,
    parameters: &Parameters<'_>,
    findings: &mut Findings,
) -> Option<String> {
    let place = Place::top("scope");
    let Some(asked) = parameters.get("scope") else {
        return (!gate.default_scopes.is_empty()).then(|| gate.default_scopes.join(" "));
    };
    let Some(Cut { kept, is_less }) = cut(asked, |scope| gate.scopes.contains(&scope)) else {
        findings.error(&rule::SCOPE_MALFORMED, place);
        return None;
    };
    if kept.is_empty() && asked.split(' ').any(gives_access) {
        findings.error(&rule::SCOPE_NONE, place);
    } else if is_less {
        findings.note(&rule::SCOPE_CUT, place);
    }
    Some(kept.join(" "))
}
