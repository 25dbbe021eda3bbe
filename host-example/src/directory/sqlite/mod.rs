//! The directory in an SQLite file.
//!
//! One thread writes; see [`writer`]. Reading happens in place on a connection from a pool: every
//! lookup is one row by an index on pages that are in memory, which takes a few microseconds, less
//! than it takes to wake a thread. Nothing is cached beyond that, so a key that is created works at
//! once, and one that is revoked stops at once, also when another process did it.

mod client;
mod key;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::Connection;

use self::writer::Writer;
use super::*;
use crate::decide::Undecided;
use crate::permission::Permission;
use crate::secret::SecretHash;
use crate::plugin::Decision;

pub(super) struct Sqlite {
    path: PathBuf,
    /// Absent if the directory is only read.
    writer: Option<Writer>,
    idle_readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            writer: Some(Writer::start(schema::open(path)?)),
            path: path.to_owned(),
            idle_readers: Mutex::default(),
        })
    }

    pub(super) fn open_to_read(path: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            idle_readers: Mutex::new(vec![schema::open_as_it_is(path)?]),
            writer: None,
            path: path.to_owned(),
        })
    }

    /// Reads with a connection of its own. There come to be as many as there are threads that read.
    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, DirectoryError> {
        let idle = self.idle_readers().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.path)?,
        };
        let found = query(&connection)?;
        self.idle_readers().push(connection);
        Ok(found)
    }

    fn idle_readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A vector of connections is whole, wherever a thread that held it came to grief.
        self.idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn write<T, F>(&self, change: F) -> Result<T, DirectoryError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, DirectoryError> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.run(change).await,
            None => Err(DirectoryError::Failed("it is open for reading only".into())),
        }
    }
}

#[async_trait]
impl Directory for Sqlite {
    async fn live_key(&self, hash: SecretHash, now: u64) -> Result<Option<Key>, DirectoryError> {
        self.read(|connection| key::live(connection, hash, now))
    }

    async fn keys_with(
        &self,
        permission: Permission,
        now: u64,
    ) -> Result<Vec<String>, DirectoryError> {
        self.read(|connection| key::names(connection, permission, now))
    }

    async fn facts(&self, inquiry: &Inquiry) -> Result<Facts, DirectoryError> {
        self.read(|connection| client::facts(connection, inquiry))
    }

    /// The judge is asked on the thread that writes. A decision takes microseconds, and one that
    /// hangs was asked for before, outside, and did not come here.
    async fn decide(&self, inquiry: Inquiry, judge: Judge) -> Result<Decision, Undecided> {
        self.write(move |connection| {
            let Verdict { decision, .. } = match judge(&client::facts(connection, &inquiry)?) {
                Ok(verdict) => verdict,
                Err(undecided) => return Ok(Err(undecided)),
            };
            client::carry_out(connection, &decision.effect, &inquiry)?;
            Ok(Ok(decision))
        })
        .await?
    }

    async fn clients(&self, _search: &Search) -> Result<Vec<Entry>, DirectoryError> { todo!() }

    async fn client(&self, _client_id: &str, _now: u64) -> Result<Option<Entry>, DirectoryError> { todo!() }

    async fn first_use(
        &self,
        _client_id: &str,
        _assertion: &Assertion,
    ) -> Result<bool, DirectoryError> { todo!() }

    async fn account(&self, _name: &str) -> Result<Option<AccountEntry>, DirectoryError> { todo!() }

    async fn accounts(&self, _after: &str, _limit: u32) -> Result<Vec<AccountEntry>, DirectoryError> { todo!() }

    async fn put_account(&self, _change: AccountChange) -> Result<(), DirectoryError> { todo!() }

    async fn remove_account(&self, _name: &str) -> Result<bool, DirectoryError> { todo!() }

    async fn keys(&self, _after: KeyId, _limit: u32) -> Result<Vec<KeyEntry>, DirectoryError> { todo!() }

    async fn add_key(&self, _key: NewKey) -> Result<KeyId, DirectoryError> { todo!() }

    async fn add_first(
        &self,
        _accounts: Vec<AccountChange>,
        _keys: Vec<NewKey>,
    ) -> Result<bool, DirectoryError> { todo!() }

    async fn revoke_key(&self, _id: KeyId, _now: u64) -> Result<bool, DirectoryError> { todo!() }

    async fn token(&self, _hash: SecretHash) -> Result<Option<Token>, DirectoryError> { todo!() }

    async fn exchange(
        &self,
        _spent: SecretHash,
        _issued: Vec<NewToken>,
        _now: u64,
    ) -> Result<Exchange, DirectoryError> { todo!() }

    async fn end_token(&self, _hash: SecretHash) -> Result<(), DirectoryError> { todo!() }

    async fn end_grant(&self, _id: GrantId) -> Result<bool, DirectoryError> { todo!() }

    async fn grants(&self, _account: AccountId, _now: u64) -> Result<Vec<Grant>, DirectoryError> { todo!() }

    async fn add_device(&self, _device: Device) -> Result<bool, DirectoryError> { todo!() }

    async fn device(
        &self,
        _user_code: SecretHash,
        _now: u64,
    ) -> Result<Option<Device>, DirectoryError> { todo!() }

    async fn deny_device(&self, _user_code: SecretHash) -> Result<(), DirectoryError> { todo!() }

    async fn poll_device(&self, _device_code: SecretHash, _now: u64) -> Result<Poll, DirectoryError> { todo!() }

    async fn add_session(&self, _session: NewSession) -> Result<(), DirectoryError> { todo!() }

    async fn session(&self, _hash: SecretHash, _now: u64) -> Result<Option<Session>, DirectoryError> { todo!() }

    async fn end_session(&self, _hash: SecretHash) -> Result<(), DirectoryError> { todo!() }

    async fn forget(&self, _windows_before: u64, _now: u64) -> Result<(), DirectoryError> { todo!() }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT clients FROM tally")?
                .query_row((), |_| Ok(()))
        })?;
        // Nothing to do, but by a writer that can begin and end a transaction.
        self.write(|_| Ok(())).await
    }

    async fn close(&self) {
        self.idle_readers().clear();
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}

impl From<rusqlite::Error> for DirectoryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<OpenError> for DirectoryError {
    fn from(error: OpenError) -> Self {
        Self::Failed(error.to_string())
    }
}
