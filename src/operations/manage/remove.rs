//! Decides whether a registration is deleted (RFC 7592 §2.3).

use crate::client::{By, Known, Stored};
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::Findings;
use crate::facts::{Context, Misuse};
use crate::oauth::client_id::{is_made_here, is_stateless};

use super::permit::{DELETE, permit};

/// Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3).
pub(crate) fn remove(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    Ok(match permit(&DELETE, context, now, client_id, policy)? {
        Ok(permitted) => end(permitted.known),
        Err(refusal) => refusal,
    })
}

/// Makes the decision with which a client is gone: without its record, or with one that denies it.
pub(super) fn end(known: Known<'_>) -> Decision {
    let Known {
        mut stored,
        stateless,
        ..
    } = known;
    let effect = if !could_be_used(&stored) {
        Effect::Remove(stored.client_id.into_owned())
    } else {
        // A record stays that denies the client.
        stored.denied = true;
        match stateless {
            true => Effect::Store(stored.record()),
            false => Effect::Replace(stored.record()),
        }
    };
    Decision::accept(response::nothing(204), effect, Findings::default())
}

/// Whether the client's id could be used although there is no record of it: it contains its
/// registration, or an administrator chose it and registration is not required. Users who trust what
/// the administrator registered must not meet another program under its id.
fn could_be_used(stored: &Stored<'_>) -> bool {
    let is_chosen = stored.registered_by.by == By::Administrator;
    is_stateless(&stored.client_id) || is_chosen && !is_made_here(&stored.client_id)
}
