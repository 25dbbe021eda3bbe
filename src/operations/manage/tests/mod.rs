//! Tests of the management of a registration.

mod approval;
mod disable;
mod permit;
mod secrets;
mod update;

use serde_json::{Value, json};

use crate::config::{self, Policy};
use crate::decision::{Decision, Effect};
use crate::facts::{Caller, Context, Credential};
use crate::operations::register;

use super::*;

const ENTROPY: [u8; 32] = [7; 32];
const OTHER_ENTROPY: [u8; 32] = [8; 32];
const NOW: u64 = 1_790_000_000;
const KEY: &[&str] = &["authenticate", "oauth-client-registration"];

fn policy(settings: &str) -> Policy {
    let text = format!(
        "[oauth.client-registration]
         registration-endpoint = 'https://mail.example.com/auth/register'
         {settings}"
    );
    config::compile(&text).unwrap().policy
}

fn web() -> Value {
    json!({
        "redirect_uris": ["https://a.example.com/cb"],
        "client_name": "A",
        "token_endpoint_auth_method": "client_secret_basic",
    })
}

/// A client that registered, as the host and as the client itself know it.
struct Registered {
    id: String,
    record: String,
    token: String,
    secret: String,
}

fn register_with(caller: Caller<'_>, metadata: &Value, policy: &Policy) -> Registered {
    let context = Context {
        caller,
        ..Context::default()
    };
    let body = metadata.to_string();
    let decision = register::register(&context, NOW, &ENTROPY, body.as_bytes(), policy).unwrap();
    let answer: Value = serde_json::from_str(&decision.response.body).unwrap();
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let (Effect::Store(record) | Effect::Share(record)) = decision.effect else {
        panic!("{}", decision.response.body);
    };
    Registered {
        id: record.client_id,
        record: record.document,
        token: text("registration_access_token"),
        secret: text("client_secret"),
    }
}

fn registered(metadata: &Value, policy: &Policy) -> Registered {
    register_with(Caller::with_permissions(KEY), metadata, policy)
}

/// A caller with nothing but a registration access token.
fn client<'a>(token: &'a str, record: Option<&'a str>) -> Context<'a> {
    Context {
        caller: Caller {
            credential: Credential::Rejected,
            token: Some(token),
            ..Caller::default()
        },
        record,
        ..Context::default()
    }
}

fn administrator<'a>(permissions: &'a [&'a str], record: Option<&'a str>) -> Context<'a> {
    Context {
        caller: Caller::with_permissions(permissions),
        record,
        ..Context::default()
    }
}

fn body(decision: &Decision) -> Value {
    serde_json::from_str(&decision.response.body).unwrap()
}

fn codes(decision: &Decision) -> Vec<String> {
    let found = decision.diagnostics.iter();
    found.map(|d| format!("{} {}", d.code, d.pointer)).collect()
}

fn replaced(decision: &Decision) -> &str {
    match &decision.effect {
        Effect::Replace(record) => &record.document,
        other => panic!("{other:?}"),
    }
}
