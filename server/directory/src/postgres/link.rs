//! Connections to the database.

use std::collections::HashMap;
use std::error::Error as _;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Connection, Error, NoTls, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls;
use crate::error::{DirectoryError, TlsError};
use crate::store::Database;

/// How many connections there are at most.
const MOST: usize = 16;

/// How long a connection, or a turn, may be waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What holds for every connection: what is committed is on disk, a statement after a lock sees what was
/// done before it, and nothing takes for ever.
const SESSION: &str = "SET synchronous_commit = on;
    SET default_transaction_isolation = 'read committed'; SET statement_timeout = '20s';
    SET lock_timeout = '20s'; SET idle_in_transaction_session_timeout = '20s'";

/// The connections that nobody uses at the moment.
pub(super) struct Pool {
    config: Config,
    /// What encrypts the way there, if it is encrypted.
    tls: Option<MakeRustlsConnect>,
    idle: Arc<Mutex<Vec<Link>>>,
    places: Arc<Semaphore>,
}

/// A connection, and what it has prepared.
pub(super) struct Link {
    client: Client,
    statements: Mutex<HashMap<String, Statement>>,
}

/// A connection in use. It goes back to the others, unless something was left unfinished on it.
pub(super) struct Borrowed {
    link: Option<Link>,
    is_unfinished: bool,
    idle: Arc<Mutex<Vec<Link>>>,
    _place: OwnedSemaphorePermit,
}

/// What goes to the database.
pub(super) type Params<'p> = &'p [&'p (dyn ToSql + Sync)];

impl Pool {
    pub(super) fn new(database: &Database) -> Result<Self, TlsError> {
        let tls = match database.is_encrypted() {
            true => Some(MakeRustlsConnect::new(tls::client(
                database.tls_authority(),
            )?)),
            false => None,
        };
        Ok(Self {
            config: database.config().clone(),
            tls,
            idle: Arc::default(),
            places: Arc::new(Semaphore::new(MOST)),
        })
    }

    pub(super) async fn link(&self) -> Result<Borrowed, DirectoryError> {
        let place = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, place)
            .await
            .map_err(|_| DirectoryError::Busy)?
            .map_err(|_| closed())?;
        let mut idle = None;
        // One that broke while nobody used it is no loss.
        while let Some(link) = self.idle().pop() {
            if !link.client.is_closed() {
                idle = Some(link);
                break;
            }
        }
        let link = match idle {
            Some(link) => link,
            None => tokio::time::timeout(PATIENCE, self.connect())
                .await
                .map_err(|_| unanswered())??,
        };
        Ok(Borrowed {
            link: Some(link),
            is_unfinished: false,
            idle: Arc::clone(&self.idle),
            _place: place,
        })
    }

    async fn connect(&self) -> Result<Link, DirectoryError> {
        let client = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                attend(connection);
                client
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                attend(connection);
                client
            }
        };
        client.batch_execute(SESSION).await?;
        Ok(Link {
            client,
            statements: Mutex::default(),
        })
    }

    /// Nobody is given a connection any more.
    pub(super) fn close(&self) {
        self.places.close();
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Link>> {
        // A vector of connections is whole, wherever a thread that held it came to grief.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries what goes to and fro on a connection, until its end.
fn attend<S, T>(connection: Connection<S, T>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to the database ended");
        }
    });
}

impl Link {
    async fn prepared(&self, sql: &str) -> Result<Statement, Error> {
        let known = self
            .statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(sql)
            .cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) async fn rows(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Error> {
        let statement = self.prepared(sql).await?;
        self.client
            .query(&statement, params)
            .await
            .or_else(nothing_has_it)
    }

    /// The rows of a statement that is another each time it is said, such as one about a cursor.
    pub(super) async fn fetch(&self, sql: &str) -> Result<Vec<Row>, Error> {
        self.client.query(sql, &[]).await
    }

    /// The row that there is.
    pub(super) async fn row(&self, sql: &str, params: Params<'_>) -> Result<Row, Error> {
        let statement = self.prepared(sql).await?;
        self.client.query_one(&statement, params).await
    }

    pub(super) async fn row_if_any(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Option<Row>, Error> {
        let statement = self.prepared(sql).await?;
        self.client
            .query_opt(&statement, params)
            .await
            .or_else(nothing_has_it)
    }

    /// Says how many rows it was about.
    pub(super) async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64, Error> {
        let statement = self.prepared(sql).await?;
        self.client.execute(&statement, params).await
    }

    /// Statements without parameters.
    pub(super) async fn run(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await
    }
}

/// The database takes no text with a zero byte in it, so that nothing is found by one.
fn nothing_has_it<T: Default>(error: Error) -> Result<T, Error> {
    match error.code() {
        Some(&SqlState::CHARACTER_NOT_IN_REPERTOIRE) => Ok(T::default()),
        _ => Err(error),
    }
}

impl Borrowed {
    /// Begins a transaction. Unless it is [committed](Self::commit), nothing of it stays.
    pub(super) async fn begin(&mut self, how: &str) -> Result<(), Error> {
        self.is_unfinished = true;
        self.run(how).await
    }

    /// Begins a transaction and asks for something first in it. What is asked goes to the database with
    /// the beginning, which is not waited for: statements come there in the order in which they went.
    pub(super) async fn begin_and_ask<T>(
        &mut self,
        how: &str,
        first: impl AsyncFnOnce(&Link) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.is_unfinished = true;
        let link: &Link = self;
        let (begun, found) = tokio::join!(biased; link.run(how), first(link));
        begun?;
        found
    }

    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        self.run("COMMIT").await?;
        self.is_unfinished = false;
        Ok(())
    }

    /// Undoes what was begun, and keeps the connection.
    pub(super) async fn undo(&mut self) -> Result<(), Error> {
        self.run("ROLLBACK").await?;
        self.is_unfinished = false;
        Ok(())
    }
}

impl Deref for Borrowed {
    type Target = Link;

    fn deref(&self) -> &Link {
        self.link.as_ref().expect("it is taken when it is dropped")
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(link) = self.link.take()
            && !self.is_unfinished
            && !link.client.is_closed()
        {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(link);
        }
    }
}

pub(super) fn unanswered() -> DirectoryError {
    DirectoryError::Failed("the database does not answer".into())
}

fn closed() -> DirectoryError {
    DirectoryError::Failed("the directory is closed".into())
}

impl From<Error> for DirectoryError {
    /// The database's own words are the cause's.
    fn from(error: Error) -> Self {
        Self::Failed(match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        })
    }
}
