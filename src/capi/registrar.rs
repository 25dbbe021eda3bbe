//! `gatepost_registrar`: a compiled policy, and what it decides.

use std::ptr;
use std::sync::OnceLock;

use super::context::Context;
use super::decision::Decision;
use super::error::Error;
use super::finding::Finding;
use super::pointer::{Output, free, operate, read, required, required_mut};
use super::status::Status;
use super::str::Str;

/// A compiled policy. It never changes, and keeps nothing between two calls.
///
/// Ownership: free it with `gatepost_registrar_free`.
/// Threads: any number may use it at once.
pub struct Registrar {
    core: crate::Registrar,
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
            let core = crate::Registrar::compile(settings.text("settings")?)?;
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

/// Decides a `POST` to the registration endpoint (RFC 7591 §3.1).
///
/// `body` is the request's body as it arrived: that it may be no UTF-8 and no JSON is part of the
/// decision. A refusal is a decision like any other, and the call returns `GATEPOST_STATUS_OK`; another
/// status means that the host has made a mistake, and nothing was decided.
///
/// A decision uses the context's entropy up; everything else in the context stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_register(
    registrar: *const Registrar,
    context: *mut Context,
    body: Str,
    decision: *mut *mut Decision,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes NULL or live objects, text, and outputs that are NULL or may be
    // written; no other thread uses the context.
    unsafe {
        operate(error, || {
            let registrar = required(registrar, "registrar")?;
            let context = required_mut(context, "context")?;
            let output = Output::new(decision, "decision")?;
            let body = body.bytes("body")?;
            let made = context.decide(|facts| registrar.core.register(facts, body))?;
            output.hand_over(Decision::new(made));
            Ok(())
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

/// Frees a registrar. NULL is allowed, and nothing is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_registrar_free(registrar: *mut Registrar) {
    // SAFETY: the caller passes NULL or a registrar that is not freed yet.
    unsafe { free(registrar) }
}
