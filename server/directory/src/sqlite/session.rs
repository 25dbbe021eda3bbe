//! Browsers that signed in, in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::row::{damaged, number};
use super::{account, grant};
use crate::grant::{GrantId, MOST_SESSIONS, NewSession, Session, SignedIn};
use crate::principal::AccountId;
use crate::secret::SecretHash;

pub(super) fn insert(connection: &Connection, session: &NewSession) -> Result<()> {
    let AccountId(account) = session.account;
    connection
        .prepare_cached(
            "DELETE FROM browser_session WHERE account_id = ?1 AND hash NOT IN
                 (SELECT hash FROM browser_session WHERE account_id = ?1
                  ORDER BY created_at DESC LIMIT ?2 - 1)",
        )?
        .execute(params![account, MOST_SESSIONS])?;
    connection.execute(
        "INSERT INTO browser_session (hash, account_id, grant_id, created_at, expires_at, agent, address)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            session.hash.bytes(),
            account,
            session.grant.map(|GrantId(id)| id),
            session.created_at.cast_signed(),
            session.expires_at.cast_signed(),
            session.agent,
            session.address,
        ],
    )?;
    Ok(())
}

pub(super) fn live(connection: &Connection, hash: SecretHash, now: u64) -> Result<Option<Session>> {
    connection
        .prepare_cached(&format!(
            "SELECT {}, browser_session.created_at, browser_session.expires_at,
                    browser_session.grant_id
             FROM browser_session
             JOIN account ON account.id = browser_session.account_id
             LEFT JOIN oauth_grant ON oauth_grant.id = browser_session.grant_id
             WHERE hash = ?1 AND browser_session.expires_at > ?2",
            grant::GRANT
        ))?
        .query_row(params![hash.bytes(), now.cast_signed()], |row| {
            let stands_on_a_grant = row.get::<_, Option<i64>>(11)?.is_some();
            Ok(Session {
                account: account::account(row, 6)?,
                grant: match stands_on_a_grant {
                    true => Some(grant::grant(row, 0)?),
                    false => None,
                },
                created_at: number(row, 9)?,
                expires_at: number(row, 10)?,
            })
        })
        .optional()
}

/// Those of an account, the latest first.
pub(super) fn of(
    connection: &Connection,
    AccountId(account): AccountId,
    now: u64,
) -> Result<Vec<SignedIn>> {
    let sessions = connection
        .prepare_cached(
            "SELECT hash, grant_id, agent, address, created_at FROM browser_session
             WHERE account_id = ?1 AND expires_at > ?2 ORDER BY created_at DESC, hash",
        )?
        .query_map(params![account, now.cast_signed()], |row| {
            let hash = SecretHash::from_bytes(row.get_ref(0)?.as_bytes()?);
            let stands_on: Option<i64> = row.get(1)?;
            let mut unreadable = None;
            Ok(hash.map(|hash| SignedIn {
                hash,
                grant: stands_on.map(GrantId),
                agent: damaged(row, 2, &mut unreadable).unwrap_or_default(),
                address: damaged(row, 3, &mut unreadable).unwrap_or_default(),
                created_at: number(row, 4).unwrap_or_default(),
            }))
        })?
        .collect::<Result<Vec<_>>>()?;
    Ok(sessions.into_iter().flatten().collect())
}

pub(super) fn end(connection: &Connection, hash: SecretHash) -> Result<()> {
    connection.execute(
        "DELETE FROM browser_session WHERE hash = ?1",
        [hash.bytes()],
    )?;
    Ok(())
}
