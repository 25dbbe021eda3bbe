//! OAuth clients: the facts that decisions depend on, and their effects.

use gatepost_plugin::{Activity, ClientRecord, Effect, Usage};
use tokio_postgres::{Error, Row};

use super::link::Link;
use super::row::{number, optional};
use super::{device, grant};
use crate::client::{
    Counts, Entry, Facts, Inquiry, Listed, Listing, Order, Place, RegisteredBy, Registrant, Search,
    State, Wider,
};
use crate::error::DirectoryError;
use crate::grant::Change;
use crate::principal::{AccountId, KeyId};

pub(super) async fn facts(link: &Link, inquiry: &Inquiry) -> Result<Facts, Error> {
    let mut facts = Facts::default();
    if let Some(registrant) = &inquiry.registrant {
        facts.usage = usage(link, registrant).await?;
    }
    if let Some(client_id) = &inquiry.client_id {
        let found = link
            .row_if_any(
                "SELECT authorised_at, last_used_at,
                        CASE WHEN $3 THEN
                            (SELECT count(*) FROM oauth_grant
                             JOIN oauth_token ON oauth_token.grant_id = oauth_grant.id
                             WHERE oauth_grant.client_id = $1 AND kind = 'refresh'
                               AND spent_at IS NULL AND expires_at > $2) END,
                        record, revision
                 FROM oauth_client WHERE client_id = $1",
                &[
                    client_id,
                    &inquiry.now.cast_signed(),
                    &inquiry.counts_tokens,
                ],
            )
            .await?;
        if let Some(row) = found {
            facts.activity = activity(&row);
            facts.record = Some(row.get(3));
            facts.revision = optional(&row, 4);
        }
    }
    Ok(facts)
}

async fn usage(link: &Link, registrant: &Registrant) -> Result<Usage, Error> {
    let wider = registrant.wider.as_ref();
    let row = link
        .row(
            "SELECT tally.clients, tally.anonymous_clients,
                    (SELECT clients FROM account WHERE id = $1),
                    (SELECT registrations FROM api_key WHERE id = $2),
                    (SELECT registrations FROM registrations_by_network
                     WHERE window_start = $3 AND network = $4),
                    (SELECT registrations FROM registrations_by_network
                     WHERE window_start = $5 AND network = $6)
             FROM tally",
            &[
                &registrant.account.map(|AccountId(id)| id),
                &registrant.key.map(|KeyId(id)| id),
                &registrant.window_start.cast_signed(),
                &registrant.network,
                &wider.map(|wider| wider.window_start.cast_signed()),
                &wider.map(Wider::name),
            ],
        )
        .await?;
    Ok(Usage {
        total_clients: optional(&row, 0),
        anonymous_clients: optional(&row, 1),
        account_clients: optional(&row, 2),
        key_registrations: optional(&row, 3),
        address_registrations: registrant
            .network
            .as_ref()
            .map(|_| optional(&row, 4).unwrap_or_default()),
        wider_registrations: wider.map(|_| optional(&row, 5).unwrap_or_default()),
    })
}

/// From the first three columns of a row.
fn activity(row: &Row) -> Activity {
    Activity {
        authorised_at: optional(row, 0),
        last_used: optional(row, 1),
        refresh_tokens: optional(row, 2),
    }
}

/// What is listed of clients; `$1` is the time.
const ENTRY: &str = "
    SELECT authorised_at, last_used_at,
           (SELECT count(*) FROM oauth_grant
            JOIN oauth_token ON oauth_token.grant_id = oauth_grant.id
            WHERE oauth_grant.client_id = oauth_client.client_id AND kind = 'refresh'
              AND spent_at IS NULL AND expires_at > $1),
           (SELECT count(DISTINCT account_id) FROM oauth_grant
            WHERE oauth_grant.client_id = oauth_client.client_id
              AND EXISTS (SELECT 1 FROM oauth_token WHERE grant_id = oauth_grant.id
                          AND spent_at IS NULL AND expires_at > $1)),
           oauth_client.id, client_id, record, revision, account.name, anonymous,
           disabled_at IS NOT NULL, oauth_client.created_at, changed_at,
           (SELECT registrant FROM oauth_client_listed AS listed WHERE listed.id = oauth_client.id),
           (SELECT name FROM api_key WHERE api_key.id = oauth_client.api_key_id), network
    FROM oauth_client LEFT JOIN account ON account.id = oauth_client.account_id";

