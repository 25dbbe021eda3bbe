//! Decides a registration by a client (RFC 7591 §3).

use std::borrow::Cow;

use crate::client::{
    By, Generator, Members, Registrant, Stored, must_wait, shared_client_id, stateless,
};
use crate::config::{Policy, Sharing};
use crate::decision::{Client, Decision, Effect, Standing, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::{Context, Misuse};
use crate::metadata::{self, ClientMetadata};
use crate::oauth::{AuthMethod, ClientId};
use crate::policy::{self, Admission};

use super::information::Information;

/// Decides a `POST` to the registration endpoint. The entropy must be long enough.
pub(crate) fn register(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    body: &[u8],
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let mut findings = Findings::default();
    let Some(admission) = policy::admit(&context.caller, now, policy, &mut findings)? else {
        return Ok(response::refusal(findings));
    };
    let profile = admission.profile;
    let Some(metadata) = metadata::judge(body, profile, now, &admission.policy, &mut findings)
    else {
        return Ok(response::refusal(findings));
    };

    let mut generator = Generator::new(entropy);
    let registrant = registrant(context, &admission);
    let (client_id, identity) = identify(&metadata, &registrant, now, policy, &mut generator);
    let existing = context.record.map(Stored::read).transpose()?;
    if existing.as_ref().is_some_and(|e| e.client_id != client_id) {
        return Err(Misuse::RecordMismatch);
    }
    if policy.denies(&client_id) || existing.as_ref().is_some_and(Stored::is_shut_out) {
        findings.error(&rule::CLIENT_DENIED, Place::Document);
        return Ok(response::refusal(findings));
    }
    if identity == Identity::Sealed && client_id.len() as u64 > policy.max_stateless_id {
        findings.error(&rule::CLIENT_ID_TOO_LONG, Place::Document);
        return Ok(response::refusal(findings));
    }
    let is_new = match identity {
        Identity::Own => true,
        Identity::Shared => existing.is_none(),
        Identity::Sealed | Identity::Static => false,
    };
    if is_new
        && let Err(exhausted) =
            policy::within_limits(&admission, &context.usage, now, &mut findings)
    {
        let mut refusal = response::refusal_until(findings, exhausted.retry_after);
        // An equal registration that exists needs no new record, so the limits do not count for it.
        // The client id tells the host which record to look up; with that record, the decision
        // accepts.
        refusal.client = (identity == Identity::Shared).then(|| named(client_id));
        return Ok(refusal);
    }

    let mut stored = Stored::new(
        Cow::Owned(client_id),
        now,
        registrant,
        Members::Owned(metadata.to_raw()),
    );
    stored.shared = identity == Identity::Shared;
    // One approval is for all who share the id.
    stored.waiting_since = match &existing {
        Some(existing) => existing.waiting_since,
        None => must_wait(stored.registered_by.by, policy).then_some(now),
    };
    if stored.waiting_since.is_some() {
        findings.note(&rule::CLIENT_WAITS, Place::Document);
    }
    let secret = stored.issue_secret(
        metadata.token_endpoint_auth_method,
        now,
        policy,
        &mut generator,
    );
    // A client must not change a registration that others share (RFC 7592 §5).
    let manages = identity == Identity::Own && policy.registration_endpoint.is_some();
    let token = manages.then(|| stored.issue_token(&mut generator));
    let effect = match (is_new, identity) {
        (false, _) => Effect::None,
        (true, Identity::Shared) => Effect::Share(stored.record()),
        (true, _) => Effect::Store(stored.record()),
    };
    let accepted = Information::new(&stored)
        .with_secret(secret.as_ref(), &stored)
        .with_token(token.as_ref().map(|token| token.reveal()), policy)
        .accept(201, &stored, effect, findings);
    Ok(Decision {
        fetches: metadata.fetches(),
        // No record is stored, so only the client id tells the host which record can deny the
        // client.
        client: (identity == Identity::Sealed).then(|| named(stored.client_id.into_owned())),
        ..accepted
    })
}

fn registrant<'a>(context: &Context<'a>, admission: &Admission<'_>) -> Registrant<'a> {
    let terms = context.caller.terms.filter(|_| admission.by == By::Key);
    Registrant {
        by: admission.by,
        profile: admission.profile,
        account: context.caller.account.map(Cow::Borrowed),
        // The terms were read when the caller was admitted, so they are JSON.
        terms: terms.and_then(|terms| serde_json::from_str(terms).ok()),
    }
}

/// The kind of a client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// Only this registration has it.
    Own,
    /// Equal registrations have it.
    Shared,
    /// It contains the registration.
    Sealed,
    /// Every client has it.
    Static,
}

/// Returns the client id, and its kind (requirements G5, G8). Only public clients share one,
/// because a shared secret would not be secret.
fn identify(
    metadata: &ClientMetadata,
    registrant: &Registrant<'_>,
    now: u64,
    policy: &Policy,
    generator: &mut Generator<'_>,
) -> (String, Identity) {
    let is_public = metadata.token_endpoint_auth_method == AuthMethod::None;
    let is_strangers = registrant.by == By::Stranger;
    let applies = |sharing| match sharing {
        Sharing::Off => false,
        Sharing::Anonymous => is_public && is_strangers,
        Sharing::Public => is_public,
    };
    if let Some(ClientId(id)) = &policy.static_client
        && applies(Sharing::Anonymous)
    {
        return (id.clone(), Identity::Static);
    }
    if applies(policy.stateless)
        && let Some(id) = stateless::seal(&metadata.shared(), registrant, now, policy)
    {
        return (id, Identity::Sealed);
    }
    if applies(policy.share_identical) {
        let key = policy.client_id_keys.sharing_key();
        let issuer = policy.issuer.as_ref().map_or("", |issuer| &issuer.0);
        let terms = registrant.terms.as_ref().map_or("", Members::get);
        let profile = response::to_json(&registrant.profile);
        let id = shared_client_id(key, &[issuer, &profile, terms, metadata.shared().get()]);
        return (id, Identity::Shared);
    }
    (generator.client_id(), Identity::Own)
}

/// Makes a client that tells the host only the client id.
fn named(client_id: String) -> Client {
    Client {
        client_id,
        standing: Standing::Registered,
        redirect_uri: None,
        scope: None,
        metadata: "{}".to_owned(),
        assertion: None,
    }
}

#[cfg(test)]
mod tests;
