//! Browsers that signed in, in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::row::number;
use super::{account, grant};
use crate::grant::{GrantId, MOST_SESSIONS, NewSession, Session};
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
        "INSERT INTO browser_session (hash, account_id, grant_id, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            session.hash.bytes(),
            account,
            session.grant.map(|GrantId(id)| id),
            session.created_at.cast_signed(),
            session.expires_at.cast_signed(),
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

pub(super) fn end(connection: &Connection, hash: SecretHash) -> Result<()> {
    connection.execute(
        "DELETE FROM browser_session WHERE hash = ?1",
        [hash.bytes()],
    )?;
    Ok(())
}
