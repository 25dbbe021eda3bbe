//! Stories: steps of which one builds on another, as `tests/cases/README.md` describes them. Between two
//! steps, what a host would have stored is kept, and what a client would have learnt.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepost::{Activity, Credential, Effect, Endpoint, Usage};
use serde_json::Value;

use super::root::root;
use super::step::{Answer, Carried, Facts, Operation, Step};

/// When every step happens that does not say otherwise.
const NOW: u64 = 1_790_000_000;

/// What has happened so far.
#[derive(Default)]
pub struct Story {
    /// The records that a host has, by client id.
    pub records: BTreeMap<String, String>,
    /// What clients were told, by the name of the member.
    known: BTreeMap<String, String>,
    steps: u8,
}

/// A table's story: its name, and its chapters.
pub struct Told {
    pub name: String,
    pub chapters: Vec<Chapter>,
}

/// What happens under the same settings.
pub struct Chapter {
    pub settings: String,
    pub lines: Vec<String>,
}

/// The stories of `stories.jsonl`.
pub fn all() -> Vec<Told> {
    let table = std::fs::read_to_string(root().join("tests/cases/stories.jsonl")).unwrap();
    let mut stories = Vec::<Told>::new();
    for line in table.lines().filter(|line| !line.is_empty()) {
        let value: Value = serde_json::from_str(line).unwrap();
        if let Some(name) = value["story"].as_str() {
            stories.push(Told {
                name: name.into(),
                chapters: Vec::new(),
            });
        }
        let story = stories.last_mut().expect("a story begins with its name");
        if value["op"].is_null() {
            story.chapters.push(Chapter {
                settings: value["settings"].as_str().unwrap_or_default().into(),
                lines: Vec::new(),
            });
        } else {
            let chapter = story.chapters.last_mut().expect("a name is a chapter too");
            chapter.lines.push(line.into());
        }
    }
    stories
}

impl Story {
    /// The step on a line, with what is known by now put in its place.
    pub fn step(&mut self, line: &str) -> Step {
        self.steps += 1;
        let line = self.known.iter().fold(line.to_owned(), |line, (name, is)| {
            line.replace(&format!("${{{name}}}"), is)
        });
        assert!(!line.contains("${"), "this is not known yet: {line}");
        let line: Value = serde_json::from_str(&line).unwrap();
        Step {
            facts: self.facts(&line["context"]),
            operation: operation(&line),
        }
    }

    /// Holds an answer against the line that asked for it, and carries its effect out.
    pub fn take(&mut self, line: &str, answer: &Answer) -> Result<(), String> {
        let line: Value = serde_json::from_str(line).unwrap();
        let decision = match answer {
            Answer::Decision(decision) => decision,
            Answer::Panicked => return Err("it panicked".into()),
            other => {
                return match line.get("answer") {
                    Some(expected) if format!("{other:?}") != *expected => {
                        Err(format!("{other:?} instead of {expected}"))
                    }
                    _ => Ok(()),
                };
            }
        };
        match &decision.effect {
            Effect::None => {}
            Effect::Store(record) | Effect::Replace(record) => {
                let (id, document) = (&record.client_id, &record.document);
                self.records.insert(id.clone(), document.clone());
            }
            Effect::Share(record) => {
                let stored = self.records.entry(record.client_id.clone());
                stored.or_insert_with(|| record.document.clone());
            }
            Effect::Remove(client_id) => {
                self.records.remove(client_id);
            }
        }
        self.learn(line["as"].as_str(), &decision.body);
        let status = line["status"]
            .as_u64()
            .map(|status| status == u64::from(decision.status));
        let code = decision
            .diagnostics
            .first()
            .map(|found| found.code.as_str());
        let code = line["code"].as_str().map(|expected| code == Some(expected));
        if status == Some(false) || code == Some(false) {
            return Err(format!("{decision:?}"));
        }
        Ok(())
    }

    /// Remembers what a client was told, under the name of the step too if it has one.
    fn learn(&mut self, step: Option<&str>, body: &str) {
        let Ok(body) = serde_json::from_str::<Value>(body) else {
            return;
        };
        for member in ["client_id", "client_secret", "registration_access_token"] {
            if let Some(value) = body[member].as_str() {
                self.remember(step, member, value.to_owned());
            }
        }
        let pair = (self.known.get("client_id"), self.known.get("client_secret"));
        if let (Some(id), Some(secret)) = pair {
            let basic = STANDARD.encode(format!("{id}:{secret}"));
            self.remember(step, "basic", basic);
        }
    }

    fn remember(&mut self, step: Option<&str>, member: &str, value: String) {
        if let Some(step) = step {
            self.known.insert(format!("{step}.{member}"), value.clone());
        }
        self.known.insert(member.into(), value);
    }

