//! `gatepost_finding`: one finding about the settings or about terms.

use std::ptr;

use crate::diagnostic::SettingFinding;

use super::diagnostic::Severity;
use super::pointer::read;
use super::str::Str;

/// One mistake in the settings or terms, or one warning about the settings.
///
/// Ownership: it belongs to the error or the registrar that it was read from. Do not free it.
/// Threads: any number may use it at the same time.
pub struct Finding {
    _opaque: (),
}

/// Returns the path of the key, such as `oauth.client-registration.require`; in terms, the key alone. It is
/// empty if the text is not TOML, and a JSON Pointer (RFC 6901) if it is not valid JSON. Valid as long as the
/// finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_path(finding: *const Finding) -> Str {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe { read(core(finding), Str::ABSENT, |found| Str::view(&found.path)) }
}

/// Returns the mistake, in one sentence for an administrator. Valid as long as the finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_message(finding: *const Finding) -> Str {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe {
        read(core(finding), Str::ABSENT, |found| {
            Str::view(&found.message)
        })
    }
}

/// Returns the allowed values, as a phrase; absent if the message already says what to do. Valid as long as
/// the finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_allowed(finding: *const Finding) -> Str {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe {
        read(core(finding), Str::ABSENT, |found| {
            Str::optional(found.allowed.as_deref())
        })
    }
}

/// Returns the line of the key, or of what is not TOML, counted from 1; 0 if it is not known. If the key is absent, it
/// is that of its table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_line(finding: *const Finding) -> u32 {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe { read(core(finding), 0, |found| found.line.unwrap_or(0)) }
}

/// Returns the column in that line, in characters and counted from 1; 0 if it is not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_column(finding: *const Finding) -> u32 {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe { read(core(finding), 0, |found| found.column.unwrap_or(0)) }
}

/// Returns the severity: an error or a warning. It is `GATEPOST_SEVERITY_ERROR` if `finding` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_severity(finding: *const Finding) -> Severity {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe {
        read(core(finding), Severity::Error, |found| {
            found.severity.into()
        })
    }
}

impl Finding {
    pub(super) fn at(findings: &[SettingFinding], index: usize) -> *const Self {
        findings
            .get(index)
            .map_or(ptr::null(), |found| ptr::from_ref(found).cast())
    }
}

/// Casts a pointer from C back to the [`SettingFinding`] that it points to.
const fn core(finding: *const Finding) -> *const SettingFinding {
    finding.cast()
}
