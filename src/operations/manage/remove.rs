//! Decides whether a registration is deleted (RFC 7592 §2.3).

use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::Findings;
use crate::facts::{Context, Misuse};
use crate::oauth::client_id::is_stateless;

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
    if !is_stateless(client_id) {
        let effect = Effect::Remove(client_id.to_owned());
        return Ok(Decision::accept(nothing, effect, Findings::default()));
    }
    // Without a record the id would be valid, so a record stays that denies the client.
    let mut stored = known.stored;
    stored.denied = true;
    let effect = if known.stateless {
        Effect::Store(stored.record())
    } else {
        Effect::Replace(stored.record())
    };
    Ok(Decision::accept(nothing, effect, Findings::default()))
}
