//! Who sees what was decided.

use std::time::Duration;

use gatepost_directory::Facts;
use gatepost_plugin::{Caller, Decision, Operation};

use super::error::Undecided;
use crate::fetch::FetchError;

/// Is told of each decision. Nothing waits for what it does with it.
pub trait Observer: Send + Sync {
    /// A decision was made, and carried out.
    fn decided(&self, decided: &Decided<'_>);

    /// There is no decision, or none that was carried out.
    fn undecided(&self, operation: &Operation, undecided: &Undecided);

    /// The plugin made a decision in this time.
    fn asked_plugin(&self, took: Duration);

    /// A decision needed a document that a client names, and it was there or not.
    fn fetched(&self, error: Option<&FetchError>);

    /// The directory carried a decision out in this time, with waiting for others.
    fn stored(&self, took: Duration);
}

/// A decision that was made, with all that it was made from.
pub struct Decided<'a> {
    /// What was asked.
    pub operation: &'a Operation,
    /// Who asked.
    pub caller: &'a Caller,
    /// The facts of the directory.
    pub facts: &'a Facts,
    /// The client that was looked up.
    pub client_id: Option<&'a str>,
    /// Seconds since 1970.
    pub now: u64,
    /// What came of it.
    pub decision: &'a Decision,
}
