//! An SQLite file as lines of JSON, and the other way round.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::key;
use super::row::{hash, number, optional};
use crate::directory::Each;
use crate::error::DirectoryError;
use crate::grant::TokenKind;
use crate::transfer::{Hash, ImportError, Kind, Line, Order};

/// All lines, as they are at one moment.
pub(super) fn export(connection: &Connection, each: Each<'_>) -> Result<(), DirectoryError> {
    let snapshot = connection.unchecked_transaction()?;
    each(&Line::header())?;
    for (query, read) in TABLES {
        let mut statement = snapshot.prepare(query)?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            each(&read(row)?)?;
        }
    }
    Ok(())
}

type Read = fn(&Row<'_>) -> rusqlite::Result<Line>;

/// The tables in the order in which one speaks of another.
const TABLES: [(&str, Read); 6] = [
    (
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
        "SELECT hash, api_key.name, account.name, api_key.permissions, terms, registrations,
                api_key.created_at, expires_at, revoked_at, last_used_at
         FROM api_key LEFT JOIN account ON account.id = account_id ORDER BY api_key.id",
        |row| {
            Ok(Line::Key {
                hash: Hash(hash(row, 0)?),
                name: row.get(1)?,
                account: row.get(2)?,
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
        "SELECT client_id, record, revision, account.name, hash, network, anonymous,
                oauth_client.created_at, changed_at, disabled_at, authorised_at,
                oauth_client.last_used_at, api_key.id
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
    for line in Order::of(lines) {
        let (number, line) = line?;
        insert(connection, &line, &mut grants).map_err(|error| ImportError::Line {
            number,
            reason: error.to_string(),
        })?;
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
        Line::Directory { .. } => {}
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
            account: owner,
            permissions,
            terms,
            registrations,
            created_at,
            expires_at,
            revoked_at,
            last_used_at,
        } => {
            connection
                .prepare_cached(
                    "INSERT INTO api_key (hash, name, account_id, permissions, terms, registrations,
                                          created_at, expires_at, revoked_at, last_used_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                )?
                .execute(params![
                    hash.0.bytes(),
                    name,
                    account(owner)?,
                    permissions,
                    terms,
                    registrations.cast_signed(),
                    created_at.cast_signed(),
                    expires_at.map(u64::cast_signed),
                    revoked_at.map(u64::cast_signed),
                    last_used_at.map(u64::cast_signed),
                ])?;
        }
        Line::Client {
            client_id,
            record,
            revision,
            account: owner,
            key,
            network,
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
                         last_used_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
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
