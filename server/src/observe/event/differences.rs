//! What was asked and what is registered, where a finding says that they differ.

use gatepost_plugin::{Decision, Operation, Request};
use serde_json::Value;
use url::form_urlencoded;

use super::{DIFFERENCES, Difference, VALUE, VALUES, brief};
use crate::decide::observer::Decided;
use crate::observe::audit::{HARMLESS, hide_proofs};
use crate::observe::moment;

/// The parameters of a request, each with the member of the client's metadata that says what it may be.
const COMPARED: &[(&str, &str)] = &[
    ("grant_type", "grant_types"),
    ("redirect_uri", "redirect_uris"),
    ("response_type", "response_types"),
    ("scope", "scope"),
];

/// What a decision found to differ.
pub(super) fn differences(decided: &Decided<'_>) -> Vec<Difference> {
    let Decided {
        operation,
        facts,
        decision,
        ..
    } = decided;
    if decision.diagnostics.is_empty() {
        return Vec::new();
    }
    let record = facts.record.as_deref();
    let record: Value = record
        .and_then(|record| serde_json::from_str(record).ok())
        .unwrap_or_default();
    let mut found = match operation {
        Operation::Authorize(request)
        | Operation::Authenticate(request)
        | Operation::AuthenticateAndAuthorize(request) => of_request(request, &record, decision),
        _ => match submitted(operation) {
            Some(metadata) => of_metadata(&metadata, &record, decision),
            None => Vec::new(),
        },
    };
    found.truncate(DIFFERENCES);
    found
}

/// The metadata that were submitted, without secrets; nothing if there are none that can be read.
pub(super) fn submitted(operation: &Operation) -> Option<Value> {
    let (Operation::Register { metadata }
    | Operation::Provision { metadata, .. }
    | Operation::Update { metadata, .. }) = operation
    else {
        return None;
    };
    let mut metadata = serde_json::from_slice(metadata).ok()?;
    hide_proofs(&mut metadata, false);
    Some(metadata)
}

fn of_request(request: &Request, record: &Value, decision: &Decision) -> Vec<Difference> {
    let metadata = &record["metadata"];
    let mut found: Vec<Difference> = Vec::new();
    for finding in &decision.diagnostics {
        let difference = match &*finding.code {
            "client-method-wrong" => Difference {
                what: "token_endpoint_auth_method".to_owned(),
                // The plugin's sentence has what was presented.
                asked: of_sentence(&finding.message),
                registered: texts(&metadata["token_endpoint_auth_method"]),
            },
            "client-secret-expired" => Difference {
                what: "client_secret_expires_at".to_owned(),
                asked: Vec::new(),
                registered: expiry(record).into_iter().collect(),
            },
            _ => {
                let Some(name) = finding.pointer.strip_prefix('/') else {
                    continue;
                };
                if !HARMLESS.contains(&name) {
                    continue;
                }
                let member = COMPARED.iter().find(|(compared, _)| *compared == name);
                let registered = member.map(|(_, member)| texts(&metadata[*member]));
                let values = form_urlencoded::parse(&request.parameters);
                let values = values.filter(|(parameter, _)| parameter == name);
                Difference {
                    what: name.to_owned(),
                    asked: values
                        .take(VALUES)
                        .map(|(_, value)| brief(&value, VALUE))
                        .collect(),
                    registered: registered.unwrap_or_default(),
                }
            }
        };
        let is_empty = difference.asked.is_empty() && difference.registered.is_empty();
        if !is_empty && !found.iter().any(|known| known.what == difference.what) {
            found.push(difference);
        }
    }
    found
}

fn of_metadata(metadata: &Value, record: &Value, decision: &Decision) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    for finding in &decision.diagnostics {
        let Some(place) = finding.pointer.strip_prefix('/') else {
            continue;
        };
        let Some(asked) = metadata.pointer(&finding.pointer) else {
            continue;
        };
        if !found.iter().any(|known| known.what == place) {
            let registered = record["metadata"].pointer(&finding.pointer);
            found.push(Difference {
                what: brief(place, VALUE),
                asked: texts(asked),
                registered: registered.map(texts).unwrap_or_default(),
            });
        }
    }
    found
}

/// A value as words: a text as it is, of an array each value, anything else as JSON.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => brief(text, VALUE),
        other => brief(&other.to_string(), VALUE),
    };
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().take(VALUES).map(text).collect(),
        other => vec![text(other)],
    }
}

fn of_sentence(sentence: &str) -> Vec<String> {
    let used = sentence.rsplit_once(" and used ").map(|(_, used)| used);
    let used = used.and_then(|used| used.strip_suffix('.'));
    used.map(str::to_owned).into_iter().collect()
}

fn expiry(record: &Value) -> Option<String> {
    let at = record["client_secret"]["expires_at"].as_u64()?;
    (at > 0).then(|| moment::second(at))
}
