//! What decisions and acts bring to light of a request, until it is answered.

use gatepost_plugin::{Decision, Effect, Operation, Outcome, Severity};
use serde::Deserialize;

use super::differences::{differences, submitted};
use super::{
    Answered, Asked, Concern, DELETED, DISABLED, Difference, ERROR, Ending, Event, FINDINGS,
    Finding, ID, METHOD, NAME, NOTE, OTHERWISE, SENTENCE, Told, UNKNOWN, VALUE, WARNING, brief,
};
use crate::decide::observer::{Decided, Reuse};
use crate::observe::audit::{Act, Deed};

/// What has come to light of a request so far.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Whether there is room for an event. Where there is none, it is only remembered that something happened.
    pub(in crate::observe) has_room: bool,
    /// Whether something of the request has a line in the log, and whether something was only counted.
    pub(in crate::observe) has_line: bool,
    pub(in crate::observe) is_counted: bool,
    /// Whether that line is in the file of what administrators did.
    pub(in crate::observe) is_administration: bool,
    /// The operation that registered a client, if one did.
    pub(in crate::observe) registration: Option<&'static str>,
    /// Whether something was decided or done, beyond whether a client may be used at all.
    has_happened: bool,
    /// Whether it was asked whether a client may be used, and it may.
    has_looked: bool,
    is_refused: bool,
    operation: Option<String>,
    account: Option<String>,
    client_id: Option<String>,
    asked_by: Option<String>,
    /// The number of the API key that was presented.
    pub(in crate::observe) key: Option<i64>,
    /// The client's record, which has its name.
    record: Option<String>,
    /// The name in what was submitted.
    submitted_name: Option<String>,
    said: Said,
    differences: Vec<Difference>,
    findings: Vec<Finding>,
}

/// What the body of a refusal says (RFC 6749 §5.2).
#[derive(Debug, Default, Deserialize)]
struct Said {
    error: Option<String>,
    error_description: Option<String>,
}

impl Gathered {
    /// A decision.
    pub(in crate::observe) fn decided(&mut self, decided: &Decided<'_>) {
        let Decided {
            operation,
            decision,
            ..
        } = decided;
        let is_look = matches!(operation, Operation::Usable { .. });
        // It is about another client, which gives way to this one.
        if matches!(operation, Operation::Lifecycle { .. }) {
            return;
        }
        let is_refused = decision.outcome == Outcome::Refuse;
        self.has_happened |= is_refused || !is_look;
        self.has_looked |= is_look;
        let registers = matches!(
            operation,
            Operation::Register { .. } | Operation::Provision { .. }
        );
        if registers && !is_refused {
            self.registration = Some(operation.name());
        }
        let is_of_less =
            self.is_refused && !is_refused || is_look && !is_refused && self.operation.is_some();
        if !self.has_room || is_of_less {
            return;
        }
        let client_id = decided.client_id.or(operation.client_id());
        let client_id = client_id.or(named(decision)).map(|id| brief(id, ID));
        let is_of_another = is_look && self.operation.is_some() && self.client_id != client_id;
        if is_of_another {
            self.asked_by = self.client_id.take();
        }
        self.operation = Some(operation.name().to_owned());
        self.client_id = client_id.or(self.client_id.take());
        let account = decided.caller.account.as_deref();
        self.account = account
            .map(|name| brief(name, NAME))
            .or(self.account.take());
        self.record = match &decision.effect {
            Effect::Store(record) | Effect::Share(record) | Effect::Replace(record) => {
                Some(record.document.clone())
            }
            Effect::Remove(_) | Effect::None => decided.facts.record.clone(),
        };
        if is_refused {
            self.is_refused = true;
            self.findings.clear();
            self.said = serde_json::from_str(&decision.response.body).unwrap_or_default();
            if let Some(metadata) = submitted(operation) {
                let name = metadata.get("client_name").and_then(|name| name.as_str());
                self.submitted_name = name.map(|name| brief(name, NAME));
            }
        }
        // What went well and is only counted is explained to nobody, and there may be much of it.
        if !self.has_line && !is_refused {
            return;
        }
        self.differences = differences(decided);
        for finding in &decision.diagnostics {
            // The differences have it already.
            if finding.code == "redirect-uri-compared" && !self.differences.is_empty() {
                continue;
            }
            self.found(Finding {
                code: finding.code.clone(),
                severity: match finding.severity {
                    Severity::Error => ERROR,
                    Severity::Warning => WARNING,
                    Severity::Note => NOTE,
                }
                .to_owned(),
                pointer: brief(&finding.pointer, VALUE),
                message: brief(&finding.message, SENTENCE),
                reference: finding.reference.clone(),
            });
        }
    }

