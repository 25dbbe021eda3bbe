//! Events: what came of a request, with all that explains it to an administrator.

mod advice;
mod asked;
mod differences;
mod filter;
mod gathered;
mod meaning;
mod number;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use self::advice::advice;
pub use self::asked::Asked;
pub use self::filter::Filter;
pub(super) use self::gathered::Gathered;
pub use self::meaning::meaning;
pub use self::number::Number;
use super::log::cut;

/// One request that was decided or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What the request is known by.
    pub number: String,
    /// When it was answered, in seconds since 1970.
    pub at: u64,
    /// The method of the request.
    pub method: String,
    /// The route that it was for, without what its client wrote.
    pub route: String,
    /// The status of the answer; nothing if the client went away before there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What came of it in the end.
    pub outcome: Ending,
    /// What was decided or done, by its name in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The error code of the answer (RFC 6749 §5.2, §4.1.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the answer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The account that asked, or that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Where the request came from, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The client that the request is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The name that the client registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// The name in a registration that was refused. Anybody can write any name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_name: Option<String>,
    /// The number of the API key that was presented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<i64>,
    /// The client that asked about a token of the other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// What was asked and what is registered, where they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What came of a request in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// It was done.
    Accepted,
    /// It was not.
    Refused,
}

impl Ending {
    /// The name in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

/// What was asked and what is registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What they are values of.
    pub what: String,
    /// What was asked, or presented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// What the client registered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registered: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its code, which never changes.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// The place in what was submitted, as a JSON Pointer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// The source of the rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// The answer to a request, as far as its event has it.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The route that it was for.
    pub route: &'a str,
    /// The status; nothing if the client went away before there was one.
    pub status: Option<u16>,
    /// What the answer says of a refusal.
    pub told: Option<&'a Told>,
    /// What the route is for.
    pub concern: Concern,
}

/// What a route is for, and so which of its requests are events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// Clients and administrators' programs: whatever is decided or refused.
    Protocol,
    /// People: what a form did, and a form that was refused. To look at a page is no event.
    Form,
}

/// What the answer to a refused request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is called in events, if the server itself refused.
    pub code: Option<&'static str>,
    /// The error code of the answer.
    pub error: Option<Cow<'static, str>>,
    /// The sentence of the answer.
    pub description: Cow<'static, str>,
}

impl Answered<'_> {
    /// What it is called where it is only counted.
    pub(super) fn name(&self) -> &str {
        let code = self.told.and_then(|told| told.code);
        code.unwrap_or("request")
    }
}

impl Event {
    /// What it is known by in a column: the client's name, or its id.
    pub fn client(&self) -> Option<&str> {
        self.client_name.as_deref().or(self.client_id.as_deref())
    }

    /// What it is known by in a column where no client is known: the name that was claimed.
    pub fn claimed(&self) -> Option<String> {
        let name = self.claimed_name.as_ref()?;
        Some(format!("not registered: “{name}”"))
    }

    /// Why it was refused, in a word: the code of the first error, or the error code of the answer.
    pub fn reason(&self) -> &str {
        let mut errors = self.findings.iter().filter(|f| f.severity == ERROR);
        match (errors.next(), &self.error) {
            (Some(finding), _) => &finding.code,
            (None, Some(error)) => error,
            (None, None) => "",
        }
    }

    /// What an administrator or the client's author can do, one sentence after the other.
    pub fn advice(&self) -> Vec<&'static str> {
        if self.outcome == Ending::Accepted {
            return Vec::new();
        }
        let mut advised: Vec<&'static str> = Vec::new();
        let mut codes = self.findings.iter();
        // There is a record: the advice for a client that was never registered would contradict that of the true reason.
        let is_shut_out = codes.any(|finding| SHUT_OUT.contains(&&*finding.code));
        let codes = self.findings.iter().filter(|finding| {
            finding.severity != WARNING && !(is_shut_out && finding.code == UNKNOWN)
        });
        for code in codes.map(|finding| &*finding.code) {
            let found = advice(code).filter(|found| !advised.contains(found));
            advised.extend(found);
        }
        let is_registration = matches!(
            self.operation.as_deref(),
            Some("register" | "provision" | "update")
        );
        if advised.is_empty() && is_registration && !self.findings.is_empty() {
            advised.extend(advice("invalid_client_metadata"));
        }
        if advised.is_empty() {
            advised.extend(self.error.as_deref().and_then(advice));
        }
        advised
    }
}

/// What the plugin tells strangers of a client that is not registered, or is shut out.
const UNKNOWN: &str = "client-unknown";

/// Why a client is unknown that has a record.
const DELETED: &str = "client-deleted";
const DISABLED: &str = "client-disabled";
const OTHERWISE: &str = "client-shut-out";
const SHUT_OUT: [&str; 3] = [DELETED, DISABLED, OTHERWISE];

/// The names of severities in events.
const ERROR: &str = "error";
const WARNING: &str = "warning";
const NOTE: &str = "note";

#[cfg(test)]
impl Event {
    /// A refused request, as tests of what shows and finds events have it.
    pub(crate) fn example() -> Self {
        Self {
            number: "0a1b2c3d-1f".to_owned(),
            at: 1000,
            method: "GET".to_owned(),
            route: "/auth/authorize".to_owned(),
            status: Some(400),
            outcome: Ending::Refused,
            operation: Some("authorize".to_owned()),
            error: Some("invalid_request".to_owned()),
            description: Some(
                "The redirect_uri is none of those that the client registered.".to_owned(),
            ),
            account: Some("ann@example.org".to_owned()),
            address: Some("192.0.2.7".to_owned()),
            client_id: Some("gpc_1".to_owned()),
            client_name: Some("Example Mail".to_owned()),
            claimed_name: None,
            key: None,
            asked_by: None,
            differences: vec![Difference {
                what: "redirect_uri".to_owned(),
                asked: vec!["https://other.example/cb".to_owned()],
                registered: vec!["http://127.0.0.1/callback".to_owned()],
            }],
            findings: vec![Finding {
                code: "redirect-uri-unregistered".to_owned(),
                severity: ERROR.to_owned(),
                pointer: "/redirect_uri".to_owned(),
                message: "The redirect_uri is none of those that the client registered.".to_owned(),
                reference: "RFC 9700 §4.1.3".to_owned(),
            }],
        }
    }
}

/// How much of a text of somebody else's an event has, in bytes: a method, an id, a name, a value, a sentence.
const METHOD: usize = 16;
const ID: usize = 256;
const NAME: usize = 120;
const VALUE: usize = 256;
const SENTENCE: usize = 600;

/// How many findings, differences, and values of one of them an event has.
const FINDINGS: usize = 16;
const DIFFERENCES: usize = 8;
const VALUES: usize = 10;

/// As much of a text as there is room for, and a sign that there was more.
fn brief(text: &str, longest: usize) -> String {
    match cut(text, longest) {
        whole if whole.len() == text.len() => text.to_owned(),
        part => format!("{part}\u{2026}"),
    }
}
