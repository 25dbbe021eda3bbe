//! One decision as the audit log has it.

use gatepost_directory::Facts;
use gatepost_plugin::{
    Activity, Caller, Credential, Decision, Due, Endpoint, Operation, Outcome, Request, Usage,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

use super::cut::Cutter;
use super::proofs::{HARMLESS, PROOFS, hide_proofs};
use crate::decide::observer::{Decided, Reuse};
use crate::decide::reason;

/// One decision: what was asked, the facts, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Seconds since 1970.
    pub at: u64,
    /// What the request is known by in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What was asked.
    pub operation: String,
    /// The client in question, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Who asked.
    pub caller: Asker,
    /// What was counted.
    #[serde(default, skip_serializing_if = "Counters::is_empty")]
    pub usage: Counters,
    /// What became of the client.
    #[serde(default, skip_serializing_if = "Past::is_empty")]
    pub activity: Past,
    /// The client's record. A line of a file refers to one that is written before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// SHA-256 of the client's record, in base64url, where the record is written before the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_hash: Option<String>,
    /// The metadata that were submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
    /// Where a request that names a client arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The parameters of such a request that are no secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<String>,
    /// Whether something is missing that the decision depended on, because it is a secret.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_redacted: bool,
    /// Whether a text was too long to be written down whole.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// Whether it was accepted.
    pub accepted: bool,
    /// The status of the answer.
    pub status: u16,
    /// What was found, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// What was presented and what would be right, if a code does not say enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was done.
    pub effect: Effect,
    /// The client that it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are the effects of `wit/registrar.wit`")]
pub enum Effect {
    None,
    Store,
    Share,
    Replace,
    Remove,
}

/// Who asked, without what it proved that with.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Asker {
    pub credential: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    pub account_clients: Option<u64>,
    pub address_registrations: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wider_registrations: Option<u64>,
    pub key_registrations: Option<u64>,
    pub anonymous_clients: Option<u64>,
    pub total_clients: Option<u64>,
}

/// What became of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Past {
    pub authorised_at: Option<u64>,
    pub last_used: Option<u64>,
    pub refresh_tokens: Option<u64>,
}

impl Counters {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Past {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Whether a decision depends on a document that is not among the facts.
fn needs_document(decision: &Decision) -> bool {
    let mut fetches = decision.fetches.iter();
    fetches.any(|fetch| fetch.due == Due::BeforeEffect)
}

const CREDENTIALS: [(Credential, &str); 5] = [
    (Credential::Missing, "missing"),
    (Credential::Malformed, "malformed"),
    (Credential::OtherScheme, "other-scheme"),
    (Credential::Rejected, "rejected"),
    (Credential::Accepted, "accepted"),
];

const ENDPOINTS: [(Endpoint, &str); 6] = [
    (Endpoint::Authorization, "authorization"),
    (Endpoint::PushedAuthorization, "pushed-authorization"),
    (Endpoint::DeviceAuthorization, "device-authorization"),
    (Endpoint::Token, "token"),
    (Endpoint::Introspection, "introspection"),
    (Endpoint::Revocation, "revocation"),
];

impl Line {
    /// It is no decision of the plugin's, and depended on a secret.
    pub(super) fn of_reuse(reuse: &Reuse<'_>, request: Option<String>) -> Self {
        Self {
            at: reuse.now,
            request,
            operation: Reuse::OPERATION.to_owned(),
            client_id: Some(reuse.client_id.to_owned()),
            caller: Asker::of(reuse.caller),
            usage: Counters::default(),
            activity: Past::default(),
            record: None,
            record_hash: None,
            metadata: None,
            endpoint: None,
            parameters: None,
            is_redacted: true,
            cut: false,
            accepted: reuse.is_repeated,
            status: if reuse.is_repeated { 200 } else { 400 },
            codes: vec![reuse.code().to_owned()],
            reason: None,
            effect: Effect::None,
            subject: None,
        }
    }

