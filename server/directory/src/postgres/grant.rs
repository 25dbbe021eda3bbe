//! Grants, their tokens, and browsers that signed in.

use tokio_postgres::Error;
use tokio_postgres::types::ToSql;

use super::link::Link;
use super::row::{self, GRANT, account, number, optional};
use crate::grant::{
    Exchange, Grant, GrantId, MOST_GRANTS, MOST_SESSIONS, MOST_SPENT_TOKENS, NewGrant, NewSession,
    NewToken, Session, SignedIn, Token, TokenKind,
};
use crate::principal::{AccountId, LAST_USE_PRECISION};
use crate::secret::SecretHash;

/// Grants something: the client has been used and, if there is a user, authorised.
pub(super) async fn insert(link: &Link, grant: &NewGrant) -> Result<GrantId, Error> {
    let account = grant.account.map(|AccountId(id)| id);
    let now = grant.created_at.cast_signed();
    make_room(link, &grant.client_id, account).await?;
    let row = link
        .row(
            "INSERT INTO oauth_grant (client_id, account_id, scope, resources, created_at, last_used_at)
             VALUES ($1, $2, $3, $4, $5, $5) RETURNING id",
            &[
                &grant.client_id,
                &account,
                &grant.scope,
                &grant.resources,
                &now,
            ],
        )
        .await?;
    let authorised_at = account.map(|_| now);
    link.execute(
        "UPDATE oauth_client SET last_used_at = $2, authorised_at = coalesce(authorised_at, $3)
         WHERE client_id = $1",
        &[&grant.client_id, &now, &authorised_at],
    )
    .await?;
    Ok(GrantId(row.get(0)))
}

/// Ends the grants that were used longest ago, if there are as many as there may be. What a client was granted without
/// a user is counted by client, all else by account.
async fn make_room(link: &Link, client_id: &str, account: Option<i64>) -> Result<(), Error> {
    let (column, params): (_, [&(dyn ToSql + Sync); 1]) = match &account {
        Some(account) => ("account_id = $1", [account]),
        None => ("account_id IS NULL AND client_id = $1", [&client_id]),
    };
    if account.is_some() {
        // The account first, and what is its own then: whoever ends all that does so too.
        link.row_if_any("SELECT 1 FROM account WHERE id = $1 FOR KEY SHARE", &params)
            .await?;
    }
    let count = format!("SELECT count(*) FROM oauth_grant WHERE {column}");
    let found: i64 = link.row(&count, &params).await?.get(0);
    if found >= MOST_GRANTS {
        let end = format!(
            "DELETE FROM oauth_grant WHERE id IN
                 (SELECT id FROM oauth_grant WHERE {column} ORDER BY last_used_at, id LIMIT $2)"
        );
        let excess = found - MOST_GRANTS + 1;
        link.execute(&end, &[params[0], &excess]).await?;
    }
    Ok(())
}

pub(super) async fn is_issued(link: &Link, hash: SecretHash) -> Result<bool, Error> {
    let found = link
        .row_if_any(
            "SELECT 1 FROM oauth_token WHERE hash = $1",
            &[&hash.bytes()],
        )
        .await?;
    Ok(found.is_some())
}

