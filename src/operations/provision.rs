//! Decides a registration by an administrator.

use std::borrow::Cow;

use crate::client::{By, Generator, Members, Registrant, Stored};
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::metadata::{self, Profile};
use crate::oauth::ClientId;
use crate::permission;
use crate::policy;

use super::information::Information;

/// Decides a registration by an administrator, who may choose the client id, and redirect URIs that
/// a client cannot register itself (requirements E12).
pub(crate) fn provision(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    client_id: Option<&str>,
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let missing = &rule::PERMISSION_CREATE_MISSING;
    if let Err(refused) = policy::permit(&context.caller, permission::CREATE, missing) {
        findings.error(refused, Place::Document);
        return Ok(response::refusal(findings));
    }
    if client_id.is_some_and(|id| ClientId::new(id).is_none()) {
        findings.error(&rule::CLIENT_ID_SYNTAX, Place::Document);
    }
    let existing = context.record.map(Stored::read).transpose()?;
    if let Some(existing) = &existing {
        if client_id.is_none_or(|id| existing.client_id != id) {
            return Err(Misuse::RecordMismatch);
        }
        // The record of a client that was deleted keeps its id for an administrator.
        if !existing.denied {
            findings.error(&rule::CLIENT_ID_TAKEN, Place::Document);
        }
    }
    let metadata = metadata::judge(body, Profile::Administrator, now, policy, &mut findings);
    let Some(metadata) = metadata.filter(|_| !findings.has_errors()) else {
        return Ok(response::refusal(findings));
    };

    let mut generator = Generator::new(entropy);
    let mut stored = Stored::new(
        client_id.map_or_else(|| Cow::Owned(generator.client_id()), Cow::Borrowed),
        now,
        Registrant {
            by: By::Administrator,
            profile: Profile::Administrator,
            account: context.caller.account.map(Cow::Borrowed),
            terms: None,
        },
        Members::Owned(metadata.to_raw()),
    );
    let secret = stored.issue_secret(
        metadata.token_endpoint_auth_method,
        now,
        policy,
        &mut generator,
    );
    let effect = match existing {
        None => Effect::Store(stored.record()),
        Some(_) => Effect::Replace(stored.record()),
    };
    Ok(Decision {
        fetches: metadata.fetches(),
        ..Information::new(&stored)
            .with_secret(secret.as_ref(), &stored)
            .accept(201, &stored, effect, findings)
    })
}

#[cfg(test)]
mod tests;
