//! Decides whether a client that waits is approved or denied.

use crate::client::Known;
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::{Context, Misuse};

use super::permit::{CHANGE, DELETE, permit_administrator};
use super::remove::end;

/// Decides whether an administrator approves a client that waits. If it does not wait, there is no effect. A client
/// that is disabled as well stays disabled.
pub(crate) fn approve(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let known = permit_administrator(&CHANGE, context, now, client_id, policy)?;
    let Known {
        mut stored,
        stateless,
        ..
    } = match known {
        Ok(known) => known,
        Err(refusal) => return Ok(refusal),
    };
    let nothing = response::nothing(204);
    if stored.waiting_since.take().is_none() {
        return Ok(Decision::accept(nothing, Effect::None, Findings::default()));
    }
    stored.approved_at = Some(now);
    let effect = match stateless {
        true => Effect::Store(stored.record()),
        false => Effect::Replace(stored.record()),
    };
    Ok(Decision::accept(nothing, effect, Findings::default()))
}

/// Decides whether an administrator denies a client that waits: it is deleted, as by `remove`. One that does not
/// wait is refused, so that nobody deletes a client that somebody else has approved in the meantime.
pub(crate) fn deny(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let known = match permit_administrator(&DELETE, context, now, client_id, policy)? {
        Ok(known) => known,
        Err(refusal) => return Ok(refusal),
    };
    if known.stored.waiting_since.is_none() {
        let mut findings = Findings::default();
        findings.error(&rule::CLIENT_NOT_WAITING, Place::Document);
        return Ok(response::refusal(findings));
    }
    Ok(end(known))
}
