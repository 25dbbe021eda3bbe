//! What was found, before it is shown.

use gatepost_plugin::{Decision, Diagnostic, Outcome, Severity};

use super::locate::{Place, line_and_column, locate};
use super::registered::Difference;
use crate::commands::printable::printable;

/// What was found in one document.
pub(super) struct Report<'a> {
    pub(super) path: &'a str,
    pub(super) document: &'a [u8],
    pub(super) outcome: Outcome,
    pub(super) findings: Vec<Finding<'a>>,
    /// For a document that is accepted.
    pub(super) difference: Option<Difference>,
}

/// A finding, and its place if it is about the document and not about who asks.
pub(super) struct Finding<'a> {
    pub(super) said: &'a Diagnostic,
    pub(super) place: Option<Place>,
}

impl<'a> Report<'a> {
    pub(super) fn new(path: &'a str, document: &'a [u8], decision: &'a Decision) -> Self {
        let all = &decision.diagnostics;
        let is_about_the_caller = matches!(decision.response.status, 401 | 403 | 429);
        let findings = all.iter().enumerate().map(|(index, said)| {
            let is_the_same =
                |other: &&Diagnostic| other.code == said.code && other.pointer == said.pointer;
            let earlier = all[..index].iter().filter(is_the_same).count();
            Finding {
                said,
                place: (!is_about_the_caller).then(|| locate(document, said, earlier)),
            }
        });
        Self {
            path,
            document,
            outcome: decision.outcome,
            findings: findings.collect(),
            difference: match decision.outcome {
                Outcome::Accept => Some(Difference::new(document, &decision.response.body)),
                Outcome::Refuse => None,
            },
        }
    }

    /// Line and column of a place, both counted from 1.
    pub(super) fn line_and_column(&self, place: &Place) -> (usize, usize) {
        line_and_column(self.document, place.span.start)
    }
}

/// A client that would stop working.
pub(in crate::commands) struct Stopping<'a> {
    pub(in crate::commands) client_id: &'a str,
    pub(in crate::commands) name: Option<String>,
    pub(in crate::commands) users: u64,
    pub(in crate::commands) findings: &'a [Diagnostic],
}

/// A finding as a line, for where no document is at hand to show.
pub(in crate::commands) fn line(said: &Diagnostic) -> String {
    let severity = severity_name(said.severity);
    let Diagnostic {
        code,
        pointer,
        message,
        ..
    } = said;
    let place = match pointer.is_empty() {
        true => String::new(),
        false => format!("{pointer}: "),
    };
    printable(&format!("{severity}[{code}]: {place}{message}"), usize::MAX)
}

pub(super) const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
