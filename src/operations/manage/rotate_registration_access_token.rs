//! Decides whether a client gets a new registration access token.

use crate::client::{By, Generator, Stored};
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::oauth::client_id::is_stateless;
use crate::operations::information::Information;

use super::permit::{CHANGE, permit_administrator};

/// Decides whether an administrator gives a client a new registration access token. The old one ends at once.
pub(crate) fn rotate_registration_access_token(
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
    if policy.registration_endpoint.is_none() {
        findings.error(&rule::TOKEN_WITHOUT_ENDPOINT, Place::Document);
        return Ok(response::refusal(findings));
    }
    if !manages_itself(&stored) {
        findings.error(&rule::TOKEN_UNUSED, Place::Document);
        return Ok(response::refusal(findings));
    }
    let token = stored.issue_token(&mut Generator::new(entropy));
    let effect = Effect::Replace(stored.record());
    Ok(Information::new(&stored)
        .with_token(Some(token.reveal()), policy)
        .accept(200, &stored, effect, findings))
}

/// Whether a client like this one gets a registration access token when it registers: nobody shares its id, and
/// it is neither an administrator's, which only administrators change, nor described by a document.
fn manages_itself(stored: &Stored<'_>) -> bool {
    let is_its_own = !stored.shared && !is_stateless(&stored.client_id);
    is_its_own && matches!(stored.registered_by.by, By::Key | By::Stranger)
}
