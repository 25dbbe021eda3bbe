//! Accounts in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::row::{damaged, damaged_if_any, damaged_names, names, number};
use crate::permission::{self, Permission};
use crate::principal::{
    Account, AccountChange, AccountEntry, AccountId, Ended, NamePlace, NewAccount,
};

const ENTRY: &str = "SELECT id, name, permissions, password_hash, created_at, clients FROM account";

pub(super) fn one(connection: &Connection, name: &str) -> Result<Option<AccountEntry>> {
    connection
        .prepare_cached(&format!("{ENTRY} WHERE name = ?1"))?
        .query_row([name], entry)
        .optional()
}

pub(super) fn page(
    connection: &Connection,
    NamePlace(after): &NamePlace,
    limit: u32,
) -> Result<Vec<AccountEntry>> {
    // Names are compared byte by byte, also those that are damaged.
    connection
        .prepare_cached(&format!(
            "{ENTRY} WHERE name > CAST(?1 AS TEXT) ORDER BY name LIMIT ?2"
        ))?
        .query_map(params![after, limit], entry)?
        .collect()
}

fn entry(row: &Row<'_>) -> Result<AccountEntry> {
    let mut unreadable = None;
    let account = Account {
        id: AccountId(row.get(0)?),
        name: damaged(row, 1, &mut unreadable)?,
        permissions: damaged_names(row, 2, &mut unreadable)?,
    };
    Ok(AccountEntry {
        account,
        password_hash: damaged_if_any(row, 3, &mut unreadable)?,
        place: NamePlace(row.get_ref(1)?.as_bytes()?.to_owned()),
        created_at: number(row, 4)?,
        clients: number(row, 5)?,
        unreadable,
    })
}

/// From three columns: id, name and permissions.
pub(super) fn account(row: &Row<'_>, first: usize) -> Result<Account> {
    Ok(Account {
        id: AccountId(row.get(first)?),
        name: row.get(first + 1)?,
        permissions: names(row, first + 2)?,
    })
}

/// From three columns, which are null where there is no account.
pub(super) fn account_if_any(row: &Row<'_>, first: usize) -> Result<Option<Account>> {
    match row.get::<_, Option<i64>>(first)? {
        Some(_) => account(row, first).map(Some),
        None => Ok(None),
    }
}

/// Says whether there was none of that name.
pub(super) fn insert(connection: &Connection, account: &NewAccount) -> Result<bool> {
    let NewAccount {
        name,
        password_hash,
        permissions,
        created_at,
    } = account;
    let added = connection.execute(
        "INSERT INTO account (name, password_hash, permissions, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO NOTHING",
        params![
            name,
            password_hash,
            permission::joined(permissions),
            created_at.cast_signed()
        ],
    )?;
    Ok(added == 1)
}

/// Says whether there is one of that name.
pub(super) fn change(connection: &Connection, name: &str, change: &AccountChange) -> Result<bool> {
    let AccountChange {
        password_hash,
        permissions,
        keeps_grants,
    } = change;
    let permissions = permissions.as_deref().map(permission::joined);
    let changed: Option<i64> = connection
        .query_row(
            "UPDATE account
             SET password_hash = coalesce(?2, password_hash), permissions = coalesce(?3, permissions)
             WHERE name = ?1 RETURNING id",
            params![name, password_hash, permissions],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = changed
        && password_hash.is_some()
    {
        end_sessions(connection, id)?;
        match keeps_grants {
            true => end_unissued(connection, id)?,
            false => end_grants(connection, id)?,
        };
    }
    Ok(changed.is_some())
}

/// Ends all sessions and all grants.
pub(super) fn sign_out(connection: &Connection, name: &str) -> Result<Option<Ended>> {
    let id = connection
        .prepare_cached("SELECT id FROM account WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    // First those sessions, which would go with their grants.
    let sessions = end_sessions(connection, id)?;
    let grants = end_grants(connection, id)?;
    Ok(Some(Ended { sessions, grants }))
}

fn end_sessions(connection: &Connection, id: i64) -> Result<u64> {
    let ended = connection.execute("DELETE FROM browser_session WHERE account_id = ?1", [id])?;
    Ok(ended as u64)
}

fn end_grants(connection: &Connection, id: i64) -> Result<u64> {
    let ended = connection.execute("DELETE FROM oauth_grant WHERE account_id = ?1", [id])?;
    Ok(ended as u64)
}

/// Ends the grants that nothing was issued for yet: whoever has their code may be the one that the new password is against.
fn end_unissued(connection: &Connection, id: i64) -> Result<u64> {
    let ended = connection.execute(
        "DELETE FROM oauth_grant WHERE account_id = ?1 AND EXISTS
             (SELECT 1 FROM oauth_token
              WHERE grant_id = oauth_grant.id AND kind IN ('code', 'device-code') AND spent_at IS NULL)",
        [id],
    )?;
    Ok(ended as u64)
}

/// The account of this name. It is made if there is none, with these permissions: nobody can sign in to it yet.
pub(super) fn named(
    connection: &Connection,
    name: &str,
    permissions: &[Permission],
    now: u64,
) -> Result<AccountId> {
    // An update that changes nothing, because an insertion that does nothing returns nothing.
    connection.query_row(
        "INSERT INTO account (name, permissions, created_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET name = name
         RETURNING id",
        params![name, permission::joined(permissions), now.cast_signed()],
        |row| row.get(0).map(AccountId),
    )
}

/// Whether there is an account with this number and, if one is given, this name.
pub(super) fn is_there(
    connection: &Connection,
    AccountId(id): AccountId,
    name: Option<&str>,
) -> Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM account WHERE id = ?1 AND name = coalesce(?2, name)")?
        .exists(params![id, name])
}

pub(super) fn remove(connection: &Connection, name: &str) -> Result<bool> {
    Ok(connection.execute("DELETE FROM account WHERE name = ?1", [name])? == 1)
}

/// The names of those that have a permission.
pub(super) fn with(connection: &Connection, permission: Permission) -> Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT name FROM account WHERE ' ' || permissions || ' ' LIKE '% ' || ?1 || ' %'
             ORDER BY name",
        )?
        .query_map([permission.name()], |row| damaged(row, 0, &mut None))?
        .collect()
}
