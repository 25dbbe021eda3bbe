//! `gatepost_finding`: one mistake or warning about the settings.

use std::ptr;

use crate::config::SettingFinding;

use super::diagnostic::Severity;
use super::pointer::read;
use super::str::Str;

/// One mistake or warning about the settings.
///
/// Ownership: it belongs to the error or the registrar that it was read from, and is never freed by
/// itself.
/// Threads: any number may use it at once.
pub struct Finding {
    _opaque: (),
}

/// The key's path, such as `oauth.client-registration.require`. Valid as long as the finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_path(finding: *const Finding) -> Str {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe { read(core(finding), Str::ABSENT, |found| Str::view(&found.path)) }
}

/// What is wrong, in one sentence. Valid as long as the finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_message(finding: *const Finding) -> Str {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe {
        read(core(finding), Str::ABSENT, |found| {
            Str::view(&found.message)
        })
    }
}

/// What would be right; absent if the message says it all. Valid as long as the finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_finding_allowed(finding: *const Finding) -> Str {
    // SAFETY: the caller passes NULL or a finding whose owner is not freed yet.
    unsafe {
        read(core(finding), Str::ABSENT, |found| {
            Str::optional(found.allowed.as_deref())
        })
    }
}

/// How much it weighs.
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

/// Every finding that C holds is a [`SettingFinding`] under another name.
const fn core(finding: *const Finding) -> *const SettingFinding {
    finding.cast()
}
