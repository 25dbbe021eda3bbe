//! Who sees what was decided.

use std::time::Duration;

use gatepost_directory::{Facts, TokenKind};
use gatepost_plugin::{Caller, Decision, Operation};

use super::error::Undecided;
use crate::fetch::FetchError;

/// Is told of each decision. Nothing waits for what it does with it.
pub trait Observer: Send + Sync {
    /// A decision was made, and carried out.
    fn decided(&self, decided: &Decided<'_>);

    /// There is no decision, or none that was carried out.
    fn undecided(&self, operation: &Operation, undecided: &Undecided);

    /// A token that is good for one use was presented again.
    fn reused(&self, reuse: &Reuse<'_>);

    /// The plugin made a decision in this time.
    fn asked_plugin(&self, took: Duration);

    /// A decision needed a document that a client names, and it was there or not.
    fn fetched(&self, error: Option<&FetchError>);

    /// The directory carried a decision out in this time, with waiting for others.
    fn stored(&self, took: Duration);
}

/// A token that is good for one use, and that was presented again.
#[derive(Clone, Copy)]
pub struct Reuse<'a> {
    /// Who presented it.
    pub caller: &'a Caller,
    /// The client that it was issued to.
    pub client_id: &'a str,
    /// What it is.
    pub kind: TokenKind,
    /// Whether others were issued for it once more, because the answer was lost. Otherwise the grant with all
    /// its tokens has ended.
    pub is_repeated: bool,
    /// Seconds since 1970.
    pub now: u64,
}

impl Reuse<'_> {
    /// What it is called in the audit log and in the metrics.
    pub const OPERATION: &'static str = "exchange";

    /// What was found, as the audit log and the metrics have it.
    pub const fn code(&self) -> &'static str {
        match (self.kind, self.is_repeated) {
            (_, true) => "refresh-token-repeated",
            (TokenKind::Refresh, false) => "refresh-token-reused",
            (TokenKind::Code, false) => "code-reused",
            (TokenKind::DeviceCode, false) => "device-code-reused",
            (TokenKind::Access, false) => "access-token-reused",
        }
    }
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
