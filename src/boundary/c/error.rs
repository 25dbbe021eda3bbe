//! `gatepost_error`: the reason why a call failed.

use std::borrow::Cow;
use std::ptr;
use std::str::Utf8Error;

use crate::diagnostic::{SettingFinding, SettingsError};
use crate::facts::Misuse;

use super::finding::Finding;
use super::pointer::{free, read};
use super::status::Status;
use super::str::Str;

/// The reason why a call failed.
///
/// Ownership: free it with `gatepost_error_free`.
/// Threads: any number may use it at the same time.
#[derive(Clone, Debug)]
pub struct Error {
    status: Status,
    message: Cow<'static, str>,
    findings: Vec<SettingFinding>,
}

/// Returns the status that the failed call returned; `GATEPOST_STATUS_OK` if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_error_status(error: *const Error) -> Status {
    // SAFETY: the caller passes NULL or an error that is not freed yet.
    unsafe { read(error, Status::Ok, Error::status) }
}

/// Returns a description of the failure. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_error_message(error: *const Error) -> Str {
    // SAFETY: the caller passes NULL or an error that is not freed yet.
    unsafe { read(error, Str::ABSENT, |error| Str::view(&error.message)) }
}

/// Returns the number of findings. Only errors with the status `GATEPOST_STATUS_INVALID_SETTINGS` or
/// `GATEPOST_STATUS_TERMS_INVALID` have findings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_error_finding_count(error: *const Error) -> usize {
    // SAFETY: the caller passes NULL or an error that is not freed yet.
    unsafe { read(error, 0, |error| error.findings.len()) }
}

/// Returns the finding at `index`, counted from 0; NULL if `index` is too large. Valid until the
/// error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_error_finding(
    error: *const Error,
    index: usize,
) -> *const Finding {
    // SAFETY: the caller passes NULL or an error that is not freed yet.
    unsafe {
        read(error, ptr::null(), |error| {
            Finding::at(&error.findings, index)
        })
    }
}

/// Frees an error. Does nothing if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_error_free(error: *mut Error) {
    // SAFETY: the caller passes NULL or an error that is not freed yet.
    unsafe { free(error) }
}

impl Error {
    pub(super) const PANIC: Self = Self {
        status: Status::Panic,
        message: Cow::Borrowed(Status::Panic.message()),
        findings: Vec::new(),
    };

    pub(super) fn null(name: &str) -> Self {
        Self::new(Status::NullPointer, format!("`{name}` is NULL"))
    }

    pub(super) fn length(name: &str) -> Self {
        let message = format!("the length of `{name}` is more than memory can hold");
        Self::new(Status::InvalidValue, message)
    }

    pub(super) fn value(name: &str, value: i32) -> Self {
        let message = format!("`{name}` is {value}, which is none of its values");
        Self::new(Status::InvalidValue, message)
    }

    pub(super) fn utf8(name: &str, failure: Utf8Error) -> Self {
        Self::new(
            Status::InvalidUtf8,
            format!("`{name}` is not UTF-8: {failure}"),
        )
    }

    /// Makes the error of terms that have mistakes.
    pub(super) fn terms(SettingsError(findings): SettingsError) -> Self {
        let message = format!("mistakes in the terms: {}", findings.len());
        Self {
            findings,
            ..Self::new(Status::TermsInvalid, message)
        }
    }

    /// Makes the error of an object that a setter failed on.
    pub(super) fn spoiled(failed: &Self) -> Self {
        Self {
            message: format!("a setter failed: {}", failed.message).into(),
            ..failed.clone()
        }
    }

    fn new(status: Status, message: String) -> Self {
        Self {
            status,
            message: message.into(),
            findings: Vec::new(),
        }
    }

    pub(super) const fn status(&self) -> Status {
        self.status
    }
}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        let status = match misuse {
            Misuse::TermsInvalid(mistakes) => return Self::terms(mistakes),
            Misuse::EntropyTooShort => Status::EntropyTooShort,
            Misuse::EntropyMissing => Status::EntropyMissing,
            Misuse::TimeMissing => Status::TimeMissing,
            Misuse::RecordUnreadable => Status::RecordUnreadable,
            Misuse::RecordMismatch => Status::RecordMismatch,
        };
        Self::new(status, misuse.to_string())
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        let message = error.to_string();
        Self {
            findings: error.0,
            ..Self::new(Status::InvalidSettings, message)
        }
    }
}
