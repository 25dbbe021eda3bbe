//! Decides whether a registration is changed (RFC 7592 §2.2).

use crate::client::{Generator, Members, Stored, must_wait};
use crate::config::Policy;
use crate::decision::{Decision, Effect, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::document::{self, Json, Object};
use crate::facts::{Context, Misuse};
use crate::metadata;
use crate::oauth::client_id::is_stateless;
use crate::operations::information::Information;
use crate::policy;

use super::permit::{CHANGE, Permitted, permit};

/// Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2), which replaces the whole
/// registration.
pub(crate) fn update(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    client_id: &str,
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let Permitted { known, token } = match permit(&CHANGE, context, now, client_id, policy)? {
        Ok(permitted) => permitted,
        Err(refusal) => return Ok(refusal),
    };
    let mut stored = known.stored;
    let mut findings = Findings::default();
    if is_stateless(client_id) || stored.shared {
        findings.error(&rule::CLIENT_FIXED, Place::Document);
        return Ok(response::refusal(findings));
    }
    let Some(document) = document::read(body, &policy.document_limits(), &mut findings) else {
        return Ok(response::refusal(findings));
    };
    repeats_what_it_must(&document, &stored, &mut findings);
    let profile = stored.registered_by.profile;
    let within = policy::within_terms(&stored.registered_by, policy)?;
    let metadata = metadata::accept(&document, profile, now, &within, &mut findings);
    let Some(metadata) = metadata.filter(|_| !findings.has_errors()) else {
        return Ok(response::refusal(findings));
    };

    // What an administrator has approved must not become something else by the client's own hand.
    let is_its_own_change = token.is_some() && must_wait(stored.registered_by.by, policy);
    if is_its_own_change
        && stored.waiting_since.is_none()
        && !metadata.is_covered_by(stored.metadata.raw())?
    {
        stored.waiting_since = Some(now);
        stored.approved_at = None;
    }
    if stored.waiting_since.is_some() {
        findings.note(&rule::CLIENT_WAITS, Place::Document);
    }

    let mut generator = Generator::new(entropy);
    let method = metadata.token_endpoint_auth_method;
    let secret = stored.update_secret(method, now, policy, &mut generator);
    let rotates = policy.rotate_registration_access_token && token.is_some();
    let fresh = rotates.then(|| stored.issue_token(&mut generator));
    stored.metadata = Members::Owned(metadata.to_raw());
    let token = fresh.as_ref().map(|fresh| fresh.reveal()).or(token);
    let effect = Effect::Replace(stored.record());
    Ok(Decision {
        fetches: metadata.fetches(),
        ..Information::new(&stored)
            .with_secret(secret.as_ref(), &stored)
            .with_token(token, policy)
            .accept(200, &stored, effect, findings)
    })
}

/// Checks the members that an update must have, and those that it must not have (requirements D3).
fn repeats_what_it_must(document: &Object<'_>, stored: &Stored<'_>, findings: &mut Findings) {
    let given = |name| document.member(name).filter(|value| **value != Json::Null);
    match given("client_id") {
        Some(Json::Text(id)) if **id == *stored.client_id => {}
        Some(_) => findings.error(&rule::CLIENT_ID_OTHER, Place::top("client_id")),
        None => findings.error(&rule::CLIENT_ID_MISSING, Place::top("client_id")),
    }
    for name in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ] {
        if given(name).is_some() {
            findings.error(&rule::MEMBER_OF_SERVER, Place::top(name));
        }
    }
    if let Some(secret) = given("client_secret") {
        let is_its_own = match (secret, &stored.client_secret) {
            (Json::Text(secret), Some(stored)) => stored.sha256.is_of(secret),
            _ => false,
        };
        if !is_its_own {
            findings.error(&rule::CLIENT_SECRET_OTHER, Place::top("client_secret"));
        }
    }
}
