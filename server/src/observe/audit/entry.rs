//! What a line of the log can be: a decision, a client's record, a sum of decisions, what somebody did, or what came of a request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::act::Act;
use super::allowance::Sum;
use super::line::Line;
use crate::observe::event::Event;

/// One line of the log.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A decision.
    Decision(Box<Line>),
    /// A client's record, which the decisions after it in the same file refer to.
    Record(Record),
    /// How many decisions have no line of their own.
    Sum(Sum),
    /// What an administrator did, or who signed in.
    Act(Box<Act>),
    /// What came of a request, with all that explains it.
    Event(Box<Event>),
}

/// A client's record, as it was at some revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// SHA-256 of the record, in base64url.
    pub hash: String,
    /// The record.
    pub record: String,
}

impl Record {
    /// A record, with its hash.
    pub(super) fn of(record: String) -> Self {
        Self {
            hash: URL_SAFE_NO_PAD.encode(Sha256::digest(&record)),
            record,
        }
    }
}

/// What a line says of itself. A decision says nothing.
#[derive(Deserialize)]
struct Head {
    kind: Option<String>,
}

#[derive(Serialize)]
struct Tagged<'a, T> {
    kind: &'static str,
    #[serde(flatten)]
    entry: &'a T,
}

impl Entry {
    /// Reads a line.
    pub fn read(text: &[u8]) -> serde_json::Result<Self> {
        let Head { kind } = serde_json::from_slice(text)?;
        Ok(match kind.as_deref() {
            None => Self::Decision(serde_json::from_slice(text)?),
            Some(RECORD) => Self::Record(serde_json::from_slice(text)?),
            Some(SUM) => Self::Sum(serde_json::from_slice(text)?),
            Some(ACT) => Self::Act(serde_json::from_slice(text)?),
            Some(EVENT) => Self::Event(serde_json::from_slice(text)?),
            Some(_) => return Err(serde::de::Error::custom("no such kind of line is known")),
        })
    }

    /// The line, with its end.
    pub(super) fn written(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = match self {
            Self::Decision(line) => serde_json::to_vec(line),
            Self::Record(record) => tagged(RECORD, record),
            Self::Sum(sum) => tagged(SUM, sum),
            Self::Act(act) => tagged(ACT, act),
            Self::Event(event) => tagged(EVENT, event),
        }?;
        text.push(b'\n');
        Ok(text)
    }
}

fn tagged(kind: &'static str, entry: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Tagged { kind, entry })
}

const RECORD: &str = "record";
const SUM: &str = "sum";
const ACT: &str = "act";
const EVENT: &str = "event";

/// Whether a line of the log is an event. Most are not, and reading them would take long.
pub(super) fn is_event(text: &[u8]) -> bool {
    text.starts_with(br#"{"kind":"event","#)
}

/// Whether it is a sum of requests that have no lines.
pub(super) fn is_sum(text: &[u8]) -> bool {
    text.starts_with(br#"{"kind":"sum","#)
}

/// Whether it is a client's record, which has no time.
pub(super) fn is_record(text: &[u8]) -> bool {
    text.starts_with(br#"{"kind":"record","#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let record = Record {
            hash: "h".to_owned(),
            record: "{}".to_owned(),
        };
        let written = Entry::Record(record.clone()).written().expect("it is JSON");
        assert_eq!(
            String::from_utf8_lossy(&written),
            "{\"kind\":\"record\",\"hash\":\"h\",\"record\":\"{}\"}\n"
        );
        match Entry::read(&written) {
            Ok(Entry::Record(read)) => assert_eq!(read, record),
            other => panic!("{other:?}"),
        }
        let event = br#"{"kind":"event","number":"1-1","at":1,"method":"GET","route":"/","outcome":"accepted"}"#;
        let read = Entry::read(event).expect("it is an event");
        let written = read.written().expect("it is JSON");
        assert!(is_event(&written), "{}", String::from_utf8_lossy(&written));
        for (text, is_read) in [
            (
                r#"{"at":1,"operation":"read","caller":{"credential":"missing"},"accepted":true,"status":200,"effect":"none"}"#,
                true,
            ),
            (
                r#"{"kind":"sum","at":1,"network":"others","operation":"read","accepted":true,"count":2,"first":0,"last":1}"#,
                true,
            ),
            (
                r#"{"kind":"event","number":"1-1","at":1,"method":"GET","route":"/","outcome":"refused"}"#,
                true,
            ),
            (r#"{"kind":"nothing"}"#, false),
            (r#"{"kind":"sum"}"#, false),
            ("{}", false),
            ("", false),
        ] {
            assert_eq!(Entry::read(text.as_bytes()).is_ok(), is_read, "{text}");
        }
    }
}
