//! `gatepost_registrar`: a compiled policy.

use std::ptr;
use std::sync::OnceLock;

use super::error::Error;
use super::finding::Finding;
use super::operate::{Output, operate, required};
use super::pointer::{free, read};
use super::status::Status;
use super::str::Str;
use super::text::Text;

/// A compiled policy. It never changes, and keeps nothing between two calls.
///
/// Ownership: free it with `gatepost_registrar_free`.
/// Threads: any number may use it at once.
pub struct Registrar {
    pub(super) core: crate::registrar::Registrar,
    server_metadata: OnceLock<String>,
}

/// Compiles a mail server's settings: TOML, or JSON if the text starts with `{`. Only the table
/// `[oauth.client-registration]` is read. On failure the error lists every mistake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_new(
    settings: Str,
    registrar: *mut *mut Registrar,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes text, and outputs that are NULL or may be written.
    unsafe {
        operate(error, || {
            let output = Output::new(registrar, "registrar")?;
            let core = crate::registrar::Registrar::compile(settings.text("settings")?)?;
            output.hand_over(Registrar {
                core,
                server_metadata: OnceLock::new(),
            });
            Ok(())
        })
    }
}

/// How many warnings there are: what is legal in the settings, and unwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_warning_count(registrar: *const Registrar) -> usize {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { read(registrar, 0, |registrar| registrar.core.warnings().len()) }
}

/// The warning at `index`, counted from 0; NULL if there are not so many. Valid until the registrar is
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_warning(
    registrar: *const Registrar,
    index: usize,
) -> *const Finding {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe {
        read(registrar, ptr::null(), |registrar| {
            Finding::at(registrar.core.warnings(), index)
        })
    }
}

/// The members of the authorization server's metadata document (RFC 8414 §2) that follow from the
/// settings, as a JSON object, so that what is advertised is what is accepted. Valid until the registrar
/// is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_server_metadata(
    registrar: *const Registrar,
    metadata: *mut Str,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or a live registrar, and outputs that are NULL or may be written.
    unsafe {
        operate(error, || {
            let registrar = required(registrar, "registrar")?;
            let output = Output::new(metadata, "metadata")?;
            let text = registrar
                .server_metadata
                .get_or_init(|| registrar.core.server_metadata());
            output.write(Str::view(text));
            Ok(())
        })
    }
}

/// The network that registrations from an address, given as text, are counted under, for
/// `gatepost_context_set_address_registrations`. NULL is written if it is no address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_network(
    registrar: *const Registrar,
    address: Str,
    network: *mut *mut Text,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or a live registrar, text, and outputs that are NULL or may be
    // written.
    unsafe {
        operate(error, || {
            let registrar = required(registrar, "registrar")?;
            let output = Output::new(network, "network")?;
            let network = registrar.core.network(address.text("address")?);
            output.hand_over_if_any(network.map(Text::new));
            Ok(())
        })
    }
}

/// How long registrations from a network are counted, in seconds: windows begin at multiples of it since
/// 1970. It is never 0, and 1 if `registrar` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_window(registrar: *const Registrar) -> u64 {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { read(registrar, 1, |registrar| registrar.core.window()) }
}

/// Frees a registrar. NULL is allowed, and nothing is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_free(registrar: *mut Registrar) {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { free(registrar) }
}
