//! The directory in a PostgreSQL database, which several servers may share.
//!
//! Whatever is counted is changed by one transaction at a time, on whichever server: each begins by
//! locking the row with the counters, so that the facts of a decision are those that its effect meets.
//! What is acknowledged was committed, with `synchronous_commit`. Those of one server that wait are committed together
//! (`decisions.rs`).

mod client;
mod decisions;
mod device;
mod grant;
mod link;
mod principal;
mod row;
mod schema;
mod sign_in;
#[cfg(test)]
mod tests;
mod tls;
mod transfer;

use std::sync::Arc;

use async_trait::async_trait;
use gatepost_plugin::{Assertion, Decision};

use self::decisions::{COUNTING, Decisions};
use self::link::{Borrowed, Pool};
use crate::client::{
    Counts, Entry, Facts, Inquiry, Judge, Listed, Listing, MOST_ASSERTIONS, Search, assertion_id,
    assertions_before,
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
use crate::store::Database;
use crate::transfer::{ImportError, Unreadable};

pub(super) struct Postgres {
    pool: Arc<Pool>,
    /// What changes the counters. Of those on one server, one at a time asks the database for the lock: a
    /// crowd that waits for a row there looks at it again whenever it changes.
    decisions: Decisions,
}

impl Postgres {
    pub(super) async fn open(database: &Database) -> Result<Self, OpenError> {
        let directory = Self::of(database)?;
        schema::migrate(&mut directory.pool.link().await?).await?;
        Ok(directory)
    }

    pub(super) async fn open_to_read(database: &Database) -> Result<Self, OpenError> {
        let directory = Self::of(database)?;
        schema::check(&directory.pool.link().await?).await?;
        Ok(directory)
    }

    fn of(database: &Database) -> Result<Self, OpenError> {
        let pool = Arc::new(Pool::new(database)?);
        Ok(Self {
            decisions: Decisions::begin(Arc::clone(&pool)),
            pool,
        })
    }

    /// A connection on which a transaction has begun.
    async fn begin(&self) -> Result<Borrowed, DirectoryError> {
        let mut link = self.pool.link().await?;
        link.begin("BEGIN").await?;
        Ok(link)
    }

    /// The same, with the counters locked until its end.
    async fn begin_counting(&self) -> Result<Borrowed, DirectoryError> {
        let mut link = self.pool.link().await?;
        link.begin(COUNTING).await?;
        Ok(link)
    }
}

#[async_trait]
impl Directory for Postgres {
    async fn facts(&self, inquiry: &Inquiry) -> Result<Facts, DirectoryError> {
        Ok(client::facts(&*self.pool.link().await?, inquiry).await?)
    }

    /// The judge is asked while the counters are locked. A decision takes microseconds, and one that
    /// hangs was asked for before, outside, and did not come here.
    async fn decide(&self, inquiry: Inquiry, judge: Judge) -> Result<Decision, DecideError> {
        self.decisions.run(inquiry, judge).await
    }

    async fn clients(&self, search: &Search) -> Result<Vec<Entry>, DirectoryError> {
        Ok(client::search(&*self.pool.link().await?, search).await?)
    }

    async fn list(&self, listing: &Listing) -> Result<Listed, DirectoryError> {
        Ok(client::list(&*self.pool.link().await?, listing).await?)
    }

    fn schema(&self) -> usize {
        schema::VERSION
    }

    async fn counts(&self, now: u64) -> Result<Counts, DirectoryError> {
        Ok(client::counts(&*self.pool.link().await?, now).await?)
    }

    async fn fullest_account(&self) -> Result<Option<(String, u64)>, DirectoryError> {
        Ok(client::fullest_account(&*self.pool.link().await?).await?)
    }

    async fn client(&self, client_id: &str, now: u64) -> Result<Option<Entry>, DirectoryError> {
        Ok(client::one(&*self.pool.link().await?, client_id, now).await?)
    }

    async fn provisional(&self, until: u64, limit: u32) -> Result<Vec<String>, DirectoryError> {
        Ok(client::provisional(&*self.pool.link().await?, until, limit).await?)
    }

    async fn first_use(
        &self,
        client_id: &str,
        assertion: &Assertion,
    ) -> Result<bool, DirectoryError> {
        let link = self.pool.link().await?;
        let added = link
            .execute(
                "INSERT INTO assertion (client_id, id, expires_at)
                 SELECT $1, $2, $3 WHERE (SELECT count(*) FROM assertion WHERE client_id = $1) < $4
                 ON CONFLICT DO NOTHING",
                &[
                    &client_id,
                    &assertion_id(assertion),
                    &assertion.expires_at.cast_signed(),
                    &MOST_ASSERTIONS,
                ],
            )
            .await?;
        Ok(added == 1)
    }

    async fn account(&self, name: &str) -> Result<Option<AccountEntry>, DirectoryError> {
        Ok(principal::one(&*self.pool.link().await?, name).await?)
    }

    async fn accounts(
        &self,
        after: &NamePlace,
        limit: u32,
    ) -> Result<Vec<AccountEntry>, DirectoryError> {
        Ok(principal::page(&*self.pool.link().await?, after, limit).await?)
    }

    async fn add_account(&self, account: NewAccount) -> Result<bool, DirectoryError> {
        Ok(principal::add_account(&*self.pool.link().await?, &account).await?)
    }

    async fn change_account(
        &self,
        name: &str,
        change: AccountChange,
    ) -> Result<bool, DirectoryError> {
        let mut link = self.begin().await?;
        let is_changed = principal::change_account(&link, name, &change).await?;
        link.commit().await?;
        Ok(is_changed)
    }

    async fn sign_out(&self, name: &str) -> Result<Option<Ended>, DirectoryError> {
        let mut link = self.begin().await?;
        let ended = principal::sign_out(&link, name).await?;
        link.commit().await?;
        Ok(ended)
    }

    async fn remove_account(&self, name: &str) -> Result<bool, DirectoryError> {
        Ok(principal::remove(&*self.pool.link().await?, name).await?)
    }

    async fn live_key(&self, hash: SecretHash, now: u64) -> Result<Option<Key>, DirectoryError> {
        Ok(principal::live_key(&*self.pool.link().await?, hash, now).await?)
    }

    async fn holders(
        &self,
        permission: Permission,
        now: u64,
    ) -> Result<Vec<String>, DirectoryError> {
        Ok(principal::holders(&*self.pool.link().await?, permission, now).await?)
    }

    async fn keys(&self, after: KeyId, limit: u32) -> Result<Vec<KeyEntry>, DirectoryError> {
        Ok(principal::keys(&*self.pool.link().await?, after, limit).await?)
    }

    async fn add_key(&self, key: NewKey) -> Result<KeyId, DirectoryError> {
        let mut link = self.begin().await?;
        let id = principal::add_key(&link, &key).await?;
        link.commit().await?;
        Ok(id)
    }

    async fn is_new(&self) -> Result<bool, DirectoryError> {
        Ok(principal::is_new(&*self.pool.link().await?).await?)
    }

    async fn add_first(
        &self,
        account: NewAccount,
        keys: Vec<NewKey>,
    ) -> Result<bool, DirectoryError> {
        // Of several servers that start, one is first.
        let mut link = self.begin_counting().await?;
        let is_first =
            principal::is_new(&link).await? && principal::add_account(&link, &account).await?;
        if is_first {
            for key in &keys {
                principal::add_key(&link, key).await?;
            }
        }
        link.commit().await?;
        Ok(is_first)
    }

    async fn revoke_key(&self, id: KeyId, now: u64) -> Result<bool, DirectoryError> {
        let mut link = self.begin().await?;
        let is_there = principal::revoke(&link, id, now).await?;
        link.commit().await?;
        Ok(is_there)
    }

    async fn token(&self, hash: SecretHash) -> Result<Option<Token>, DirectoryError> {
        Ok(grant::token(&*self.pool.link().await?, hash).await?)
    }

    async fn present(&self, hash: SecretHash) -> Result<(), DirectoryError> {
        let mut link = self.begin().await?;
        grant::present(&link, hash).await?;
        Ok(link.commit().await?)
    }

    async fn exchange(
        &self,
        spent: SecretHash,
        issued: Vec<NewToken>,
        repeatable_for: u64,
        now: u64,
    ) -> Result<Exchange, DirectoryError> {
        let mut link = self.begin().await?;
        let exchanged = grant::exchange(&link, spent, &issued, repeatable_for, now).await?;
        link.commit().await?;
        Ok(exchanged)
    }

    async fn end_token(&self, hash: SecretHash) -> Result<(), DirectoryError> {
        let mut link = self.begin().await?;
        grant::end_token(&link, hash).await?;
        Ok(link.commit().await?)
    }

    async fn end_grant(&self, id: GrantId) -> Result<bool, DirectoryError> {
        Ok(grant::end(&*self.pool.link().await?, id).await?)
    }

    async fn grants(&self, account: AccountId, now: u64) -> Result<Vec<Grant>, DirectoryError> {
        Ok(grant::of(&*self.pool.link().await?, account, now).await?)
    }

    async fn add_device(&self, device: Device, now: u64) -> Result<Admission, DirectoryError> {
        let mut link = self.begin().await?;
        let admission = device::insert(&link, &device, now).await?;
        link.commit().await?;
        Ok(admission)
    }

    async fn device(
        &self,
        user_code: SecretHash,
        now: u64,
    ) -> Result<Option<Device>, DirectoryError> {
        Ok(device::waiting(&*self.pool.link().await?, user_code, now).await?)
    }

    async fn deny_device(&self, user_code: SecretHash, now: u64) -> Result<bool, DirectoryError> {
        Ok(device::deny(&*self.pool.link().await?, user_code, now).await?)
    }

    async fn poll_device(
        &self,
        device_code: SecretHash,
        client_id: &str,
        now: u64,
    ) -> Result<Poll, DirectoryError> {
        let mut link = self.begin().await?;
        let poll = device::poll(&link, device_code, client_id, now).await?;
        link.commit().await?;
        Ok(poll)
    }

    async fn add_session(&self, session: NewSession) -> Result<(), DirectoryError> {
        let mut link = self.begin().await?;
        grant::add_session(&link, &session).await?;
        Ok(link.commit().await?)
    }

    async fn session(&self, hash: SecretHash, now: u64) -> Result<Option<Session>, DirectoryError> {
        Ok(grant::session(&*self.pool.link().await?, hash, now).await?)
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: u64,
    ) -> Result<Vec<SignedIn>, DirectoryError> {
        Ok(grant::sessions(&*self.pool.link().await?, account, now).await?)
    }

    async fn end_session(&self, hash: SecretHash) -> Result<(), DirectoryError> {
        Ok(grant::end_session(&*self.pool.link().await?, hash).await?)
    }

    async fn sign_in_past(
        &self,
        name: SecretHash,
        place: SecretHash,
        now: u64,
    ) -> Result<SignInPast, DirectoryError> {
        Ok(sign_in::past(&*self.pool.link().await?, name, place, now).await?)
    }

    async fn note_wrong_guess(&self, name: SecretHash, now: u64) -> Result<(), DirectoryError> {
        Ok(sign_in::note_guess(&*self.pool.link().await?, name, now).await?)
    }

    async fn note_place(
        &self,
        account: AccountId,
        name: SecretHash,
        place: SecretHash,
        now: u64,
    ) -> Result<(), DirectoryError> {
        let mut link = self.begin().await?;
        sign_in::note_place(&link, account, name, place, now).await?;
        Ok(link.commit().await?)
    }

    async fn forget(&self, windows_before: u64, now: u64) -> Result<(), DirectoryError> {
        let long_ago = now.saturating_sub(REMEMBERED).cast_signed();
        let mut link = self.begin().await?;
        link.execute(
            "DELETE FROM registrations_by_network WHERE window_start < $1",
            &[&windows_before.cast_signed()],
        )
        .await?;
        for statement in [
            "DELETE FROM oauth_token WHERE expires_at <= $1",
            "DELETE FROM device_request WHERE expires_at <= $1",
            "DELETE FROM browser_session WHERE expires_at <= $1",
            "DELETE FROM oauth_grant
             WHERE created_at <= $1
               AND NOT EXISTS (SELECT 1 FROM oauth_token WHERE grant_id = oauth_grant.id)
               AND NOT EXISTS (SELECT 1 FROM browser_session WHERE grant_id = oauth_grant.id)",
        ] {
            link.execute(statement, &[&long_ago]).await?;
        }
        link.execute(
            "DELETE FROM assertion WHERE expires_at <= $1",
            &[&assertions_before(now)],
        )
        .await?;
        sign_in::forget(&link, now).await?;
        Ok(link.commit().await?)
    }

    async fn export(&self, each: Each<'_>) -> Result<Vec<Unreadable>, DirectoryError> {
        let mut link = self.pool.link().await?;
        link.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let unreadable = transfer::export(&link, each).await?;
        link.commit().await?;
        Ok(unreadable)
    }

    async fn import(&self, lines: Lines) -> Result<(), ImportError> {
        let mut link = self.begin_counting().await?;
        transfer::import(&link, lines).await?;
        link.commit().await.map_err(DirectoryError::from)?;
        Ok(())
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        let mut link = self.begin().await?;
        let row = link
            .row(
                "SELECT clients FROM tally, (SELECT pg_is_in_recovery() AS read_only) AS server
                  WHERE NOT read_only",
                &[],
            )
            .await;
        match row {
            Ok(_) => Ok(link.commit().await?),
            Err(error) => Err(error.into()),
        }
    }

    async fn close(&self) {
        self.pool.close();
    }
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Directory(error.into())
    }
}
