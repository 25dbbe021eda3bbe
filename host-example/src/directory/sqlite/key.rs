//! API keys in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::super::{Account, AccountId, Key, KeyId, NewKey};
use crate::permission::Permission;
use crate::secret::SecretHash;

pub(super) fn live(connection: &Connection, hash: SecretHash, now: u64) -> Result<Option<Key>> {
    connection
        .prepare_cached(
            "SELECT api_key.id, api_key.permissions, api_key.terms, account.id, account.name
             FROM api_key LEFT JOIN account ON account.id = api_key.account_id
             WHERE api_key.hash = ?1 AND api_key.revoked_at IS NULL
               AND (api_key.expires_at IS NULL OR api_key.expires_at > ?2)",
        )?
        .query_row(params![hash.bytes(), now.cast_signed()], |row| {
            let account_id: Option<i64> = row.get(3)?;
            Ok(Key {
                id: KeyId(row.get(0)?),
                permissions: row
                    .get_ref(1)?
                    .as_str()?
                    .split_ascii_whitespace()
                    .map(str::to_owned)
                    .collect(),
                terms: row.get(2)?,
                account: match account_id {
                    Some(id) => Some(Account {
                        id: AccountId(id),
                        name: row.get(4)?,
                        permissions: Vec::new(),
                    }),
                    None => None,
                },
            })
        })
        .optional()
}

pub(super) fn names(
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

pub(super) fn insert(connection: &Connection, key: &NewKey) -> Result<()> {
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
        "INSERT INTO api_key (hash, name, account_id, permissions, terms, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            key.hash.bytes(),
            key.name,
            account,
            permissions.join(" "),
            key.terms,
            key.created_at.cast_signed(),
            key.expires_at.map(u64::cast_signed),
        ],
    )?;
    Ok(())
}

/// Says whether there was none before.
pub(super) fn insert_first(connection: &Connection, keys: &[NewKey]) -> Result<bool> {
    let first = connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM api_key)", (), |row| {
        row.get(0)
    })?;
    if first {
        for key in keys {
            insert(connection, key)?;
        }
    }
    Ok(first)
}
