//! What was found in one request, in the order in which a refusal says it.

use std::borrow::Cow;

use serde::Serialize;

use super::catalogue::Rule;
use super::error_code::ErrorCode;
use super::place::Place;

/// How many findings one decision carries at most. A document with more mistakes than this is not
/// helped by hearing of each.
const MAX_FINDINGS: usize = 64;

/// One finding about the submitted document or the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// What was found, a stable kebab-case name such as `redirect-uri-fragment`.
    pub code: &'static str,
    /// Where: a JSON Pointer (RFC 6901) into the submitted document; empty for the whole.
    pub pointer: String,
    /// One sentence for a person. It quotes nothing of the document.
    pub message: Cow<'static, str>,
    /// The rule's source, such as `RFC 6749 §3.1.2`.
    pub reference: &'static str,
    /// How much it weighs.
    pub severity: Severity,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document is refused because of it.
    Error,
    /// Accepted, and unwise.
    Warning,
    /// Accepted, with something changed or left out.
    Note,
}

impl Severity {
    /// The name as it stands in a response: `error`, `warning` or `note`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// All that one pass over a request finds.
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

    /// Like [`error`](Self::error), with a sentence that names a bound or what is offered.
    pub(crate) fn error_saying(&mut self, rule: &'static Rule, place: Place<'_>, message: String) {
        self.add(rule, place, Severity::Error, Cow::Owned(message));
    }

    pub(crate) fn warning(&mut self, rule: &'static Rule, place: Place<'_>) {
        self.add(rule, place, Severity::Warning, Cow::Borrowed(rule.message));
    }

    pub(crate) fn note(&mut self, rule: &'static Rule, place: Place<'_>) {
        self.add(rule, place, Severity::Note, Cow::Borrowed(rule.message));
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.list.iter().any(|f| f.severity == Severity::Error)
    }

    /// The error that a refusal is about: the first about a redirect URI, or else the first.
    pub(crate) fn first_error(&self) -> Option<ErrorCode> {
        let mut errors = self.list.iter().filter(|f| f.severity == Severity::Error);
        let first = errors.next()?.rule.error;
        if errors.any(|f| f.rule.error == ErrorCode::InvalidRedirectUri) {
            return Some(ErrorCode::InvalidRedirectUri);
        }
        Some(first)
    }

    /// Errors before warnings before notes, those about redirect URIs first, else as found.
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
            // A refusal must have an error to show, however many notes came before it.
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
