//! Clients and API keys in one SQLite file: facts out, effects in, one transaction.

use std::error::Error;
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use gatepost_plugin::{Caller, Credential, Effect, Usage};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use tokio::task::block_in_place;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS api_key (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never the id of a key that was deleted
    hash        BLOB NOT NULL UNIQUE, -- the SHA-256 of the key
    name        TEXT NOT NULL,
    account     TEXT,                 -- the account that it belongs to
    permissions TEXT NOT NULL,        -- names with a space between them
    terms       TEXT                  -- what may be registered with it, as the plugin's JSON
) STRICT;

CREATE TABLE IF NOT EXISTS client (
    client_id    TEXT PRIMARY KEY,
    record       TEXT,              -- the plugin's document; NULL if the client was removed
    api_key      INTEGER,           -- who registered it, from where, when
    account      TEXT,
    network      TEXT,              -- as in Registrant
    wider        TEXT
) STRICT;
";

/// The SQLite file, behind one connection: SQLite has one writer at a time anyway.
pub struct Store(Mutex<Connection>);

impl Store {
    /// Opens the file in this folder. What is missing is created, for its owner alone.
    pub fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder)?;
        let path = folder.join("gatepost-host.db");
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600).open(&path)?;
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Less would let a power cut undo what was acknowledged.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Does some work in one transaction: until its end, nobody else changes what was read. When this
    /// returns, all of it is on the disk, or nothing of it if the work failed.
    pub async fn transaction<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.0.lock().await;
        block_in_place(|| {
            let immediate = TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(immediate)?;
            let done = work(&Tables(&transaction))?;
            transaction.commit()?;
            Ok(done)
        })
    }
}

/// Who registers, as registrations are counted.
pub struct Registrant {
    pub key: Option<i64>,
    pub account: Option<String>,
    /// The network and the wider network, or `unknown`, and the window that each is counted in.
    pub network: String,
    pub wider: String,
}

/// The tables, in a transaction.
pub struct Tables<'t>(&'t Connection);

impl Tables<'_> {
    /// The id and the owner of an API key. It is looked up by its hash, so that the time it takes says
    /// nothing about other keys.
    pub fn key(&self, key: &str) -> rusqlite::Result<Option<(i64, Caller)>> {
        let query = "SELECT id, account, permissions, terms FROM api_key WHERE hash = ?1";
        let found = self.0.query_row(query, [&Sha256::digest(key)[..]], |row| {
            let permissions: String = row.get(2)?;
            let owner = Caller {
                credential: Credential::Accepted,
                account: row.get(1)?,
                permissions: permissions.split(' ').map(str::to_owned).collect(),
                terms: row.get(3)?,
                ..Caller::default()
            };
            Ok((row.get(0)?, owner))
        });
        found.optional()
    }

    /// Adds an API key if there is none.
    pub fn add_first_key(&self, key: &str, permissions: &str) -> rusqlite::Result<bool> {
        let insert = "INSERT INTO api_key (hash, name, permissions)
                      SELECT ?1, 'first', ?2 WHERE NOT EXISTS (SELECT 1 FROM api_key)";
        let hash = Sha256::digest(key);
        Ok(self.0.execute(insert, params![&hash[..], permissions])? == 1)
    }

    /// The record of a client, if there is such a client.
    pub fn record(&self, client_id: &str) -> rusqlite::Result<Option<String>> {
        let query = "SELECT record FROM client WHERE client_id = ?1";
        let found = self.0.query_row(query, [client_id], |row| row.get(0));
        Ok(found.optional()?.flatten())
    }

    /// What was counted until now. A server with very many clients would keep counters.
    pub fn usage(&self, who: &Registrant) -> rusqlite::Result<Usage> {
        let query = "SELECT count(record),
                            count(record) FILTER (WHERE api_key IS NULL),
                            count(record) FILTER (WHERE account = ?1),
                            count(*) FILTER (WHERE api_key = ?2),
                            count(*) FILTER (WHERE network = ?3),
                            count(*) FILTER (WHERE wider = ?4 AND api_key IS NULL)
                     FROM client";
        let values = params![who.account, who.key, who.network, who.wider];
        self.0.query_row(query, values, |row| {
            let count = |column| row.get(column).map(|count: u32| Some(count.into()));
            Ok(Usage {
                total_clients: count(0)?,
                anonymous_clients: count(1)?,
                account_clients: count(2)?,
                key_registrations: count(3)?,
                address_registrations: count(4)?,
                wider_registrations: count(5)?,
            })
        })
    }

    /// Does what was decided.
    pub fn carry_out(&self, effect: &Effect, who: Option<&Registrant>) -> rusqlite::Result<()> {
        let changed = match effect {
            Effect::None => return Ok(()),
            Effect::Share(record) if self.record(&record.client_id)?.is_some() => return Ok(()),
            Effect::Store(record) | Effect::Share(record) => self.0.execute(
                "INSERT INTO client VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET record = excluded.record WHERE record IS NULL",
                params![
                    record.client_id,
                    record.document,
                    who.map(|who| who.key),
                    who.map(|who| &who.account),
                    who.map(|who| &who.network),
                    who.map(|who| &who.wider),
                ],
            )?,
            Effect::Replace(record) => self.put(&record.client_id, Some(&record.document))?,
            // The row stays: registering and removing in turn would be a way around limits.
            Effect::Remove(client_id) => self.put(client_id, None)?,
        };
        match changed {
            1 => Ok(()),
            _ => Err(rusqlite::Error::StatementChangedRows(changed)),
        }
    }

    fn put(&self, client_id: &str, record: Option<&str>) -> rusqlite::Result<usize> {
        let update = "UPDATE client SET record = ?2 WHERE client_id = ?1";
        self.0.execute(update, params![client_id, record])
    }
}
