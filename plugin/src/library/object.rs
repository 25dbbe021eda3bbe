//! What the library owns, and how it is freed and read.

use std::ptr::{self, NonNull};
use std::slice;

use super::table::{self, Number, Str, Table, status};
use crate::error::PluginError;
use crate::wit::{
    Assertion, Client, ClientRecord, Decision, Diagnostic, Due, Effect, Fetch, Header, Outcome,
    Response, SettingFinding, Severity, Standing,
};

/// An object of the library's, freed once.
pub(super) struct Owned<T> {
    pointer: NonNull<T>,
    free: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    /// Takes what a successful call wrote to its output.
    pub(super) fn new(
        pointer: *mut T,
        free: unsafe extern "C" fn(*mut T),
    ) -> Result<Self, PluginError> {
        let pointer = NonNull::new(pointer)
            .ok_or(PluginError::Malformed("it succeeded, and gave no object"))?;
        Ok(Self { pointer, free })
    }

    /// The object, live for as long as this is.
    pub(super) fn pointer(&self) -> *mut T {
        self.pointer.as_ptr()
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the library made the object, this alone owns it, and nobody reads from it any more.
        unsafe { (self.free)(self.pointer.as_ptr()) }
    }
}

/// How a call went, with the error object if there is one.
pub(super) struct Failure {
    table: &'static Table,
    status: Number,
    error: Option<Owned<table::Error>>,
}

impl Failure {
    /// `error` is NULL, or what the call wrote to its output.
    pub(super) fn of(table: &'static Table, status: Number, error: *mut table::Error) -> Self {
        Self {
            table,
            status,
            error: Owned::new(error, table.error_free).ok(),
        }
    }

    pub(super) fn check(self) -> Result<(), PluginError> {
        match self.status {
            status::OK => Ok(()),
            _ => Err(self.into()),
        }
    }

    pub(super) fn status(&self) -> Number {
        self.status
    }

    pub(super) fn message(&self) -> String {
        let message = match &self.error {
            // SAFETY: the error is live, and the text is valid for as long as it is.
            Some(error) => unsafe { (self.table.error_message)(error.pointer()).text() },
            // SAFETY: any number may be asked for, and the text is valid as long as the library.
            None => unsafe { (self.table.status_message)(self.status).text() },
        };
        message.unwrap_or_default()
    }

    /// The mistakes in settings or terms.
    pub(super) fn findings(&self) -> Result<Vec<SettingFinding>, PluginError> {
        let error = self
            .error
            .as_ref()
            .ok_or(PluginError::Malformed(
                "it refused settings or terms, and said not why",
            ))?
            .pointer();
        // SAFETY: the error is live, and so is the finding that belongs to it.
        unsafe {
            (0..(self.table.error_finding_count)(error))
                .map(|index| self.table.finding((self.table.error_finding)(error, index)))
                .collect()
        }
    }
}

/// Bytes for one call. It does not point nowhere if there are none: that would be the absent string.
pub(super) fn lend(bytes: &[u8]) -> Str {
    let lent = if bytes.is_empty() { b"\0" } else { bytes };
    Str {
        ptr: lent.as_ptr(),
        len: bytes.len(),
    }
}

/// Bytes for one call, or the absent string.
pub(super) fn lend_optional(bytes: Option<&[u8]>) -> Str {
    bytes.map_or(Str::ABSENT, lend)
}

impl Str {
    pub(super) const ABSENT: Self = Self {
        ptr: ptr::null(),
        len: 0,
    };

    /// A copy of the text; empty if it is absent.
    ///
    /// # Safety
    ///
    /// The object that this is a view into is live.
    pub(super) unsafe fn text(self) -> Result<String, PluginError> {
        // SAFETY: as the caller promises.
        Ok(unsafe { self.optional_text() }?.unwrap_or_default())
    }

    /// A copy of the text, if it is not absent.
    ///
    /// # Safety
    ///
    /// The object that this is a view into is live.
    pub(super) unsafe fn optional_text(self) -> Result<Option<String>, PluginError> {
        if self.ptr.is_null() {
            return Ok(None);
        }
        if isize::try_from(self.len).is_err() {
            return Err(PluginError::Malformed("a text is longer than memory"));
        }
        // SAFETY: the pointer is not NULL, and the library vouches for so many bytes while the object
        // lives.
        let bytes = unsafe { slice::from_raw_parts(self.ptr, self.len) };
        match str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.into())),
            Err(_) => Err(PluginError::Malformed("a text is not UTF-8")),
        }
    }
}

impl Table {
    pub(super) fn decision(
        &self,
        decision: &Owned<table::Decision>,
    ) -> Result<Decision, PluginError> {
        let this = decision.pointer();
        // SAFETY: the decision is live for as long as it is borrowed, and with it the texts, the
        // diagnostics and the fetches that are read from it and copied.
        unsafe {
            Ok(Decision {
                outcome: match (self.decision_outcome)(this) {
                    1 => Outcome::Accept,
                    _ => Outcome::Refuse,
                },
                response: Response {
                    status: (self.decision_http_status)(this),
                    headers: (0..(self.decision_header_count)(this))
                        .map(|index| self.header(this, index))
                        .collect::<Result<_, _>>()?,
                    body: (self.decision_body)(this).text()?,
                },
                effect: self.effect(this)?,
                diagnostics: (0..(self.decision_diagnostic_count)(this))
                    .map(|index| self.diagnostic((self.decision_diagnostic)(this, index)))
                    .collect::<Result<_, _>>()?,
                fetches: (0..(self.decision_fetch_count)(this))
                    .map(|index| self.fetch((self.decision_fetch)(this, index)))
                    .collect::<Result<_, _>>()?,
                client_id: (self.decision_client_id)(this).optional_text()?,
                client: self.client(this)?,
                client_secret: (self.decision_client_secret)(this).optional_text()?,
                registration_access_token: (self.decision_registration_access_token)(this)
                    .optional_text()?,
            })
        }
    }