    /// Something that was done, or was not, and is no decision.
    pub(in crate::observe) fn acted(&mut self, act: &Act) {
        self.has_happened = true;
        if !self.has_room {
            return;
        }
        self.is_refused |= !act.done;
        self.operation = Some(act.act.name());
        let account = act.by.account.as_deref().or(match act.act {
            Deed::SignIn => act.subject.as_deref(),
            _ => None,
        });
        self.account = account
            .map(|name| brief(name, NAME))
            .or(self.account.take());
        if act.act == Deed::SignIn && !act.done {
            self.found(Finding::of_server(
                "password-wrong",
                "The password is wrong, or nobody has that name, or the account may not sign in.",
            ));
        }
    }

    /// A token that was presented again.
    pub(in crate::observe) fn reused(&mut self, reuse: &Reuse<'_>) {
        self.has_happened = true;
        if !self.has_room {
            return;
        }
        self.client_id = Some(brief(reuse.client_id, ID));
        self.is_refused |= !reuse.is_repeated;
        let finding = match reuse.is_repeated {
            true => Finding {
                severity: NOTE.to_owned(),
                ..Finding::of_server(
                    reuse.code(),
                    "A refresh token was exchanged once more, because the answer to the first time was lost.",
                )
            },
            false => Finding::of_server(
                reuse.code(),
                "What was presented is good for one use, and was used before. All that was issued with it is revoked.",
            ),
        };
        self.found(finding);
    }

    fn found(&mut self, finding: Finding) {
        let is_known = self.findings.contains(&finding);
        if self.findings.len() < FINDINGS && !is_known {
            self.findings.push(finding);
        }
    }

    /// What came of it in the end.
    pub(in crate::observe) fn ending(&self, answered: &Answered<'_>) -> Ending {
        let is_error = answered.status.is_none_or(|status| status >= 400);
        match self.is_refused || is_error || answered.told.is_some() {
            true => Ending::Refused,
            false => Ending::Accepted,
        }
    }

    /// Whether it is an event.
    pub(in crate::observe) fn is_event(&self, answered: &Answered<'_>) -> bool {
        let is_there = answered.status.is_some();
        let is_refused = self.ending(answered) == Ending::Refused;
        // A form that is shown once more, for what somebody typed, refuses nobody.
        let is_more_than_typed = self.is_refused || answered.told.is_some();
        // The device asks every few seconds, until its user has answered.
        let is_waiting = answered.told.is_some_and(Told::is_waiting);
        !is_waiting
            && match answered.concern {
                Concern::Protocol => {
                    self.has_happened || self.has_looked || (is_there && is_refused)
                }
                Concern::Form => self.has_happened || (is_there && is_more_than_typed),
            }
    }

    /// The event, when it is known how the request was answered.
    pub(in crate::observe) fn event(
        mut self,
        asked: &Asked,
        answered: &Answered<'_>,
        at: u64,
    ) -> Event {
        let outcome = self.ending(answered);
        let record = self.record.take();
        let record = record.and_then(|record| serde_json::from_str::<Record>(&record).ok());
        // The plugin tells strangers only that there is no such client.
        let is_unknown = |finding: &Finding| finding.code == UNKNOWN;
        if self.findings.iter().any(is_unknown)
            && let Some(record) = &record
        {
            self.findings.insert(0, record.shut_out());
        }
        let told = answered.told;
        if let Some(told) = told
            && let Some(code) = told.code
        {
            self.found(Finding::of_server(code, &told.description));
        }
        if answered.status.is_none() {
            self.found(Finding::of_server(
                "client-went-away",
                "The client closed the connection before it was answered.",
            ));
        }
        let Said {
            error,
            error_description,
        } = self.said;
        let of_answer = told.and_then(|told| told.error.as_deref().map(str::to_owned));
        // A page says less than what was decided.
        let of_page = told
            .filter(|_| of_answer.is_none())
            .map(|told| &*told.description);
        let of_client = told
            .filter(|_| of_answer.is_some())
            .map(|told| &*told.description);
        let description = of_client.or(error_description.as_deref()).or(of_page);
        let description = description.filter(|text| !text.is_empty());
        let error = of_answer.or(error);
        let client_name = record.and_then(|record| record.metadata.client_name);
        Event {
            number: asked.number.to_string(),
            at,
            method: brief(answered.method, METHOD),
            route: brief(answered.route, VALUE),
            status: answered.status,
            outcome,
            operation: self.operation,
            error: error.map(|error| brief(&error, NAME)),
            description: description.map(|text| brief(text, SENTENCE)),
            account: self.account,
            address: asked.origin.address().map(|address| address.to_string()),
            client_id: self.client_id,
            // Where a client is known, it is that which is asked about.
            claimed_name: self.submitted_name.filter(|_| client_name.is_none()),
            client_name: client_name.map(|name| brief(&name, NAME)),
            key: self.key,
            asked_by: self.asked_by,
            differences: self.differences,
            findings: self.findings,
        }
    }
}

