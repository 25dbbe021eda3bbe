//! Tables of requests: whether each comes from the client that it names.

mod assertions;
mod secrets;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::Generator;
use crate::config;
use crate::decision::Outcome;
use crate::diagnostic::Severity;
use crate::facts::{Caller, Endpoint};
use crate::jose::jws::tests::es256;

use super::*;

const NOW: u64 = 1_790_000_000;
const ISSUER: &str = "https://mail.example.com";
const OVERRIDE: &[&str] = &["authenticate", "oauth-client-override"];

fn policy(settings: &str) -> Policy {
    let text = format!(
        "[oauth.client-registration]
         require = true
         issuer = '{ISSUER}'
         token-endpoint = '{ISSUER}/auth/token'
         auth-methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
         {settings}"
    );
    // The last setting of a name counts, as it does nowhere else.
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let key = line.split('=').next().unwrap_or_default().trim();
        lines.retain(|known| known.split('=').next().unwrap_or_default().trim() != key);
        lines.push(line);
    }
    config::compile(&lines.join("\n")).unwrap().policy
}

/// A secret, and its hash as a record has it.
fn secret(seed: u8) -> (String, Value) {
    let secret = Generator::new(&[seed; 32]).client_secret();
    let hash = serde_json::to_value(secret.hash()).unwrap();
    (secret.reveal().to_owned(), hash)
}

/// The record of client `c` with this method and these members.
fn record(method: &str, members: Value) -> String {
    let mut record = json!({
        "version": 1,
        "client_id": "c",
        "issued_at": 1,
        "registered_by": {"by": "key", "profile": "full"},
        "metadata": {"token_endpoint_auth_method": method, "grant_types": ["authorization_code"], "response_types": ["code"]},
    });
    for (name, value) in members.as_object().unwrap() {
        match record.get_mut("metadata") {
            Some(metadata) if name.starts_with("jwks") || name.starts_with("token_") => {
                metadata[name] = value.clone();
            }
            _ => record[name] = value.clone(),
        }
    }
    record.to_string()
}

fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

struct Asked<'a> {
    authorization: Option<&'a str>,
    parameters: &'a str,
    record: Option<&'a str>,
    permissions: &'a [&'a str],
    jwks: Option<&'a str>,
}

fn ask(asked: &Asked<'_>, policy: &Policy) -> Decision {
    let context = Context {
        caller: match asked.permissions {
            [] => Caller::anonymous(),
            permissions => Caller::with_permissions(permissions),
        },
        record: asked.record,
        ..Context::default()
    };
    let request = Request {
        endpoint: Endpoint::Token,
        authorization: asked.authorization,
        parameters: asked.parameters.as_bytes(),
        jwks: asked.jwks,
    };
    let decision = authenticate(&context, NOW, &request, policy).unwrap();
    let accepted = decision.outcome == Outcome::Accept;
    assert_eq!(accepted, decision.client.is_some());
    assert_eq!(accepted, decision.response.status == 200);
    assert_eq!(decision.effect, Effect::None);
    decision
}

fn code(decision: &Decision) -> Option<&'static str> {
    let mut errors = decision.diagnostics.iter();
    errors
        .find(|d| d.severity == Severity::Error)
        .map(|d| d.code)
}
