//! `gatepost_diagnostic`: one finding about the submitted document, the request or the caller.

use std::ptr;

use super::pointer::read;
use super::str::Str;

/// One finding about the submitted document, the request or the caller.
///
/// Ownership: it belongs to the decision that it was read from. Do not free it.
/// Threads: any number may use it at the same time.
pub struct Diagnostic {
    _opaque: (),
}

/// The severity of a finding.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The request, or the settings, are refused because of it.
    Error = 0,
    /// It is accepted, but there is a risk or a mistake that should be corrected.
    Warning = 1,
    /// It is accepted, and something was changed or left out.
    Note = 2,
}

/// Returns the name of the rule, in kebab-case, such as `redirect-uri-fragment`. Names never change. Valid as
/// long as the diagnostic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_code(diagnostic: *const Diagnostic) -> Str {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe { read(core(diagnostic), Str::ABSENT, |found| Str::view(found.code)) }
}

/// Returns the place of the finding: a JSON Pointer (RFC 6901) into the submitted document, or `/` and the
/// name of a request's parameter. It is empty if the finding is about the whole document or about the caller.
/// Valid as long as the diagnostic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_pointer(diagnostic: *const Diagnostic) -> Str {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe {
        read(core(diagnostic), Str::ABSENT, |found| {
            Str::view(&found.pointer)
        })
    }
}

/// Returns one sentence for the developer of the client. It quotes nothing from the document. Valid as long
/// as the diagnostic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_message(diagnostic: *const Diagnostic) -> Str {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe {
        read(core(diagnostic), Str::ABSENT, |found| {
            Str::view(&found.message)
        })
    }
}

/// Returns the source of the rule, such as `RFC 6749 §3.1.2`. Valid as long as the diagnostic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_reference(diagnostic: *const Diagnostic) -> Str {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe {
        read(core(diagnostic), Str::ABSENT, |found| {
            Str::view(found.reference)
        })
    }
}

/// Returns the severity; `GATEPOST_SEVERITY_ERROR` if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_severity(diagnostic: *const Diagnostic) -> Severity {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe {
        read(core(diagnostic), Severity::Error, |found| {
            found.severity.into()
        })
    }
}

impl Diagnostic {
    pub(super) fn at(diagnostics: &[crate::diagnostic::Diagnostic], index: usize) -> *const Self {
        diagnostics
            .get(index)
            .map_or(ptr::null(), |found| ptr::from_ref(found).cast())
    }
}

impl From<crate::diagnostic::Severity> for Severity {
    fn from(severity: crate::diagnostic::Severity) -> Self {
        match severity {
            crate::diagnostic::Severity::Error => Self::Error,
            crate::diagnostic::Severity::Warning => Self::Warning,
            crate::diagnostic::Severity::Note => Self::Note,
        }
    }
}

/// Casts a pointer from C back to the core's type that it points to.
const fn core(diagnostic: *const Diagnostic) -> *const crate::diagnostic::Diagnostic {
    diagnostic.cast()
}
