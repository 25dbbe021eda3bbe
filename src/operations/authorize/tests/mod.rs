//! Tables of requests: which clients may be used, and with what.

mod clients;
mod endpoints;
mod kinds;
mod redirects;
mod requests;

use serde_json::{Value, json};

use crate::config;
use crate::decision::{Outcome, Standing};
use crate::diagnostic::Severity;
use crate::facts::Caller;

use super::*;

const NOW: u64 = 1_790_000_000;
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const OVERRIDE: &[&str] = &["authenticate", "oauth-client-override"];

/// The policy of these settings, which offers the scopes of the records in these tests.
fn policy(settings: &str) -> Policy {
    let scopes = match settings.lines().any(|line| line.starts_with("scopes = ")) {
        true => "",
        false => "scopes = ['a', 'b', 'c', 'offline_access']",
    };
    let text = format!("[oauth.client-registration]\n{scopes}\n{settings}");
    config::compile(&text).unwrap().policy
}

/// The record of client `c`, by whom and with what profile it was registered, with these changes to
/// the metadata of a public native client.
fn record(by: &str, profile: &str, changes: Value) -> String {
    let mut metadata = json!({
        "redirect_uris": ["http://127.0.0.1/cb", "com.example.app:/cb"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "a b",
    });
    for (member, value) in changes.as_object().unwrap() {
        metadata[member] = value.clone();
    }
    json!({
        "version": 1,
        "client_id": "c",
        "issued_at": 1,
        "registered_by": {"by": by, "profile": profile},
        "metadata": metadata,
    })
    .to_string()
}

fn native() -> String {
    record("key", "full", json!({}))
}

fn web(by: &str, uris: &[&str]) -> String {
    record(
        by,
        "full",
        json!({"redirect_uris": uris, "token_endpoint_auth_method": "client_secret_basic"}),
    )
}

/// The parameters of a sound authorization request of client `c`, with these changes; null leaves one
/// out.
fn asking(changes: Value) -> String {
    let mut parameters = json!({
        "client_id": "c",
        "redirect_uri": "http://127.0.0.1:49152/cb",
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "s",
    });
    for (name, value) in changes.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    encode(&parameters)
}

fn encode(parameters: &Value) -> String {
    let mut encoded = Serializer::new(String::new());
    for (name, value) in parameters.as_object().unwrap() {
        match value {
            Value::String(value) => drop(encoded.append_pair(name, value)),
            Value::Array(values) => {
                for value in values {
                    encoded.append_pair(name, value.as_str().unwrap());
                }
            }
            _ => {}
        }
    }
    encoded.finish()
}

fn at(
    endpoint: Endpoint,
    parameters: &str,
    record: Option<&str>,
    permissions: &[&str],
    policy: &Policy,
) -> Decision {
    let context = Context {
        caller: match permissions {
            [] => Caller::anonymous(),
            permissions => Caller::with_permissions(permissions),
        },
        record,
        ..Context::default()
    };
    let request = Request {
        endpoint,
        authorization: None,
        parameters: parameters.as_bytes(),
        jwks: None,
    };
    let decision = authorize(&context, NOW, &request, policy).unwrap();
    let accepted = decision.outcome == Outcome::Accept;
    assert_eq!(accepted, decision.client.is_some());
    assert_eq!(accepted, decision.response.status == 200);
    decision
}

fn errors(decision: &Decision) -> Vec<&'static str> {
    let errors = decision.diagnostics.iter();
    let errors = errors.filter(|d| d.severity == Severity::Error);
    errors.map(|d| d.code).collect()
}

fn location(decision: &Decision) -> Option<&str> {
    let mut headers = decision.response.headers.iter();
    headers
        .find(|h| h.name == "Location")
        .map(|h| h.value.as_ref())
}
