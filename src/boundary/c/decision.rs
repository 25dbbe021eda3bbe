//! `gatepost_decision`: the answer to one request.

use std::ptr;

use zeroize::Zeroize;

use super::diagnostic::Diagnostic;
use super::fetch::Fetch;
use super::pointer::{free, read};
use super::str::Str;

/// The answer to one request.
///
/// Ownership: free it with `gatepost_decision_free`; it may outlive its registrar and its context.
/// Threads: any number may use it at once.
pub struct Decision(crate::decision::Decision);

/// Accepted or refused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Send the response; there is no effect.
    Refuse = 0,
    /// Carry out the effect, then send the response.
    Accept = 1,
}

/// What the host has to do, in one transaction, before it sends the response.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None = 0,
    /// Store a new client.
    Store = 1,
    /// Put this in the place of the record with the same client id.
    Replace = 2,
    /// Remove the client with this id, and all it holds.
    Remove = 3,
    /// Store the client, unless there is one with this id, which then stays as it is: the client id is
    /// shared by all who register the same.
    Share = 4,
}

/// What the server knows of a client. Whatever the standing, its name and its links are its own claim,
/// unless an administrator registered it.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The decision is about no client that the host has to know.
    None = 0,
    /// An administrator registered it by hand.
    Provisioned = 1,
    /// It registered itself.
    Registered = 2,
    /// Its id is the URL of the document that describes it.
    Document = 3,
    /// It uses an id that everybody may use.
    Shared = 4,
    /// Nobody registered it, and nothing requires that.
    Unregistered = 5,
    /// Nobody registered it, and the account may use any client.
    Overridden = 6,
}

/// Accepted or refused; refused if `decision` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_outcome(decision: *const Decision) -> Outcome {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, Outcome::Refuse, |made| made.0.outcome.into()) }
}

/// The response's HTTP status code; 500 if `decision` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_http_status(decision: *const Decision) -> u16 {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 500, |made| made.0.response.status) }
}

/// How many header fields the response has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_header_count(decision: *const Decision) -> usize {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 0, |made| made.0.response.headers.len()) }
}

/// The name of the header field at `index`, counted from 0; absent if there are not so many. Valid
/// until the decision is freed.
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

/// The value of the header field at `index`, counted from 0; absent if there are not so many. Valid
/// until the decision is freed.
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

/// The response's body: JSON, or empty. Valid until the decision is freed.
///
/// It may hold a secret that is given out this once: send it, and keep no copy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_body(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::view(&made.0.response.body)
        })
    }
}

/// What to do before the response is sent; nothing if `decision` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_effect(decision: *const Decision) -> Effect {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, Effect::None, |made| (&made.0.effect).into()) }
}

/// The id of the client that the decision is about, and its effect if it has one; absent if it is about no
/// client that the host has to know. Valid until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_client_id(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::optional(made.effect_client_id().or(made.client_id()))
        })
    }
}

/// The record to store or to replace: a versioned JSON document, opaque to the host, that holds hashes
/// and no secrets; absent for any other effect. Valid until the decision is freed.
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

/// What the server knows of the client that the decision is about; `GATEPOST_STANDING_NONE` if there is
/// no client that the host has to know.
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

/// Where the authorization response goes: the redirect URI in full, with the port that was asked for;
/// absent where there is none. Valid until the decision is freed.
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

/// The scope that may be granted: what was asked for, cut to what is registered; absent where none is
/// decided. Valid until the decision is freed.
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

/// The registered metadata of the client as a JSON object, which is empty for a client that is not
/// registered; absent without a client. Valid until the decision is freed.
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

/// The id (`jti`) of the assertion that the client authenticated with, which is good for one use (RFC 7523
/// §3): the host refuses the request if it has seen the id from this client, and remembers it until the
/// assertion expires. Absent if there was no assertion. Valid until the decision is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_assertion_id(decision: *const Decision) -> Str {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, Str::ABSENT, |made| {
            Str::optional(made.assertion().map(|assertion| assertion.id.as_str()))
        })
    }
}

/// When the assertion expires, in seconds since 1970; 0 if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_assertion_expires_at(decision: *const Decision) -> u64 {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe {
        read(decision, 0, |made| {
            made.assertion().map_or(0, |assertion| assertion.expires_at)
        })
    }
}

/// How many diagnostics there are. An accepted request may have some, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_diagnostic_count(decision: *const Decision) -> usize {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 0, |made| made.0.diagnostics.len()) }
}

/// The diagnostic at `index`, counted from 0; NULL if there are not so many. Valid until the decision
/// is freed.
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

/// How many documents there are for the host to fetch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_fetch_count(decision: *const Decision) -> usize {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { read(decision, 0, |made| made.0.fetches.len()) }
}

/// The document to fetch at `index`, counted from 0; NULL if there are not so many. Valid until the
/// decision is freed.
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

/// Frees a decision, and overwrites its body first. NULL is allowed, and nothing is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_decision_free(decision: *mut Decision) {
    // SAFETY: the caller passes NULL or a decision that is not freed yet.
    unsafe { free(decision) }
}

impl Decision {
    pub(super) const fn new(made: crate::decision::Decision) -> Self {
        Self(made)
    }

    fn effect_client_id(&self) -> Option<&str> {
        match &self.0.effect {
            crate::decision::Effect::None => None,
            crate::decision::Effect::Store(record)
            | crate::decision::Effect::Share(record)
            | crate::decision::Effect::Replace(record) => Some(&record.client_id),
            crate::decision::Effect::Remove(client_id) => Some(client_id),
        }
    }

    fn client_id(&self) -> Option<&str> {
        Some(&self.0.client.as_ref()?.client_id)
    }

    fn assertion(&self) -> Option<&crate::decision::Assertion> {
        self.0.client.as_ref()?.assertion.as_ref()
    }
}

impl Drop for Decision {
    fn drop(&mut self) {
        self.0.response.body.zeroize();
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
