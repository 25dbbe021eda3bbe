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

/// A compiled policy. It never changes, and keeps no state between two calls.
///
/// Ownership: free it with `gatepost_registrar_free`.
/// Threads: any number may use it at the same time.
pub struct Registrar {
    pub(super) core: crate::registrar::Registrar,
    server_metadata: OnceLock<String>,
}

/// Compiles the settings. They are TOML, or JSON if the text starts with `{`.
///
/// It reads only the table `[oauth.client-registration]`, so the text can be the mail server's whole
/// configuration file. An empty text gives the defaults. If there are mistakes, the status is
/// `GATEPOST_STATUS_INVALID_SETTINGS`, and the error lists all of them. A table with nearly the same name is one.
#[unsafe(no_mangle)]
#[must_use]
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

/// Returns the number of warnings about the settings: what is allowed, but can be a risk or a mistake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_warning_count(registrar: *const Registrar) -> usize {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { read(registrar, 0, |registrar| registrar.core.warnings().len()) }
}

/// Returns the warning at `index`, counted from 0; NULL if `index` is too large. Valid until the registrar is
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

/// Returns a warning for a host that has a web administration: with the setting `require` it stops working until an
/// administrator registers the client that it is, such as `webadmin`. It is NULL if the settings do not require
/// registration. Valid until the registrar is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_web_administration_warning(
    registrar: *const Registrar,
) -> *const Finding {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe {
        read(registrar, ptr::null(), |registrar| {
            let warning = registrar.core.web_administration_warning();
            Finding::at(warning.map_or(&[], std::slice::from_ref), 0)
        })
    }
}

/// Writes the members of the authorization server metadata (RFC 8414 §2) that follow from the settings, as a
/// JSON object.
///
/// The host adds the members that it knows itself, such as `authorization_endpoint`, and publishes the
/// document. The string is valid until the registrar is freed.
#[unsafe(no_mangle)]
#[must_use]
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

/// Writes the network that an IP address is counted under, such as `192.0.2.7/32`, for
/// `gatepost_context_set_address_registrations`.
///
/// `address` is the address as text. If it is no IP address, the call succeeds and writes NULL. Free the
/// result with `gatepost_text_free`.
#[unsafe(no_mangle)]
#[must_use]
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

/// Writes the wider network that an IP address is counted under, such as `2001:db8::/32`, for
/// `gatepost_context_set_wider_registrations`. One party can have very many networks, which are in one wider
/// network, or in a few.
///
/// `address` is the address as text. If it is no IP address, the call succeeds and writes NULL. Free the
/// result with `gatepost_text_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_wider_network(
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
            let network = registrar.core.wider_network(address.text("address")?);
            output.hand_over_if_any(network.map(Text::new));
            Ok(())
        })
    }
}

/// Returns the length of a window, in seconds; it is never 0, and 1 if `registrar` is NULL.
///
/// The host counts the registrations of a network in one window. A window begins whenever the seconds since
/// 1970 are a multiple of the length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_window(registrar: *const Registrar) -> u64 {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { read(registrar, 1, |registrar| registrar.core.window()) }
}

/// Returns the length of a wider window, in seconds; it is never 0, and 1 if `registrar` is NULL.
///
/// The host counts the registrations of a wider network in one wider window, which begins whenever the
/// seconds since 1970 are a multiple of the length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_wider_window(registrar: *const Registrar) -> u64 {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { read(registrar, 1, |registrar| registrar.core.wider_window()) }
}

/// Frees a registrar. Does nothing if `registrar` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_free(registrar: *mut Registrar) {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { free(registrar) }
}
