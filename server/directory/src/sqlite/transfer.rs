//! An SQLite file as lines of JSON, and the other way round.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::key;
use super::row::{hash, number, optional, shown};
use crate::directory::Each;
use crate::error::DirectoryError;
use crate::grant::TokenKind;
use crate::transfer::{self, Hash, ImportError, Kind, Line, Order, Out, Unreadable};

/// All lines, as they are at one moment, and what cannot be read.
pub(super) fn export(
    connection: &Connection,
    each: Each<'_>,
) -> Result<Vec<Unreadable>, DirectoryError> {
    let snapshot = connection.unchecked_transaction()?;
    let mut out = Out::begin(each)?;
    for (what, known_by, query, read) in TABLES {
        let mut statement = snapshot.prepare(query)?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let line = read(row).map_err(|error| error.to_string());
            out.add(line, || format!("{what} {}", shown(row, known_by)))?;
        }
    }
    out.end()
}

type Read = fn(&Row<'_>) -> rusqlite::Result<Line>;

/// The tables in the order in which one speaks of another, with what a row is, and the column that it is known by.
const TABLES: [(&str, usize, &str, Read); 6] = [
    (
        "account",
        0,
        "SELECT name, password_hash, permissions, created_at FROM account ORDER BY id",
        |row| {
            Ok(Line::Account {
                name: row.get(0)?,
                password_hash: row.get(1)?,
                permissions: row.get(2)?,
                created_at: number(row, 3)?,
            })
        },
    ),
    (
        "API key",
        1,
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
                hash: Hash(hash(row, 0)?),
                name: row.get(1)?,
                account: row.get(2)?,
                owner: row.get(10)?,
                made_with: match row.get::<_, Option<i64>>(12)? {
                    Some(_) => Some(Hash(hash(row, 11)?)),
                    None => None,
                },
                permissions: row.get(3)?,
                terms: row.get(4)?,
                registrations: number(row, 5)?,
                created_at: number(row, 6)?,
                expires_at: optional(row, 7)?,
                revoked_at: optional(row, 8)?,
                last_used_at: optional(row, 9)?,
            })
        },
    ),
    (
        "client",
        0,
        "SELECT client_id, record, revision, account.name, hash, network, anonymous,
                oauth_client.created_at, changed_at, disabled_at, authorised_at,
                oauth_client.last_used_at, api_key.id, wider_network
         FROM oauth_client
         LEFT JOIN account ON account.id = oauth_client.account_id
         LEFT JOIN api_key ON api_key.id = api_key_id ORDER BY oauth_client.id",
        |row| {
            let key: Option<i64> = row.get(12)?;
            Ok(Line::Client {
                client_id: row.get(0)?,
                record: row.get(1)?,
                revision: number(row, 2)?,
                account: row.get(3)?,
                key: match key {
                    Some(_) => Some(Hash(hash(row, 4)?)),
                    None => None,
                },
                network: row.get(5)?,
                wider_network: row.get(13)?,
                anonymous: row.get(6)?,
                created_at: number(row, 7)?,
                changed_at: number(row, 8)?,
                disabled_at: optional(row, 9)?,
                authorised_at: optional(row, 10)?,
                last_used_at: optional(row, 11)?,
            })
        },
    ),
    (
        "grant",
        0,
        "SELECT oauth_grant.id, client_id, account.name, scope, resources, oauth_grant.created_at,
                last_used_at
         FROM oauth_grant LEFT JOIN account ON account.id = account_id ORDER BY oauth_grant.id",
        |row| {
            Ok(Line::Grant {
                number: row.get(0)?,
                client_id: row.get(1)?,
                account: row.get(2)?,
                scope: row.get(3)?,
                resources: row.get(4)?,
                created_at: number(row, 5)?,
                last_used_at: number(row, 6)?,
            })
        },
    ),
    (
        "token",
        0,
        "SELECT hash, kind, grant_id, data, issued_at, expires_at, spent_at
         FROM oauth_token ORDER BY grant_id, issued_at, hash",
        |row| {
            let kind = row.get_ref(1)?.as_str()?;
            Ok(Line::Token {
                hash: Hash(hash(row, 0)?),
                token: Kind(TokenKind::named(kind).ok_or(rusqlite::Error::InvalidQuery)?),
                grant: row.get(2)?,
                data: row.get(3)?,
                issued_at: number(row, 4)?,
                expires_at: number(row, 5)?,
                spent_at: optional(row, 6)?,
            })
        },
    ),
    (
        "count of registrations of",
        1,
        "SELECT window_start, network, registrations FROM registrations_by_network
         ORDER BY window_start, network",
        |row| {
            Ok(Line::Registrations {
                window_start: number(row, 0)?,
                network: row.get(1)?,
                registrations: number(row, 2)?,
            })
        },
    ),
];

