//! The directory of principals: accounts, API keys and OAuth clients.

mod sqlite;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use thiserror::Error;

use crate::config::StorePath;
use crate::keys::{KeyHash, Permission};
use crate::plugin::{Effect, Usage};

/// Opens the directory, and makes it if there is none.
pub fn open(store: &StorePath) -> Result<Arc<dyn Directory>, OpenError> {
    Ok(Arc::new(sqlite::Sqlite::open(&store.0)?))
}

/// Where principals are kept.
///
/// What a method says is done, is on disk: neither a killed process nor a power cut undoes it.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The API key with this hash, unless it is expired or revoked.
    async fn live_key(&self, hash: KeyHash, now: u64) -> Result<Option<Key>, DirectoryError>;

    /// What a decision about this account and address may depend on.
    async fn usage(
        &self,
        account: Option<AccountId>,
        address: IpAddr,
        now: u64,
    ) -> Result<Usage, DirectoryError>;

    /// Does what was decided, all of it or nothing.
    async fn carry_out(&self, effect: Effect, origin: Origin) -> Result<(), DirectoryError>;

    /// Adds an API key, and the account it acts for if there is none of that name.
    async fn add_key(&self, key: NewKey) -> Result<(), DirectoryError>;

    /// Adds these API keys if there never was one, and says whether it did.
    async fn add_first_keys(&self, keys: Vec<NewKey>) -> Result<bool, DirectoryError>;

    /// Whether it can be read and written.
    async fn check(&self) -> Result<(), DirectoryError>;

    /// Finishes what was begun. Nothing can be changed afterwards.
    async fn close(&self);
}

/// An API key that is live.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key's number. It is no secret.
    pub id: KeyId,
    /// The account the key acts for.
    pub account: Option<Account>,
    /// What the key allows.
    pub permissions: Vec<String>,
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

/// Who caused a change, from where and when.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The API key that was presented.
    pub key: Option<KeyId>,
    /// The account it acts for.
    pub account: Option<AccountId>,
    /// Where the request came from.
    pub address: IpAddr,
    /// Seconds since 1970.
    pub at: u64,
}

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
