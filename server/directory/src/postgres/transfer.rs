//! A database as lines of JSON, and the other way round.

use std::collections::HashMap;

use tokio_postgres::{Error, Row};

use super::link::Link;
use super::row::{hash, number, optional, signed};
use super::{client, principal};
use crate::directory::Each;
use crate::error::DirectoryError;
use crate::grant::TokenKind;
use crate::transfer::{self, Hash, ImportError, Kind, Line, Order, Out, Unreadable};

/// All lines, within a transaction that sees one moment, and what cannot be read.
pub(super) async fn export(link: &Link, each: Each<'_>) -> Result<Vec<Unreadable>, DirectoryError> {
    let mut out = Out::begin(each)?;
    for (query, read) in TABLES {
        link.run(&format!("DECLARE lines NO SCROLL CURSOR FOR {query}"))
            .await?;
        loop {
            let rows = link.fetch("FETCH 1000 FROM lines").await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let line = read(row);
                // The database takes no text that is damaged. What the plugin wrote may still be none of its records.
                let what = match &line {
                    Ok(Line::Client { client_id, .. }) => format!("client {client_id}"),
                    _ => "a token".to_owned(),
                };
                out.add(line.map_err(|error| error.to_string()), || what)?;
            }
        }
        link.run("CLOSE lines").await?;
    }
    out.end()
}

type Read = fn(&Row) -> Result<Line, DirectoryError>;

/// The tables in the order in which one speaks of another.
const TABLES: [(&str, Read); 6] = [
    (
        "SELECT name, password_hash, permissions, created_at FROM account ORDER BY id",
        |row| {
            Ok(Line::Account {
                name: row.get(0),
                password_hash: row.get(1),
                permissions: row.get(2),
                created_at: number(row, 3),
            })
        },
    ),
    (
        "SELECT api_key.hash, api_key.name, account.name, api_key.permissions, api_key.terms,
                api_key.registrations,
                api_key.created_at, api_key.expires_at, api_key.revoked_at, api_key.last_used_at,
                owner.name, maker.hash, api_key.made_with
         FROM api_key
         LEFT JOIN account ON account.id = api_key.account_id
         LEFT JOIN account AS owner ON owner.id = api_key.owner_id
         LEFT JOIN api_key AS maker ON maker.id = api_key.made_with
         ORDER BY api_key.id",
        |row| {
            Ok(Line::Key {
                hash: Hash(hash(row, 0)),
                name: row.get(1),
                account: row.get(2),
                owner: row.get(10),
                made_with: row.get::<_, Option<i64>>(12).map(|_| Hash(hash(row, 11))),
                permissions: row.get(3),
                terms: row.get(4),
                registrations: number(row, 5),
                created_at: number(row, 6),
                expires_at: optional(row, 7),
                revoked_at: optional(row, 8),
                last_used_at: optional(row, 9),
            })
        },
    ),
    (
        "SELECT client_id, record, revision, account.name, hash, network, anonymous,
                oauth_client.created_at, changed_at, disabled_at, authorised_at,
                oauth_client.last_used_at, api_key.id, wider_network
         FROM oauth_client
         LEFT JOIN account ON account.id = oauth_client.account_id
         LEFT JOIN api_key ON api_key.id = api_key_id ORDER BY oauth_client.id",
        |row| {
            let key: Option<i64> = row.get(12);
            Ok(Line::Client {
                client_id: row.get(0),
                record: row.get(1),
                revision: number(row, 2),
                account: row.get(3),
                key: key.map(|_| Hash(hash(row, 4))),
                network: row.get(5),
                wider_network: row.get(13),
                anonymous: row.get(6),
                created_at: number(row, 7),
                changed_at: number(row, 8),
                disabled_at: optional(row, 9),
                authorised_at: optional(row, 10),
                last_used_at: optional(row, 11),
            })
        },
    ),
    (
        "SELECT oauth_grant.id, client_id, account.name, scope, resources, oauth_grant.created_at,
                last_used_at
         FROM oauth_grant LEFT JOIN account ON account.id = account_id ORDER BY oauth_grant.id",
        |row| {
            Ok(Line::Grant {
                number: row.get(0),
                client_id: row.get(1),
                account: row.get(2),
                scope: row.get(3),
                resources: row.get(4),
                created_at: number(row, 5),
                last_used_at: number(row, 6),
            })
        },
    ),
    (
        "SELECT hash, kind, grant_id, data, issued_at, expires_at, spent_at
         FROM oauth_token ORDER BY grant_id, issued_at, hash",
        |row| {
            let kind = TokenKind::named(row.get(1));
            let unknown = || DirectoryError::Failed("a token is of no known kind".to_owned());
            Ok(Line::Token {
                hash: Hash(hash(row, 0)),
                token: Kind(kind.ok_or_else(unknown)?),
                grant: row.get(2),
                data: row.get(3),
                issued_at: number(row, 4),
                expires_at: number(row, 5),
                spent_at: optional(row, 6),
            })
        },
    ),
    (
        "SELECT window_start, network, registrations FROM registrations_by_network
         ORDER BY window_start, network COLLATE \"C\"",
        |row| {
            Ok(Line::Registrations {
                window_start: number(row, 0),
                network: row.get(1),
                registrations: number(row, 2),
            })
        },
    ),
];

