//! Collects the findings about one request, and sorts them as a refusal lists them.

use std::borrow::Cow;

use serde::Serialize;

use super::catalogue::Rule;
use super::error_code::ErrorCode;
use super::place::Place;

/// The largest number of findings in one decision. It keeps the answer to a document full of
/// mistakes small.
const MAX_FINDINGS: usize = 64;

/// One finding about the submitted document, the request or the caller.
///
/// ```
/// use gatepost::{Caller, Context, Registrar, Severity};
///
/// let registrar = Registrar::compile("")?;
/// let context = Context {
///     caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
///     ..Context::default()
/// };
/// let decision = registrar.register(&context, br#"{"redirect_uris": ["https://a.example/#"]}"#)?;
/// let found = &decision.diagnostics[0];
/// assert_eq!(found.code, "redirect-uri-fragment");
/// assert_eq!(found.pointer, "/redirect_uris/0");
/// assert_eq!(found.reference, "RFC 6749 §3.1.2");
/// assert_eq!(found.severity, Severity::Error);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The name of the rule, in kebab-case, such as `redirect-uri-fragment`. Names never change;
    /// `docs/diagnostics.md` lists them.
    pub code: &'static str,
    /// The place of the finding: a JSON Pointer (RFC 6901) into the submitted document, or
    /// `/` and the name of a request's parameter. It is empty if the finding is about the whole
    /// document or about the caller.
    pub pointer: String,
    /// One sentence for the developer of the client. It quotes nothing from the document; only a
    /// note that is not part of the response can quote the request and the registration.
    pub message: Cow<'static, str>,
    /// The source of the rule, such as `RFC 6749 §3.1.2`.
    pub reference: &'static str,
    /// Whether the finding is the reason for a refusal.
    pub severity: Severity,
}

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The request, or the settings, are refused because of it.
    Error,
    /// It is accepted, but there is a risk or a mistake that should be corrected.
    Warning,
    /// It is accepted, and something was changed or left out.
    Note,
}

impl Severity {
    /// Returns the name that responses contain: `error`, `warning` or `note`.
    ///
    /// ```
    /// assert_eq!(gatepost::Severity::Warning.name(), "warning");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The findings about one request.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
}

#[derive(Debug)]
struct Finding {
    rule: &'static Rule,
    pointer: String,
    message: Cow<'static, str>,
    severity: Severity,
}

impl Findings {
    pub(crate) fn error(&mut self, rule: &'static Rule, place: Place<'_>) {
        self.add(rule, place, Severity::Error, Cow::Borrowed(rule.message));
    }

    /// Adds an error with a message of its own, such as one that names a limit or the offered
    /// values.
    pub(crate) fn error_saying(&mut self, rule: &'static Rule, place: Place<'_>, message: String) {
        self.add(rule, place, Severity::Error, Cow::Owned(message));
    }

    pub(crate) fn warning(&mut self, rule: &'static Rule, place: Place<'_>) {
        self.add(rule, place, Severity::Warning, Cow::Borrowed(rule.message));
    }

    pub(crate) fn note(&mut self, rule: &'static Rule, place: Place<'_>) {
        self.add(rule, place, Severity::Note, Cow::Borrowed(rule.message));
    }

    /// Adds a note with a message of its own.
    pub(crate) fn note_saying(&mut self, rule: &'static Rule, place: Place<'_>, message: String) {
        self.add(rule, place, Severity::Note, Cow::Owned(message));
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.list.iter().any(|f| f.severity == Severity::Error)
    }

    /// Whether there is a finding about this rule.
    pub(crate) fn have(&self, rule: &Rule) -> bool {
        self.list.iter().any(|f| f.rule.code == rule.code)
    }

    /// Returns the error code of the refusal: that of the first error about a redirect URI,
    /// otherwise that of the first error.
    pub(crate) fn first_error(&self) -> Option<ErrorCode> {
        let mut errors = self.list.iter().filter(|f| f.severity == Severity::Error);
        let first = errors.next()?.rule.error;
        if errors.any(|f| f.rule.error == ErrorCode::InvalidRedirectUri) {
            return Some(ErrorCode::InvalidRedirectUri);
        }
        Some(first)
    }

    /// Returns the findings as diagnostics: errors, then warnings, then notes; in each group those
    /// about redirect URIs first; otherwise in the order in which they were found.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|f| {
            (
                f.severity as u8,
                f.rule.error != ErrorCode::InvalidRedirectUri,
            )
        });
        self.list
            .into_iter()
            .map(|f| Diagnostic {
                code: f.rule.code,
                pointer: f.pointer,
                message: f.message,
                reference: f.rule.reference,
                severity: f.severity,
            })
            .collect()
    }

    fn add(
        &mut self,
        rule: &'static Rule,
        place: Place<'_>,
        severity: Severity,
        message: Cow<'static, str>,
    ) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push(Finding {
                rule,
                pointer: place.pointer(),
                message,
                severity,
            });
        } else if severity == Severity::Error && !self.has_errors() {
            // A refusal must contain an error, even after as many notes as there is space for.
            self.list.truncate(MAX_FINDINGS - 1);
            self.add(rule, place, severity, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::rule;

    use super::*;

    #[test]
    fn errors_survive_many_notes() {
        let mut findings = Findings::default();
        for _ in 0..1000 {
            findings.note(&rule::SCOPE_NOT_OFFERED, Place::Document);
        }
        findings.error(&rule::SCOPE_SYNTAX, Place::Document);
        findings.error(&rule::SCOPE_SYNTAX, Place::Document);
        assert!(findings.has_errors());
        let diagnostics = findings.into_diagnostics();
        assert_eq!(diagnostics.len(), MAX_FINDINGS);
        assert_eq!(diagnostics[0].code, "scope-syntax");
    }

    #[test]
    fn redirect_uris_come_first() {
        let mut findings = Findings::default();
        findings.error(&rule::SCOPE_SYNTAX, Place::top("scope"));
        findings.error(&rule::REDIRECT_URIS_MISSING, Place::Document);
        assert_eq!(findings.first_error(), Some(ErrorCode::InvalidRedirectUri));
        let codes: Vec<_> = findings.into_diagnostics().iter().map(|d| d.code).collect();
        assert_eq!(codes, ["redirect-uris-missing", "scope-syntax"]);
    }
}
