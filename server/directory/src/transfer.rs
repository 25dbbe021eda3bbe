//! A directory as lines of JSON, to be moved to another machine or another store.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::error::DirectoryError;
use crate::grant::TokenKind;
use crate::permission::Permission;
use crate::secret::SecretHash;

/// The version of the form that is written.
pub const VERSION: u32 = 2;

/// The version before, which does not say whose a key is, and has no last line.
pub(crate) const BEFORE: u32 = 1;

/// One line. The first is the header, and the last one says how many there are. What a line speaks of comes before it.
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
        #[serde(default)]
        owner: Option<String>,
        #[serde(default)]
        made_with: Option<Hash>,
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
        #[serde(default, skip_serializing_if = "String::is_empty")]
        wider_network: String,
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
    /// The last line: how many lines there are before it. Without it, nobody would know that a file was cut off.
    End { lines: u64 },
}

impl Line {
    /// The first line.
    pub const fn header() -> Self {
        Self::Directory { version: VERSION }
    }
}

/// A row that is left out of what is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Which, such as "client gpc_abc".
    pub what: String,
    /// Why it cannot be read.
    pub reason: String,
}

/// The lines that are handed out, and what cannot be.
pub(crate) struct Out<'a, 'e> {
    each: &'a mut (dyn for<'l> FnMut(&'l Line) -> Result<(), DirectoryError> + Send + 'e),
    lines: u64,
    unreadable: Vec<Unreadable>,
}

impl<'a, 'e> Out<'a, 'e> {
    /// Begins with the header.
    pub(crate) fn begin(
        each: &'a mut (dyn for<'l> FnMut(&'l Line) -> Result<(), DirectoryError> + Send + 'e),
    ) -> Result<Self, DirectoryError> {
        each(&Line::header())?;
        Ok(Self {
            each,
            lines: 1,
            unreadable: Vec::new(),
        })
    }

    /// Hands out a line, unless it cannot be read; then `what` says which it is.
    pub(crate) fn add(
        &mut self,
        line: Result<Line, String>,
        what: impl FnOnce() -> String,
    ) -> Result<(), DirectoryError> {
        let line = match line {
            // Nobody could take it over.
            Ok(Line::Client { record, .. }) if !is_object(&record) => Err(NO_OBJECT.to_owned()),
            line => line,
        };
        match line {
            Ok(line) => {
                self.lines += 1;
                (self.each)(&line)
            }
            Err(reason) => {
                let what = what();
                self.unreadable.push(Unreadable { what, reason });
                Ok(())
            }
        }
    }

    /// Ends with the last line, if nothing was left out.
    pub(crate) fn end(self) -> Result<Vec<Unreadable>, DirectoryError> {
        if self.unreadable.is_empty() {
            (self.each)(&Line::End { lines: self.lines })?;
        }
        Ok(self.unreadable)
    }
}

const NO_OBJECT: &str = "the record is no JSON object";

/// The lines between the header and the last, each with its number; what is not as it should be is an error.
pub(crate) struct Order<I> {
    lines: I,
    number: u64,
    version: u32,
    has_ended: bool,
}

impl<I: Iterator<Item = Result<Line, ImportError>>> Order<I> {
    pub(crate) const fn of(lines: I) -> Self {
        Self {
            lines,
            number: 0,
            version: 0,
            has_ended: false,
        }
    }

    /// The version that the header names.
    pub(crate) const fn version(&self) -> u32 {
        self.version
    }
}

impl<I: Iterator<Item = Result<Line, ImportError>>> Iterator for Order<I> {
    type Item = Result<(u64, Line), ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let wrong = |number, reason: String| Some(Err(ImportError::Line { number, reason }));
        if self.number == 0 {
            self.number = 1;
            match self.lines.next() {
                Some(Ok(Line::Directory {
                    version: version @ (BEFORE | VERSION),
                })) => self.version = version,
                Some(Ok(Line::Directory { version })) => {
                    return wrong(1, format!("version {version} is not known here"));
                }
                Some(Ok(_)) => return wrong(1, "this is no directory".to_owned()),
                Some(Err(error)) => return Some(Err(error)),
                None => return wrong(1, "there is nothing".to_owned()),
            }
        }
        self.number += 1;
        let next = match self.lines.next() {
            None if self.has_ended => return None,
            None => {
                return Some(Err(ImportError::Cut {
                    lines: self.number - 1,
                }));
            }
            Some(_) if self.has_ended => {
                return wrong(self.number, "something follows the last line".to_owned());
            }
            Some(next) => next,
        };
        match next {
            Ok(Line::End { lines }) if lines == self.number - 1 => {
                self.has_ended = true;
                self.next()
            }
            Ok(Line::End { lines }) => wrong(
                self.number,
                format!(
                    "{lines} lines were written, and there are {}",
                    self.number - 1
                ),
            ),
            Ok(Line::Directory { .. }) => {
                wrong(self.number, "a directory begins within another".to_owned())
            }
            Ok(
                Line::Account {
                    ref permissions, ..
                }
                | Line::Key {
                    ref permissions, ..
                },
            ) if let Some(name) = unknown(permissions) => {
                wrong(self.number, format!("there is no permission `{name}`"))
            }
            Ok(Line::Client { record, .. }) if !is_object(&record) => {
                wrong(self.number, NO_OBJECT.to_owned())
            }
            Ok(line) => Some(Ok((self.number, line))),
            Err(error) => Some(Err(error)),
        }
    }
}

/// The first name that is none of a permission.
fn unknown(permissions: &str) -> Option<&str> {
    let mut names = permissions.split_ascii_whitespace();
    names.find(|name| Permission::named(name).is_none())
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
    /// The last line is missing.
    #[error(
        "after {lines} lines, the line is missing that says how many there are: the file was cut off, or is of an \
         earlier version. Export again, with this version. If you know that the file is whole, import it with \
         --without-end"
    )]
    Cut {
        /// How many lines there are.
        lines: u64,
    },
    /// There is something in the directory.
    #[error("the directory is not empty; what is imported has to be all that there is")]
    NotEmpty,
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
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
