//! `gatepost_fetch`: one document that the host may have to fetch.

use std::ptr;

use super::pointer::read;
use super::str::Str;

/// A document that the client has named by URI. The library fetches nothing itself.
///
/// A host that fetches it uses https, sends no credentials, and follows no redirect. It connects only to
/// public addresses (RFC 6890), and to the address that it checked, without a second look-up of the name. It
/// keeps to the limits on size and time (RFC 7591 §5, RFC 9700 §4).
///
/// Ownership: it belongs to the decision that it was read from. Do not free it.
/// Threads: any number may use it at the same time.
pub struct Fetch {
    _opaque: (),
}

/// When a document is needed.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Before the host does anything else with the decision. What the document is follows from the operation.
    ///
    /// For a registration or an update it is the `sector_identifier_uri`: it must be a JSON array that
    /// contains every redirect URI of the client (OpenID Connect Registration 1.0 §5). If the host cannot
    /// fetch it, or a redirect URI is missing, the host does not carry out the effect, does not send the
    /// response, and refuses the request.
    ///
    /// After `gatepost_authenticate` it is the client's key set: pass it with `gatepost_request_set_jwks`,
    /// and ask again. After `gatepost_client_document` it is the client's document: pass it to that function.
    BeforeEffect = 0,
    /// Not before the client uses it.
    OnUse = 1,
}

/// Returns the document's URI. Valid as long as the fetch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_uri(fetch: *const Fetch) -> Str {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), Str::ABSENT, |named| Str::view(&named.uri)) }
}

/// Returns the place of the URI in the registered metadata: a JSON Pointer (RFC 6901) such as `/jwks_uri`. It
/// is empty if the URI is the client id itself. Valid as long as the fetch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_pointer(fetch: *const Fetch) -> Str {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), Str::ABSENT, |named| Str::view(&named.pointer)) }
}

/// Returns when the document is needed; `GATEPOST_DUE_BEFORE_EFFECT` if `fetch` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_due(fetch: *const Fetch) -> Due {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), Due::BeforeEffect, |named| named.due.into()) }
}

/// Returns the largest size that the host accepts, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_fetch_max_bytes(fetch: *const Fetch) -> u32 {
    // SAFETY: the caller passes NULL or a fetch whose decision is not freed yet.
    unsafe { read(core(fetch), 0, |named| named.max_bytes) }
}

/// Returns the longest time that the fetch may take, in seconds.
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

/// Casts a pointer from C back to the core's type that it points to.
const fn core(fetch: *const Fetch) -> *const crate::decision::Fetch {
    fetch.cast()
}
