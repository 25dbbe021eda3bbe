//! Decides whether a client is disabled or enabled.

use crate::client::Known;
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::Findings;
use crate::facts::{Context, Misuse};

use super::permit::{CHANGE, permit_administrator};

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
    let known = permit_administrator(&CHANGE, context, now, client_id, policy)?;
    let Known {
        mut stored,
        stateless,
        ..
    } = match known {
        Ok(known) => known,
        Err(refusal) => return Ok(refusal),
    };
    let is_disabled = to == Switch::Disabled;
    let nothing = response::nothing(204);
    if stored.disabled == is_disabled {
        return Ok(Decision::accept(nothing, Effect::None, Findings::default()));
    }
    stored.disabled = is_disabled;
    let effect = match stateless {
        true => Effect::Store(stored.record()),
        false => Effect::Replace(stored.record()),
    };
    Ok(Decision::accept(nothing, effect, Findings::default()))
}
