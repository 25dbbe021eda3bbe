//! `gatepost_decision`: the answer to one request.

use std::ptr;

use zeroize::Zeroize;

use super::diagnostic::Diagnostic;
use super::fetch::Fetch;
use super::pointer::{free, read};
use super::str::Str;

/// The answer to one request. A refusal is a decision too, and not an error.
///
/// Ownership: free it with `gatepost_decision_free`; it may outlive its registrar and its context.
/// Threads: any number may use it at the same time.
pub struct Decision(crate::decision::Decision);

/// Whether a request is accepted or refused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The host sends the response. There is no effect.
    Refuse = 0,
    /// The host carries out the effect, then sends the response.
    Accept = 1,
}

/// What the host has to do before it sends the response.
///
/// The host does it in one transaction. In the same transaction it checks that the facts of the decision
/// still hold: the record is unchanged, and no counter is higher. If they do not, it decides again with the
/// new facts and the same entropy.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Do nothing.
    None = 0,
    /// Insert the record of a new client. No record has this client id yet.
    Store = 1,
    /// Overwrite the record that has the same client id.
    Replace = 2,
    /// Delete the record with this client id, and the client's grants and tokens.
    Remove = 3,
    /// Insert the record, unless a record with this client id exists; that one stays as it is. Equal
    /// registrations have the same client id.
    Share = 4,
}

/// How the server knows a client.
///
/// The name and the links in the metadata are the client's own claim. Only an administrator's registration
/// (`GATEPOST_STANDING_PROVISIONED`) makes them trustworthy, so a consent page should say that the others are
/// not verified.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The decision says nothing about it, for example because it refuses.
    None = 0,
    /// An administrator registered the client.
    Provisioned = 1,
    /// The client registered itself, with an API key or anonymously.
    Registered = 2,
    /// The client id is the URL of a client ID metadata document.
    Document = 3,
    /// The client id is one that every client may use: see the settings `open-client` and `static-client`.
    Shared = 4,
    /// The client is not registered, and the setting `require` is `false`.
    Unregistered = 5,
    /// The client is not registered, and the account has the permission `oauth-client-override`.
    Overridden = 6,
}

/// Returns whether the request is accepted or refused; `GATEPOST_OUTCOME_REFUSE` if `decision` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_outcome(decision: *const Decision) -> Outcome {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, Outcome::Refuse, |made| made.0.outcome.into()) }
}

/// Returns the HTTP status code of the response; 500 if `decision` is NULL.
///
/// If `gatepost_authorize`, `gatepost_authenticate`, `gatepost_usable`, `gatepost_lifecycle` or
/// `gatepost_client_document` accepts, the response is empty, and the host sends one of its own, if any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_http_status(decision: *const Decision) -> u16 {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 500, |made| made.0.response.status) }
}

/// Returns the number of the response's header fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_header_count(decision: *const Decision) -> usize {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 0, |made| made.0.response.headers.len()) }
}

/// Returns the name of the header field at `index`, counted from 0; absent if `index` is too
/// large. Valid until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_header_name(
    decision: *const Decision,
    index: usize,
) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            let header = made.0.response.headers.get(index);
            Str::optional(header.map(|header| header.name))
        })
    }
}

/// Returns the value of the header field at `index`, counted from 0; absent if `index` is too
/// large. Valid until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_header_value(
    decision: *const Decision,
    index: usize,
) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            let header = made.0.response.headers.get(index);
            Str::optional(header.map(|header| header.value.as_ref()))
        })
    }
}

/// Returns the body of the response: a JSON object, or empty. Valid until the decision is freed.
///
/// It can contain a secret or a token. Send it, and keep no copy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_body(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::view(&made.0.response.body)
        })
    }
}

/// Returns the effect; `GATEPOST_EFFECT_NONE` if `decision` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_effect(decision: *const Decision) -> Effect {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, Effect::None, |made| (&made.0.effect).into()) }
}

/// Returns the id of the client that the decision is about, whether it accepts or refuses: that of the effect, if
/// there is one. It is absent after a registration that is refused, for a request that names no client, and for a name
/// that cannot be a client id (RFC 6749 appendix A.1). Unless the decision accepts, it is only what was asked for. Valid
/// until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_client_id(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::optional(made.0.client_id.as_deref())
        })
    }
}

/// Returns the record of the effect: a JSON document with a version. It is absent if the effect is
/// `GATEPOST_EFFECT_NONE` or `GATEPOST_EFFECT_REMOVE`. Valid until the decision is freed.
///
/// The host stores it, and passes it back unchanged with `gatepost_context_set_record`. It contains hashes of
/// secrets, and no secrets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_record(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| match &made.0.effect {
            crate::decision::Effect::None | crate::decision::Effect::Remove(_) => Str::ABSENT,
            crate::decision::Effect::Store(record)
            | crate::decision::Effect::Share(record)
            | crate::decision::Effect::Replace(record) => Str::view(&record.document),
        })
    }
}

/// Returns the new secret of the client (RFC 7591 §3.2.1), which is in the body too; absent if the decision made none.
/// Valid until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_client_secret(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::optional(made.0.secrets.client_secret.as_deref())
        })
    }
}

