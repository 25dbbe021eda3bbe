//! The directory in an SQLite file.
//!
//! One thread writes; see [`writer`]. Reading happens in place on a connection from a pool: every
//! lookup is one row by an index on pages that are in memory, which takes a few microseconds, less
//! than it takes to wake a thread. Nothing is cached beyond that, so a key that is created works at
//! once, and one that is revoked stops at once, also when another process did it.

mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use self::writer::Writer;
use super::{Account, AccountId, Directory, DirectoryError, Key, KeyId, NewKey, OpenError, Origin};
use crate::keys::KeyHash;
use crate::plugin::{ClientRecord, Effect, Usage};

pub(super) struct Sqlite {
    path: PathBuf,
    writer: Writer,
    idle_readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            writer: Writer::start(schema::open(path)?),
            path: path.to_owned(),
            idle_readers: Mutex::default(),
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
}

#[async_trait]
impl Directory for Sqlite {
    async fn live_key(&self, hash: KeyHash, now: u64) -> Result<Option<Key>, DirectoryError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT api_key.id, api_key.permissions, account.id, account.name
                     FROM api_key LEFT JOIN account ON account.id = api_key.account_id
                     WHERE api_key.hash = ?1 AND api_key.revoked_at IS NULL
                       AND (api_key.expires_at IS NULL OR api_key.expires_at > ?2)",
                )?
                .query_row(params![hash.bytes(), now.cast_signed()], |row| {
                    let account_id: Option<i64> = row.get(2)?;
                    Ok(Key {
                        id: KeyId(row.get(0)?),
                        permissions: row
                            .get_ref(1)?
                            .as_str()?
                            .split_ascii_whitespace()
                            .map(str::to_owned)
                            .collect(),
                        account: match account_id {
                            Some(id) => Some(Account {
                                id: AccountId(id),
                                name: row.get(3)?,
                            }),
                            None => None,
                        },
                    })
                })
                .optional()
        })
    }

    async fn usage(
        &self,
        account: Option<AccountId>,
        address: IpAddr,
        now: u64,
    ) -> Result<Usage, DirectoryError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT (SELECT clients FROM tally),
                            (SELECT clients FROM account WHERE id = ?1),
                            (SELECT registrations FROM registrations_by_network
                             WHERE hour = ?2 AND network = ?3)",
                )?
                .query_row(
                    params![account.map(|id| id.0), hour(now), network(address)],
                    |row| {
                        let count = |column| {
                            row.get::<_, Option<i64>>(column)
                                .map(|count| count.map(i64::cast_unsigned))
                        };
                        Ok(Usage {
                            total_clients: count(0)?,
                            account_clients: count(1)?,
                            address_registrations: Some(count(2)?.unwrap_or_default()),
                        })
                    },
                )
        })
    }

    async fn carry_out(&self, effect: Effect, origin: Origin) -> Result<(), DirectoryError> {
        match effect {
            Effect::None => Ok(()),
            Effect::Store(record) => {
                self.writer
                    .run(move |connection| store(connection, &record, origin))
                    .await
            }
            Effect::Replace(record) => {
                self.writer
                    .run(move |connection| {
                        let changed = connection
                            .prepare_cached(
                                "UPDATE oauth_client SET record = ?2, changed_at = ?3
                                 WHERE client_id = ?1",
                            )?
                            .execute(params![
                                record.client_id,
                                record.document,
                                origin.at.cast_signed()
                            ])?;
                        existing(changed)
                    })
                    .await
            }
            Effect::Remove(client_id) => {
                self.writer
                    .run(move |connection| {
                        let changed = connection
                            .prepare_cached("DELETE FROM oauth_client WHERE client_id = ?1")?
                            .execute([client_id])?;
                        existing(changed)
                    })
                    .await
            }
        }
    }

    async fn add_key(&self, key: NewKey) -> Result<(), DirectoryError> {
        self.writer
            .run(move |connection| insert_key(connection, &key))
            .await
    }

    async fn add_first_keys(&self, keys: Vec<NewKey>) -> Result<bool, DirectoryError> {
        self.writer
            .run(move |connection| {
                let first = connection.query_row(
                    "SELECT NOT EXISTS (SELECT 1 FROM api_key)",
                    (),
                    |row| row.get(0),
                )?;
                if first {
                    for key in &keys {
                        insert_key(connection, key)?;
                    }
                }
                Ok(first)
            })
            .await
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT clients FROM tally")?
                .query_row((), |_| Ok(()))
        })?;
        // Nothing to do, but by a writer that can begin and end a transaction.
        self.writer.run(|_| Ok(())).await
    }

    async fn close(&self) {
        self.idle_readers().clear();
        self.writer.close().await;
    }
}

fn store(
    connection: &Connection,
    record: &ClientRecord,
    origin: Origin,
) -> Result<(), DirectoryError> {
    let inserted = connection
        .prepare_cached(
            "INSERT INTO oauth_client
                 (client_id, record, account_id, api_key_id, address, created_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             ON CONFLICT (client_id) DO NOTHING",
        )?
        .execute(params![
            record.client_id,
            record.document,
            origin.account.map(|id| id.0),
            origin.key.map(|id| id.0),
            origin.address.to_string(),
            origin.at.cast_signed(),
        ])?;
    if inserted == 0 {
        return Err(DirectoryError::ClientExists);
    }
    connection
        .prepare_cached("DELETE FROM registrations_by_network WHERE hour < ?1")?
        .execute([hour(origin.at)])?;
    connection
        .prepare_cached(
            "INSERT INTO registrations_by_network (hour, network, registrations)
             VALUES (?1, ?2, 1)
             ON CONFLICT (hour, network) DO UPDATE SET registrations = registrations + 1",
        )?
        .execute(params![hour(origin.at), network(origin.address)])?;
    Ok(())
}

fn insert_key(connection: &Connection, key: &NewKey) -> Result<(), DirectoryError> {
    let account: Option<i64> = match &key.account {
        // An update that changes nothing, because an insertion that does nothing returns nothing.
        Some(name) => Some(connection.query_row(
            "INSERT INTO account (name, created_at) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET name = name
             RETURNING id",
            params![name, key.created_at.cast_signed()],
            |row| row.get(0),
        )?),
        None => None,
    };
    let permissions: Vec<&str> = key
        .permissions
        .iter()
        .map(|permission| permission.name())
        .collect();
    connection.execute(
        "INSERT INTO api_key (hash, name, account_id, permissions, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            key.hash.bytes(),
            key.name,
            account,
            permissions.join(" "),
            key.created_at.cast_signed(),
            key.expires_at.map(u64::cast_signed),
        ],
    )?;
    Ok(())
}

fn existing(changed: usize) -> Result<(), DirectoryError> {
    if changed == 0 {
        Err(DirectoryError::NoSuchClient)
    } else {
        Ok(())
    }
}

/// The window in which registrations are counted.
fn hour(now: u64) -> i64 {
    (now / 3600).cast_signed()
}

/// Whom an address stands for: one IPv4 address, or the 2^64 addresses an IPv6 subscriber has.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::octets(&address).to_vec(),
        IpAddr::V6(address) => Ipv6Addr::octets(&address)[..8].to_vec(),
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
