//! Steps and answers as lines of JSON, for a program in another language that carries out one step after another.
//!
//! A step has `settings`, the name of the `operation` in `wit/registrar.wit`, and its `arguments`. An answer is `ok`
//! with what is returned, or `error` with what is returned as an error; anything else is a defect. Values are those of
//! the interface: a record is an object, a variant an object with one member, an option that is absent is `null`.
//! Numbers of 64 bits are `{"u64": "1"}`, and lists of bytes `{"bytes": "AA=="}`, in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gatepost::{
    Activity, Client, Credential, Due, Effect, Endpoint, Fetch, Misuse, Outcome, Record,
    SettingFinding, SettingsError, Severity, Standing,
};
use serde_json::{Value, json};

use super::step::{Answer, Carried, Facts, Operation, Replayed, ReplayedDiagnostic, Step};

/// The line that asks for a step.
pub fn line(settings: &str, step: &Step) -> String {
    let (operation, arguments) = call(&step.operation, &step.facts);
    json!({ "settings": settings, "operation": operation, "arguments": arguments }).to_string()
}

/// What must be answered.
pub fn answered(operation: &Operation, answer: &Answer) -> Value {
    use Operation as Op;
    match (operation, answer) {
        (Op::RedirectUriMatches(..), Answer::Number(matches)) => json!({ "ok": *matches == 1 }),
        (Op::CheckTerms(_), Answer::Findings(found)) if found.is_empty() => json!({ "ok": null }),
        (Op::CheckTerms(_), Answer::Findings(found)) => json!({ "error": list(found, finding) }),
        (Op::WebAdministrationWarning, Answer::Findings(found)) => {
            json!({ "ok": found.first().map(finding) })
        }
        (_, Answer::Findings(found)) => json!({ "ok": list(found, finding) }),
        (_, Answer::Bearer(found, token)) => {
            json!({ "ok": { "credential": credential(*found), "token": token } })
        }
        (_, Answer::Number(number)) => json!({ "ok": u64(*number) }),
        (_, Answer::Text(text)) => json!({ "ok": text }),
        (_, Answer::Decision(decided)) => json!({ "ok": decision(decided) }),
        (_, Answer::Misuse(misused)) => json!({ "error": misuse(misused) }),
        (_, Answer::Refused(found)) => json!({ "error": list(found, finding) }),
        (_, Answer::Panicked) => panic!("the Rust library panicked"),
    }
}

fn call(operation: &Operation, facts: &Facts) -> (&'static str, Value) {
    use Operation as Op;
    let facts = context(facts);
    match operation {
        Op::Register(metadata) => ("register", json!([facts, bytes(metadata)])),
        Op::Provision(id, metadata) => ("provision", json!([facts, id, bytes(metadata)])),
        Op::Read(id) => ("read", json!([facts, id])),
        Op::Update(id, metadata) => ("update", json!([facts, id, bytes(metadata)])),
        Op::RotateSecret(id) => ("rotate-secret", json!([facts, id])),
        Op::RotateRegistrationAccessToken(id) => {
            ("rotate-registration-access-token", json!([facts, id]))
        }
        Op::Disable(id) => ("disable", json!([facts, id])),
        Op::Enable(id) => ("enable", json!([facts, id])),
        Op::Approve(id) => ("approve", json!([facts, id])),
        Op::Deny(id) => ("deny", json!([facts, id])),
        Op::Remove(id) => ("remove", json!([facts, id])),
        Op::Identify(carried) => ("identify", json!([request(carried)])),
        Op::Authorize(carried) => ("authorize", json!([facts, request(carried)])),
        Op::Authenticate(carried) => ("authenticate", json!([facts, request(carried)])),
        Op::Review(id) => ("review", json!([facts, id])),
        Op::ReviewDraft(metadata) => ("review-draft", json!([facts, bytes(metadata)])),
        Op::Usable(id, scope) => ("usable", json!([facts, id, scope])),
        Op::Lifecycle(id, became) => ("lifecycle", json!([facts, id, activity(became)])),
        Op::ClientDocument(id, document) => {
            let document = document.as_ref().map(|document| bytes(document));
            ("client-document", json!([facts, id, document]))
        }
        Op::Network(address) => ("network", json!([address])),
        Op::Window => ("window", json!([])),
        Op::WiderNetwork(address) => ("wider-network", json!([address])),
        Op::WiderWindow => ("wider-window", json!([])),
        Op::CheckTerms(terms) => ("check-terms", json!([terms])),
        Op::Warnings => ("warnings", json!([])),
        Op::WebAdministrationWarning => ("web-administration-warning", json!([])),
        Op::Bearer(authorization) => ("bearer", json!([authorization])),
        Op::ServerMetadata => ("server-metadata", json!([])),
        Op::RedirectUriMatches(registered, requested) => {
            ("redirect-uri-matches", json!([registered, requested]))
        }
    }
}