fn entry(row: &Row) -> Entry {
    let by: Option<String> = row.get(13);
    Entry {
        by: by
            .and_then(|by| RegisteredBy::named(&by))
            .unwrap_or(RegisteredBy::Administrator),
        key: row.get(14),
        network: row.get(15),
        activity: activity(row),
        users: number(row, 3),
        place: Place(row.get(4)),
        client_id: row.get(5),
        record: row.get(6),
        revision: number(row, 7),
        owner: row.get(8),
        is_anonymous: row.get(9),
        is_disabled: row.get(10),
        created_at: number(row, 11),
        changed_at: number(row, 12),
        unreadable: None,
    }
}

pub(super) async fn search(link: &Link, search: &Search) -> Result<Vec<Entry>, Error> {
    let (beyond, direction, start) = match search.order {
        Order::OldestFirst => (">", "ASC", i64::MIN),
        Order::NewestFirst => ("<", "DESC", i64::MAX),
    };
    // Only ASCII letters are folded, as SQLite does it. A zero in a client's text is JSON, and none that the
    // database would read, so that the function replaces it.
    let sql = format!(
        "{ENTRY} WHERE oauth_client.id {beyond} $2
           AND ($3::TEXT IS NULL OR strpos(lower(client_id COLLATE \"C\"), $3) > 0
                OR EXISTS (SELECT 1 FROM json_each(
                               gatepost_json(record) -> 'metadata') AS member
                           WHERE CASE WHEN member.key IN ('client_uri', 'redirect_uris')
                                           OR member.key LIKE 'client\\_name%'
                                      THEN strpos(lower((member.value #>> '{{}}') COLLATE \"C\"), $3) > 0
                                      ELSE FALSE END))
         ORDER BY oauth_client.id {direction} LIMIT $4"
    );
    let text = search.text.as_ref().map(|text| text.to_ascii_lowercase());
    let rows = link
        .rows(
            &sql,
            &[
                &search.now.cast_signed(),
                &search.after.map_or(start, |Place(place)| place),
                &text,
                &i64::from(search.limit),
            ],
        )
        .await?;
    Ok(rows.iter().map(entry).collect())
}

/// A page of the list. The narrow tables alone say which clients are on it.
pub(super) async fn list(link: &Link, listing: &Listing) -> Result<Listed, Error> {
    let listed = format!(
        "oauth_client_listed AS listed
         WHERE NOT gone
           AND ($1::TEXT IS NULL
                OR id IN (SELECT id FROM oauth_client_searched WHERE strpos(text, $1) > 0))
           AND ($2::BOOLEAN IS NULL OR disabled = $2)
           AND ($3::TEXT IS NULL OR registrant = $3)
           AND ($4::BIGINT IS NULL OR greatest(used_at, created_at) < $4)
           AND ($5::TEXT IS NULL OR {} = $5)",
        State::sql("$6::BIGINT")
    );
    // A zero is in no text of the database.
    let text = listing.text.as_ref().map(|text| text.to_ascii_lowercase());
    if text.as_ref().is_some_and(|text| text.contains('\0')) {
        return Ok(Listed::default());
    }
    let by = listing.by.map(RegisteredBy::name);
    let unused_since = listing.unused_since.map(u64::cast_signed);
    let state = listing.state.map(State::name);
    let now = listing.now.cast_signed();
    let counted = link
        .row(
            &format!("SELECT count(*) FROM {listed}"),
            &[
                &text,
                &listing.is_disabled,
                &by,
                &unused_since,
                &state,
                &now,
            ],
        )
        .await?;
    let sort = listing.sort.sql();
    let page = link
        .rows(
            &format!("SELECT listed.id FROM {listed} ORDER BY {sort} LIMIT $7 OFFSET $8"),
            &[
                &text,
                &listing.is_disabled,
                &by,
                &unused_since,
                &state,
                &now,
                &i64::from(listing.limit),
                &i64::from(listing.before),
            ],
        )
        .await?;
    let page: Vec<i64> = page.iter().map(|row| row.get(0)).collect();
    let rows = link
        .rows(
            &format!(
                "{ENTRY} WHERE oauth_client.id = ANY($2) ORDER BY array_position($2, oauth_client.id)"
            ),
            &[&now, &page],
        )
        .await?;
    Ok(Listed {
        total: number(&counted, 0),
        entries: rows.iter().map(entry).collect(),
    })
}

/// How many clients there are.
pub(super) async fn counts(link: &Link, now: u64) -> Result<Counts, Error> {
    let row = link
        .row(&Counts::sql("$1::BIGINT"), &[&now.cast_signed()])
        .await?;
    Counts::read(|column| Ok(number(&row, column)))
}

/// The account that has most clients.
pub(super) async fn fullest_account(link: &Link) -> Result<Option<(String, u64)>, Error> {
    let row = link
        .row_if_any(
            "SELECT name, clients FROM account WHERE clients > 0 ORDER BY clients DESC, id LIMIT 1",
            &[],
        )
        .await?;
    Ok(row.map(|row| (row.get(0), number(&row, 1))))
}

/// The clients of strangers that give way first.
pub(super) async fn provisional(link: &Link, until: u64, limit: u32) -> Result<Vec<String>, Error> {
    // As the index has it.
    const PROVISIONAL: &str =
        "anonymous AND authorised_at IS NULL AND disabled_at IS NULL AND created_at <= $1";
    let sql = format!(
        "SELECT client_id FROM oauth_client
         WHERE {PROVISIONAL}
           AND wider_network = (SELECT wider_network FROM oauth_client WHERE {PROVISIONAL}
                                GROUP BY wider_network
                                ORDER BY count(*) DESC, min(created_at) LIMIT 1)
         ORDER BY created_at, id LIMIT $2"
    );
    let rows = link
        .rows(&sql, &[&until.cast_signed(), &i64::from(limit)])
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub(super) async fn one(link: &Link, client_id: &str, now: u64) -> Result<Option<Entry>, Error> {
    let sql = format!("{ENTRY} WHERE client_id = $2");
    let row = link
        .row_if_any(&sql, &[&now.cast_signed(), &client_id])
        .await?;
    Ok(row.as_ref().map(entry))
}

/// Does what goes with a decision that was accepted.
pub(super) async fn change(link: &Link, change: &Change, now: u64) -> Result<(), DirectoryError> {
    match change {
        Change::Grant { grant, tokens } => {
            for token in tokens {
                if grant::is_issued(link, token.hash).await? {
                    return Err(DirectoryError::GrantedBefore);
                }
            }
            let id = grant::insert(link, grant).await?;
            for token in tokens {
                grant::issue(link, id, token, None).await?;
            }
        }
        Change::ApproveDevice { user_code, grant } => {
            if !device::approve(link, *user_code, grant, now).await? {
                return Err(DirectoryError::NoSuchDevice);
            }
        }
        Change::Disable {
            client_id,
            is_disabled,
        } => {
            let at = is_disabled.then_some(now.cast_signed());
            link.execute(
                "UPDATE oauth_client SET disabled_at = $2 WHERE client_id = $1",
                &[client_id, &at],
            )
            .await?;
        }
        Change::EndGrants { client_id } => {
            link.execute("DELETE FROM oauth_grant WHERE client_id = $1", &[client_id])
                .await?;
        }
    }
    Ok(())
}

/// Does what was decided, and counts what was registered.
pub(super) async fn carry_out(
    link: &Link,
    effect: &Effect,
    inquiry: &Inquiry,
) -> Result<(), DirectoryError> {
    match effect {
        Effect::None => Ok(()),
        Effect::Store(record) => match insert(link, record, inquiry).await? {
            0 => Err(DirectoryError::ClientExists),
            _ => Ok(()),
        },
        Effect::Share(record) => {
            // If it is there already, nothing is added.
            insert(link, record, inquiry).await?;
            Ok(())
        }
        Effect::Replace(record) => {
            let changed = link
                .execute(
                    "UPDATE oauth_client
                     SET record = $2, revision = revision + 1, changed_at = $3
                     WHERE client_id = $1",
                    &[
                        &record.client_id,
                        &record.document,
                        &inquiry.now.cast_signed(),
                    ],
                )
                .await?;
            existing(changed)
        }
        Effect::Remove(client_id) => {
            let removed = link
                .row_if_any(
                    "DELETE FROM oauth_client WHERE client_id = $1 RETURNING account_id, anonymous",
                    &[client_id],
                )
                .await?;
            let Some(row) = removed else {
                return Err(DirectoryError::NoSuchClient);
            };
            link.execute("DELETE FROM oauth_grant WHERE client_id = $1", &[client_id])
                .await?;
            let (account, anonymous): (Option<i64>, bool) = (row.get(0), row.get(1));
            Ok(count(link, account, anonymous, -1).await?)
        }
    }
}

/// Adds a client and counts it wherever it counts, in one statement: the counters are locked meanwhile.
/// Says how many there are more: one, or none if the id is taken.
async fn insert(link: &Link, record: &ClientRecord, inquiry: &Inquiry) -> Result<i64, Error> {
    let registrant = inquiry.registrant.as_ref();
    let account = registrant.and_then(|who| who.account);
    let wider = registrant.and_then(|who| who.wider.as_ref());
    let row = link
        .row(
            "WITH added AS (
                 INSERT INTO oauth_client (client_id, record, account_id, api_key_id, network,
                                           anonymous, created_at, changed_at, wider_network)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $11)
                 ON CONFLICT (client_id) DO NOTHING RETURNING 1),
             in_all AS (
                 UPDATE tally SET clients = clients + 1,
                                  anonymous_clients = anonymous_clients + $6::boolean::integer
                 WHERE EXISTS (SELECT 1 FROM added)),
             of_account AS (
                 UPDATE account SET clients = clients + 1
                 WHERE id = $3 AND EXISTS (SELECT 1 FROM added)),
             with_key AS (
                 UPDATE api_key SET registrations = registrations + 1
                 WHERE id = $4 AND EXISTS (SELECT 1 FROM added)),
             from_network AS (
                 INSERT INTO registrations_by_network (window_start, network, registrations)
                 SELECT $8, $5, 1 WHERE $5 IS NOT NULL AND EXISTS (SELECT 1 FROM added)
                 ON CONFLICT (window_start, network)
                 DO UPDATE SET registrations = registrations_by_network.registrations + 1),
             from_wider AS (
                 INSERT INTO registrations_by_network (window_start, network, registrations)
                 SELECT $9::bigint, $10::text, 1
                 WHERE $10::text IS NOT NULL AND EXISTS (SELECT 1 FROM added)
                 ON CONFLICT (window_start, network)
                 DO UPDATE SET registrations = registrations_by_network.registrations + 1)
             SELECT count(*) FROM added",
            &[
                &record.client_id,
                &record.document,
                &account.map(|AccountId(id)| id),
                &registrant.and_then(|who| who.key).map(|KeyId(id)| id),
                &registrant.and_then(|who| who.network.as_ref()),
                &registrant.is_some_and(|who| who.key.is_none()),
                &inquiry.now.cast_signed(),
                &registrant.map(|who| who.window_start.cast_signed()),
                &wider.map(|wider| wider.window_start.cast_signed()),
                &wider.map(Wider::name),
                &registrant.map_or("", Registrant::wider_network),
            ],
        )
        .await?;
    Ok(row.get(0))
}

/// Counts a client that there is more, or less.
pub(super) async fn count(
    link: &Link,
    account: Option<i64>,
    anonymous: bool,
    more: i64,
) -> Result<(), Error> {
    let of_strangers = if anonymous { more } else { 0 };
    link.execute(
        "UPDATE tally SET clients = clients + $1, anonymous_clients = anonymous_clients + $2",
        &[&more, &of_strangers],
    )
    .await?;
    if account.is_some() {
        link.execute(
            "UPDATE account SET clients = clients + $2 WHERE id = $1",
            &[&account, &more],
        )
        .await?;
    }
    Ok(())
}

fn existing(changed: u64) -> Result<(), DirectoryError> {
    match changed {
        0 => Err(DirectoryError::NoSuchClient),
        _ => Ok(()),
    }
}
