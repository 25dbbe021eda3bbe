//! OAuth clients in an SQLite file: the facts that decisions depend on, and their effects.

use gatepost_plugin::{Activity, Assertion, ClientRecord, Effect, Usage};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row::{damaged, damaged_if_any, number, optional};
use super::{device, grant};
use crate::client::{
    Counts, Entry, Facts, Inquiry, Listed, Listing, MOST_ASSERTIONS, Order, Place, RegisteredBy,
    Registrant, Search, State, Wider, assertion_id,
};
use crate::error::DirectoryError;
use crate::grant::Change;
use crate::principal::{AccountId, KeyId};

pub(super) fn facts(connection: &Connection, inquiry: &Inquiry) -> rusqlite::Result<Facts> {
    let mut facts = Facts::default();
    if let Some(registrant) = &inquiry.registrant {
        facts.usage = usage(connection, registrant)?;
    }
    if let Some(client_id) = &inquiry.client_id {
        let found = connection
            .prepare_cached(
                "SELECT authorised_at, last_used_at,
                        CASE WHEN ?3 THEN
                            (SELECT count(*) FROM oauth_grant
                             JOIN oauth_token ON oauth_token.grant_id = oauth_grant.id
                             WHERE oauth_grant.client_id = ?1 AND kind = 'refresh'
                               AND spent_at IS NULL AND expires_at > ?2) END,
                        record, revision
                 FROM oauth_client WHERE client_id = ?1",
            )?
            .query_row(
                params![client_id, inquiry.now.cast_signed(), inquiry.counts_tokens],
                |row| Ok((activity(row)?, row.get(3)?, optional(row, 4)?)),
            )
            .optional()?;
        if let Some((activity, record, revision)) = found {
            facts.activity = activity;
            facts.record = Some(record);
            facts.revision = revision;
        }
    }
    Ok(facts)
}

fn usage(connection: &Connection, registrant: &Registrant) -> rusqlite::Result<Usage> {
    let wider = registrant.wider.as_ref();
    connection
        .prepare_cached(
            "SELECT tally.clients, tally.anonymous_clients,
                    (SELECT clients FROM account WHERE id = ?1),
                    (SELECT registrations FROM api_key WHERE id = ?2),
                    (SELECT registrations FROM registrations_by_network
                     WHERE window_start = ?3 AND network = ?4),
                    (SELECT registrations FROM registrations_by_network
                     WHERE window_start = ?5 AND network = ?6)
             FROM tally",
        )?
        .query_row(
            params![
                registrant.account.map(|AccountId(id)| id),
                registrant.key.map(|KeyId(id)| id),
                registrant.window_start.cast_signed(),
                registrant.network,
                wider.map(|wider| wider.window_start.cast_signed()),
                wider.map(Wider::name),
            ],
            |row| {
                let (from_network, from_wider) = (optional(row, 4)?, optional(row, 5)?);
                Ok(Usage {
                    total_clients: optional(row, 0)?,
                    anonymous_clients: optional(row, 1)?,
                    account_clients: optional(row, 2)?,
                    key_registrations: optional(row, 3)?,
                    address_registrations: registrant
                        .network
                        .as_ref()
                        .map(|_| from_network.unwrap_or_default()),
                    wider_registrations: wider.map(|_| from_wider.unwrap_or_default()),
                })
            },
        )
}

/// From the first three columns of a row.
fn activity(row: &Row<'_>) -> rusqlite::Result<Activity> {
    Ok(Activity {
        authorised_at: optional(row, 0)?,
        last_used: optional(row, 1)?,
        refresh_tokens: optional(row, 2)?,
    })
}

/// The clients that are searched for.
pub(super) fn search(connection: &Connection, search: &Search) -> rusqlite::Result<Vec<Entry>> {
    let Search {
        after,
        order,
        text,
        limit,
        now,
    } = search;
    let (beyond, direction, start) = match order {
        Order::OldestFirst => (">", "ASC", i64::MIN),
        Order::NewestFirst => ("<", "DESC", i64::MAX),
    };
    connection
        .prepare_cached(&format!(
            "{ENTRY} WHERE oauth_client.id {beyond} ?2
               AND (?3 IS NULL OR instr(lower(client_id), ?3)
                    OR EXISTS (SELECT 1 FROM json_each(
                                   iif(json_valid(record), record, '{{}}'), '$.metadata') AS member
                               WHERE (member.key IN ('client_uri', 'redirect_uris')
                                      OR member.key LIKE 'client_name%')
                                 AND instr(lower(member.value), ?3)))
             ORDER BY oauth_client.id {direction} LIMIT ?4"
        ))?
        .query_map(
            params![
                now.cast_signed(),
                after.map_or(start, |Place(place)| place),
                text.as_ref().map(|text| text.to_ascii_lowercase()),
                limit,
            ],
            entry,
        )?
        .collect()
}

