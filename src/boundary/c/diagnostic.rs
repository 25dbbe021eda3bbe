//! `gatepost_diagnostic`: one finding about a submitted document or its sender.

use std::ptr;

use super::pointer::read;
use super::str::Str;

/// One finding about the submitted document or the caller.
///
/// Ownership: it belongs to the decision that it was read from, and is never freed by itself.
/// Threads: any number may use it at once.
pub struct Diagnostic {
    _opaque: (),
}

/// How much a finding weighs.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The document, or the settings, are refused because of it.
    Error = 0,
    /// Accepted, and unwise.
    Warning = 1,
    /// Accepted, with something changed or left out.
    Note = 2,
}

/// What was found: a stable name such as `redirect-uri-fragment`. Valid as long as the diagnostic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_code(diagnostic: *const Diagnostic) -> Str {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe { read(core(diagnostic), Str::ABSENT, |found| Str::view(found.code)) }
}

/// Where it was found: a JSON Pointer (RFC 6901) into the submitted document, empty for the whole.
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

/// One sentence for a person. It quotes nothing of the document. Valid as long as the diagnostic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_message(diagnostic: *const Diagnostic) -> Str {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe {
        read(core(diagnostic), Str::ABSENT, |found| {
            Str::view(&found.message)
        })
    }
}

/// The rule's source, such as `RFC 6749 §3.1.2`. Valid as long as the diagnostic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_diagnostic_reference(diagnostic: *const Diagnostic) -> Str {
    // SAFETY: the caller passes NULL or a diagnostic whose decision is not freed yet.
    unsafe {
        read(core(diagnostic), Str::ABSENT, |found| {
            Str::view(found.reference)
        })
    }
}

/// How much it weighs.
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

/// Every diagnostic that C holds is the core's under another name.
const fn core(diagnostic: *const Diagnostic) -> *const crate::diagnostic::Diagnostic {
    diagnostic.cast()
}