/// Takes all lines over, or none.
pub(super) fn import(
    connection: &Connection,
    lines: impl Iterator<Item = Result<Line, ImportError>>,
) -> Result<(), ImportError> {
    let is_empty: bool = connection
        .query_row(
            "SELECT NOT EXISTS (SELECT 1 FROM account) AND NOT EXISTS (SELECT 1 FROM api_key)
                AND NOT EXISTS (SELECT 1 FROM oauth_client)
                AND NOT EXISTS (SELECT 1 FROM oauth_grant)",
            (),
            |row| row.get(0),
        )
        .map_err(DirectoryError::from)?;
    if !is_empty {
        return Err(ImportError::NotEmpty);
    }
    key::begin(connection).map_err(DirectoryError::from)?;
    let mut grants = HashMap::new();
    let mut lines = Order::of(lines);
    for line in lines.by_ref() {
        let (number, line) = line?;
        insert(connection, &line, &mut grants).map_err(|error| ImportError::Line {
            number,
            reason: error.to_string(),
        })?;
    }
    if lines.version() == transfer::BEFORE {
        connection
            .execute_batch(include_str!("owners.sql"))
            .map_err(DirectoryError::from)?;
    }
    Ok(())
}

fn insert(
    connection: &Connection,
    line: &Line,
    grants: &mut HashMap<i64, i64>,
) -> rusqlite::Result<()> {
    // A name that nobody has would become nobody's without a word.
    let account = |name: &Option<String>| -> rusqlite::Result<Option<i64>> {
        let Some(name) = name else { return Ok(None) };
        connection
            .prepare_cached("SELECT id FROM account WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .map(Some)
    };
    match line {
        Line::Directory { .. } | Line::End { .. } => {}
        Line::Account {
            name,
            password_hash,
            permissions,
            created_at,
        } => {
            connection
                .prepare_cached(
                    "INSERT INTO account (name, password_hash, permissions, created_at)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    name,
                    password_hash,
                    permissions,
                    created_at.cast_signed()
                ])?;
        }
        Line::Key {
            hash,
            name,
            account: acts_for,
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
            let acts_for = account(acts_for)?;
            let maker: Option<i64> = match made_with {
                Some(Hash(hash)) => connection
                    .prepare_cached("SELECT id FROM api_key WHERE hash = ?1")?
                    .query_row([hash.bytes()], |row| row.get(0))
                    .map(Some)?,
                None => None,
            };
            connection
                .prepare_cached(
                    "INSERT INTO api_key (hash, name, account_id, permissions, terms, registrations,
                                          created_at, expires_at, revoked_at, last_used_at,
                                          owner_id, made_with)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                )?
                .execute(params![
                    hash.0.bytes(),
                    name,
                    acts_for,
                    permissions,
                    terms,
                    registrations.cast_signed(),
                    created_at.cast_signed(),
                    expires_at.map(u64::cast_signed),
                    revoked_at.map(u64::cast_signed),
                    last_used_at.map(u64::cast_signed),
                    // A key that acts for an account is the account's, whatever else is said.
                    acts_for.or(account(owner)?),
                    maker,
                ])?;
        }
        Line::Client {
            client_id,
            record,
            revision,
            account: owner,
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
            let key: Option<i64> = match key {
                Some(Hash(hash)) => connection
                    .prepare_cached("SELECT id FROM api_key WHERE hash = ?1")?
                    .query_row([hash.bytes()], |row| row.get(0))
                    .optional()?,
                None => None,
            };
            connection
                .prepare_cached(
                    "INSERT INTO oauth_client (client_id, record, revision, account_id, api_key_id,
                         network, anonymous, created_at, changed_at, disabled_at, authorised_at,
                         last_used_at, wider_network)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                )?
                .execute(params![
                    client_id,
                    record,
                    revision.cast_signed(),
                    account(owner)?,
                    key,
                    network,
                    anonymous,
                    created_at.cast_signed(),
                    changed_at.cast_signed(),
                    disabled_at.map(u64::cast_signed),
                    authorised_at.map(u64::cast_signed),
                    last_used_at.map(u64::cast_signed),
                    wider_network,
                ])?;
        }
        Line::Grant {
            number,
            client_id,
            account: owner,
            scope,
            resources,
            created_at,
            last_used_at,
        } => {
            let id = connection
                .prepare_cached(
                    "INSERT INTO oauth_grant (client_id, account_id, scope, resources, created_at,
                                              last_used_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
                )?
                .query_row(
                    params![
                        client_id,
                        account(owner)?,
                        scope,
                        resources,
                        created_at.cast_signed(),
                        last_used_at.cast_signed()
                    ],
                    |row| row.get(0),
                )?;
            grants.insert(*number, id);
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
            connection
                .prepare_cached(
                    "INSERT INTO oauth_token (hash, kind, grant_id, data, issued_at, expires_at,
                                              spent_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    hash.0.bytes(),
                    kind.name(),
                    // A number that no grant has is refused with the line.
                    grants.get(grant),
                    data,
                    issued_at.cast_signed(),
                    expires_at.cast_signed(),
                    spent_at.map(u64::cast_signed),
                ])?;
        }
        Line::Registrations {
            window_start,
            network,
            registrations,
        } => {
            connection
                .prepare_cached(
                    "INSERT INTO registrations_by_network (window_start, network, registrations)
                     VALUES (?1, ?2, ?3)",
                )?
                .execute(params![
                    window_start.cast_signed(),
                    network,
                    registrations.cast_signed()
                ])?;
        }
    }
    Ok(())
}