/// Returns the registration access token (RFC 7592 §3), which is in the body too; absent if the response has none. Valid
/// until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_registration_access_token(
    decision: *const Decision,
) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::optional(made.0.secrets.registration_access_token.as_deref())
        })
    }
}

/// Returns how the server knows the client that was let through; `GATEPOST_STANDING_NONE` if the decision says nothing
/// about it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_standing(decision: *const Decision) -> Standing {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Standing::None, |made| {
            let client = made.0.client.as_ref();
            client.map_or(Standing::None, |client| client.standing.into())
        })
    }
}

/// Returns the redirect URI that the authorization response is sent to, as it is in the request, with its
/// port; absent if the operation decides about none. Valid until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_redirect_uri(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            let client = made.0.client.as_ref();
            Str::optional(client.and_then(|client| client.redirect_uri.as_deref()))
        })
    }
}

/// Returns the scope that may be granted (RFC 6749 §3.3): the requested scope without what the client did not
/// register. It is absent if the operation decides about none, or if the client has no scope. Valid until the
/// decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_scope(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            let client = made.0.client.as_ref();
            Str::optional(client.and_then(|client| client.scope.as_deref()))
        })
    }
}

/// Returns the registered metadata of the client (RFC 7591 §2) as a JSON object; absent if the decision names
/// no client. It is `{}` if the client is not registered, or if the decision tells only its id. Valid until
/// the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_metadata(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            let client = made.0.client.as_ref();
            Str::optional(client.map(|client| client.metadata.as_str()))
        })
    }
}

/// Returns the id (`jti`) of the assertion that the client authenticated with (RFC 7523 §3); absent if it
/// used no assertion. Valid until the decision is freed.
///
/// An assertion may be used once. The host remembers its id, together with the client's id, until the
/// assertion expires, and refuses a request with an id that it remembers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_assertion_id(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::optional(made.assertion().map(|assertion| assertion.id.as_str()))
        })
    }
}

/// Returns the time until which the assertion is accepted, in seconds since 1970: its claim `exp` and 60
/// seconds for clocks that differ. It is 0 if there is no assertion.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_assertion_expires_at(decision: *const Decision) -> u64 {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, 0, |made| {
            made.assertion().map_or(0, |assertion| assertion.expires_at)
        })
    }
}

/// Returns the number of diagnostics. An accepted request can have warnings and notes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_diagnostic_count(decision: *const Decision) -> usize {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 0, |made| made.0.diagnostics.len()) }
}

/// Returns the diagnostic at `index`, counted from 0; NULL if `index` is too large. Valid until the decision
/// is freed.
///
/// Errors come first, then warnings, then notes, and in each group those about redirect URIs first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_diagnostic(
    decision: *const Decision,
    index: usize,
) -> *const Diagnostic {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, ptr::null(), |made| {
            Diagnostic::at(&made.0.diagnostics, index)
        })
    }
}

/// Returns the number of documents that the host may have to fetch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_fetch_count(decision: *const Decision) -> usize {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 0, |made| made.0.fetches.len()) }
}

/// Returns the document to fetch at `index`, counted from 0; NULL if `index` is too large. Valid
/// until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_fetch(
    decision: *const Decision,
    index: usize,
) -> *const Fetch {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, ptr::null(), |made| {
            Fetch::at(&made.0.fetches, index)
        })
    }
}

/// Frees a decision, and overwrites its body and its secrets first. Does nothing if `decision` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_free(decision: *mut Decision) {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { free(decision) }
}

impl Decision {
    pub(super) const fn new(made: crate::decision::Decision) -> Self {
        Self(made)
    }

    fn assertion(&self) -> Option<&crate::decision::Assertion> {
        self.0.client.as_ref()?.assertion.as_ref()
    }
}

impl Drop for Decision {
    fn drop(&mut self) {
        self.0.response.body.zeroize();
        self.0.secrets.client_secret.zeroize();
        self.0.secrets.registration_access_token.zeroize();
    }
}

impl From<crate::decision::Outcome> for Outcome {
    fn from(outcome: crate::decision::Outcome) -> Self {
        match outcome {
            crate::decision::Outcome::Accept => Self::Accept,
            crate::decision::Outcome::Refuse => Self::Refuse,
        }
    }
}

impl From<&crate::decision::Effect> for Effect {
    fn from(effect: &crate::decision::Effect) -> Self {
        match effect {
            crate::decision::Effect::None => Self::None,
            crate::decision::Effect::Store(_) => Self::Store,
            crate::decision::Effect::Replace(_) => Self::Replace,
            crate::decision::Effect::Remove(_) => Self::Remove,
            crate::decision::Effect::Share(_) => Self::Share,
        }
    }
}

impl From<crate::decision::Standing> for Standing {
    fn from(standing: crate::decision::Standing) -> Self {
        match standing {
            crate::decision::Standing::Provisioned => Self::Provisioned,
            crate::decision::Standing::Registered => Self::Registered,
            crate::decision::Standing::Document => Self::Document,
            crate::decision::Standing::Shared => Self::Shared,
            crate::decision::Standing::Unregistered => Self::Unregistered,
            crate::decision::Standing::Overridden => Self::Overridden,
        }
    }
}
