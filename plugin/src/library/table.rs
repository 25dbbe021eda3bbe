//! `include/gatepost.h` in Rust: the table that a library offers, and the types in it.

use std::ffi::{c_char, c_void};

use super::Misfit;

/// The version of the binary interface that is mirrored here.
const ABI_VERSION: u32 = 1;

/// `gatepost_str`
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Str {
    pub(super) ptr: *const u8,
    pub(super) len: usize,
}

/// What one of the header's enumerations, or a status, arrives as. It is checked, because a later
/// library may send numbers that this program does not know.
pub(super) type Number = i32;

pub(super) mod status {
    pub(in super::super) const OK: super::Number = 0;
    pub(in super::super) const INVALID_SETTINGS: super::Number = 4;
    pub(in super::super) const ENTROPY_TOO_SHORT: super::Number = 5;
    pub(in super::super) const RECORD_UNREADABLE: super::Number = 9;
    pub(in super::super) const RECORD_MISMATCH: super::Number = 10;
    pub(in super::super) const TERMS_INVALID: super::Number = 11;
}

macro_rules! opaque {
    ($($name:ident)*) => {
        $(
            #[repr(C)]
            pub(super) struct $name {
                _private: [u8; 0],
            }
        )*
    };
}

opaque!(Context Decision Diagnostic Error Fetch Finding Registrar Request Text);

/// A function that is told of panics.
type PanicLog = unsafe extern "C" fn(*mut c_void, Str);

/// An operation that asks about a client by its id.
pub(super) type OfClient = unsafe extern "C" fn(
    *const Registrar,
    *mut Context,
    Str,
    *mut *mut Decision,
    *mut *mut Error,
) -> Number;

/// The beginning of every version's table.
#[repr(C)]
struct Head {
    struct_size: usize,
    abi_version: u32,
}

