//! `gatepost_fetch`: one document that the client has named and the host may have to fetch.

use std::ptr;

use super::pointer::read;
use super::str::Str;

/// A document that the client has named, and that Gatepost does not fetch.
///
/// A host that fetches it does so by https alone, without credentials, follows no redirect, connects only
/// to addresses that are public (RFC 6890) and the ones it checked, and keeps the limits on bytes and
/// time.
///
/// Ownership: it belongs to the decision that it was read from, and is never freed by itself.
/// Threads: any number may use it at once.
pub struct Fetch {
    _opaque: (),
}

/// When a document is needed.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At once. Of a registration, before the effect is carried out: a JSON array of strings that must
    /// hold every redirect URI of the client (OpenID Connect Registration 1.0 §5). A host that cannot
    /// fetch it, or finds it otherwise, does not carry out the effect and does not send the response.
    /// Otherwise the client's keys or its document, to ask again with: `gatepost_request_set_jwks`,
    /// `gatepost_client_document`.
    BeforeEffect = 0,
    /// When the client first uses it.
    OnUse = 1,
}

/// The document's URI. Valid as long as the fetch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_uri(fetch: *const Fetch) -> Str {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), Str::ABSENT, |named| Str::view(&named.uri)) }
}

/// Where the URI stands: a JSON Pointer (RFC 6901) into the registered metadata, such as `/jwks_uri`.
/// Valid as long as the fetch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_pointer(fetch: *const Fetch) -> Str {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), Str::ABSENT, |named| Str::view(&named.pointer)) }
}

/// When it is needed; before the effect if `fetch` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_due(fetch: *const Fetch) -> Due {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), Due::BeforeEffect, |named| named.due.into()) }
}

/// How much of it may be read, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_max_bytes(fetch: *const Fetch) -> u32 {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), 0, |named| named.max_bytes) }
}

/// How long it may take, in seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_timeout(fetch: *const Fetch) -> u32 {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), 0, |named| named.timeout) }
}

impl Fetch {
    pub(super) fn at(fetches: &[crate::decision::Fetch], index: usize) -> *const Self {
        fetches
            .get(index)
            .map_or(ptr::null(), |named| ptr::from_ref(named).cast())
    }
}

impl From<crate::decision::Due> for Due {
    fn from(due: crate::decision::Due) -> Self {
        match due {
            crate::decision::Due::BeforeEffect => Self::BeforeEffect,
            crate::decision::Due::OnUse => Self::OnUse,
        }
    }
}

/// Every fetch that C holds is the core's under another name.
const fn core(fetch: *const Fetch) -> *const crate::decision::Fetch {
    fetch.cast()
}
