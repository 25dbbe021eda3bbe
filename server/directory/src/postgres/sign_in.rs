//! What is remembered of sign-ins.

use tokio_postgres::Error;

use super::link::Link;
use super::row::optional;
use crate::principal::AccountId;
use crate::secret::SecretHash;
use crate::sign_in::{GUESS_WINDOW, MOST_PLACES, PLACE_REMEMBERED, SignInPast, counter, told};

pub(super) async fn past(
    link: &Link,
    name: SecretHash,
    place: SecretHash,
    now: u64,
) -> Result<SignInPast, Error> {
    let row = link
        .row(
            "SELECT (SELECT guesses FROM wrong_guess
                     WHERE counter = $1 AND window_start > $2 AND window_start <= $3),
                    EXISTS (SELECT 1 FROM known_place
                            WHERE name = $4 AND place = $5 AND last_used_at > $6)",
            &[
                &counter(name),
                &now.saturating_sub(GUESS_WINDOW).cast_signed(),
                &now.cast_signed(),
                &name.bytes(),
                &place.bytes(),
                &now.saturating_sub(PLACE_REMEMBERED).cast_signed(),
            ],
        )
        .await?;
    Ok(SignInPast {
        wrong_guesses: told(optional(&row, 0)),
        is_known_place: row.get(1),
    })
}

pub(super) async fn note_guess(link: &Link, name: SecretHash, now: u64) -> Result<(), Error> {
    // A window that begins in the future is one of a clock that was set back since.
    link.execute(
        "INSERT INTO wrong_guess AS known (counter, window_start, guesses) VALUES ($1, $2, 1)
         ON CONFLICT (counter) DO UPDATE
         SET guesses = CASE WHEN known.window_start > $3 AND known.window_start <= $2
                            THEN known.guesses + 1 ELSE 1 END,
             window_start = CASE WHEN known.window_start > $3 AND known.window_start <= $2
                                 THEN known.window_start ELSE $2 END",
        &[
            &counter(name),
            &now.cast_signed(),
            &now.saturating_sub(GUESS_WINDOW).cast_signed(),
        ],
    )
    .await?;
    Ok(())
}

/// Within a transaction. Nothing is noted of an account that was removed in the meantime.
pub(super) async fn note_place(
    link: &Link,
    AccountId(account): AccountId,
    name: SecretHash,
    place: SecretHash,
    now: u64,
) -> Result<(), Error> {
    // Whoever signs in at the same time waits, so that both count the same places.
    let found = link
        .row_if_any(
            "SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE",
            &[&account],
        )
        .await?;
    if found.is_none() {
        return Ok(());
    }
    link.execute(
        "INSERT INTO known_place (name, place, account_id, last_used_at) VALUES ($2, $3, $1, $4)
         ON CONFLICT (name, place) DO UPDATE
         SET account_id = excluded.account_id, last_used_at = excluded.last_used_at",
        &[&account, &name.bytes(), &place.bytes(), &now.cast_signed()],
    )
    .await?;
    link.execute(
        "DELETE FROM known_place WHERE account_id = $1 AND (name, place) NOT IN
             (SELECT name, place FROM known_place WHERE account_id = $1
              ORDER BY last_used_at DESC, place = $2 DESC, place LIMIT $3)",
        &[&account, &place.bytes(), &MOST_PLACES],
    )
    .await?;
    Ok(())
}

/// Deletes what is over.
pub(super) async fn forget(link: &Link, now: u64) -> Result<(), Error> {
    link.execute(
        "DELETE FROM wrong_guess WHERE window_start <= $1",
        &[&now.saturating_sub(GUESS_WINDOW).cast_signed()],
    )
    .await?;
    link.execute(
        "DELETE FROM known_place WHERE last_used_at <= $1",
        &[&now.saturating_sub(PLACE_REMEMBERED).cast_signed()],
    )
    .await?;
    Ok(())
}
