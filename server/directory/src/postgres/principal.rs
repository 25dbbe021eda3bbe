//! Accounts and API keys.

use tokio_postgres::{Error, Row};

use super::link::Link;
use super::row::{account, account_if_any, names, number, optional, signed};
use crate::error::DirectoryError;
use crate::permission::{self, Permission};
use crate::principal::{
    AccountChange, AccountEntry, AccountId, Ended, Key, KeyEntry, KeyId, LAST_USE_PRECISION,
    NamePlace, NewAccount, NewKey,
};
use crate::secret::SecretHash;

const ENTRY: &str = "SELECT id, name, permissions, password_hash, created_at, clients FROM account";

fn entry(row: &Row) -> AccountEntry {
    AccountEntry {
        account: account(row, 0),
        password_hash: row.get(3),
        created_at: number(row, 4),
        clients: number(row, 5),
        place: NamePlace(row.get::<_, &str>(1).into()),
        unreadable: None,
    }
}

pub(super) async fn one(link: &Link, name: &str) -> Result<Option<AccountEntry>, Error> {
    let sql = format!("{ENTRY} WHERE name = $1");
    let row = link.row_if_any(&sql, &[&name]).await?;
    Ok(row.as_ref().map(entry))
}

pub(super) async fn page(
    link: &Link,
    NamePlace(after): &NamePlace,
    limit: u32,
) -> Result<Vec<AccountEntry>, Error> {
    // The database takes UTF-8 alone.
    let after = String::from_utf8_lossy(after);
    // Names are compared byte by byte, as SQLite does it.
    let sql = format!("{ENTRY} WHERE name COLLATE \"C\" > $1 ORDER BY name COLLATE \"C\" LIMIT $2");
    let rows = link.rows(&sql, &[&after, &i64::from(limit)]).await?;
    Ok(rows.iter().map(entry).collect())
}

/// Says whether there was none of that name.
pub(super) async fn add_account(link: &Link, account: &NewAccount) -> Result<bool, Error> {
    let NewAccount {
        name,
        password_hash,
        permissions,
        created_at,
    } = account;
    let added = link
        .execute(
            "INSERT INTO account (name, password_hash, permissions, created_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
            &[
                name,
                password_hash,
                &permission::joined(permissions),
                &created_at.cast_signed(),
            ],
        )
        .await?;
    Ok(added == 1)
}

/// Says whether there is one of that name.
pub(super) async fn change_account(
    link: &Link,
    name: &str,
    change: &AccountChange,
) -> Result<bool, Error> {
    let AccountChange {
        password_hash,
        permissions,
        keeps_grants,
    } = change;
    let permissions = permissions.as_deref().map(permission::joined);
    if password_hash.is_some() {
        // Whoever signs in or grants something just now is waited for.
        lock(link, name).await?;
    }
    let changed = link
        .row_if_any(
            "UPDATE account
             SET password_hash = coalesce($2, password_hash), permissions = coalesce($3, permissions)
             WHERE name = $1 RETURNING id",
            &[&name, password_hash, &permissions],
        )
        .await?;
    if let Some(changed) = &changed
        && password_hash.is_some()
    {
        let id: i64 = changed.get(0);
        end_sessions(link, id).await?;
        match keeps_grants {
            true => end_unissued(link, id).await?,
            false => end_grants(link, id).await?,
        };
    }
    Ok(changed.is_some())
}

/// Within a transaction. Ends all sessions and all grants.
pub(super) async fn sign_out(link: &Link, name: &str) -> Result<Option<Ended>, Error> {
    let Some(id) = lock(link, name).await? else {
        return Ok(None);
    };
    // First those sessions, which would go with their grants.
    let sessions = end_sessions(link, id).await?;
    let grants = end_grants(link, id).await?;
    Ok(Some(Ended { sessions, grants }))
}

/// Locks an account, so that nobody adds anything to it until the end of the transaction. It comes before whatever is
/// the account's, as it does where something is added.
async fn lock(link: &Link, name: &str) -> Result<Option<i64>, Error> {
    let found = link
        .row_if_any(
            "SELECT id FROM account WHERE name = $1 FOR UPDATE",
            &[&name],
        )
        .await?;
    Ok(found.map(|row| row.get(0)))
}

async fn end_sessions(link: &Link, id: i64) -> Result<u64, Error> {
    link.execute("DELETE FROM browser_session WHERE account_id = $1", &[&id])
        .await
}

