//! API keys in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::account;
use super::row::{names, number, optional};
use crate::permission::{self, Permission};
use crate::principal::{AccountId, Key, KeyEntry, KeyId, LAST_USE_PRECISION, NewKey};
use crate::secret::SecretHash;

/// A live key, and whether its last use is so long ago that this one is to be noted.
pub(super) fn live(
    connection: &Connection,
    hash: SecretHash,
    now: u64,
) -> Result<Option<(Key, bool)>> {
    connection
        .prepare_cached(
            "SELECT api_key.id, api_key.permissions, api_key.terms, api_key.last_used_at,
                    account.id, account.name, account.permissions, api_key.expires_at
             FROM api_key LEFT JOIN account ON account.id = api_key.account_id
             WHERE api_key.hash = ?1 AND api_key.revoked_at IS NULL
               AND (api_key.expires_at IS NULL OR api_key.expires_at > ?2)",
        )?
        .query_row(params![hash.bytes(), now.cast_signed()], |row| {
            let key = Key {
                id: KeyId(row.get(0)?),
                permissions: names(row, 1)?,
                terms: row.get(2)?,
                account: account::account_if_any(row, 4)?,
                expires_at: optional(row, 7)?,
            };
            let noted = optional(row, 3)?;
            Ok((key, noted.is_none_or(|at| at + LAST_USE_PRECISION <= now)))
        })
        .optional()
}

pub(super) fn note_use(connection: &Connection, KeyId(id): KeyId, now: u64) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE api_key SET last_used_at = ?2
             WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)",
        )?
        .execute(params![id, now.cast_signed()])?;
    Ok(())
}

/// The names of those that are live and have a permission.
pub(super) fn with(
    connection: &Connection,
    permission: Permission,
    now: u64,
) -> Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT name FROM api_key
             WHERE ' ' || permissions || ' ' LIKE '% ' || ?1 || ' %'
               AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
             ORDER BY id",
        )?
        .query_map(params![permission.name(), now.cast_signed()], |row| {
            row.get(0)
        })?
        .collect()
}

pub(super) fn page(
    connection: &Connection,
    KeyId(after): KeyId,
    limit: u32,
) -> Result<Vec<KeyEntry>> {
    connection
        .prepare_cached(
            "SELECT api_key.id, api_key.name, account.name, api_key.permissions, terms,
                    registrations, api_key.created_at, expires_at, revoked_at, last_used_at
             FROM api_key LEFT JOIN account ON account.id = api_key.account_id
             WHERE api_key.id > ?1 ORDER BY api_key.id LIMIT ?2",
        )?
        .query_map(params![after, limit], |row| {
            Ok(KeyEntry {
                id: KeyId(row.get(0)?),
                name: row.get(1)?,
                account: row.get(2)?,
                permissions: names(row, 3)?,
                terms: row.get(4)?,
                registrations: number(row, 5)?,
                created_at: number(row, 6)?,
                expires_at: optional(row, 7)?,
                revoked_at: optional(row, 8)?,
                last_used_at: optional(row, 9)?,
            })
        })?
        .collect()
}

pub(super) fn insert(connection: &Connection, key: &NewKey) -> Result<KeyId> {
    let account = match &key.account {
        Some(name) => Some(account::named(connection, name, key.created_at)?),
        None => None,
    };
    connection.query_row(
        "INSERT INTO api_key (hash, name, account_id, permissions, terms, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         RETURNING id",
        params![
            key.hash.bytes(),
            key.name,
            account.map(|AccountId(id)| id),
            permission::joined(&key.permissions),
            key.terms,
            key.created_at.cast_signed(),
            key.expires_at.map(u64::cast_signed),
        ],
        |row| row.get(0).map(KeyId),
    )
}

/// Whether there never was one.
pub(super) fn is_new(connection: &Connection) -> Result<bool> {
    connection.query_row("SELECT NOT begun FROM tally", (), |row| row.get(0))
}

/// Remembers that there was one, as a trigger does for each that is added.
pub(super) fn begin(connection: &Connection) -> Result<()> {
    connection.execute("UPDATE tally SET begun = 1", ())?;
    Ok(())
}

pub(super) fn revoke(connection: &Connection, KeyId(id): KeyId, now: u64) -> Result<bool> {
    let found = connection.execute(
        "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1",
        params![id, now.cast_signed()],
    )?;
    Ok(found == 1)
}