fn context(facts: &Facts) -> Value {
    let usage = &facts.usage;
    json!({
        "now": u64(facts.now.expect("a component is told the time")),
        "entropy": bytes(facts.entropy.as_deref().expect("a component is given entropy")),
        "caller": {
            "credential": credential(facts.credential),
            "account": facts.account,
            "permissions": facts.permissions,
            "address": facts.address,
            "terms": facts.terms,
            "token": facts.token,
        },
        "usage": {
            "account-clients": usage.account_clients.map(u64),
            "address-registrations": usage.address_registrations.map(u64),
            "wider-registrations": usage.wider_registrations.map(u64),
            "key-registrations": usage.key_registrations.map(u64),
            "anonymous-clients": usage.anonymous_clients.map(u64),
            "total-clients": usage.total_clients.map(u64),
        },
        "record": facts.record,
    })
}

const fn credential(credential: Credential) -> &'static str {
    match credential {
        Credential::Missing => "missing",
        Credential::Malformed => "malformed",
        Credential::Rejected => "rejected",
        Credential::Accepted => "accepted",
        Credential::OtherScheme => "other-scheme",
    }
}

fn request(carried: &Carried) -> Value {
    json!({
        "endpoint": match carried.endpoint {
            Endpoint::Authorization => "authorization",
            Endpoint::PushedAuthorization => "pushed-authorization",
            Endpoint::DeviceAuthorization => "device-authorization",
            Endpoint::Token => "token",
            Endpoint::Introspection => "introspection",
            Endpoint::Revocation => "revocation",
        },
        "authorization": carried.authorization,
        "parameters": bytes(&carried.parameters),
        "jwks": carried.jwks,
    })
}

fn activity(became: &Activity) -> Value {
    json!({
        "authorised-at": became.authorised_at.map(u64),
        "last-used": became.last_used.map(u64),
        "refresh-tokens": became.refresh_tokens.map(u64),
    })
}

fn decision(decided: &Replayed) -> Value {
    let headers = decided.headers.iter();
    json!({
        "outcome": match decided.outcome {
            Outcome::Accept => "accept",
            Outcome::Refuse => "refuse",
        },
        "response": {
            "status": decided.status,
            "headers": headers
                .map(|(name, value)| json!({ "name": name, "value": value }))
                .collect::<Value>(),
            "body": decided.body,
        },
        "effect": match &decided.effect {
            Effect::None => json!({ "none": null }),
            Effect::Store(stored) => json!({ "store": record(stored) }),
            Effect::Replace(stored) => json!({ "replace": record(stored) }),
            Effect::Remove(client_id) => json!({ "remove": client_id }),
            Effect::Share(stored) => json!({ "share": record(stored) }),
        },
        "diagnostics": list(&decided.diagnostics, diagnostic),
        "fetches": list(&decided.fetches, fetch),
        "client-id": decided.client_id,
        "client": decided.client.as_ref().map(client),
        "client-secret": decided.client_secret,
        "registration-access-token": decided.registration_access_token,
    })
}

fn record(stored: &Record) -> Value {
    json!({ "client-id": stored.client_id, "document": stored.document })
}

fn diagnostic(found: &ReplayedDiagnostic) -> Value {
    json!({
        "code": found.code,
        "pointer": found.pointer,
        "message": found.message,
        "reference": found.reference,
        "severity": severity(found.severity),
    })
}

fn fetch(wanted: &Fetch) -> Value {
    json!({
        "uri": wanted.uri,
        "pointer": wanted.pointer,
        "due": match wanted.due {
            Due::BeforeEffect => "before-effect",
            Due::OnUse => "on-use",
        },
        "max-bytes": wanted.max_bytes,
        "timeout": wanted.timeout,
    })
}

fn client(found: &Client) -> Value {
    let assertion = found.assertion.as_ref();
    json!({
        "client-id": found.client_id,
        "standing": match found.standing {
            Standing::Provisioned => "provisioned",
            Standing::Registered => "registered",
            Standing::Document => "document",
            Standing::Shared => "shared",
            Standing::Unregistered => "unregistered",
            Standing::Overridden => "overridden",
        },
        "redirect-uri": found.redirect_uri,
        "scope": found.scope,
        "metadata": found.metadata,
        "assertion": assertion.map(|used| json!({ "id": used.id, "expires-at": u64(used.expires_at) })),
    })
}

fn misuse(misused: &Misuse) -> Value {
    match misused {
        Misuse::EntropyTooShort => json!({ "entropy-too-short": null }),
        Misuse::RecordUnreadable => json!({ "record-unreadable": null }),
        Misuse::RecordMismatch => json!({ "record-mismatch": null }),
        Misuse::TermsInvalid(SettingsError(mistakes)) => {
            json!({ "terms-invalid": list(mistakes, finding) })
        }
        other => panic!("no component says {other:?}"),
    }
}

fn finding(found: &SettingFinding) -> Value {
    json!({
        "path": found.path,
        "message": found.message,
        "allowed": found.allowed,
        "line": found.line,
        "column": found.column,
        "severity": severity(found.severity),
    })
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn list<T>(items: &[T], item: impl Fn(&T) -> Value) -> Value {
    items.iter().map(item).collect()
}

fn u64(number: u64) -> Value {
    json!({ "u64": number.to_string() })
}

fn bytes(bytes: &[u8]) -> Value {
    json!({ "bytes": STANDARD.encode(bytes) })
}
