//! The directory of principals: accounts, API keys and OAuth clients.

mod sqlite;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use thiserror::Error;

use crate::config::StorePath;
use crate::decide::Undecided;
use crate::keys::{KeyHash, Permission};
use crate::plugin::{Activity, Decision, Usage};

/// Opens the directory, and makes it if there is none.
pub fn open(store: &StorePath) -> Result<Arc<dyn Directory>, OpenError> {
    Ok(Arc::new(sqlite::Sqlite::open(&store.0)?))
}

/// Opens the directory that is there, for reading alone; a server may have it open.
pub fn open_to_read(store: &StorePath) -> Result<Arc<dyn Directory>, OpenError> {
    Ok(Arc::new(sqlite::Sqlite::open_to_read(&store.0)?))
}

/// Where principals are kept.
///
/// What a method says is done, is on disk: neither a killed process nor a power cut undoes it.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The API key with this hash, unless it is expired or revoked.
    async fn live_key(&self, hash: KeyHash, now: u64) -> Result<Option<Key>, DirectoryError>;

    /// The names of the live API keys that have a permission.
    async fn keys_with(
        &self,
        permission: Permission,
        now: u64,
    ) -> Result<Vec<String>, DirectoryError>;

    /// What a decision may depend on, as it is now.
    async fn facts(&self, inquiry: &Inquiry) -> Result<Facts, DirectoryError>;

    /// Makes a decision and carries out its effect, in one transaction with reading the facts and
    /// counting what was registered: all of it or nothing, and nobody in between.
    ///
    /// Other changes wait while it decides.
    async fn decide(&self, inquiry: Inquiry, judge: Judge) -> Result<Decision, Undecided>;

    /// The clients after a place in a list of all, so many at most.
    async fn clients(&self, after: Place, limit: u32) -> Result<Vec<Entry>, DirectoryError>;

    /// Drops the counts of registrations in windows that began before then.
    async fn forget_windows(&self, before: u64) -> Result<(), DirectoryError>;

    /// Adds an API key, and the account it acts for if there is none of that name.
    async fn add_key(&self, key: NewKey) -> Result<(), DirectoryError>;

    /// Adds these API keys if there never was one, and says whether it did.
    async fn add_first_keys(&self, keys: Vec<NewKey>) -> Result<bool, DirectoryError>;

    /// Whether it can be read and written.
    async fn check(&self) -> Result<(), DirectoryError>;

    /// Finishes what was begun. Nothing can be changed afterwards.
    async fn close(&self);
}

/// What decides, from facts alone: it is asked more than once, and the last answer counts.
pub type Judge = Arc<dyn Fn(&Facts) -> Result<Decision, Undecided> + Send + Sync>;

/// What a decision is about.
#[derive(Clone, Debug, Default)]
pub struct Inquiry {
    /// The client in question, if there is one.
    pub client_id: Option<String>,
    /// Who registers, if this is a registration. What is stored then is counted.
    pub registrant: Option<Registrant>,
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
}

/// What a decision may depend on.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What was counted for the registrant; nothing if there is none.
    pub usage: Usage,
    /// The record of the client in question, if there is one.
    pub record: Option<String>,
    /// What became of that client.
    pub activity: Activity,
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
    /// What became of it.
    pub activity: Activity,
    /// How many users have agreed to it.
    pub users: u64,
}

/// A place in the list of all clients; the default is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(i64);

/// An API key that is live.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key's number. It is no secret.
    pub id: KeyId,
    /// The account the key acts for.
    pub account: Option<Account>,
    /// What the key allows.
    pub permissions: Vec<String>,
    /// What may be registered with it, in the plugin's JSON.
    pub terms: Option<String>,
}

/// An account, as far as a decision needs to know it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account's number.
    pub id: AccountId,
    /// The account's name.
    pub name: String,
}

/// The number of an API key in this directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyId(i64);

/// The number of an account in this directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountId(i64);

/// An API key to be added.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What is kept of the key itself.
    pub hash: KeyHash,
    /// What the key is for, in its owner's words.
    pub name: String,
    /// The name of the account the key acts for.
    pub account: Option<String>,
    /// What the key allows.
    pub permissions: Vec<Permission>,
    /// What may be registered with it, in JSON that the plugin has checked.
    pub terms: Option<String>,
    /// Seconds since 1970.
    pub created_at: u64,
    /// Seconds since 1970, if the key expires.
    pub expires_at: Option<u64>,
}

/// Why the directory did not do what it was asked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DirectoryError {
    /// More is waiting to be written than is reasonable. A moment later there may be room.
    #[error("the directory's queue is full")]
    Busy,
    /// A client id was issued twice. What is stored under it stays.
    #[error("there is a client with this id already")]
    ClientExists,
    /// A change to a client that is not there.
    #[error("there is no client with this id")]
    NoSuchClient,
    /// The disk is full, the file is damaged, and the like.
    #[error("the directory failed: {0}")]
    Failed(String),
}

/// Why there is no directory to work with.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder or file cannot be made.
    #[error("cannot create {path}")]
    Create {
        /// Which one.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is an SQLite database of some other program.
    #[error("{0} is not a directory of this program")]
    Foreign(String),
    /// The file was written by a later version of this program.
    #[error("{path} has version {found}, and this program knows versions up to {known}")]
    TooNew {
        /// Which file.
        path: String,
        /// Its version.
        found: usize,
        /// The latest version this program knows.
        known: usize,
    },
    /// The file was written by an earlier version, and is not to be changed now.
    #[error("{path} is of an earlier version; start the server once to bring it up to date")]
    TooOld {
        /// Which file.
        path: String,
    },
    /// SQLite refuses.
    #[error("cannot open {path}")]
    Sqlite {
        /// Which file.
        path: String,
        /// Why.
        source: rusqlite::Error,
    },
}

/// Seconds since 1970. A clock that is set to before that counts as standing at its beginning.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
