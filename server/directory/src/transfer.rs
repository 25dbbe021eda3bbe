//! A directory as lines of JSON, to be moved to another machine or another store.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::grant::TokenKind;
use crate::secret::SecretHash;

/// The version of the form that is written.
pub const VERSION: u32 = 1;

/// One line. The first is the header, and what a line speaks of comes before it.
///
/// Browsers that signed in and devices that wait are not moved: they sign in, and ask, again. Nor is it that a
/// spent refresh token may be exchanged once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are the columns of `sqlite/1.sql`")]
pub enum Line {
    /// What this is.
    Directory { version: u32 },
    /// An account.
    Account {
        name: String,
        password_hash: Option<String>,
        permissions: String,
        created_at: u64,
    },
    /// An API key.
    Key {
        hash: Hash,
        name: String,
        account: Option<String>,
        permissions: String,
        terms: Option<String>,
        registrations: u64,
        created_at: u64,
        expires_at: Option<u64>,
        revoked_at: Option<u64>,
        last_used_at: Option<u64>,
    },
    /// A client.
    Client {
        client_id: String,
        record: String,
        revision: u64,
        account: Option<String>,
        key: Option<Hash>,
        network: Option<String>,
        anonymous: bool,
        created_at: u64,
        changed_at: u64,
        disabled_at: Option<u64>,
        authorised_at: Option<u64>,
        last_used_at: Option<u64>,
    },
    /// A grant, and the number by which its tokens speak of it.
    Grant {
        number: i64,
        client_id: String,
        account: Option<String>,
        scope: String,
        resources: String,
        created_at: u64,
        last_used_at: u64,
    },
    /// A token.
    Token {
        hash: Hash,
        token: Kind,
        grant: i64,
        data: String,
        issued_at: u64,
        expires_at: u64,
        spent_at: Option<u64>,
    },
    /// How many clients were registered from a network in a window.
    Registrations {
        window_start: u64,
        network: String,
        registrations: u64,
    },
}

impl Line {
    /// The first line.
    pub const fn header() -> Self {
        Self::Directory { version: VERSION }
    }
}

/// The lines after the header, each with its number; what is not as it should be is an error.
pub(crate) struct Order<I> {
    lines: I,
    number: u64,
}

impl<I: Iterator<Item = Result<Line, ImportError>>> Order<I> {
    pub(crate) const fn of(lines: I) -> Self {
        Self { lines, number: 0 }
    }
}

impl<I: Iterator<Item = Result<Line, ImportError>>> Iterator for Order<I> {
    type Item = Result<(u64, Line), ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let wrong = |number, reason: String| Some(Err(ImportError::Line { number, reason }));
        if self.number == 0 {
            self.number = 1;
            match self.lines.next() {
                Some(Ok(Line::Directory { version: VERSION })) => {}
                Some(Ok(Line::Directory { version })) => {
                    return wrong(1, format!("version {version} is not known here"));
                }
                Some(Ok(_)) => return wrong(1, "this is no directory".to_owned()),
                Some(Err(error)) => return Some(Err(error)),
                None => return wrong(1, "there is nothing".to_owned()),
            }
        }
        self.number += 1;
        match self.lines.next()? {
            Ok(Line::Directory { .. }) => {
                wrong(self.number, "a directory begins within another".to_owned())
            }
            Ok(Line::Client { record, .. }) if !is_object(&record) => {
                wrong(self.number, "the record is no JSON object".to_owned())
            }
            Ok(line) => Some(Ok((self.number, line))),
            Err(error) => Some(Err(error)),
        }
    }
}

/// What searches go through has to be one. The rest of a record is for the plugin to read.
fn is_object(record: &str) -> bool {
    serde_json::from_str::<Map<String, Value>>(record).is_ok()
}

/// Why a directory is not taken over.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A line cannot be read, or does not fit to those before it.
    #[error("line {number}: {reason}")]
    Line {
        /// Which, counted from 1.
        number: u64,
        /// Why.
        reason: String,
    },
    /// There is something in the directory.
    #[error("the directory is not empty; what is imported has to be all that there is")]
    NotEmpty,
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] super::DirectoryError),
}

/// A hash, in base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(pub SecretHash);

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0.bytes()))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| SecretHash::from_bytes(&bytes))
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a hash is 32 bytes in base64url"))
    }
}

/// What a token is, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub TokenKind);

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        TokenKind::named(&name)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("there is no such kind of token"))
    }
}
