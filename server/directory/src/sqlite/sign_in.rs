//! What is remembered of sign-ins, in an SQLite file.

use rusqlite::{Connection, Result, params};

use super::row::optional;
use crate::principal::AccountId;
use crate::secret::SecretHash;
use crate::sign_in::{GUESS_WINDOW, MOST_PLACES, PLACE_REMEMBERED, SignInPast, counter, told};

pub(super) fn past(
    connection: &Connection,
    name: SecretHash,
    place: SecretHash,
    now: u64,
) -> Result<SignInPast> {
    connection
        .prepare_cached(
            "SELECT (SELECT guesses FROM wrong_guess
                     WHERE counter = ?1 AND window_start > ?2 AND window_start <= ?3),
                    EXISTS (SELECT 1 FROM known_place
                            WHERE name = ?4 AND place = ?5 AND last_used_at > ?6)",
        )?
        .query_row(
            params![
                counter(name),
                now.saturating_sub(GUESS_WINDOW).cast_signed(),
                now.cast_signed(),
                name.bytes(),
                place.bytes(),
                now.saturating_sub(PLACE_REMEMBERED).cast_signed(),
            ],
            |row| {
                Ok(SignInPast {
                    wrong_guesses: told(optional(row, 0)?),
                    is_known_place: row.get(1)?,
                })
            },
        )
}

pub(super) fn note_guess(connection: &Connection, name: SecretHash, now: u64) -> Result<()> {
    // A window that begins in the future is one of a clock that was set back since.
    connection
        .prepare_cached(
            "INSERT INTO wrong_guess (counter, window_start, guesses) VALUES (?1, ?2, 1)
             ON CONFLICT (counter) DO UPDATE
             SET guesses = iif(window_start > ?3 AND window_start <= ?2, guesses + 1, 1),
                 window_start = iif(window_start > ?3 AND window_start <= ?2, window_start, ?2)",
        )?
        .execute(params![
            counter(name),
            now.cast_signed(),
            now.saturating_sub(GUESS_WINDOW).cast_signed(),
        ])?;
    Ok(())
}

/// Nothing is noted of an account that was removed in the meantime.
pub(super) fn note_place(
    connection: &Connection,
    AccountId(account): AccountId,
    name: SecretHash,
    place: SecretHash,
    now: u64,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO known_place (name, place, account_id, last_used_at)
             SELECT ?2, ?3, id, ?4 FROM account WHERE id = ?1
             ON CONFLICT (name, place) DO UPDATE
             SET account_id = excluded.account_id, last_used_at = excluded.last_used_at",
        )?
        .execute(params![
            account,
            name.bytes(),
            place.bytes(),
            now.cast_signed()
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM known_place WHERE account_id = ?1 AND (name, place) NOT IN
                 (SELECT name, place FROM known_place WHERE account_id = ?1
                  ORDER BY last_used_at DESC, place = ?2 DESC, place LIMIT ?3)",
        )?
        .execute(params![account, place.bytes(), MOST_PLACES])?;
    Ok(())
}

/// Deletes what is over.
pub(super) fn forget(connection: &Connection, now: u64) -> Result<()> {
    connection.execute(
        "DELETE FROM wrong_guess WHERE window_start <= ?1",
        [now.saturating_sub(GUESS_WINDOW).cast_signed()],
    )?;
    connection.execute(
        "DELETE FROM known_place WHERE last_used_at <= ?1",
        [now.saturating_sub(PLACE_REMEMBERED).cast_signed()],
    )?;
    Ok(())
}