/// A page of the list. The narrow tables alone say which clients are on it.
pub(super) fn list(connection: &Connection, listing: &Listing) -> rusqlite::Result<Listed> {
    let (listed, counted) = match listing.text {
        None => (
            format!("oauth_client_listed AS listed WHERE {}", chosen("listed")),
            format!("oauth_client_listed AS one WHERE {}", chosen("one")),
        ),
        // What is searched is read once.
        Some(_) => ("found AS listed".to_owned(), "found".to_owned()),
    };
    let found = match listing.text {
        None => String::new(),
        Some(_) => format!(
            "WITH found AS MATERIALIZED
                 (SELECT one.* FROM oauth_client_searched AS searched
                  JOIN oauth_client_listed AS one ON one.id = searched.id
                  WHERE instr(searched.text, ?1) AND {})",
            chosen("one")
        ),
    };
    let text = listing.text.as_ref().map(|text| text.to_ascii_lowercase());
    let by = listing.by.map(RegisteredBy::name);
    let unused_since = listing.unused_since.map(u64::cast_signed);
    let state = listing.state.map(State::name);
    let now = listing.now.cast_signed();
    let sort = listing.sort.sql();
    // The number of all comes with each row of the page.
    let page: Vec<(i64, u64)> = connection
        .prepare_cached(&format!(
            "{found} SELECT listed.id, (SELECT count(*) FROM {counted}) FROM {listed}
             ORDER BY {sort} LIMIT ?7 OFFSET ?8"
        ))?
        .query_map(
            params![
                text,
                listing.is_disabled,
                by,
                unused_since,
                state,
                now,
                listing.limit,
                listing.before
            ],
            |row| Ok((row.get(0)?, number(row, 1)?)),
        )?
        .collect::<rusqlite::Result<_>>()?;
    let total = match page.first() {
        Some((_, total)) => *total,
        None if listing.before == 0 && listing.limit > 0 => 0,
        None => connection
            .prepare_cached(&format!("{found} SELECT count(*) FROM {counted}"))?
            .query_row(
                params![text, listing.is_disabled, by, unused_since, state, now],
                |row| number(row, 0),
            )?,
    };
    let mut one = connection.prepare_cached(&format!("{ENTRY} WHERE oauth_client.id = ?2"))?;
    let mut entries = Vec::new();
    for (id, _) in page {
        let found = one.query_row(params![now, id], entry);
        entries.extend(found.optional()?);
    }
    Ok(Listed { total, entries })
}

/// The condition that a client of the narrow table is listed.
fn chosen(one: &str) -> String {
    format!(
        "{one}.gone = 0
         AND (?1 IS NULL OR ?1 <> '')
         AND (?2 IS NULL OR {one}.disabled = ?2)
         AND (?3 IS NULL OR {one}.registrant = ?3)
         AND (?4 IS NULL OR max({one}.used_at, {one}.created_at) < ?4)
         AND (?5 IS NULL OR {} = ?5)",
        State::sql("?6")
    )
}

/// How many clients there are.
pub(super) fn counts(connection: &Connection, now: u64) -> rusqlite::Result<Counts> {
    connection
        .prepare_cached(&Counts::sql("?1"))?
        .query_row([now.cast_signed()], |row| {
            Counts::read(|column| number(row, column))
        })
}

/// The account that has most clients.
pub(super) fn fullest_account(connection: &Connection) -> rusqlite::Result<Option<(String, u64)>> {
    connection
        .prepare_cached(
            "SELECT name, clients FROM account WHERE clients > 0 ORDER BY clients DESC, id LIMIT 1",
        )?
        .query_row((), |row| Ok((row.get(0)?, number(row, 1)?)))
        .optional()
}

pub(super) fn one(
    connection: &Connection,
    client_id: &str,
    now: u64,
) -> rusqlite::Result<Option<Entry>> {
    connection
        .prepare_cached(&format!("{ENTRY} WHERE client_id = ?2"))?
        .query_row(params![now.cast_signed(), client_id], entry)
        .optional()
}

