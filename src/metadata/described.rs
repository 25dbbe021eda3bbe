//! Members that no other member depends on.

use serde::Serialize;

use super::members::Member;

/// A member that is kept as it stands, once it was found to be sound.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Description {
    pub(super) member: Member,
    /// The language of a human-readable member (RFC 7591 §2.2).
    pub(super) tag: Option<String>,
    pub(super) value: Described,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Described {
    Text(String),
    List(Vec<String>),
    Flag(bool),
    Number(u64),
}
