//! The directory of principals of a mail server: accounts, API keys and OAuth clients, and what users have
//! let clients do. It is kept in an SQLite file or in a PostgreSQL database, behind one trait.
//!
//! ```
//! # tokio_test().block_on(async {
//! use gatepost_directory::{Store, open};
//!
//! let folder = tempfile::tempdir()?;
//! let directory = open(&Store::in_folder(folder.path())).await?;
//! assert!(directory.is_new().await?);
//! directory.close().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! # fn tokio_test() -> tokio::runtime::Runtime { tokio::runtime::Runtime::new().unwrap() }
//! ```

mod client;
#[cfg(test)]
mod contract;
mod directory;
mod error;
mod grant;
pub mod pem;
pub mod permission;
mod postgres;
mod principal;
pub mod secret;
mod sign_in;
mod sqlite;
mod store;
pub mod transfer;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

pub use client::{
    Abandoned, Counts, Entry, Facts, Inquiry, Judge, Listed, Listing, Order, Place, RegisteredBy,
    Registrant, Search, Sort, State, Verdict, Wider,
};
pub use directory::{Directory, Each, Lines};
pub use error::{DecideError, DirectoryError, OpenError, TlsError};
pub use grant::{
    Admission, Change, Device, Exchange, Grant, GrantId, MOST_ACCESS_TOKENS, MOST_DEVICES,
    MOST_DEVICES_OF_NETWORK, MOST_GRANTS, MOST_SESSIONS, MOST_SPENT_TOKENS, NewGrant, NewSession,
    NewToken, Poll, REMEMBERED, Session, SignedIn, Token, TokenKind,
};
pub use permission::Permission;
pub use principal::{
    Account, AccountChange, AccountEntry, AccountId, Ended, Key, KeyEntry, KeyId,
    LAST_USE_PRECISION, NamePlace, NewAccount, NewKey, is_account_name, is_key_name,
};
pub use sign_in::{GUESS_WINDOW, PLACE_REMEMBERED, SignInPast};
pub use store::{Database, Store};

/// Opens the directory, and makes it if there is none.
pub async fn open(store: &Store) -> Result<Arc<dyn Directory>, OpenError> {
    Ok(match store {
        Store::Sqlite(path) => Arc::new(sqlite::Sqlite::open(path)?),
        Store::Postgres(database) => Arc::new(postgres::Postgres::open(database).await?),
    })
}

/// Opens the directory that is there, for reading alone; a server may have it open.
pub async fn open_to_read(store: &Store) -> Result<Arc<dyn Directory>, OpenError> {
    Ok(match store {
        Store::Sqlite(path) => Arc::new(sqlite::Sqlite::open_to_read(path)?),
        Store::Postgres(database) => Arc::new(postgres::Postgres::open_to_read(database).await?),
    })
}

/// Seconds since 1970. A clock that is set to before that counts as standing at its beginning.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
