//! The directory in an SQLite file.
//!
//! One thread writes; see [`writer`]. Reading happens in place on a connection from a pool: every
//! lookup is one row by an index on pages that are in memory, which takes a few microseconds, less
//! than it takes to wake a thread. Nothing is cached beyond that, so a key that is created works at
//! once, and one that is revoked stops at once, also when another process did it.

mod account;
mod client;
mod device;
mod grant;
mod key;
mod row;
mod schema;
mod session;
mod sign_in;
#[cfg(test)]
mod tests;
mod transfer;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use gatepost_plugin::{Assertion, Decision};
use rusqlite::Connection;
use tokio::sync::oneshot;

use self::writer::Writer;
use crate::client::{
    Counts, Entry, Facts, Inquiry, Judge, Listed, Listing, Search, Verdict, assertions_before,
};
use crate::directory::{Directory, Each, Lines};
use crate::error::DecideError;
use crate::error::{DirectoryError, OpenError};
use crate::grant::{
    Admission, Device, Exchange, Grant, GrantId, NewSession, NewToken, Poll, REMEMBERED, Session,
    SignedIn, Token,
};
use crate::permission::Permission;
use crate::principal::{
    AccountChange, AccountEntry, AccountId, Ended, Key, KeyEntry, KeyId, NamePlace, NewAccount,
    NewKey,
};
use crate::secret::SecretHash;
use crate::sign_in::SignInPast;
use crate::transfer::{ImportError, Unreadable};

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

    /// A change that SQLite alone can refuse.
    async fn change<T, F>(&self, change: F) -> Result<T, DirectoryError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.write(move |connection| Ok(change(connection)?)).await
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
    async fn facts(&self, inquiry: &Inquiry) -> Result<Facts, DirectoryError> {
        self.read(|connection| client::facts(connection, inquiry))
    }

    /// The judge is asked on the thread that writes. A decision takes microseconds, and one that
    /// hangs was asked for before, outside, and did not come here.
    async fn decide(&self, inquiry: Inquiry, judge: Judge) -> Result<Decision, DecideError> {
        self.write(move |connection| {
            let facts = client::facts(connection, &inquiry)?;
            let Verdict { decision, changes } = match judge(&facts) {
                Ok(verdict) => verdict,
                Err(abandoned) => return Ok(Err(abandoned)),
            };
            client::carry_out(connection, &decision.effect, &inquiry)?;
            for change in &changes {
                client::change(connection, change, inquiry.now)?;
            }
            Ok(Ok(decision))
        })
        .await?
        .map_err(DecideError::from)
    }

    async fn clients(&self, search: &Search) -> Result<Vec<Entry>, DirectoryError> {
        self.read(|connection| client::search(connection, search))
    }

    async fn list(&self, listing: &Listing) -> Result<Listed, DirectoryError> {
        self.read(|connection| client::list(connection, listing))
    }

    fn schema(&self) -> usize {
        schema::VERSION
    }

    async fn counts(&self, now: u64) -> Result<Counts, DirectoryError> {
        self.read(|connection| client::counts(connection, now))
    }

    async fn fullest_account(&self) -> Result<Option<(String, u64)>, DirectoryError> {
        self.read(client::fullest_account)
    }

    async fn client(&self, client_id: &str, now: u64) -> Result<Option<Entry>, DirectoryError> {
        self.read(|connection| client::one(connection, client_id, now))
    }

    async fn provisional(&self, until: u64, limit: u32) -> Result<Vec<String>, DirectoryError> {
        self.read(|connection| client::provisional(connection, until, limit))
    }

    async fn first_use(
        &self,
        client_id: &str,
        assertion: &Assertion,
    ) -> Result<bool, DirectoryError> {
        let (client_id, assertion) = (client_id.to_owned(), assertion.clone());
        self.change(move |connection| client::first_use(connection, &client_id, &assertion))
            .await
    }

    async fn account(&self, name: &str) -> Result<Option<AccountEntry>, DirectoryError> {
        self.read(|connection| account::one(connection, name))
    }

    async fn accounts(
        &self,
        after: &NamePlace,
        limit: u32,
    ) -> Result<Vec<AccountEntry>, DirectoryError> {
        self.read(|connection| account::page(connection, after, limit))
    }

    async fn add_account(&self, account: NewAccount) -> Result<bool, DirectoryError> {
        self.change(move |connection| account::insert(connection, &account))
            .await
    }

    async fn change_account(
        &self,
        name: &str,
        change: AccountChange,
    ) -> Result<bool, DirectoryError> {
        let name = name.to_owned();
        self.change(move |connection| account::change(connection, &name, &change))
            .await
    }

    async fn sign_out(&self, name: &str) -> Result<Option<Ended>, DirectoryError> {
        let name = name.to_owned();
        self.change(move |connection| account::sign_out(connection, &name))
            .await
    }

    async fn remove_account(&self, name: &str) -> Result<bool, DirectoryError> {
        let name = name.to_owned();
        self.change(move |connection| account::remove(connection, &name))
            .await
    }

    async fn live_key(&self, hash: SecretHash, now: u64) -> Result<Option<Key>, DirectoryError> {
        let found = self.read(|connection| key::live(connection, hash, now))?;
        let Some((key, is_due)) = found else {
            return Ok(None);
        };
        if is_due && let Some(writer) = &self.writer {
            let id = key.id;
            // That it is noted is not worth waiting for.
            writer.run_some_time(move |connection| Ok(key::note_use(connection, id, now)?));
        }
        Ok(Some(key))
    }

    async fn holders(
        &self,
        permission: Permission,
        now: u64,
    ) -> Result<Vec<String>, DirectoryError> {
        self.read(|connection| {
            let mut names = account::with(connection, permission)?;
            names.extend(key::with(connection, permission, now)?);
            Ok(names)
        })
    }

    async fn keys(&self, after: KeyId, limit: u32) -> Result<Vec<KeyEntry>, DirectoryError> {
        self.read(|connection| key::page(connection, after, limit))
    }

    async fn add_key(&self, key: NewKey) -> Result<KeyId, DirectoryError> {
        self.write(move |connection| key::insert(connection, &key))
            .await
    }

    async fn is_new(&self) -> Result<bool, DirectoryError> {
        self.read(key::is_new)
    }

    async fn add_first(
        &self,
        account: NewAccount,
        keys: Vec<NewKey>,
    ) -> Result<bool, DirectoryError> {
        self.write(move |connection| {
            let is_first = key::is_new(connection)? && account::insert(connection, &account)?;
            if is_first {
                for key in &keys {
                    key::insert(connection, key)?;
                }
            }
            Ok(is_first)
        })
        .await
    }

    async fn revoke_key(&self, id: KeyId, now: u64) -> Result<bool, DirectoryError> {
        self.change(move |connection| key::revoke(connection, id, now))
            .await
    }

    async fn token(&self, hash: SecretHash) -> Result<Option<Token>, DirectoryError> {
        self.read(|connection| grant::token(connection, hash))
    }

    async fn present(&self, hash: SecretHash) -> Result<(), DirectoryError> {
        self.change(move |connection| grant::answer_arrived(connection, hash))
            .await
    }

    async fn exchange(
        &self,
        spent: SecretHash,
        issued: Vec<NewToken>,
        repeatable_for: u64,
        now: u64,
    ) -> Result<Exchange, DirectoryError> {
        self.change(move |connection| {
            grant::exchange(connection, spent, &issued, repeatable_for, now)
        })
        .await
    }

    async fn end_token(&self, hash: SecretHash) -> Result<(), DirectoryError> {
        self.change(move |connection| grant::end_token(connection, hash))
            .await
    }

    async fn end_grant(&self, id: GrantId) -> Result<bool, DirectoryError> {
        self.change(move |connection| grant::end(connection, id))
            .await
    }

    async fn grants(&self, account: AccountId, now: u64) -> Result<Vec<Grant>, DirectoryError> {
        self.read(|connection| grant::of(connection, account, now))
    }

    async fn add_device(&self, device: Device, now: u64) -> Result<Admission, DirectoryError> {
        self.change(move |connection| device::insert(connection, &device, now))
            .await
    }

    async fn device(
        &self,
        user_code: SecretHash,
        now: u64,
    ) -> Result<Option<Device>, DirectoryError> {
        self.read(|connection| device::waiting(connection, user_code, now))
    }

    async fn deny_device(&self, user_code: SecretHash, now: u64) -> Result<bool, DirectoryError> {
        self.change(move |connection| device::deny(connection, user_code, now))
            .await
    }

    async fn poll_device(
        &self,
        device_code: SecretHash,
        client_id: &str,
        now: u64,
    ) -> Result<Poll, DirectoryError> {
        let client_id = client_id.to_owned();
        self.change(move |connection| device::poll(connection, device_code, &client_id, now))
            .await
    }

    async fn add_session(&self, session: NewSession) -> Result<(), DirectoryError> {
        self.change(move |connection| session::insert(connection, &session))
            .await
    }

    async fn session(&self, hash: SecretHash, now: u64) -> Result<Option<Session>, DirectoryError> {
        self.read(|connection| session::live(connection, hash, now))
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: u64,
    ) -> Result<Vec<SignedIn>, DirectoryError> {
        self.read(|connection| session::of(connection, account, now))
    }

    async fn end_session(&self, hash: SecretHash) -> Result<(), DirectoryError> {
        self.change(move |connection| session::end(connection, hash))
            .await
    }

    async fn sign_in_past(
        &self,
        name: SecretHash,
        place: SecretHash,
        now: u64,
    ) -> Result<SignInPast, DirectoryError> {
        self.read(|connection| sign_in::past(connection, name, place, now))
    }

    async fn note_wrong_guess(&self, name: SecretHash, now: u64) -> Result<(), DirectoryError> {
        self.change(move |connection| sign_in::note_guess(connection, name, now))
            .await
    }

    async fn note_place(
        &self,
        account: AccountId,
        name: SecretHash,
        place: SecretHash,
        now: u64,
    ) -> Result<(), DirectoryError> {
        self.change(move |connection| sign_in::note_place(connection, account, name, place, now))
            .await
    }

    async fn forget(&self, windows_before: u64, now: u64) -> Result<(), DirectoryError> {
        self.change(move |connection| forget(connection, windows_before, now))
            .await
    }

    async fn export(&self, each: Each<'_>) -> Result<Vec<Unreadable>, DirectoryError> {
        let connection = schema::open_reader(&self.path)?;
        transfer::export(&connection, each)
    }

    async fn import(&self, lines: Lines) -> Result<(), ImportError> {
        // What is wrong with a line undoes the whole, and is told as it is.
        let (told, reason) = oneshot::channel();
        let done = self
            .write(move |connection| {
                transfer::import(connection, lines).map_err(|error| {
                    let failed = DirectoryError::Failed(error.to_string());
                    // Nobody has to wait for the reason.
                    let _ = told.send(error);
                    failed
                })
            })
            .await;
        match done {
            Ok(()) => Ok(()),
            Err(error) => Err(reason.await.unwrap_or(ImportError::Directory(error))),
        }
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT clients FROM tally")?
                .query_row((), |_| Ok(()))
        })?;
        // Nothing to do, but by a writer that can begin and end a transaction. One that could not is given
        // something to do: whether there is room again shows only then.
        let is_failing = self.writer.as_ref().is_some_and(Writer::is_failing);
        self.change(move |connection| {
            if is_failing {
                connection.execute_batch(
                    "INSERT INTO assertion (client_id, id, expires_at) VALUES ('', '', 0);
                     DELETE FROM assertion WHERE client_id = '' AND id = '';",
                )?;
            }
            Ok(())
        })
        .await
    }

    async fn close(&self) {
        self.idle_readers().clear();
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}

/// Deletes what is over.
fn forget(connection: &Connection, windows_before: u64, now: u64) -> rusqlite::Result<()> {
    let long_ago = now.saturating_sub(REMEMBERED).cast_signed();
    connection.execute(
        "DELETE FROM registrations_by_network WHERE window_start < ?1",
        [windows_before.cast_signed()],
    )?;
    for statement in [
        "DELETE FROM oauth_token WHERE expires_at <= ?1",
        "DELETE FROM device_request WHERE expires_at <= ?1",
        "DELETE FROM browser_session WHERE expires_at <= ?1",
        "DELETE FROM oauth_grant
         WHERE created_at <= ?1
           AND NOT EXISTS (SELECT 1 FROM oauth_token WHERE grant_id = oauth_grant.id)
           AND NOT EXISTS (SELECT 1 FROM browser_session WHERE grant_id = oauth_grant.id)",
    ] {
        connection.execute(statement, [long_ago])?;
    }
    connection.execute(
        "DELETE FROM assertion WHERE expires_at <= ?1",
        [assertions_before(now)],
    )?;
    sign_in::forget(connection, now)
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