async fn end_grants(link: &Link, id: i64) -> Result<u64, Error> {
    link.execute("DELETE FROM oauth_grant WHERE account_id = $1", &[&id])
        .await
}

/// Ends the grants that nothing was issued for yet: whoever has their code may be the one that the new password is against.
async fn end_unissued(link: &Link, id: i64) -> Result<u64, Error> {
    link.execute(
        "DELETE FROM oauth_grant WHERE account_id = $1 AND EXISTS
             (SELECT 1 FROM oauth_token
              WHERE grant_id = oauth_grant.id AND kind IN ('code', 'device-code') AND spent_at IS NULL)",
        &[&id],
    )
    .await
}

pub(super) async fn remove(link: &Link, name: &str) -> Result<bool, Error> {
    let removed = link
        .execute("DELETE FROM account WHERE name = $1", &[&name])
        .await?;
    Ok(removed == 1)
}

/// The names of accounts and live keys that have a permission.
pub(super) async fn holders(
    link: &Link,
    permission: Permission,
    now: u64,
) -> Result<Vec<String>, Error> {
    let pattern = format!("% {} %", permission.name());
    let accounts = link
        .rows(
            "SELECT name FROM account WHERE ' ' || permissions || ' ' LIKE $1
             ORDER BY name COLLATE \"C\"",
            &[&pattern],
        )
        .await?;
    let keys = link
        .rows(
            "SELECT api_key.name, api_key.permissions, owner.id, owner.permissions
             FROM api_key LEFT JOIN account AS owner ON owner.id = api_key.owner_id
             WHERE ' ' || api_key.permissions || ' ' LIKE $1
               AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
             ORDER BY api_key.id",
            &[&pattern, &now.cast_signed()],
        )
        .await?;
    let keys = keys.iter().filter(|row| {
        let allowed = allowed(row, 1, 2).unwrap_or_default();
        allowed.iter().any(|name| name == permission.name())
    });
    let both = accounts.iter().chain(keys);
    Ok(both.map(|row| row.get(0)).collect())
}

/// What a key allows now: from the column of its permissions, and two of its owner, id and permissions.
fn allowed(row: &Row, made_for: usize, owner: usize) -> Option<Vec<String>> {
    let id: Option<i64> = row.get(owner);
    let owner = id.map(|_| names(row, owner + 1));
    permission::of_key(names(row, made_for), owner.as_deref())
}

