//! Reports the flaws of one URI, by its purpose.

use crate::diagnostic::{Findings, Flaw, Place, Role, Rule};

/// Collects the flaws of one URI, with its place in the document.
pub(crate) struct Report<'f, 'p> {
    pub(super) role: Role,
    pub(super) place: Place<'p>,
    pub(super) findings: &'f mut Findings,
    pub(super) sound: bool,
}

impl<'f, 'p> Report<'f, 'p> {
    pub(crate) fn new(role: Role, place: Place<'p>, findings: &'f mut Findings) -> Self {
        Self {
            role,
            place,
            findings,
            sound: true,
        }
    }

    pub(super) fn flaw(&mut self, flaw: &'static Flaw) {
        self.sound = false;
        self.findings.error(flaw.rule(self.role), self.place);
    }

    /// Reports a flaw that only URIs of one role can have.
    pub(super) fn fault(&mut self, rule: &'static Rule) {
        self.sound = false;
        self.findings.error(rule, self.place);
    }
}