/// Takes all lines over, within a transaction.
pub(super) async fn import(
    link: &Link,
    lines: impl Iterator<Item = Result<Line, ImportError>> + Send,
) -> Result<(), ImportError> {
    let row = link
        .row(
            "SELECT NOT EXISTS (SELECT 1 FROM account) AND NOT EXISTS (SELECT 1 FROM api_key)
                AND NOT EXISTS (SELECT 1 FROM oauth_client)
                AND NOT EXISTS (SELECT 1 FROM oauth_grant)",
            &[],
        )
        .await
        .map_err(DirectoryError::from)?;
    if !row.get::<_, bool>(0) {
        return Err(ImportError::NotEmpty);
    }
    principal::begin(link).await.map_err(DirectoryError::from)?;
    let mut grants = HashMap::new();
    let mut lines = Order::of(lines);
    for line in lines.by_ref() {
        let (number, line) = line?;
        let inserted = insert(link, &line, &mut grants).await;
        inserted.map_err(|error| ImportError::Line {
            number,
            reason: DirectoryError::from(error).to_string(),
        })?;
    }
    if lines.version() == transfer::BEFORE {
        let owners = link.run(include_str!("owners.sql")).await;
        owners.map_err(DirectoryError::from)?;
    }
    Ok(())
}

async fn insert(link: &Link, line: &Line, grants: &mut HashMap<i64, i64>) -> Result<(), Error> {
    match line {
        Line::Directory { .. } | Line::End { .. } => {}
        Line::Account {
            name,
            password_hash,
            permissions,
            created_at,
        } => {
            link.execute(
                "INSERT INTO account (name, password_hash, permissions, created_at)
                 VALUES ($1, $2, $3, $4)",
                &[name, password_hash, permissions, &created_at.cast_signed()],
            )
            .await?;
        }
        Line::Key {
            hash,
            name,
            account,
            owner,
            made_with,
            permissions,
            terms,
            registrations,
            created_at,
            expires_at,
            revoked_at,
            last_used_at,
        } => {
            let account = named(link, account.as_deref()).await?;
            // A key that acts for an account is the account's, whatever else is said.
            let owner = account.or(named(link, owner.as_deref()).await?);
            let maker: Option<i64> = match made_with {
                Some(Hash(hash)) => {
                    let found = link
                        .row("SELECT id FROM api_key WHERE hash = $1", &[&hash.bytes()])
                        .await?;
                    Some(found.get(0))
                }
                None => None,
            };
            link.execute(
                "INSERT INTO api_key (hash, name, account_id, permissions, terms, registrations,
                                      created_at, expires_at, revoked_at, last_used_at,
                                      owner_id, made_with)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                &[
                    &hash.0.bytes(),
                    name,
                    &account,
                    permissions,
                    terms,
                    &registrations.cast_signed(),
                    &created_at.cast_signed(),
                    &signed(*expires_at),
                    &signed(*revoked_at),
                    &signed(*last_used_at),
                    &owner,
                    &maker,
                ],
            )
            .await?;
        }
        Line::Client {
            client_id,
            record,
            revision,
            account,
            key,
            network,
            wider_network,
            anonymous,
            created_at,
            changed_at,
            disabled_at,
            authorised_at,
            last_used_at,
        } => {
            let account = named(link, account.as_deref()).await?;
            let key: Option<i64> = match key {
                Some(Hash(hash)) => link
                    .row_if_any("SELECT id FROM api_key WHERE hash = $1", &[&hash.bytes()])
                    .await?
                    .map(|row| row.get(0)),
                None => None,
            };
            link.execute(
                "INSERT INTO oauth_client (client_id, record, revision, account_id, api_key_id,
                     network, anonymous, created_at, changed_at, disabled_at, authorised_at,
                     last_used_at, wider_network)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                &[
                    client_id,
                    record,
                    &revision.cast_signed(),
                    &account,
                    &key,
                    network,
                    anonymous,
                    &created_at.cast_signed(),
                    &changed_at.cast_signed(),
                    &signed(*disabled_at),
                    &signed(*authorised_at),
                    &signed(*last_used_at),
                    wider_network,
                ],
            )
            .await?;
            client::count(link, account, *anonymous, 1).await?;
        }
        Line::Grant {
            number,
            client_id,
            account,
            scope,
            resources,
            created_at,
            last_used_at,
        } => {
            let account = named(link, account.as_deref()).await?;
            let row = link
                .row(
                    "INSERT INTO oauth_grant (client_id, account_id, scope, resources, created_at,
                                              last_used_at)
                     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                    &[
                        client_id,
                        &account,
                        scope,
                        resources,
                        &created_at.cast_signed(),
                        &last_used_at.cast_signed(),
                    ],
                )
                .await?;
            grants.insert(*number, row.get(0));
        }
        Line::Token {
            hash,
            token: Kind(kind),
            grant,
            data,
            issued_at,
            expires_at,
            spent_at,
        } => {
            // A number that no grant has is refused with the line.
            let grant = grants.get(grant).copied();
            link.execute(
                "INSERT INTO oauth_token (hash, kind, grant_id, data, issued_at, expires_at, spent_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &hash.0.bytes(),
                    &kind.name(),
                    &grant,
                    data,
                    &issued_at.cast_signed(),
                    &expires_at.cast_signed(),
                    &signed(*spent_at),
                ],
            )
            .await?;
        }
        Line::Registrations {
            window_start,
            network,
            registrations,
        } => {
            link.execute(
                "INSERT INTO registrations_by_network (window_start, network, registrations)
                 VALUES ($1, $2, $3)",
                &[
                    &window_start.cast_signed(),
                    network,
                    &registrations.cast_signed(),
                ],
            )
            .await?;
        }
    }
    Ok(())
}

/// A name that nobody has would become nobody's without a word: one row is expected.
async fn named(link: &Link, name: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(name) = name else { return Ok(None) };
    let row = link
        .row("SELECT id FROM account WHERE name = $1", &[&name])
        .await?;
    Ok(Some(row.get(0)))
}