pub(super) async fn issue(
    link: &Link,
    GrantId(grant): GrantId,
    token: &NewToken,
    issued_for: Option<SecretHash>,
) -> Result<(), Error> {
    link.execute(
        "INSERT INTO oauth_token (hash, kind, grant_id, data, issued_at, expires_at, issued_for)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &token.hash.bytes(),
            &token.kind.name(),
            &grant,
            &token.data,
            &token.issued_at.cast_signed(),
            &token.expires_at.cast_signed(),
            &issued_for.as_ref().map(SecretHash::bytes),
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn token(link: &Link, hash: SecretHash) -> Result<Option<Token>, Error> {
    let sql = format!(
        "SELECT {GRANT}, kind, data, issued_at, expires_at, spent_at,
                (SELECT before.repeatable_until FROM oauth_token AS before
                 WHERE before.hash = oauth_token.issued_for)
         FROM oauth_token
         JOIN oauth_grant ON oauth_grant.id = oauth_token.grant_id
         LEFT JOIN account ON account.id = oauth_grant.account_id
         WHERE hash = $1"
    );
    let found = link.row_if_any(&sql, &[&hash.bytes()]).await?;
    Ok(found.and_then(|row| {
        Some(Token {
            grant: row::grant(&row, 0),
            kind: TokenKind::named(row.get(9))?,
            data: row.get(10),
            issued_at: number(&row, 11),
            expires_at: number(&row, 12),
            is_spent: optional(&row, 13).is_some(),
            predecessor_repeatable_until: optional(&row, 14),
        })
    }))
}

/// Within a transaction. Locks the grant of a token, so that of those who use its tokens at the same time,
/// each sees what the others have done.
async fn lock_grant(link: &Link, token: SecretHash) -> Result<(), Error> {
    link.row_if_any(
        "SELECT 1 FROM oauth_grant WHERE id =
             (SELECT grant_id FROM oauth_token WHERE hash = $1)
         FOR UPDATE",
        &[&token.bytes()],
    )
    .await?;
    Ok(())
}

/// Within a transaction.
pub(super) async fn present(link: &Link, hash: SecretHash) -> Result<(), Error> {
    lock_grant(link, hash).await?;
    answer_arrived(link, hash).await
}

/// Whoever has a token received the answer that it was in: what it was issued for is not exchanged once more.
async fn answer_arrived(link: &Link, issued: SecretHash) -> Result<(), Error> {
    link.execute(
        "UPDATE oauth_token SET repeatable_until = NULL
         WHERE hash = (SELECT issued_for FROM oauth_token WHERE hash = $1)
           AND repeatable_until IS NOT NULL",
        &[&issued.bytes()],
    )
    .await?;
    Ok(())
}

/// Within a transaction: whoever comes at the same time waits, and is second.
pub(super) async fn exchange(
    link: &Link,
    spent: SecretHash,
    issued: &[NewToken],
    repeatable_for: u64,
    now: u64,
) -> Result<Exchange, Error> {
    let at = now.cast_signed();
    // In the order in which they are locked by whoever deletes them: otherwise each waits for the other.
    link.row_if_any(
        "SELECT 1 FROM oauth_client WHERE client_id =
             (SELECT client_id FROM oauth_grant WHERE id =
                 (SELECT grant_id FROM oauth_token WHERE hash = $1))
         FOR KEY SHARE",
        &[&spent.bytes()],
    )
    .await?;
    lock_grant(link, spent).await?;
    let found = link
        .row_if_any(
            "SELECT grant_id, expires_at, spent_at, repeatable_until FROM oauth_token
             WHERE hash = $1 FOR UPDATE",
            &[&spent.bytes()],
        )
        .await?;
    let Some(row) = found else {
        return Ok(Exchange::Gone);
    };
    let grant = GrantId(row.get(0));
    let GrantId(id) = grant;
    let judged = Exchange::judge(number(&row, 1), optional(&row, 2), optional(&row, 3), now);
    let exchange = match judged {
        Exchange::Gone => return Ok(Exchange::Gone),
        Exchange::Reused => {
            end(link, grant).await?;
            return Ok(Exchange::Reused);
        }
        Exchange::Repeated => {
            link.execute(
                "DELETE FROM oauth_token
                 WHERE grant_id = $1 AND issued_for = $2 AND kind <> 'refresh'",
                &[&id, &spent.bytes()],
            )
            .await?;
            link.execute(
                "UPDATE oauth_token SET spent_at = $3
                 WHERE grant_id = $1 AND issued_for = $2 AND spent_at IS NULL",
                &[&id, &spent.bytes(), &at],
            )
            .await?;
            Exchange::Repeated
        }
        Exchange::Done => {
            answer_arrived(link, spent).await?;
            Exchange::Done
        }
    };
    forget_some(link, grant, spent, issued).await?;
    let until = exchange.repeatable_until(repeatable_for, now);
    link.execute(
        "UPDATE oauth_token SET spent_at = $2, repeatable_until = $3 WHERE hash = $1",
        &[&spent.bytes(), &at, &until.map(u64::cast_signed)],
    )
    .await?;
    for token in issued {
        issue(link, grant, token, until.map(|_| spent)).await?;
    }
    link.execute(
        "UPDATE oauth_grant SET last_used_at = $2 WHERE id = $1",
        &[&id, &at],
    )
    .await?;
    link.execute(
        "UPDATE oauth_client SET last_used_at = $2
         WHERE client_id = (SELECT client_id FROM oauth_grant WHERE id = $1)
           AND coalesce(last_used_at, 0) <= $2 - $3::BIGINT",
        &[&id, &at, &LAST_USE_PRECISION.cast_signed()],
    )
    .await?;
    Ok(exchange)
}

/// Makes room for tokens that are issued: the oldest access tokens end, and of the refresh tokens that were spent before
/// this one, those are forgotten that were spent first.
async fn forget_some(
    link: &Link,
    GrantId(grant): GrantId,
    spent: SecretHash,
    issued: &[NewToken],
) -> Result<(), Error> {
    link.execute(
        "DELETE FROM oauth_token WHERE grant_id = $1 AND kind = 'access' AND hash NOT IN
             (SELECT hash FROM oauth_token WHERE grant_id = $1 AND kind = 'access'
              ORDER BY issued_at DESC LIMIT $2)",
        &[&grant, &NewToken::room_for_access(issued)],
    )
    .await?;
    link.execute(
        "DELETE FROM oauth_token
         WHERE grant_id = $1 AND kind = 'refresh' AND spent_at IS NOT NULL AND hash <> $2
           AND hash NOT IN
             (SELECT hash FROM oauth_token
              WHERE grant_id = $1 AND kind = 'refresh' AND spent_at IS NOT NULL AND hash <> $2
              ORDER BY spent_at DESC, issued_at DESC LIMIT $3)",
        &[&grant, &spent.bytes(), &(MOST_SPENT_TOKENS - 1)],
    )
    .await?;
    Ok(())
}

/// Within a transaction.
pub(super) async fn end_token(link: &Link, hash: SecretHash) -> Result<(), Error> {
    lock_grant(link, hash).await?;
    answer_arrived(link, hash).await?;
    link.execute("DELETE FROM oauth_token WHERE hash = $1", &[&hash.bytes()])
        .await?;
    Ok(())
}

/// Says whether there was one.
pub(super) async fn end(link: &Link, GrantId(id): GrantId) -> Result<bool, Error> {
    let ended = link
        .execute("DELETE FROM oauth_grant WHERE id = $1", &[&id])
        .await?;
    Ok(ended == 1)
}

/// Those of an account that something still stands for.
pub(super) async fn of(
    link: &Link,
    AccountId(account): AccountId,
    now: u64,
) -> Result<Vec<Grant>, Error> {
    let sql = format!(
        "SELECT {GRANT} FROM oauth_grant JOIN account ON account.id = oauth_grant.account_id
         WHERE oauth_grant.account_id = $1
           AND (EXISTS (SELECT 1 FROM oauth_token WHERE grant_id = oauth_grant.id
                        AND spent_at IS NULL AND expires_at > $2)
             OR EXISTS (SELECT 1 FROM browser_session WHERE grant_id = oauth_grant.id
                        AND expires_at > $2))
         ORDER BY oauth_grant.id DESC"
    );
    let rows = link.rows(&sql, &[&account, &now.cast_signed()]).await?;
    Ok(rows.iter().map(|row| row::grant(row, 0)).collect())
}

/// Within a transaction.
pub(super) async fn add_session(link: &Link, session: &NewSession) -> Result<(), Error> {
    let AccountId(account) = session.account;
    // Of those who sign in at the same time, each counts the others.
    link.row_if_any(
        "SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE",
        &[&account],
    )
    .await?;
    link.execute(
        "DELETE FROM browser_session WHERE account_id = $1 AND hash NOT IN
             (SELECT hash FROM browser_session WHERE account_id = $1
              ORDER BY created_at DESC LIMIT $2)",
        &[&account, &(MOST_SESSIONS - 1)],
    )
    .await?;
    link.execute(
        "INSERT INTO browser_session (hash, account_id, grant_id, created_at, expires_at, agent, address)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &session.hash.bytes(),
            &account,
            &session.grant.map(|GrantId(id)| id),
            &session.created_at.cast_signed(),
            &session.expires_at.cast_signed(),
            &session.agent,
            &session.address,
        ],
    )
    .await?;
    Ok(())
}

/// Those of an account, the latest first.
pub(super) async fn sessions(
    link: &Link,
    AccountId(account): AccountId,
    now: u64,
) -> Result<Vec<SignedIn>, Error> {
    let rows = link
        .rows(
            "SELECT hash, grant_id, agent, address, created_at FROM browser_session
             WHERE account_id = $1 AND expires_at > $2 ORDER BY created_at DESC, hash",
            &[&account, &now.cast_signed()],
        )
        .await?;
    let sessions = rows.iter().filter_map(|row| {
        Some(SignedIn {
            hash: SecretHash::from_bytes(row.get(0))?,
            grant: row.get::<_, Option<i64>>(1).map(GrantId),
            agent: row.get(2),
            address: row.get(3),
            created_at: number(row, 4),
        })
    });
    Ok(sessions.collect())
}

pub(super) async fn session(
    link: &Link,
    hash: SecretHash,
    now: u64,
) -> Result<Option<Session>, Error> {
    let sql = format!(
        "SELECT {GRANT}, browser_session.created_at, browser_session.expires_at,
                browser_session.grant_id
         FROM browser_session
         JOIN account ON account.id = browser_session.account_id
         LEFT JOIN oauth_grant ON oauth_grant.id = browser_session.grant_id
         WHERE hash = $1 AND browser_session.expires_at > $2"
    );
    let found = link
        .row_if_any(&sql, &[&hash.bytes(), &now.cast_signed()])
        .await?;
    Ok(found.map(|row| {
        let stands_on: Option<i64> = row.get(11);
        Session {
            account: account(&row, 6),
            grant: stands_on.map(|_| row::grant(&row, 0)),
            created_at: number(&row, 9),
            expires_at: number(&row, 10),
        }
    }))
}

pub(super) async fn end_session(link: &Link, hash: SecretHash) -> Result<(), Error> {
    link.execute(
        "DELETE FROM browser_session WHERE hash = $1",
        &[&hash.bytes()],
    )
    .await?;
    Ok(())
}
