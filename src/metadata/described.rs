//! The members that no other member depends on.

use serde::Serialize;

use super::members::Member;

/// A valid member that is registered as it was submitted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Description {
    pub(super) member: Member,
    /// The language tag of a human-readable member (RFC 7591 §2.2).
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
