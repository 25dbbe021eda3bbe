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
use super::{
    Directory, DirectoryError, Entry, Facts, Inquiry, Judge, Key, NewKey, OpenError, Place,
};
use crate::decide::Undecided;
use crate::keys::{KeyHash, Permission};
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
    async fn live_key(&self, hash: KeyHash, now: u64) -> Result<Option<Key>, DirectoryError> {
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
            let decision = match judge(&client::facts(connection, &inquiry)?) {
                Ok(decision) => decision,
                Err(undecided) => return Ok(Err(undecided)),
            };
            client::carry_out(connection, &decision.effect, &inquiry)?;
            Ok(Ok(decision))
        })
        .await?
    }

    async fn clients(&self, after: Place, limit: u32) -> Result<Vec<Entry>, DirectoryError> {
        self.read(|connection| client::page(connection, after, limit))
    }

    async fn forget_windows(&self, before: u64) -> Result<(), DirectoryError> {
        self.write(move |connection| {
            connection.execute(
                "DELETE FROM registrations_by_network WHERE window_start < ?1",
                [before.cast_signed()],
            )?;
            Ok(())
        })
        .await
    }

    async fn add_key(&self, key: NewKey) -> Result<(), DirectoryError> {
        self.write(move |connection| Ok(key::insert(connection, &key)?))
            .await
    }

    async fn add_first_keys(&self, keys: Vec<NewKey>) -> Result<bool, DirectoryError> {
        self.write(move |connection| Ok(key::insert_first(connection, &keys)?))
            .await
    }

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
