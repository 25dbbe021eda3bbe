//! Grants and their tokens in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, Row, ToSql, params};

use super::account;
use super::row::{damaged, number, optional};
use crate::grant::{
    Exchange, Grant, GrantId, MOST_GRANTS, MOST_SPENT_TOKENS, NewGrant, NewToken, Token, TokenKind,
};
use crate::principal::{AccountId, LAST_USE_PRECISION};
use crate::secret::SecretHash;

/// Grants something: the client has been used and, if there is a user, authorised.
pub(super) fn insert(connection: &Connection, grant: &NewGrant) -> Result<GrantId> {
    let NewGrant {
        client_id,
        account,
        scope,
        resources,
        created_at,
    } = grant;
    let account = account.map(|AccountId(id)| id);
    let now = created_at.cast_signed();
    make_room(connection, client_id, account)?;
    let id = connection
        .prepare_cached(
            "INSERT INTO oauth_grant (client_id, account_id, scope, resources, created_at, last_used_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             RETURNING id",
        )?
        .query_row(params![client_id, account, scope, resources, now], |row| {
            row.get(0).map(GrantId)
        })?;
    connection
        .prepare_cached(
            "UPDATE oauth_client
             SET last_used_at = ?2,
                 authorised_at = coalesce(authorised_at, iif(?3 IS NULL, NULL, ?2))
             WHERE client_id = ?1",
        )?
        .execute(params![client_id, now, account])?;
    Ok(id)
}

/// Ends the grants that were used longest ago, if there are as many as there may be. What a client was granted without
/// a user is counted by client, all else by account.
fn make_room(connection: &Connection, client_id: &str, account: Option<i64>) -> Result<()> {
    let (column, value): (_, &dyn ToSql) = match &account {
        Some(account) => ("account_id = ?1", account),
        None => ("account_id IS NULL AND client_id = ?1", &client_id),
    };
    let count = format!("SELECT count(*) FROM oauth_grant WHERE {column}");
    let found: i64 = connection
        .prepare_cached(&count)?
        .query_row([value], |row| row.get(0))?;
    if found >= MOST_GRANTS {
        let end = format!(
            "DELETE FROM oauth_grant WHERE id IN
                 (SELECT id FROM oauth_grant WHERE {column} ORDER BY last_used_at, id LIMIT ?2)"
        );
        connection
            .prepare_cached(&end)?
            .execute(params![value, found - MOST_GRANTS + 1])?;
    }
    Ok(())
}

pub(super) fn is_issued(connection: &Connection, hash: SecretHash) -> Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM oauth_token WHERE hash = ?1")?
        .exists([hash.bytes()])
}

pub(super) fn issue(
    connection: &Connection,
    GrantId(grant): GrantId,
    token: &NewToken,
    issued_for: Option<SecretHash>,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO oauth_token (hash, kind, grant_id, data, issued_at, expires_at, issued_for)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            token.hash.bytes(),
            token.kind.name(),
            grant,
            token.data,
            token.issued_at.cast_signed(),
            token.expires_at.cast_signed(),
            issued_for.as_ref().map(SecretHash::bytes),
        ])?;
    Ok(())
}

pub(super) fn token(connection: &Connection, hash: SecretHash) -> Result<Option<Token>> {
    connection
        .prepare_cached(&format!(
            "SELECT {GRANT}, kind, data, issued_at, expires_at, spent_at,
                    (SELECT before.repeatable_until FROM oauth_token AS before
                     WHERE before.hash = oauth_token.issued_for)
             FROM oauth_token
             JOIN oauth_grant ON oauth_grant.id = oauth_token.grant_id
             LEFT JOIN account ON account.id = oauth_grant.account_id
             WHERE hash = ?1"
        ))?
        .query_row([hash.bytes()], |row| {
            let kind = row.get_ref(9)?.as_str()?;
            Ok(Token {
                grant: grant(row, 0)?,
                kind: TokenKind::named(kind).ok_or(rusqlite::Error::InvalidQuery)?,
                data: row.get(10)?,
                issued_at: number(row, 11)?,
                expires_at: number(row, 12)?,
                is_spent: optional(row, 13)?.is_some(),
                predecessor_repeatable_until: optional(row, 14)?,
            })
        })
        .optional()
}

/// The nine columns of a grant and its account.
pub(super) const GRANT: &str = "oauth_grant.id, oauth_grant.client_id, oauth_grant.scope,
    oauth_grant.resources, oauth_grant.created_at, oauth_grant.last_used_at,
    account.id, account.name, account.permissions";

/// From the nine columns, the first of which has this number.
pub(super) fn grant(row: &Row<'_>, first: usize) -> Result<Grant> {
    Ok(Grant {
        id: GrantId(row.get(first)?),
        client_id: row.get(first + 1)?,
        scope: row.get(first + 2)?,
        resources: row.get(first + 3)?,
        created_at: number(row, first + 4)?,
        last_used_at: number(row, first + 5)?,
        account: account::account_if_any(row, first + 6)?,
    })
}

/// Whoever has a token received the answer that it was in: what it was issued for is not exchanged once more.
pub(super) fn answer_arrived(connection: &Connection, issued: SecretHash) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE oauth_token SET repeatable_until = NULL
             WHERE hash = (SELECT issued_for FROM oauth_token WHERE hash = ?1)
               AND repeatable_until IS NOT NULL",
        )?
        .execute([issued.bytes()])?;
    Ok(())
}