    /// # Safety
    ///
    /// The pointer is NULL or a finding whose owner is live.
    pub(super) unsafe fn finding(
        &self,
        finding: *const table::Finding,
    ) -> Result<SettingFinding, PluginError> {
        if finding.is_null() {
            return Err(PluginError::Malformed("a finding is missing"));
        }
        // SAFETY: the finding is live, and its texts are valid as long.
        unsafe {
            Ok(SettingFinding {
                path: (self.finding_path)(finding).text()?,
                message: (self.finding_message)(finding).text()?,
                allowed: (self.finding_allowed)(finding).optional_text()?,
                line: Some((self.finding_line)(finding)).filter(|line| *line != 0),
                column: Some((self.finding_column)(finding)).filter(|column| *column != 0),
                severity: severity((self.finding_severity)(finding)),
            })
        }
    }

    /// # Safety
    ///
    /// The pointer is NULL or a diagnostic whose decision is live.
    unsafe fn diagnostic(
        &self,
        diagnostic: *const table::Diagnostic,
    ) -> Result<Diagnostic, PluginError> {
        if diagnostic.is_null() {
            return Err(PluginError::Malformed("a diagnostic is missing"));
        }
        // SAFETY: the diagnostic is live, and its texts are valid as long.
        unsafe {
            Ok(Diagnostic {
                code: (self.diagnostic_code)(diagnostic).text()?,
                pointer: (self.diagnostic_pointer)(diagnostic).text()?,
                message: (self.diagnostic_message)(diagnostic).text()?,
                reference: (self.diagnostic_reference)(diagnostic).text()?,
                severity: severity((self.diagnostic_severity)(diagnostic)),
            })
        }
    }

    /// # Safety
    ///
    /// The pointer is NULL or a fetch whose decision is live.
    unsafe fn fetch(&self, fetch: *const table::Fetch) -> Result<Fetch, PluginError> {
        if fetch.is_null() {
            return Err(PluginError::Malformed("a fetch is missing"));
        }
        // SAFETY: the fetch is live, and its texts are valid as long.
        unsafe {
            Ok(Fetch {
                uri: (self.fetch_uri)(fetch).text()?,
                pointer: (self.fetch_pointer)(fetch).text()?,
                due: due((self.fetch_due)(fetch)),
                max_bytes: (self.fetch_max_bytes)(fetch),
                timeout: (self.fetch_timeout)(fetch),
            })
        }
    }

    /// # Safety
    ///
    /// The decision is live.
    unsafe fn header(
        &self,
        decision: *const table::Decision,
        index: usize,
    ) -> Result<Header, PluginError> {
        // SAFETY: the decision is live, and its texts are valid as long.
        unsafe {
            Ok(Header {
                name: (self.decision_header_name)(decision, index).text()?,
                value: (self.decision_header_value)(decision, index).text()?,
            })
        }
    }

    /// # Safety
    ///
    /// The decision is live.
    unsafe fn effect(&self, decision: *const table::Decision) -> Result<Effect, PluginError> {
        // SAFETY: the decision is live, and its texts are valid as long.
        let (kind, client_id, document) = unsafe {
            (
                (self.decision_effect)(decision),
                (self.decision_client_id)(decision).optional_text()?,
                (self.decision_record)(decision).optional_text()?,
            )
        };
        let record = client_id
            .clone()
            .zip(document)
            .map(|(client_id, document)| ClientRecord {
                client_id,
                document,
            });
        let effect = match kind {
            0 => Some(Effect::None),
            1 => record.map(Effect::Store),
            2 => record.map(Effect::Replace),
            3 => client_id.map(Effect::Remove),
            4 => record.map(Effect::Share),
            _ => None,
        };
        effect.ok_or(PluginError::Malformed(
            "its effect is unknown, or lacks the client it is about",
        ))
    }

    /// # Safety
    ///
    /// The decision is live.
    unsafe fn client(
        &self,
        decision: *const table::Decision,
    ) -> Result<Option<Client>, PluginError> {
        // SAFETY: the decision is live, and its texts are valid as long.
        unsafe {
            let standing = match (self.decision_standing)(decision) {
                0 => return Ok(None),
                1 => Standing::Provisioned,
                2 => Standing::Registered,
                3 => Standing::Document,
                4 => Standing::Shared,
                5 => Standing::Unregistered,
                6 => Standing::Overridden,
                _ => return Err(PluginError::Malformed("its client's standing is unknown")),
            };
            let assertion_id = (self.decision_assertion_id)(decision).optional_text()?;
            Ok(Some(Client {
                client_id: (self.decision_client_id)(decision).text()?,
                standing,
                redirect_uri: (self.decision_redirect_uri)(decision).optional_text()?,
                scope: (self.decision_scope)(decision).optional_text()?,
                metadata: (self.decision_metadata)(decision).text()?,
                assertion: assertion_id.map(|id| Assertion {
                    id,
                    expires_at: (self.decision_assertion_expires_at)(decision),
                }),
            }))
        }
    }
}

/// A weight that this program does not know is taken for the heaviest.
fn severity(number: Number) -> Severity {
    match number {
        1 => Severity::Warning,
        2 => Severity::Note,
        _ => Severity::Error,
    }
}

/// A time that this program does not know is taken for the earliest.
fn due(number: Number) -> Due {
    match number {
        1 => Due::OnUse,
        _ => Due::BeforeEffect,
    }
}