    pub(super) fn of(decided: &Decided<'_>, request: Option<String>) -> Self {
        let Decided {
            operation,
            caller,
            facts,
            client_id,
            now,
            decision,
        } = decided;
        let (effect, subject) = match &decision.effect {
            gatepost_plugin::Effect::None => (Effect::None, None),
            gatepost_plugin::Effect::Store(record) => (Effect::Store, Some(&record.client_id)),
            gatepost_plugin::Effect::Share(record) => (Effect::Share, Some(&record.client_id)),
            gatepost_plugin::Effect::Replace(record) => (Effect::Replace, Some(&record.client_id)),
            gatepost_plugin::Effect::Remove(client_id) => (Effect::Remove, Some(client_id)),
        };
        let mut cutter = Cutter::default();
        let client_id = client_id.or(operation.client_id()).map(str::to_owned);
        let codes = decision.diagnostics.iter();
        let mut line = Self {
            at: *now,
            request,
            operation: operation.name().to_owned(),
            client_id: cutter.id(client_id),
            caller: Asker::of(caller),
            usage: Counters::of(&facts.usage),
            activity: Past::of(&facts.activity),
            record: facts.record.clone(),
            record_hash: None,
            metadata: None,
            endpoint: None,
            parameters: None,
            // The token of a client's own is what let it in; or a document is what it was refused for.
            is_redacted: caller.credential == Credential::Rejected && caller.token.is_some()
                || decision.outcome == Outcome::Refuse && needs_document(decision),
            cut: false,
            accepted: decision.outcome == Outcome::Accept,
            status: decision.response.status,
            codes: cutter.codes(codes.map(|finding| finding.code.clone()).collect()),
            reason: reason(decision).map(str::to_owned),
            effect,
            subject: cutter.id(subject.cloned()),
        };
        match operation {
            Operation::Register { metadata }
            | Operation::Provision { metadata, .. }
            | Operation::Update { metadata, .. } => line.show_metadata(metadata),
            Operation::Authorize(request) => {
                line.show_request(request);
                // Who the client is was said by the header, and is known now.
                line.is_redacted = false;
            }
            Operation::Authenticate(request) | Operation::AuthenticateAndAuthorize(request) => {
                line.show_request(request);
            }
            _ => {}
        }
        line.metadata = line.metadata.map(|metadata| cutter.document(metadata));
        line.parameters = line.parameters.map(|asked| cutter.parameters(asked));
        line.cut = cutter.has_cut;
        line
    }

    fn show_metadata(&mut self, metadata: &[u8]) {
        let Ok(text) = std::str::from_utf8(metadata) else {
            self.is_redacted = true;
            return;
        };
        match serde_json::from_str::<Value>(text) {
            Ok(mut value) => {
                let is_altered = hide_proofs(&mut value, false);
                self.is_redacted |= is_altered;
                self.metadata = Some(match is_altered {
                    true => value.to_string(),
                    false => text.to_owned(),
                });
            }
            // What is no JSON may have anything in it.
            Err(_) => self.is_redacted = true,
        }
    }

    fn show_request(&mut self, request: &Request) {
        let mut harmless = form_urlencoded::Serializer::new(String::new());
        let mut is_client_named = false;
        for (name, value) in form_urlencoded::parse(&request.parameters) {
            if HARMLESS.contains(&&*name) {
                is_client_named |= name == "client_id" && !value.is_empty();
                harmless.append_pair(&name, &value);
            } else if PROOFS.contains(&&*name) && !value.is_empty() {
                self.is_redacted = true;
            }
        }
        if let Some(client_id) = self.client_id.as_ref().filter(|_| !is_client_named) {
            harmless.append_pair("client_id", client_id);
        }
        let is_header = request.authorization.is_some();
        self.is_redacted |= is_header && request.endpoint != Endpoint::Authorization;
        self.parameters = Some(harmless.finish());
        let endpoints = ENDPOINTS.iter();
        self.endpoint = endpoints
            .clone()
            .find(|(endpoint, _)| *endpoint == request.endpoint)
            .map(|(_, name)| (*name).to_owned());
    }

