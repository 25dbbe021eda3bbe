//! Decides whether a client is disabled or enabled.

use crate::client::{self, Known};
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::permission;
use crate::policy;

/// Decides whether an administrator disables a client. It cannot be used until it is enabled.
pub(crate) fn disable(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    switch(context, now, client_id, Switch::Disabled, policy)
}

/// Decides whether an administrator enables a client that was disabled.
pub(crate) fn enable(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    switch(context, now, client_id, Switch::Enabled, policy)
}

/// Whether an administrator allows a client to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    /// The client may be used as it is registered.
    Enabled,
    /// The client must not be used until it is enabled.
    Disabled,
}

/// Decides whether an administrator disables or enables a client. If the client already is as asked
/// for, there is no effect.
///
/// A client that was deleted cannot be enabled, even if its id contains its registration.
pub(super) fn switch(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    to: Switch,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let missing = &rule::PERMISSION_UPDATE_MISSING;
    if let Err(refused) = policy::permit(&context.caller, permission::UPDATE, missing) {
        findings.error(refused, Place::Document);
        return Ok(response::refusal(findings));
    }
    let known = client::look_up(client_id, context, now, policy)?;
    let Some(Known {
        mut stored,
        stateless,
        ..
    }) = known.filter(|known| !known.stored.denied)
    else {
        findings.error(&rule::CLIENT_NOT_FOUND, Place::Document);
        return Ok(response::refusal(findings));
    };
    let is_disabled = to == Switch::Disabled;
    let nothing = response::nothing(204);
    if stored.disabled == is_disabled {
        return Ok(Decision::accept(nothing, Effect::None, findings));
    }
    stored.disabled = is_disabled;
    let effect = match stateless {
        true => Effect::Store(stored.record()),
        false => Effect::Replace(stored.record()),
    };
    Ok(Decision::accept(nothing, effect, findings))
}
