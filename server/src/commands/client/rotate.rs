//! New credentials for a client that has lost its own, or whose own somebody else knows.

use std::error::Error;

use gatepost_plugin::{Decision, Operation};
use serde_json::Value;

use super::{Ending, One, about, administrator, finish, is_missing, look_at};
use crate::commands::said::{hand_over, said};
use crate::commands::tools::{Done, with_decider};
use crate::commands::when::Zone;
use crate::decide::Decider;
use crate::decide::stored::{context_of, old_secret_ends_after};

pub(super) fn secret(flags: Ending) -> Done {
    let client_id = flags.one.client_id.clone();
    rotate(
        flags,
        Operation::RotateSecret { client_id },
        "client rotate-secret",
        "client_secret",
        "secret",
    )
}

pub(super) fn registration_access_token(flags: Ending) -> Done {
    let client_id = flags.one.client_id.clone();
    rotate(
        flags,
        Operation::RotateRegistrationAccessToken { client_id },
        "client rotate-token",
        "registration_access_token",
        "registration access token",
    )
}

/// Prints what is new, which is this member of the answer, alone on standard output.
fn rotate(flags: Ending, operation: Operation, command: &str, member: &str, what: &str) -> Done {
    let One { client_id, tools } = flags.one;
    let is_secret = matches!(operation, Operation::RotateSecret { .. });
    // Until when the old one works, if it does when there is a new one.
    let old = |decided: &Decision| {
        let end = old_secret_ends_after(decided, gatepost_directory::now());
        end.filter(|_| is_secret)
    };
    let until = |end| {
        format!(
            "the old one works until {}",
            Zone::default().clock().time(end)
        )
    };
    let decision = with_decider(tools, async |decider| {
        let (read, _) = look_at(&decider, &client_id).await?;
        // One that is not there is no reason to ask.
        if !is_missing(&read) {
            let would = would(&decider, &client_id, &operation).await?;
            let ends = would.as_ref().and_then(old);
            let ends = ends.map_or_else(|| "the old one ends at once".to_owned(), until);
            let question = format!("This gives the client {client_id} a new {what}; {ends}.");
            flags.consent.to(&question)?;
        }
        let decided = decider.decide(about(&client_id), administrator(), operation);
        Ok(decided.await?)
    })?;
    let ends = old(&decision).map_or_else(|| "the old one has ended".to_owned(), until);
    finish(&decision, |answer| {
        let told: Value = serde_json::from_str(answer)?;
        let new = told[member].as_str().ok_or("the plugin gave nothing new")?;
        said(&format!("the client {client_id} has a new {what}; {ends}"));
        hand_over(new, &format!("`{command}`"))
    })
}

/// What would be decided about a client, if it is there.
async fn would(
    decider: &Decider,
    client_id: &str,
    operation: &Operation,
) -> Result<Option<Decision>, Box<dyn Error>> {
    let now = gatepost_directory::now();
    let Some(entry) = decider.directory().client(client_id, now).await? else {
        return Ok(None);
    };
    let context = context_of(&entry, administrator(), now)?;
    let decided = operation.ask(&*decider.plugin(), &context, &entry.activity)?;
    Ok(Some(decided))
}
