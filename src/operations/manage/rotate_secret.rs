//! Decides whether a client gets a new secret.

use crate::client::Generator;
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::metadata::Registered;
use crate::operations::information::Information;

use super::permit::{CHANGE, permit_administrator};

/// Decides whether an administrator gives a client a new secret.
pub(crate) fn rotate_secret(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    client_id: &str,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let known = match permit_administrator(&CHANGE, context, now, client_id, policy)? {
        Ok(known) => known,
        Err(refusal) => return Ok(refusal),
    };
    let mut stored = known.stored;
    let mut findings = Findings::default();
    let method = Registered::read(stored.metadata.raw())?.token_endpoint_auth_method;
    let mut generator = Generator::new(entropy);
    let Some(secret) = stored.issue_secret(method, now, policy, &mut generator) else {
        findings.error(&rule::SECRET_UNUSED, Place::Document);
        return Ok(response::refusal(findings));
    };
    let effect = Effect::Replace(stored.record());
    Ok(Information::new(&stored)
        .with_secret(Some(&secret), &stored)
        .accept(200, &stored, effect, findings))
}
