//! API keys in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::account;
use super::row::{damaged, damaged_if_any, damaged_names, names, number, optional};
use crate::error::DirectoryError;
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
                    account.id, account.name, account.permissions, api_key.expires_at,
                    owner.id, owner.permissions
             FROM api_key
             LEFT JOIN account ON account.id = api_key.account_id
             LEFT JOIN account AS owner ON owner.id = api_key.owner_id
             WHERE api_key.hash = ?1 AND api_key.revoked_at IS NULL
               AND (api_key.expires_at IS NULL OR api_key.expires_at > ?2)",
        )?
        .query_row(params![hash.bytes(), now.cast_signed()], |row| {
            let Some(permissions) = allowed(row, 1, 8)? else {
                return Ok(None);
            };
            let key = Key {
                id: KeyId(row.get(0)?),
                permissions,
                terms: row.get(2)?,
                account: account::account_if_any(row, 4)?,
                owner: row.get::<_, Option<i64>>(8)?.map(AccountId),
                expires_at: optional(row, 7)?,
            };
            let noted = optional(row, 3)?;
            Ok(Some((
                key,
                noted.is_none_or(|at| at + LAST_USE_PRECISION <= now),
            )))
        })
        .optional()
        .map(Option::flatten)
}

/// What a key allows now: from the column of its permissions, and two of its owner, id and permissions.
fn allowed(row: &Row<'_>, made_for: usize, owner: usize) -> Result<Option<Vec<String>>> {
    let owner = match row.get::<_, Option<i64>>(owner)? {
        Some(_) => Some(names(row, owner + 1)?),
        None => None,
    };
    Ok(permission::of_key(names(row, made_for)?, owner.as_deref()))
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
    let mut statement = connection.prepare_cached(
        "SELECT api_key.name, api_key.permissions, owner.id, owner.permissions
         FROM api_key LEFT JOIN account AS owner ON owner.id = api_key.owner_id
         WHERE ' ' || api_key.permissions || ' ' LIKE '% ' || ?1 || ' %'
           AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
         ORDER BY api_key.id",
    )?;
    let mut rows = statement.query(params![permission.name(), now.cast_signed()])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let allowed = allowed(row, 1, 2).ok().flatten().unwrap_or_default();
        if allowed.iter().any(|name| name == permission.name()) {
            names.push(damaged(row, 0, &mut None)?);
        }
    }
    Ok(names)
}

pub(super) fn page(
    connection: &Connection,
    KeyId(after): KeyId,
    limit: u32,
) -> Result<Vec<KeyEntry>> {
    connection
        .prepare_cached(
            "SELECT api_key.id, api_key.name, account.name, api_key.permissions, terms,
                    registrations, api_key.created_at, expires_at, revoked_at, last_used_at,
                    owner.id, owner.permissions, owner.name, made_with
             FROM api_key
             LEFT JOIN account ON account.id = api_key.account_id
             LEFT JOIN account AS owner ON owner.id = api_key.owner_id
             WHERE api_key.id > ?1 ORDER BY api_key.id LIMIT ?2",
        )?
        .query_map(params![after, limit], |row| {
            let mut unreadable = None;
            Ok(KeyEntry {
                id: KeyId(row.get(0)?),
                name: damaged(row, 1, &mut unreadable)?,
                account: damaged_if_any(row, 2, &mut unreadable)?,
                owner: damaged_if_any(row, 12, &mut unreadable)?,
                made_with: row.get::<_, Option<i64>>(13)?.map(KeyId),
                permissions: damaged_names(row, 3, &mut unreadable)?,
                // A key with damaged permissions is good for nothing.
                allowed: allowed(row, 3, 10).ok().flatten().unwrap_or_default(),
                terms: damaged_if_any(row, 4, &mut unreadable)?,
                registrations: number(row, 5)?,
                created_at: number(row, 6)?,
                expires_at: optional(row, 7)?,
                revoked_at: optional(row, 8)?,
                last_used_at: optional(row, 9)?,
                unreadable,
            })
        })?
        .collect()
}

pub(super) fn insert(connection: &Connection, key: &NewKey) -> Result<KeyId, DirectoryError> {
    let account = match (&key.account, key.owner) {
        (Some(name), None) => Some(account::named(
            connection,
            name,
            &key.permissions,
            key.created_at,
        )?),
        (Some(_), Some(owner)) => Some(owner),
        (None, _) => None,
    };
    if let Some(owner) = key.owner
        && !account::is_there(connection, owner, key.account.as_deref())?
    {
        return Err(DirectoryError::NoSuchAccount);
    }
    if let Some(KeyId(maker)) = key.made_with {
        let is_good = connection
            .prepare_cached("SELECT 1 FROM api_key WHERE id = ?1 AND revoked_at IS NULL")?
            .exists([maker])?;
        if !is_good {
            return Err(DirectoryError::NoSuchKey);
        }
    }
    let id = connection.query_row(
        "INSERT INTO api_key (hash, name, account_id, permissions, terms, created_at, expires_at,
                              owner_id, made_with)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         RETURNING id",
        params![
            key.hash.bytes(),
            key.name,
            account.map(|AccountId(id)| id),
            permission::joined(&key.permissions),
            key.terms,
            key.created_at.cast_signed(),
            key.expires_at.map(u64::cast_signed),
            account.or(key.owner).map(|AccountId(id)| id),
            key.made_with.map(|KeyId(id)| id),
        ],
        |row| row.get(0).map(KeyId),
    )?;
    Ok(id)
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

/// Those that were made with it, too.
pub(super) fn revoke(connection: &Connection, KeyId(id): KeyId, now: u64) -> Result<bool> {
    let found = connection.execute(
        "WITH RECURSIVE revoked (id) AS (
             SELECT id FROM api_key WHERE id = ?1
             UNION SELECT api_key.id FROM api_key JOIN revoked ON api_key.made_with = revoked.id)
         UPDATE api_key SET revoked_at = coalesce(revoked_at, ?2)
         WHERE id IN (SELECT id FROM revoked)",
        params![id, now.cast_signed()],
    )?;
    Ok(found > 0)
}
