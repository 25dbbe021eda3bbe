//! New credentials for a client that has lost its own, or whose own somebody else knows.

use gatepost_plugin::Operation;
use serde_json::Value;

use super::{Ending, One, about, administrator, finish, is_missing, look_at};
use crate::commands::said::{hand_over, said};
use crate::commands::tools::{Done, with_decider};

pub(super) fn secret(flags: Ending) -> Done {
    let client_id = flags.one.client_id.clone();
    rotate(
        flags,
        Operation::RotateSecret { client_id },
        "client rotate-secret",
        "client_secret",
        "secret; the old one ends after the time that `secret-overlap` leaves it",
    )
}

pub(super) fn registration_access_token(flags: Ending) -> Done {
    let client_id = flags.one.client_id.clone();
    rotate(
        flags,
        Operation::RotateRegistrationAccessToken { client_id },
        "client rotate-token",
        "registration_access_token",
        "registration access token; the old one ends at once",
    )
}

/// Prints what is new, which is this member of the answer, alone on standard output.
fn rotate(flags: Ending, operation: Operation, command: &str, member: &str, what: &str) -> Done {
    let One { client_id, tools } = flags.one;
    let decision = with_decider(tools, async |decider| {
        let (read, _) = look_at(&decider, &client_id).await?;
        // One that is not there is no reason to ask.
        if !is_missing(&read) {
            let question = format!("This gives the client {client_id} a new {what}.");
            flags.consent.to(&question)?;
        }
        let decided = decider.decide(about(&client_id), administrator(), operation);
        Ok(decided.await?)
    })?;
    finish(&decision, |answer| {
        let told: Value = serde_json::from_str(answer)?;
        let new = told[member].as_str().ok_or("the plugin gave nothing new")?;
        said(&format!("the client {client_id} has a new {what}"));
        hand_over(new, &format!("`{command}`"))
    })
}
