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
    /// Whether the client's refresh tokens are counted, as a lifecycle decision needs it. A client that many use has many
    /// of them, so that nobody counts them who only signs in.
    pub counts_tokens: bool,
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

/// Who registered a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisteredBy {
    /// An administrator, by hand.
    Administrator,
    /// Whoever has an API key.
    Key,
    /// Somebody without an API key.
    Stranger,
    /// Its website describes it, and it was used.
    Document,
}

impl RegisteredBy {
    const ALL: [Self; 4] = [
        Self::Administrator,
        Self::Key,
        Self::Stranger,
        Self::Document,
    ];

    /// The name it is kept under.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Key => "key",
            Self::Stranger => "stranger",
            Self::Document => "document",
        }
    }

    /// What is kept under a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// What became of a client. Each is in one state, the first of these that is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// An administrator disabled it.
    Disabled,
    /// It waits for an administrator's approval.
    Waiting,
    /// Its secret has expired.
    SecretExpired,
    /// It was never used.
    NeverUsed,
    /// It was used.
    Used,
}

impl State {
    const ALL: [Self; 5] = [
        Self::Disabled,
        Self::Waiting,
        Self::SecretExpired,
        Self::NeverUsed,
        Self::Used,
    ];

    /// Its name, in the stores and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Waiting => "waiting",
            Self::SecretExpired => "secret-expired",
            Self::NeverUsed => "never-used",
            Self::Used => "used",
        }
    }

    /// The state of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The name of a listed client's state in SQL, where the time is this parameter.
    pub(crate) fn sql(now: &str) -> String {
        let [disabled, waiting, expired, never, used] = Self::ALL.map(Self::name);
        format!(
            "CASE WHEN disabled THEN '{disabled}'
                  WHEN waits THEN '{waiting}'
                  WHEN secret_until > 0 AND secret_until <= {now} THEN '{expired}'
                  WHEN used_at < 0 THEN '{never}'
                  ELSE '{used}' END"
        )
    }
}

/// How many clients there are, without those that were deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of each who registers clients, in one order.
    pub by: Vec<(RegisteredBy, u64)>,
    /// Of each state, in the order of the states.
    pub states: Vec<(State, u64)>,
    /// All of them, as the limit on clients counts them.
    pub clients: u64,
    /// Those that were registered without an API key, as the limit on them counts.
    pub anonymous_clients: u64,
}

impl Counts {
    /// The statement that counts all of them at once, in one row; the time is this parameter.
    pub(crate) fn sql(now: &str) -> String {
        let of = |column: &str, name: &str| format!("count(*) FILTER (WHERE {column} = '{name}')");
        let by = RegisteredBy::ALL.map(|by| of("registrant", by.name()));
        let states = State::ALL.map(|state| of("state", state.name()));
        format!(
            "SELECT {}, {}, (SELECT clients FROM tally), (SELECT anonymous_clients FROM tally)
             FROM (SELECT registrant, {} AS state FROM oauth_client_listed WHERE NOT gone) AS listed",
            by.join(", "),
            states.join(", "),
            State::sql(now)
        )
    }

    /// What the columns of that row say.
    pub(crate) fn read<E>(number: impl Fn(usize) -> Result<u64, E>) -> Result<Self, E> {
        let [kinds, states] = [RegisteredBy::ALL.len(), State::ALL.len()];
        let mut counts = Self {
            clients: number(kinds + states)?,
            anonymous_clients: number(kinds + states + 1)?,
            ..Self::default()
        };
        for (column, by) in RegisteredBy::ALL.into_iter().enumerate() {
            counts.by.push((by, number(column)?));
        }
        for (column, state) in State::ALL.into_iter().enumerate() {
            counts.states.push((state, number(kinds + column)?));
        }
        Ok(counts)
    }

    /// How many are in a state.
    pub fn of(&self, state: State) -> u64 {
        let mut states = self.states.iter();
        states
            .find(|(of, _)| *of == state)
            .map_or(0, |(_, count)| *count)
    }
}

/// What a list of clients is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// When they were registered, the latest first.
    #[default]
    Newest,
    /// The same, the earliest first.
    Oldest,
    /// When they were last used, the latest first; those that never were come last.
    LastUsed,
    /// Their names, and those without a name by their ids.
    Name,
}

impl Sort {
    /// What comes first, in SQL.
    pub(crate) const fn sql(self) -> &'static str {
        match self {
            Self::Newest => "listed.id DESC",
            Self::Oldest => "listed.id",
            Self::LastUsed => "listed.used_at DESC, listed.id DESC",
            Self::Name => "listed.name, listed.id",
        }
    }
}

/// A page of the list of clients that are there, and what is listed.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Those whose id, name, web page or redirect URI contains this, whatever the case of its ASCII letters.
    pub text: Option<String>,
    /// Those that are disabled, or those that are not.
    pub is_disabled: Option<bool>,
    /// Those in a state.
    pub state: Option<State>,
    /// Those that somebody registered.
    pub by: Option<RegisteredBy>,
    /// Those that nobody used since then, nor registered since, in seconds since 1970.
    pub unused_since: Option<u64>,
    /// The order.
    pub sort: Sort,
    /// How many come before the page.
    pub before: u32,
    /// How many are on the page at most.
    pub limit: u32,
    /// Seconds since 1970, for what has expired by now.
    pub now: u64,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// How many are listed on all pages.
    pub total: u64,
    /// Those of the page.
    pub entries: Vec<Entry>,
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
    /// Who registered it.
    pub by: RegisteredBy,
    /// The name of the API key that it was registered with, if that is there.
    pub key: Option<String>,
    /// The network that it was registered from, if that is known.
    pub network: Option<String>,
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