pub(super) fn exchange(
    connection: &Connection,
    spent: SecretHash,
    issued: &[NewToken],
    repeatable_for: u64,
    now: u64,
) -> Result<Exchange> {
    let at = now.cast_signed();
    let found = connection
        .prepare_cached(
            "SELECT grant_id, expires_at, spent_at, repeatable_until FROM oauth_token
             WHERE hash = ?1",
        )?
        .query_row([spent.bytes()], |row| {
            let grant = GrantId(row.get(0)?);
            Ok((grant, number(row, 1)?, optional(row, 2)?, optional(row, 3)?))
        })
        .optional()?;
    let Some((grant, expires_at, spent_at, repeatable_until)) = found else {
        return Ok(Exchange::Gone);
    };
    let GrantId(id) = grant;
    let exchange = match Exchange::judge(expires_at, spent_at, repeatable_until, now) {
        Exchange::Gone => return Ok(Exchange::Gone),
        Exchange::Reused => {
            end(connection, grant)?;
            return Ok(Exchange::Reused);
        }
        Exchange::Repeated => {
            connection
                .prepare_cached(
                    "DELETE FROM oauth_token
                     WHERE grant_id = ?1 AND issued_for = ?2 AND kind <> 'refresh'",
                )?
                .execute(params![id, spent.bytes()])?;
            connection
                .prepare_cached(
                    "UPDATE oauth_token SET spent_at = ?3
                     WHERE grant_id = ?1 AND issued_for = ?2 AND spent_at IS NULL",
                )?
                .execute(params![id, spent.bytes(), at])?;
            Exchange::Repeated
        }
        Exchange::Done => {
            answer_arrived(connection, spent)?;
            Exchange::Done
        }
    };
    forget_some(connection, grant, spent, issued)?;
    let until = exchange.repeatable_until(repeatable_for, now);
    connection
        .prepare_cached(
            "UPDATE oauth_token SET spent_at = ?2, repeatable_until = ?3 WHERE hash = ?1",
        )?
        .execute(params![spent.bytes(), at, until.map(u64::cast_signed)])?;
    for token in issued {
        issue(connection, grant, token, until.map(|_| spent))?;
    }
    connection
        .prepare_cached("UPDATE oauth_grant SET last_used_at = ?2 WHERE id = ?1")?
        .execute(params![id, at])?;
    connection
        .prepare_cached(
            "UPDATE oauth_client SET last_used_at = ?2
             WHERE client_id = (SELECT client_id FROM oauth_grant WHERE id = ?1)
               AND coalesce(last_used_at, 0) <= ?2 - ?3",
        )?
        .execute(params![id, at, LAST_USE_PRECISION.cast_signed()])?;
    Ok(exchange)
}

/// Makes room for tokens that are issued: the oldest access tokens end, and of the refresh tokens that were spent before
/// this one, those are forgotten that were spent first.
fn forget_some(
    connection: &Connection,
    GrantId(grant): GrantId,
    spent: SecretHash,
    issued: &[NewToken],
) -> Result<()> {
    connection
        .prepare_cached(
            "DELETE FROM oauth_token WHERE grant_id = ?1 AND kind = 'access' AND hash NOT IN
                 (SELECT hash FROM oauth_token WHERE grant_id = ?1 AND kind = 'access'
                  ORDER BY issued_at DESC LIMIT ?2)",
        )?
        .execute(params![grant, NewToken::room_for_access(issued)])?;
    connection
        .prepare_cached(
            "DELETE FROM oauth_token
             WHERE grant_id = ?1 AND kind = 'refresh' AND spent_at IS NOT NULL AND hash <> ?2
               AND hash NOT IN
                 (SELECT hash FROM oauth_token
                  WHERE grant_id = ?1 AND kind = 'refresh' AND spent_at IS NOT NULL AND hash <> ?2
                  ORDER BY spent_at DESC, issued_at DESC LIMIT ?3 - 1)",
        )?
        .execute(params![grant, spent.bytes(), MOST_SPENT_TOKENS])?;
    Ok(())
}

pub(super) fn end_token(connection: &Connection, hash: SecretHash) -> Result<()> {
    answer_arrived(connection, hash)?;
    connection.execute("DELETE FROM oauth_token WHERE hash = ?1", [hash.bytes()])?;
    Ok(())
}

/// Says whether there was one.
pub(super) fn end(connection: &Connection, GrantId(id): GrantId) -> Result<bool> {
    let ended = connection
        .prepare_cached("DELETE FROM oauth_grant WHERE id = ?1")?
        .execute([id])?;
    Ok(ended == 1)
}

/// Those of an account that something still stands for.
pub(super) fn of(
    connection: &Connection,
    AccountId(account): AccountId,
    now: u64,
) -> Result<Vec<Grant>> {
    connection
        .prepare_cached(&format!(
            "SELECT {GRANT} FROM oauth_grant JOIN account ON account.id = oauth_grant.account_id
             WHERE oauth_grant.account_id = ?1
               AND (EXISTS (SELECT 1 FROM oauth_token WHERE grant_id = oauth_grant.id
                            AND spent_at IS NULL AND expires_at > ?2)
                 OR EXISTS (SELECT 1 FROM browser_session WHERE grant_id = oauth_grant.id
                            AND expires_at > ?2))
             ORDER BY oauth_grant.id DESC"
        ))?
        .query_map(params![account, now.cast_signed()], listed)?
        .collect()
}

/// A grant in a list: one whose texts are damaged is there, so that its user can end it.
fn listed(row: &Row<'_>) -> Result<Grant> {
    let mut unreadable = None;
    Ok(Grant {
        id: GrantId(row.get(0)?),
        client_id: damaged(row, 1, &mut unreadable)?,
        scope: damaged(row, 2, &mut unreadable)?,
        resources: damaged(row, 3, &mut unreadable)?,
        created_at: number(row, 4)?,
        last_used_at: number(row, 5)?,
        account: account::account_if_any(row, 6)?,
    })
}