impl Finding {
    /// What the server itself has found.
    fn of_server(code: &str, message: &str) -> Self {
        Self {
            code: code.to_owned(),
            severity: ERROR.to_owned(),
            pointer: String::new(),
            message: brief(message, SENTENCE),
            reference: String::new(),
        }
    }
}

impl Told {
    /// Whether nobody was refused anything: a user has yet to answer (RFC 8628 §3.5).
    fn is_waiting(&self) -> bool {
        self.error.as_deref() == Some("authorization_pending")
    }
}

/// The client that a decision turns out to be about.
fn named(decision: &Decision) -> Option<&str> {
    let of_effect = match &decision.effect {
        Effect::Store(record) | Effect::Share(record) | Effect::Replace(record) => {
            Some(&*record.client_id)
        }
        Effect::Remove(client_id) => Some(&**client_id),
        Effect::None => None,
    };
    let of_client = decision.client.as_ref().map(|client| &*client.client_id);
    of_client.or(of_effect).or(decision.client_id.as_deref())
}

/// What an event says of a client's record.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record {
    disabled: bool,
    denied: bool,
    metadata: Names,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Names {
    client_name: Option<String>,
}

impl Record {
    /// Why the client is unknown although there is a record.
    fn shut_out(&self) -> Finding {
        let (code, message) = match (self.denied, self.disabled) {
            (true, _) => (
                DELETED,
                "The client was deleted, and its id is used by nobody else.",
            ),
            (false, true) => (DISABLED, "An administrator disabled the client."),
            (false, false) => (
                OTHERWISE,
                "There is a registration of this id, and the settings in force do not let it in.",
            ),
        };
        Finding::of_server(code, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::place::Origin;

    /// The event of a request that was refused with this finding, about a client with this record.
    fn refused(found: &str, record: Option<&str>) -> Event {
        let mut gathered = Gathered {
            record: record.map(str::to_owned),
            is_refused: true,
            ..Gathered::default()
        };
        gathered.found(Finding::of_server(found, ""));
        let answered = Answered {
            method: "GET",
            route: "/auth/authorize",
            status: Some(400),
            told: None,
            concern: Concern::Protocol,
        };
        gathered.event(&Asked::new(Origin::Unknown, true), &answered, 0)
    }

    #[test]
    fn why_a_client_is_unknown_that_is_there() {
        for (found, record, expected) in [
            ("client-unknown", None, &["client-unknown"][..]),
            (
                "client-unknown",
                Some(r#"{"disabled":true,"metadata":{}}"#),
                &["client-disabled", "client-unknown"],
            ),
            (
                "client-unknown",
                Some(r#"{"denied":true,"disabled":true}"#),
                &["client-deleted", "client-unknown"],
            ),
            (
                "client-unknown",
                Some("{}"),
                &["client-shut-out", "client-unknown"],
            ),
            // An administrator may change one that is disabled, and makes a mistake.
            (
                "redirect-uri-fragment",
                Some(r#"{"disabled":true}"#),
                &["redirect-uri-fragment"],
            ),
        ] {
            let event = refused(found, record);
            let codes: Vec<&str> = event.findings.iter().map(|found| &*found.code).collect();
            assert_eq!(codes, expected, "{found} {record:?}");
            if found == "client-unknown" {
                let advice = crate::observe::event::advice(expected[0]);
                assert_eq!(event.advice(), advice.as_slice(), "{record:?}");
            }
        }
    }

    #[test]
    fn a_method_is_no_longer_than_its_place() {
        let answered = Answered {
            method: &"M".repeat(30_000),
            route: "/auth/token",
            status: Some(405),
            told: None,
            concern: Concern::Protocol,
        };
        let event = Gathered::default().event(&Asked::new(Origin::Unknown, true), &answered, 0);
        assert!(event.method.len() <= METHOD + "…".len(), "{}", event.method);
    }
}