    fn facts(&self, context: &Value) -> Facts {
        let text = |member: &str| context[member].as_str().map(str::to_owned);
        let number = |member: &str| context[member].as_u64();
        let permissions = context["permissions"].as_array();
        Facts {
            now: Some(number("now").unwrap_or(NOW)),
            entropy: Some(vec![self.steps; 32]),
            credential: match context["credential"].as_str() {
                // A token is that of no API key, unless the step says that it is.
                None if context["token"].is_string() => Credential::Rejected,
                None => Credential::Missing,
                Some("malformed") => Credential::Malformed,
                Some("other-scheme") => Credential::OtherScheme,
                Some("rejected") => Credential::Rejected,
                Some("accepted") => Credential::Accepted,
                Some(other) => panic!("no credential is {other}"),
            },
            account: text("account"),
            permissions: permissions
                .into_iter()
                .flatten()
                .map(|permission| permission.as_str().unwrap().to_owned())
                .collect(),
            address: text("address"),
            terms: document(&context["terms"]),
            token: text("token"),
            usage: Usage {
                account_clients: number("account_clients"),
                address_registrations: number("address_registrations"),
                wider_registrations: number("wider_registrations"),
                key_registrations: number("key_registrations"),
                anonymous_clients: number("anonymous_clients"),
                total_clients: number("total_clients"),
            },
            record: text("record").or_else(|| {
                let stored = context["record_of"].as_str()?;
                self.records.get(stored).cloned()
            }),
        }
    }
}

fn operation(line: &Value) -> Operation {
    use Operation as Op;
    let id = || line["client_id"].as_str().unwrap().to_owned();
    let text = |member: &str| line[member].as_str().unwrap().to_owned();
    let body = |member: &str| document(&line[member]).map(String::into_bytes);
    let metadata = || body("metadata").unwrap();
    match line["op"].as_str().unwrap() {
        "register" => Op::Register(metadata()),
        "provision" => Op::Provision(line["client_id"].as_str().map(str::to_owned), metadata()),
        "read" => Op::Read(id()),
        "update" => Op::Update(id(), metadata()),
        "rotate-secret" => Op::RotateSecret(id()),
        "rotate-registration-access-token" => Op::RotateRegistrationAccessToken(id()),
        "disable" => Op::Disable(id()),
        "enable" => Op::Enable(id()),
        "approve" => Op::Approve(id()),
        "deny" => Op::Deny(id()),
        "remove" => Op::Remove(id()),
        "identify" => Op::Identify(carried(&line["request"])),
        "authorize" => Op::Authorize(carried(&line["request"])),
        "authenticate" => Op::Authenticate(carried(&line["request"])),
        "review" => Op::Review(id()),
        "review-draft" => Op::ReviewDraft(metadata()),
        "usable" => Op::Usable(id(), line["scope"].as_str().map(str::to_owned)),
        "lifecycle" => Op::Lifecycle(id(), activity(&line["activity"])),
        "client-document" => Op::ClientDocument(id(), body("document")),
        "network" => Op::Network(text("address")),
        "window" => Op::Window,
        "wider-network" => Op::WiderNetwork(text("address")),
        "wider-window" => Op::WiderWindow,
        "check-terms" => Op::CheckTerms(document(&line["terms"]).unwrap()),
        "warnings" => Op::Warnings,
        "web-administration-warning" => Op::WebAdministrationWarning,
        "bearer" => Op::Bearer(line["authorization"].as_str().map(str::to_owned)),
        "server-metadata" => Op::ServerMetadata,
        "redirect-uri-matches" => Op::RedirectUriMatches(text("registered"), text("requested")),
        other => panic!("no operation is {other}"),
    }
}

fn carried(request: &Value) -> Carried {
    Carried {
        endpoint: match request["endpoint"].as_str().unwrap() {
            "authorization" => Endpoint::Authorization,
            "pushed-authorization" => Endpoint::PushedAuthorization,
            "device-authorization" => Endpoint::DeviceAuthorization,
            "token" => Endpoint::Token,
            "introspection" => Endpoint::Introspection,
            "revocation" => Endpoint::Revocation,
            other => panic!("no endpoint is {other}"),
        },
        authorization: request["authorization"].as_str().map(str::to_owned),
        parameters: request["parameters"].as_str().unwrap_or_default().into(),
        jwks: document(&request["jwks"]),
    }
}

fn activity(activity: &Value) -> Activity {
    Activity {
        authorised_at: activity["authorised_at"].as_u64(),
        last_used: activity["last_used"].as_u64(),
        refresh_tokens: activity["refresh_tokens"].as_u64(),
    }
}

/// A document as it is sent: a string is its text, and anything else is its JSON.
fn document(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
