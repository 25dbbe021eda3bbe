//! OAuth clients: what decisions about them depend on.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_plugin::{Activity, Assertion, Decision, Usage};

use crate::grant::Change;
use crate::principal::{AccountId, KeyId};
use crate::secret::SecretHash;

/// What decides, from facts alone: it is asked more than once, and the last answer counts.
pub type Judge = Arc<dyn Fn(&Facts) -> Result<Verdict, Abandoned> + Send + Sync>;

/// The judge made no decision, and keeps the reason to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned;

/// A decision, and what this program wants done with its effect if it is accepted.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What the plugin decided.
    pub decision: Decision,
    /// What is done after the decision's effect, in the same transaction.
    pub changes: Vec<Change>,
}

/// What a decision is about.
#[derive(Clone, Debug, Default)]
pub struct Inquiry {
    /// The client in question, if there is one.
    pub client_id: Option<String>,
    /// Who registers, if this is a registration. What is stored then is counted. Without it, nothing that was counted
    /// is among the facts.
    pub registrant: Option<Registrant>,
    /// How often the client's record has been written, as whoever asks last saw it. If it has been
    /// written since, nothing is changed.
    pub revision: Option<u64>,
    /// Seconds since 1970.
    pub now: u64,
}

/// Who registers a client.
#[derive(Clone, Debug, Default)]
pub struct Registrant {
    /// The API key that was presented.
    pub key: Option<KeyId>,
    /// The account it acts for.
    pub account: Option<AccountId>,
    /// What the request's address is counted under.
    pub network: Option<String>,
    /// When the window in which it is counted began, in seconds since 1970.
    pub window_start: u64,
    /// What a registration without an API key is counted under besides, if it is one.
    pub wider: Option<Wider>,
}

impl Registrant {
    /// The wider network; empty if it is not counted.
    pub(crate) fn wider_network(&self) -> &str {
        self.wider.as_ref().map_or("", |wider| &wider.network)
    }
}

/// The wider network of somebody who registers without an API key.
#[derive(Clone, Debug)]
pub struct Wider {
    /// What the request's address is counted under.
    pub network: String,
    /// When the window in which it is counted began, in seconds since 1970.
    pub window_start: u64,
}

impl Wider {
    /// The name of the counter. It is never that of a network, although a network can be as large as a wider
    /// one, and a window can begin when a wider one does.
    pub(crate) fn name(&self) -> String {
        format!("wider {}", self.network)
    }
}

/// What a decision may depend on.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What was counted for the registrant; nothing if there is none.
    pub usage: Usage,
    /// The record of the client in question, if there is one.
    pub record: Option<String>,
    /// How often that was written.
    pub revision: Option<u64>,
    /// What became of that client.
    pub activity: Activity,
}

/// Which clients are listed.
#[derive(Clone, Debug)]
pub struct Search {
    /// Those after this place, in the order of the list.
    pub after: Option<Place>,
    /// The order of the list.
    pub order: Order,
    /// Those whose id, name, web page or redirect URI contains this, whatever the case of its ASCII letters.
    pub text: Option<String>,
    /// So many at most.
    pub limit: u32,
    /// Seconds since 1970, for what has expired by now.
    pub now: u64,
}

impl Search {
    /// All clients, a page of so many at a time.
    pub const fn all(limit: u32, now: u64) -> Self {
        Self {
            after: None,
            order: Order::OldestFirst,
            text: None,
            limit,
            now,
        }
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Those that were registered first come first.
    #[default]
    OldestFirst,
    /// Those that were registered last come first.
    NewestFirst,
}

/// A client, and its place in the list of all.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place.
    pub place: Place,
    /// Its id.
    pub client_id: String,
    /// The plugin's document.
    pub record: String,
    /// How often that was written.
    pub revision: u64,
    /// The account that registered it, if that is known.
    pub owner: Option<String>,
    /// Whether it registered itself without an API key.
    pub is_anonymous: bool,
    /// Whether an administrator disabled it.
    pub is_disabled: bool,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970.
    pub changed_at: u64,
    /// What became of it.
    pub activity: Activity,
    /// How many accounts it may act for now.
    pub users: u64,
    /// What of it cannot be read, if something cannot: text that is no UTF-8, which is shown with a mark in place of
    /// what is damaged.
    pub unreadable: Option<String>,
}

/// A place in the list of all clients. It means nothing outside of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(pub(crate) i64);

impl Place {
    /// The number that stands for the place, for a link to the next page.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The place that a number stands for.
    pub const fn at(number: i64) -> Self {
        Self(number)
    }
}

/// How many ids of assertions are kept of one client, of those that have not expired.
pub(crate) const MOST_ASSERTIONS: i64 = 10_000;

/// How long an id that is kept as it is may be, in bytes.
const LONGEST_ASSERTION: usize = 64;

/// What is kept of an assertion's id, which a client chose: one that is long is hashed.
pub(crate) fn assertion_id(assertion: &Assertion) -> String {
    match assertion.id.len() > LONGEST_ASSERTION {
        true => URL_SAFE_NO_PAD.encode(SecretHash::of(&assertion.id).bytes()),
        false => assertion.id.clone(),
    }
}

/// The ids of assertions that expired by then are of no use any more, in seconds since 1970. Clocks may differ by some
/// minutes.
pub(crate) fn assertions_before(now: u64) -> i64 {
    now.saturating_sub(600).cast_signed()
}