    /// What was asked, if all of it is there; to be asked again.
    pub fn operation(&self) -> Option<Operation> {
        if self.is_redacted || self.cut {
            return None;
        }
        let client_id = || self.client_id.clone();
        let metadata = || self.metadata.clone().map(String::into_bytes);
        let request = || {
            let endpoint = self.endpoint.as_deref()?;
            let mut endpoints = ENDPOINTS.iter();
            Some(Request {
                endpoint: endpoints.find(|(_, name)| *name == endpoint)?.0,
                authorization: None,
                parameters: self.parameters.clone()?.into_bytes(),
                jwks: None,
            })
        };
        Some(match &*self.operation {
            "register" => Operation::Register {
                metadata: metadata()?,
            },
            "provision" => Operation::Provision {
                client_id: client_id(),
                metadata: metadata()?,
            },
            "read" => Operation::Read {
                client_id: client_id()?,
            },
            "update" => Operation::Update {
                client_id: client_id()?,
                metadata: metadata()?,
            },
            "rotate-secret" => Operation::RotateSecret {
                client_id: client_id()?,
            },
            "rotate-registration-access-token" => Operation::RotateRegistrationAccessToken {
                client_id: client_id()?,
            },
            "approve" => Operation::Approve {
                client_id: client_id()?,
            },
            "deny" => Operation::Deny {
                client_id: client_id()?,
            },
            "disable" => Operation::Disable {
                client_id: client_id()?,
            },
            "enable" => Operation::Enable {
                client_id: client_id()?,
            },
            "remove" => Operation::Remove {
                client_id: client_id()?,
            },
            "authorize" => Operation::Authorize(request()?),
            "authenticate" => Operation::Authenticate(request()?),
            "authenticate-and-authorize" => Operation::AuthenticateAndAuthorize(request()?),
            "usable" => Operation::Usable {
                client_id: client_id()?,
                scope: None,
            },
            "review" => Operation::Review {
                client_id: client_id()?,
            },
            "lifecycle" => Operation::Lifecycle {
                client_id: client_id()?,
            },
            _ => return None,
        })
    }

