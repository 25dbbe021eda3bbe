//! Decides whether a client is kept, by its use and its age (requirements G5).

use crate::client::{By, Stored};
use crate::config::{MIN_PROVISIONAL, Policy};
use crate::decision::{Decision, Effect, Response};
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::facts::{Activity, Context, Misuse};
use crate::policy::one_makes_room;

/// Decides whether the client with this id is kept. Without a record there is nothing to remove.
pub(crate) fn judge(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    activity: &Activity,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let stored = context.record.map(Stored::read).transpose()?;
    if stored.as_ref().is_some_and(|s| s.client_id != client_id) {
        return Err(Misuse::RecordMismatch);
    }
    let mut findings = Findings::default();
    let room_is_needed = one_makes_room(&context.usage, policy);
    let reason =
        stored.and_then(|stored| reason_to_remove(&stored, activity, room_is_needed, now, policy));
    if let Some(reason) = reason {
        findings.note(reason, Place::Document);
    }
    let effect = match reason {
        Some(_) => Effect::Remove(client_id.to_owned()),
        None => Effect::None,
    };
    Ok(Decision::accept(Response::none(), effect, findings))
}

/// Returns the reason to remove a client; `None` if it is kept. A lifetime of 0 in the settings is
/// never over. A clock that was set back makes nothing older.
fn reason_to_remove(
    stored: &Stored<'_>,
    activity: &Activity,
    room_is_needed: bool,
    now: u64,
    policy: &Policy,
) -> Option<&'static Rule> {
    let Stored {
        issued_at,
        registered_by,
        client_secret,
        waiting_since,
        approved_at,
        ..
    } = stored;
    // Only an administrator disables or deletes such a client, so that there are few. It stays: it
    // could register again, and an id that contains a registration could become valid again, with
    // an earlier key or a longer lifetime in the settings. Nor does anybody else remove the client of
    // an administrator.
    if stored.is_shut_out() || registered_by.by == By::Administrator {
        return None;
    }
    let passed = |since: u64, lifetime: u64| lifetime != 0 && now >= since.saturating_add(lifetime);
    // Nobody could use it before it was approved.
    let since = (*issued_at).max(approved_at.unwrap_or(0));
    // A client is kept for at least an hour, and as long as it has a valid refresh token.
    if !passed(since, MIN_PROVISIONAL) || activity.refresh_tokens.is_some_and(|n| n > 0) {
        return None;
    }
    let provisional = registered_by.by == By::Stranger && activity.authorised_at.is_none();
    let last_used = activity.last_used.max(activity.authorised_at);
    let secret_end = client_secret.as_ref().map(|secret| secret.expires_at);
    let waits = waiting_since.is_some();
    if waiting_since.is_some_and(|since| passed(since, policy.waiting_lifetime)) {
        Some(&rule::CLIENT_WAITED)
    } else if provisional && !waits && passed(since, policy.provisional_time()) {
        Some(&rule::CLIENT_NEVER_AUTHORISED)
    } else if provisional && room_is_needed {
        Some(&rule::CLIENT_GAVE_WAY)
    } else if waits {
        None
    } else if last_used.is_none() && passed(since, policy.unused_lifetime) {
        Some(&rule::CLIENT_NEVER_USED)
    } else if activity.refresh_tokens == Some(0)
        && passed(last_used.unwrap_or(since), policy.idle_lifetime)
    {
        Some(&rule::CLIENT_IDLE)
    } else if secret_end.is_some_and(|end| end != 0 && passed(end, policy.expired_secret_lifetime))
    {
        Some(&rule::CLIENT_SECRET_LONG_OVER)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
