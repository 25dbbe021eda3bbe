//! Decides whether a registration is deleted (RFC 7592 §2.3).

use crate::client::{By, Stored};
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
    let known = match permit(&DELETE, context, now, client_id, policy)? {
        Ok(permitted) => permitted.known,
        Err(refusal) => return Ok(refusal),
    };
    let nothing = response::nothing(204);
    if !could_be_used(&known.stored) {
        let effect = Effect::Remove(client_id.to_owned());
        return Ok(Decision::accept(nothing, effect, Findings::default()));
    }
    // A record stays that denies the client.
    let mut stored = known.stored;
    stored.denied = true;
    let effect = if known.stateless {
        Effect::Store(stored.record())
    } else {
        Effect::Replace(stored.record())
    };
    Ok(Decision::accept(nothing, effect, Findings::default()))
}

/// Whether the client's id could be used although there is no record of it: it contains its
/// registration, or an administrator chose it and registration is not required. Users who trust what
/// the administrator registered must not meet another program under its id.
fn could_be_used(stored: &Stored<'_>) -> bool {
    let is_chosen = stored.registered_by.by == By::Administrator;
    is_stateless(&stored.client_id) || is_chosen && !is_made_here(&stored.client_id)
}