/// `gatepost_plugin`. A library's own may be longer.
#[repr(C)]
pub(super) struct Table {
    _struct_size: usize,
    _abi_version: u32,
    _version: unsafe extern "C" fn() -> Str,
    _set_panic_log: unsafe extern "C" fn(Option<PanicLog>, *mut c_void),
    pub(super) status_message: unsafe extern "C" fn(Number) -> Str,
    _cstr: unsafe extern "C" fn(*const c_char) -> Str,
    pub(super) text_view: unsafe extern "C" fn(*const Text) -> Str,
    pub(super) text_free: unsafe extern "C" fn(*mut Text),
    _error_status: unsafe extern "C" fn(*const Error) -> Number,
    pub(super) error_message: unsafe extern "C" fn(*const Error) -> Str,
    pub(super) error_finding_count: unsafe extern "C" fn(*const Error) -> usize,
    pub(super) error_finding: unsafe extern "C" fn(*const Error, usize) -> *const Finding,
    pub(super) error_free: unsafe extern "C" fn(*mut Error),
    pub(super) finding_path: unsafe extern "C" fn(*const Finding) -> Str,
    pub(super) finding_message: unsafe extern "C" fn(*const Finding) -> Str,
    pub(super) finding_allowed: unsafe extern "C" fn(*const Finding) -> Str,
    pub(super) finding_line: unsafe extern "C" fn(*const Finding) -> u32,
    pub(super) finding_column: unsafe extern "C" fn(*const Finding) -> u32,
    pub(super) finding_severity: unsafe extern "C" fn(*const Finding) -> Number,
    pub(super) registrar_new:
        unsafe extern "C" fn(Str, *mut *mut Registrar, *mut *mut Error) -> Number,
    pub(super) registrar_warning_count: unsafe extern "C" fn(*const Registrar) -> usize,
    pub(super) registrar_warning: unsafe extern "C" fn(*const Registrar, usize) -> *const Finding,
    pub(super) registrar_web_administration_warning:
        unsafe extern "C" fn(*const Registrar) -> *const Finding,
    pub(super) server_metadata:
        unsafe extern "C" fn(*const Registrar, *mut Str, *mut *mut Error) -> Number,
    pub(super) network:
        unsafe extern "C" fn(*const Registrar, Str, *mut *mut Text, *mut *mut Error) -> Number,
    pub(super) wider_network:
        unsafe extern "C" fn(*const Registrar, Str, *mut *mut Text, *mut *mut Error) -> Number,
    pub(super) window: unsafe extern "C" fn(*const Registrar) -> u64,
    pub(super) wider_window: unsafe extern "C" fn(*const Registrar) -> u64,
    pub(super) registrar_free: unsafe extern "C" fn(*mut Registrar),
    pub(super) register: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) provision: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) read: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) update: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) rotate_secret: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) rotate_registration_access_token: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) disable: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) enable: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) approve: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) deny: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) remove: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) identify: unsafe extern "C" fn(
        *const Registrar,
        *const Request,
        *mut *mut Text,
        *mut *mut Error,
    ) -> Number,
    pub(super) authorize: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        *const Request,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) authenticate: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        *const Request,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) usable: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) review: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) review_draft: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) lifecycle: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) client_document: unsafe extern "C" fn(
        *const Registrar,
        *mut Context,
        Str,
        Str,
        *mut *mut Decision,
        *mut *mut Error,
    ) -> Number,
    pub(super) check_terms: unsafe extern "C" fn(Str, *mut *mut Error) -> Number,
    pub(super) bearer: unsafe extern "C" fn(Str, *mut Number, *mut Str, *mut *mut Error) -> Number,
    pub(super) redirect_uri_matches: unsafe extern "C" fn(Str, Str) -> Number,
    pub(super) context_new: unsafe extern "C" fn(*mut *mut Context, *mut *mut Error) -> Number,
    _context_reset: unsafe extern "C" fn(*mut Context) -> Number,
    pub(super) context_set_now: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_entropy: unsafe extern "C" fn(*mut Context, *const u8, usize) -> Number,
    pub(super) context_set_credential: unsafe extern "C" fn(*mut Context, Number) -> Number,
    pub(super) context_set_account: unsafe extern "C" fn(*mut Context, Str) -> Number,
    pub(super) context_add_permission: unsafe extern "C" fn(*mut Context, Str) -> Number,
    _context_clear_permissions: unsafe extern "C" fn(*mut Context) -> Number,
    pub(super) context_set_address: unsafe extern "C" fn(*mut Context, Str) -> Number,
    pub(super) context_set_terms: unsafe extern "C" fn(*mut Context, Str) -> Number,
    pub(super) context_set_token: unsafe extern "C" fn(*mut Context, Str) -> Number,
    pub(super) context_set_account_clients: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_address_registrations: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_wider_registrations: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_key_registrations: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_anonymous_clients: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_total_clients: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_record: unsafe extern "C" fn(*mut Context, Str) -> Number,
    pub(super) context_set_authorised_at: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_last_used: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_set_refresh_tokens: unsafe extern "C" fn(*mut Context, u64) -> Number,
    pub(super) context_free: unsafe extern "C" fn(*mut Context),
    pub(super) request_new:
        unsafe extern "C" fn(Number, *mut *mut Request, *mut *mut Error) -> Number,
    _request_reset: unsafe extern "C" fn(*mut Request, Number) -> Number,
    pub(super) request_set_authorization: unsafe extern "C" fn(*mut Request, Str) -> Number,
    pub(super) request_set_parameters: unsafe extern "C" fn(*mut Request, Str) -> Number,
    pub(super) request_set_jwks: unsafe extern "C" fn(*mut Request, Str) -> Number,
    pub(super) request_free: unsafe extern "C" fn(*mut Request),
    pub(super) decision_outcome: unsafe extern "C" fn(*const Decision) -> Number,
    pub(super) decision_http_status: unsafe extern "C" fn(*const Decision) -> u16,
    pub(super) decision_header_count: unsafe extern "C" fn(*const Decision) -> usize,
    pub(super) decision_header_name: unsafe extern "C" fn(*const Decision, usize) -> Str,
    pub(super) decision_header_value: unsafe extern "C" fn(*const Decision, usize) -> Str,
    pub(super) decision_body: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_effect: unsafe extern "C" fn(*const Decision) -> Number,
    pub(super) decision_client_id: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_record: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_client_secret: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_registration_access_token: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_standing: unsafe extern "C" fn(*const Decision) -> Number,
    pub(super) decision_redirect_uri: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_scope: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_metadata: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_assertion_id: unsafe extern "C" fn(*const Decision) -> Str,
    pub(super) decision_assertion_expires_at: unsafe extern "C" fn(*const Decision) -> u64,
    pub(super) decision_diagnostic_count: unsafe extern "C" fn(*const Decision) -> usize,
    pub(super) decision_diagnostic:
        unsafe extern "C" fn(*const Decision, usize) -> *const Diagnostic,
    pub(super) decision_fetch_count: unsafe extern "C" fn(*const Decision) -> usize,
    pub(super) decision_fetch: unsafe extern "C" fn(*const Decision, usize) -> *const Fetch,
    pub(super) decision_free: unsafe extern "C" fn(*mut Decision),
    pub(super) diagnostic_code: unsafe extern "C" fn(*const Diagnostic) -> Str,
    pub(super) diagnostic_pointer: unsafe extern "C" fn(*const Diagnostic) -> Str,
    pub(super) diagnostic_message: unsafe extern "C" fn(*const Diagnostic) -> Str,
    pub(super) diagnostic_reference: unsafe extern "C" fn(*const Diagnostic) -> Str,
    pub(super) diagnostic_severity: unsafe extern "C" fn(*const Diagnostic) -> Number,
    pub(super) fetch_uri: unsafe extern "C" fn(*const Fetch) -> Str,
    pub(super) fetch_pointer: unsafe extern "C" fn(*const Fetch) -> Str,
    pub(super) fetch_due: unsafe extern "C" fn(*const Fetch) -> Number,
    pub(super) fetch_max_bytes: unsafe extern "C" fn(*const Fetch) -> u32,
    pub(super) fetch_timeout: unsafe extern "C" fn(*const Fetch) -> u32,
}

impl Table {
    /// The table at a pointer, if it is at least as long as this program's and of the same version.
    ///
    /// # Safety
    ///
    /// The pointer is NULL, or is what `gatepost_plugin_v1` of a library returned that is never
    /// unloaded.
    pub(super) unsafe fn at(pointer: *const Self) -> Result<&'static Self, Misfit> {
        // SAFETY: every version's table begins with the head, and the library stays.
        let head = unsafe { pointer.cast::<Head>().as_ref() }.ok_or(Misfit::NoTable)?;
        if head.abi_version != ABI_VERSION {
            return Err(Misfit::Version {
                found: head.abi_version,
                expected: ABI_VERSION,
            });
        }
        if head.struct_size < size_of::<Self>() {
            return Err(Misfit::Older);
        }
        // SAFETY: a table of this version and of this size has all these members.
        Ok(unsafe { &*pointer })
    }
}
