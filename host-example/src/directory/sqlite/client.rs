//! OAuth clients in an SQLite file: the facts that decisions depend on, and their effects.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{AccountId, DirectoryError, Facts, Inquiry, KeyId, Registrant};
use crate::plugin::{Activity, ClientRecord, Effect, Usage};

pub(super) fn facts(connection: &Connection, inquiry: &Inquiry) -> rusqlite::Result<Facts> {
    let mut facts = Facts::default();
    if let Some(registrant) = &inquiry.registrant {
        facts.usage = usage(connection, registrant)?;
    }
    if let Some(client_id) = &inquiry.client_id {
        let found = connection
            .prepare_cached(
                "SELECT authorised_at, last_used_at, refresh_tokens, record
                 FROM oauth_client WHERE client_id = ?1",
            )?
            .query_row([client_id], |row| Ok((activity(row)?, row.get(3)?)))
            .optional()?;
        if let Some((activity, record)) = found {
            facts.activity = activity;
            facts.record = Some(record);
        }
    }
    Ok(facts)
}

fn usage(connection: &Connection, registrant: &Registrant) -> rusqlite::Result<Usage> {
    connection
        .prepare_cached(
            "SELECT tally.clients, tally.anonymous_clients,
                    (SELECT clients FROM account WHERE id = ?1),
                    (SELECT registrations FROM api_key WHERE id = ?2),
                    (SELECT registrations FROM registrations_by_network
                     WHERE window_start = ?3 AND network = ?4)
             FROM tally",
        )?
        .query_row(
            params![
                registrant.account.map(|AccountId(id)| id),
                registrant.key.map(|KeyId(id)| id),
                registrant.window_start.cast_signed(),
                registrant.network,
            ],
            |row| {
                let from_network = count(row, 4)?;
                Ok(Usage {
                    total_clients: count(row, 0)?,
                    anonymous_clients: count(row, 1)?,
                    account_clients: count(row, 2)?,
                    key_registrations: count(row, 3)?,
                    address_registrations: registrant
                        .network
                        .as_ref()
                        .map(|_| from_network.unwrap_or_default()),
                })
            },
        )
}

/// From the first three columns of a row.
fn activity(row: &Row<'_>) -> rusqlite::Result<Activity> {
    Ok(Activity {
        authorised_at: count(row, 0)?,
        last_used: count(row, 1)?,
        refresh_tokens: count(row, 2)?,
    })
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    let count: Option<i64> = row.get(column)?;
    Ok(count.map(i64::cast_unsigned))
}

/// Does what was decided, and counts what was registered.
pub(super) fn carry_out(
    connection: &Connection,
    effect: &Effect,
    inquiry: &Inquiry,
) -> Result<(), DirectoryError> {
    match effect {
        Effect::None => Ok(()),
        Effect::Store(record) => match insert(connection, record, inquiry)? {
            0 => Err(DirectoryError::ClientExists),
            _ => Ok(count_registration(connection, inquiry)?),
        },
        Effect::Share(record) => match insert(connection, record, inquiry)? {
            // It is there already, and nothing was added.
            0 => Ok(()),
            _ => Ok(count_registration(connection, inquiry)?),
        },
        Effect::Replace(record) => existing(
            connection
                .prepare_cached(
                    "UPDATE oauth_client
                     SET record = ?2, revision = revision + 1, changed_at = ?3
                     WHERE client_id = ?1",
                )?
                .execute(params![
                    record.client_id,
                    record.document,
                    inquiry.now.cast_signed()
                ])?,
        ),
        Effect::Remove(client_id) => existing(
            connection
                .prepare_cached("DELETE FROM oauth_client WHERE client_id = ?1")?
                .execute([client_id])?,
        ),
    }
}

/// How many there are more: one, or none if the id is taken.
fn insert(
    connection: &Connection,
    record: &ClientRecord,
    inquiry: &Inquiry,
) -> rusqlite::Result<usize> {
    let registrant = inquiry.registrant.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO oauth_client (client_id, record, account_id, api_key_id, network,
                                       anonymous, created_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
             ON CONFLICT (client_id) DO NOTHING",
        )?
        .execute(params![
            record.client_id,
            record.document,
            registrant
                .and_then(|who| who.account)
                .map(|AccountId(id)| id),
            registrant.and_then(|who| who.key).map(|KeyId(id)| id),
            registrant.and_then(|who| who.network.as_ref()),
            registrant.is_some_and(|who| who.key.is_none()),
            inquiry.now.cast_signed(),
        ])
}

/// What triggers do not count, because it stays when the client is gone.
fn count_registration(connection: &Connection, inquiry: &Inquiry) -> rusqlite::Result<()> {
    let Some(registrant) = &inquiry.registrant else {
        return Ok(());
    };
    if let Some(KeyId(key)) = registrant.key {
        connection
            .prepare_cached("UPDATE api_key SET registrations = registrations + 1 WHERE id = ?1")?
            .execute([key])?;
    }
    if let Some(network) = &registrant.network {
        connection
            .prepare_cached(
                "INSERT INTO registrations_by_network (window_start, network, registrations)
                 VALUES (?1, ?2, 1)
                 ON CONFLICT (window_start, network)
                 DO UPDATE SET registrations = registrations + 1",
            )?
            .execute(params![registrant.window_start.cast_signed(), network])?;
    }
    Ok(())
}

fn existing(changed: usize) -> Result<(), DirectoryError> {
    if changed == 0 {
        Err(DirectoryError::NoSuchClient)
    } else {
        Ok(())
    }
}