    /// The facts, and who asked.
    pub fn facts(&self) -> (Facts, Caller) {
        let Counters {
            account_clients,
            address_registrations,
            wider_registrations,
            key_registrations,
            anonymous_clients,
            total_clients,
        } = self.usage;
        let facts = Facts {
            usage: Usage {
                account_clients,
                address_registrations,
                wider_registrations,
                key_registrations,
                anonymous_clients,
                total_clients,
            },
            record: self.record.clone(),
            activity: Activity {
                authorised_at: self.activity.authorised_at,
                last_used: self.activity.last_used,
                refresh_tokens: self.activity.refresh_tokens,
            },
            ..Facts::default()
        };
        let credential = CREDENTIALS
            .iter()
            .find(|(_, name)| *name == self.caller.credential)
            .map_or(Credential::Missing, |(credential, _)| *credential);
        let caller = Caller {
            credential,
            account: self.caller.account.clone(),
            permissions: self.caller.permissions.clone(),
            address: self.caller.address.clone(),
            terms: self.caller.terms.clone(),
            token: None,
        };
        (facts, caller)
    }
}

impl Asker {
    pub(super) fn of(caller: &Caller) -> Self {
        let name = CREDENTIALS
            .iter()
            .find(|(credential, _)| *credential == caller.credential)
            .map_or("missing", |(_, name)| name);
        Self {
            credential: name.to_owned(),
            account: caller.account.clone(),
            permissions: caller.permissions.clone(),
            address: caller.address.clone(),
            terms: caller.terms.clone(),
        }
    }
}

impl Counters {
    fn of(usage: &Usage) -> Self {
        Self {
            account_clients: usage.account_clients,
            address_registrations: usage.address_registrations,
            wider_registrations: usage.wider_registrations,
            key_registrations: usage.key_registrations,
            anonymous_clients: usage.anonymous_clients,
            total_clients: usage.total_clients,
        }
    }
}

impl Past {
    fn of(activity: &Activity) -> Self {
        Self {
            authorised_at: activity.authorised_at,
            last_used: activity.last_used,
            refresh_tokens: activity.refresh_tokens,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatepost_plugin::Response;

    fn noted(operation: Operation, caller: Caller) -> (String, Line) {
        let decision = Decision {
            outcome: Outcome::Accept,
            response: Response {
                status: 200,
                headers: Vec::new(),
                body: "SECRET".into(),
            },
            effect: gatepost_plugin::Effect::None,
            diagnostics: Vec::new(),
            fetches: Vec::new(),
            client_id: None,
            client: None,
            client_secret: None,
            registration_access_token: None,
        };
        let line = Line::of(
            &Decided {
                operation: &operation,
                caller: &caller,
                facts: &Facts::default(),
                client_id: Some("c"),
                now: 7,
                decision: &decision,
            },
            None,
        );
        (serde_json::to_string(&line).expect("it is JSON"), line)
    }

    #[test]
    fn no_secret_is_written_down_and_what_lacks_one_is_not_decided_again() {
        let bearer = Caller {
            credential: Credential::Rejected,
            token: Some("SECRET".into()),
            ..Caller::default()
        };
        let request = |endpoint, authorization: Option<&str>, parameters: &str| Request {
            endpoint,
            authorization: authorization.map(str::to_owned),
            parameters: parameters.into(),
            jwks: None,
        };
        let metadata = |text: &str| Operation::Register {
            metadata: text.into(),
        };
        let nobody = Caller::default;
        let token = Endpoint::Token;
        for (name, operation, caller, is_whole) in [
            ("plain", metadata(r#"{"client_name":"A"}"#), nobody(), true),
            (
                "a secret",
                metadata(r#"{"client_secret":"SECRET"}"#),
                nobody(),
                false,
            ),
            (
                "a private key",
                metadata(r#"{"jwks":{"keys":[{"kty":"RSA","n":"1","d":"SECRET"}]}}"#),
                nobody(),
                false,
            ),
            (
                "a private key that does not say what it is",
                metadata(r#"{"jwks":{"keys":[{"d":"SECRET"}]}}"#),
                nobody(),
                false,
            ),
            (
                "keys in a string",
                metadata(r#"{"jwks":"{\"keys\":[{\"k\":\"SECRET\"}]}"}"#),
                nobody(),
                false,
            ),
            ("no JSON", metadata("SECRET"), nobody(), false),
            (
                "no text",
                Operation::Register {
                    metadata: vec![255],
                },
                nobody(),
                false,
            ),
            (
                "its own token",
                Operation::Read {
                    client_id: "c".into(),
                },
                bearer,
                false,
            ),
            (
                "an authorization",
                Operation::Authorize(request(
                    Endpoint::Authorization,
                    Some("Basic SECRET"),
                    "client_id=c&state=SECRET&code_challenge=x&redirect_uri=https://a/",
                )),
                nobody(),
                true,
            ),
            (
                "a code",
                Operation::Authorize(request(
                    token,
                    Some("Basic SECRET"),
                    "code=SECRET&code_verifier=SECRET",
                )),
                nobody(),
                true,
            ),
            (
                "a public client",
                Operation::Authenticate(request(token, None, "client_id=c&refresh_token=SECRET")),
                nobody(),
                true,
            ),
            (
                "by header",
                Operation::Authenticate(request(token, Some("Basic SECRET"), "")),
                nobody(),
                false,
            ),
            (
                "by form",
                Operation::AuthenticateAndAuthorize(request(
                    token,
                    None,
                    "client_id=c&client_secret=SECRET",
                )),
                nobody(),
                false,
            ),
        ] {
            let (text, line) = noted(operation.clone(), caller);
            assert!(!text.contains("SECRET"), "{name}: {text}");
            let read: Line = serde_json::from_str(&text).expect("what is written can be read");
            assert_eq!(read.operation().is_some(), is_whole, "{name}: {text}");
            if let (Some(Operation::Authorize(asked)), true) = (line.operation(), is_whole) {
                let parameters = String::from_utf8(asked.parameters).expect("it is text");
                assert!(parameters.contains("client_id=c"), "{name}: {parameters}");
            }
        }
    }
}
