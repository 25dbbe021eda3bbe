//! Decides about client ID metadata documents: the client id is the URL of a document that
//! describes the client (draft-ietf-oauth-client-id-metadata-document).

use std::borrow::Cow;

use crate::client::{By, Members, Registrant, Stored};
use crate::config::Policy;
use crate::decision::{Client, Decision, Due, Effect, Fetch, Response, Standing, response};
use crate::diagnostic::{Findings, Place, rule};
use crate::document::{self, Json, Limits, Object};
use crate::facts::{Context, Misuse};
use crate::metadata::{self, ClientMetadata, Profile};
use crate::oauth::AuthMethod;
use crate::uri;

/// The longest time that the host waits for a document, in seconds.
const TIMEOUT: u32 = 5;

/// Decides about a URL as a client id, and then about the document that the host fetched from it.
pub(crate) fn judge(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    document: Option<&[u8]>,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let known = context.record.map(Stored::read).transpose()?;
    if known
        .as_ref()
        .is_some_and(|known| known.client_id != client_id)
    {
        return Err(Misuse::RecordMismatch);
    }
    let mut findings = Findings::default();
    if !policy.client_documents {
        findings.error(&rule::DOCUMENTS_OFF, Place::Document);
    } else if policy.denies(client_id) || known.as_ref().is_some_and(Stored::is_shut_out) {
        findings.error(&rule::CLIENT_DENIED, Place::Document);
    } else {
        uri::is_client_url(client_id, &policy.client_document_hosts.0, &mut findings);
    }
    if findings.has_errors() {
        return Ok(response::refusal(findings));
    }
    let Some(document) = document else {
        return Ok(Decision {
            fetches: vec![Fetch {
                uri: client_id.to_owned(),
                pointer: String::new(),
                due: Due::BeforeEffect,
                max_bytes: u32::try_from(policy.max_client_document_bytes).unwrap_or(u32::MAX),
                timeout: TIMEOUT,
            }],
            ..Decision::accept(Response::none(), Effect::None, findings)
        });
    };

    let Some(metadata) = read(document, client_id, now, policy, &mut findings) else {
        return Ok(response::refusal(findings));
    };
    let stored = Stored::new(
        Cow::Borrowed(client_id),
        known.as_ref().map_or(now, |known| known.issued_at),
        Registrant {
            by: By::Document,
            profile: Profile::Document,
            account: None,
            terms: None,
        },
        Members::Owned(metadata.to_raw()),
    );
    let is_changed = |known: &Stored<'_>| known.metadata.get() != stored.metadata.get();
    if known.as_ref().is_some_and(is_changed) {
        findings.warning(&rule::DOCUMENT_CHANGED, Place::Document);
    }
    let client = Client {
        client_id: client_id.to_owned(),
        standing: Standing::Document,
        redirect_uri: None,
        scope: metadata.scope().map(str::to_owned),
        metadata: stored.metadata.get().to_owned(),
        assertion: None,
    };
    let effect = match known {
        None => Effect::Store(stored.record()),
        Some(_) => Effect::Replace(stored.record()),
    };
    Ok(Decision {
        fetches: metadata.fetches(),
        client: Some(client),
        ..Decision::accept(Response::none(), effect, findings)
    })
}

/// Reads a document, or reports all that is wrong with it (requirements I2).
fn read(
    document: &[u8],
    client_id: &str,
    now: u64,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<ClientMetadata> {
    let limits = policy.document_limits();
    let bytes = usize::try_from(policy.max_client_document_bytes).unwrap_or(usize::MAX);
    let limits = Limits {
        bytes: bytes.min(limits.bytes),
        ..limits
    };
    let object = document::read(document, &limits, findings)?;
    let given = |name| member(&object, name);
    if !matches!(given("client_id"), Some(Json::Text(id)) if id == client_id) {
        findings.error(&rule::DOCUMENT_OF_ANOTHER, Place::top("client_id"));
    }
    for name in ["client_secret", "client_secret_expires_at"] {
        if given(name).is_some() {
            findings.error(&rule::DOCUMENT_WITH_SECRET, Place::top(name));
        }
    }
    if given("client_name").is_none() {
        findings.error(&rule::DOCUMENT_NAME_MISSING, Place::top("client_name"));
    }
    let metadata = metadata::accept(&object, Profile::Document, now, policy, findings);
    let by_name = match given("token_endpoint_auth_method") {
        Some(Json::Text(name)) => AuthMethod::named(name),
        _ => None,
    };
    if by_name.is_some_and(AuthMethod::uses_secret) {
        findings.error(
            &rule::DOCUMENT_METHOD,
            Place::top("token_endpoint_auth_method"),
        );
    }
    metadata.filter(|_| !findings.has_errors())
}

/// Returns a member that is not `null`.
fn member<'o, 'd>(object: &'o Object<'d>, name: &str) -> Option<&'o Json<'d>> {
    object.member(name).filter(|value| **value != Json::Null)
}

#[cfg(test)]
mod tests;