pub(super) async fn live_key(
    link: &Link,
    hash: SecretHash,
    now: u64,
) -> Result<Option<Key>, Error> {
    let found = link
        .row_if_any(
            "SELECT api_key.id, api_key.permissions, api_key.terms, api_key.last_used_at,
                    account.id, account.name, account.permissions, api_key.expires_at,
                    owner.id, owner.permissions
             FROM api_key
             LEFT JOIN account ON account.id = api_key.account_id
             LEFT JOIN account AS owner ON owner.id = api_key.owner_id
             WHERE api_key.hash = $1 AND api_key.revoked_at IS NULL
               AND (api_key.expires_at IS NULL OR api_key.expires_at > $2)",
            &[&hash.bytes(), &now.cast_signed()],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let Some(permissions) = allowed(&row, 1, 8) else {
        return Ok(None);
    };
    let key = Key {
        id: KeyId(row.get(0)),
        permissions,
        terms: row.get(2),
        account: account_if_any(&row, 4),
        owner: row.get::<_, Option<i64>>(8).map(AccountId),
        expires_at: optional(&row, 7),
    };
    if optional(&row, 3).is_none_or(|at| at + LAST_USE_PRECISION <= now) {
        let KeyId(id) = key.id;
        link.execute(
            "UPDATE api_key SET last_used_at = $2
             WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
            &[&id, &now.cast_signed()],
        )
        .await?;
    }
    Ok(Some(key))
}

pub(super) async fn keys(
    link: &Link,
    KeyId(after): KeyId,
    limit: u32,
) -> Result<Vec<KeyEntry>, Error> {
    let rows = link
        .rows(
            "SELECT api_key.id, api_key.name, account.name, api_key.permissions, terms,
                    registrations, api_key.created_at, expires_at, revoked_at, last_used_at,
                    owner.id, owner.permissions, owner.name, made_with
             FROM api_key
             LEFT JOIN account ON account.id = api_key.account_id
             LEFT JOIN account AS owner ON owner.id = api_key.owner_id
             WHERE api_key.id > $1 ORDER BY api_key.id LIMIT $2",
            &[&after, &i64::from(limit)],
        )
        .await?;
    let entries = rows.iter().map(|row| KeyEntry {
        id: KeyId(row.get(0)),
        name: row.get(1),
        account: row.get(2),
        owner: row.get(12),
        made_with: row.get::<_, Option<i64>>(13).map(KeyId),
        permissions: names(row, 3),
        allowed: allowed(row, 3, 10).unwrap_or_default(),
        terms: row.get(4),
        registrations: number(row, 5),
        created_at: number(row, 6),
        expires_at: optional(row, 7),
        revoked_at: optional(row, 8),
        last_used_at: optional(row, 9),
        unreadable: None,
    });
    Ok(entries.collect())
}

/// Within a transaction.
pub(super) async fn add_key(link: &Link, key: &NewKey) -> Result<KeyId, DirectoryError> {
    begin(link).await?;
    let account = match (&key.account, key.owner) {
        (Some(name), None) => Some(named(link, name, &key.permissions, key.created_at).await?),
        (Some(_), Some(owner)) => Some(owner),
        (None, _) => None,
    };
    if let Some(AccountId(owner)) = key.owner {
        let found = link
            .row_if_any(
                "SELECT 1 FROM account WHERE id = $1 AND name = coalesce($2, name) FOR KEY SHARE",
                &[&owner, &key.account],
            )
            .await?;
        found.ok_or(DirectoryError::NoSuchAccount)?;
    }
    if let Some(KeyId(maker)) = key.made_with {
        // Whoever revokes it waits until there is one more to revoke.
        let found = link
            .row_if_any(
                "SELECT 1 FROM api_key WHERE id = $1 AND revoked_at IS NULL FOR SHARE",
                &[&maker],
            )
            .await?;
        found.ok_or(DirectoryError::NoSuchKey)?;
    }
    let row = link
        .row(
            "INSERT INTO api_key (hash, name, account_id, permissions, terms, created_at, expires_at,
                                  owner_id, made_with)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            &[
                &key.hash.bytes(),
                &key.name,
                &account.map(|AccountId(id)| id),
                &permission::joined(&key.permissions),
                &key.terms,
                &key.created_at.cast_signed(),
                &signed(key.expires_at),
                &account.or(key.owner).map(|AccountId(id)| id),
                &key.made_with.map(|KeyId(id)| id),
            ],
        )
        .await?;
    Ok(KeyId(row.get(0)))
}

/// The account of this name. It is made if there is none, with these permissions: nobody can sign in to it yet.
async fn named(
    link: &Link,
    name: &str,
    permissions: &[Permission],
    now: u64,
) -> Result<AccountId, Error> {
    // An update that changes nothing, because an insertion that does nothing returns nothing.
    let row = link
        .row(
            "INSERT INTO account (name, permissions, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET name = account.name RETURNING id",
            &[&name, &permission::joined(permissions), &now.cast_signed()],
        )
        .await?;
    Ok(AccountId(row.get(0)))
}

/// Whether there never was one.
pub(super) async fn is_new(link: &Link) -> Result<bool, Error> {
    let row = link.row("SELECT NOT begun FROM tally", &[]).await?;
    Ok(row.get(0))
}

/// Remembers that there was one. It comes before the key and its account: whoever decides locks this
/// row first, too.
pub(super) async fn begin(link: &Link) -> Result<(), Error> {
    link.execute("UPDATE tally SET begun = TRUE WHERE NOT begun", &[])
        .await?;
    Ok(())
}

/// Within a transaction. Those that were made with it, too.
pub(super) async fn revoke(link: &Link, KeyId(id): KeyId, now: u64) -> Result<bool, Error> {
    let found = link
        .execute(
            "UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1",
            &[&id, &now.cast_signed()],
        )
        .await?;
    // Each time, those that were made with the ones before. One of them may just have been used to make another, which
    // is waited for and is seen by the next statement.
    loop {
        let more = link
            .execute(
                "WITH RECURSIVE made (id) AS (
                     SELECT id FROM api_key WHERE made_with = $1
                     UNION SELECT api_key.id FROM api_key JOIN made ON api_key.made_with = made.id)
                 UPDATE api_key SET revoked_at = $2
                 WHERE id IN (SELECT id FROM made) AND revoked_at IS NULL",
                &[&id, &now.cast_signed()],
            )
            .await?;
        if more == 0 {
            return Ok(found == 1);
        }
    }
}