/// What is listed of clients; `?1` is the time.
const ENTRY: &str = "
    SELECT authorised_at, last_used_at,
           (SELECT count(*) FROM oauth_grant
            JOIN oauth_token ON oauth_token.grant_id = oauth_grant.id
            WHERE oauth_grant.client_id = oauth_client.client_id AND kind = 'refresh'
              AND spent_at IS NULL AND expires_at > ?1),
           (SELECT count(DISTINCT account_id) FROM oauth_grant
            WHERE oauth_grant.client_id = oauth_client.client_id
              AND EXISTS (SELECT 1 FROM oauth_token WHERE grant_id = oauth_grant.id
                          AND spent_at IS NULL AND expires_at > ?1)),
           oauth_client.id, client_id, record, revision, account.name, anonymous,
           disabled_at IS NOT NULL, oauth_client.created_at, changed_at,
           (SELECT registrant FROM oauth_client_listed AS listed WHERE listed.id = oauth_client.id),
           (SELECT name FROM api_key WHERE api_key.id = oauth_client.api_key_id), network
    FROM oauth_client LEFT JOIN account ON account.id = oauth_client.account_id";

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let mut unreadable = None;
    let by: Option<String> = row.get(13)?;
    Ok(Entry {
        by: by
            .and_then(|by| RegisteredBy::named(&by))
            .unwrap_or(RegisteredBy::Administrator),
        key: damaged_if_any(row, 14, &mut unreadable)?,
        network: damaged_if_any(row, 15, &mut unreadable)?,
        activity: activity(row)?,
        users: number(row, 3)?,
        place: Place(row.get(4)?),
        client_id: damaged(row, 5, &mut unreadable)?,
        record: damaged(row, 6, &mut unreadable)?,
        revision: number(row, 7)?,
        owner: damaged_if_any(row, 8, &mut unreadable)?,
        is_anonymous: row.get(9)?,
        is_disabled: row.get(10)?,
        created_at: number(row, 11)?,
        changed_at: number(row, 12)?,
        unreadable,
    })
}

/// The clients of strangers that give way first.
pub(super) fn provisional(
    connection: &Connection,
    until: u64,
    limit: u32,
) -> rusqlite::Result<Vec<String>> {
    // As the index has it.
    const PROVISIONAL: &str =
        "anonymous = 1 AND authorised_at IS NULL AND disabled_at IS NULL AND created_at <= ?1";
    connection
        .prepare_cached(&format!(
            "SELECT client_id FROM oauth_client
             WHERE {PROVISIONAL}
               AND wider_network = (SELECT wider_network FROM oauth_client WHERE {PROVISIONAL}
                                    GROUP BY wider_network
                                    ORDER BY count(*) DESC, min(created_at) LIMIT 1)
             ORDER BY created_at, id LIMIT ?2"
        ))?
        .query_map(params![until.cast_signed(), limit], |row| row.get(0))?
        .collect()
}

/// Says whether this is the first use, and remembers it.
pub(super) fn first_use(
    connection: &Connection,
    client_id: &str,
    assertion: &Assertion,
) -> rusqlite::Result<bool> {
    let added = connection
        .prepare_cached(
            "INSERT INTO assertion (client_id, id, expires_at)
             SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM assertion WHERE client_id = ?1) < ?4
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            client_id,
            assertion_id(assertion),
            assertion.expires_at.cast_signed(),
            MOST_ASSERTIONS
        ])?;
    Ok(added == 1)
}

/// Does what goes with a decision that was accepted.
pub(super) fn change(
    connection: &Connection,
    change: &Change,
    now: u64,
) -> Result<(), DirectoryError> {
    match change {
        Change::Grant { grant, tokens } => {
            for token in tokens {
                if grant::is_issued(connection, token.hash)? {
                    return Err(DirectoryError::GrantedBefore);
                }
            }
            let id = grant::insert(connection, grant)?;
            for token in tokens {
                grant::issue(connection, id, token, None)?;
            }
        }
        Change::ApproveDevice { user_code, grant } => {
            if !device::approve(connection, *user_code, grant, now)? {
                return Err(DirectoryError::NoSuchDevice);
            }
        }
        Change::Disable {
            client_id,
            is_disabled,
        } => {
            let at = is_disabled.then_some(now.cast_signed());
            connection
                .prepare_cached("UPDATE oauth_client SET disabled_at = ?2 WHERE client_id = ?1")?
                .execute(params![client_id, at])?;
        }
        Change::EndGrants { client_id } => {
            connection
                .prepare_cached("DELETE FROM oauth_grant WHERE client_id = ?1")?
                .execute([client_id])?;
        }
    }
    Ok(())
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
                                       anonymous, created_at, changed_at, wider_network)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)
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
            registrant.map_or("", Registrant::wider_network),
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
        count_from(connection, registrant.window_start, network)?;
    }
    if let Some(wider) = &registrant.wider {
        count_from(connection, wider.window_start, &wider.name())?;
    }
    Ok(())
}

fn count_from(connection: &Connection, window_start: u64, network: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO registrations_by_network (window_start, network, registrations)
             VALUES (?1, ?2, 1)
             ON CONFLICT (window_start, network)
             DO UPDATE SET registrations = registrations + 1",
        )?
        .execute(params![window_start.cast_signed(), network])?;
    Ok(())
}

fn existing(changed: usize) -> Result<(), DirectoryError> {
    if changed == 0 {
        Err(DirectoryError::NoSuchClient)
    } else {
        Ok(())
    }
}
