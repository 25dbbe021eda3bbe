//! What is found in one URI, reported by what it is registered for.

use crate::diagnostic::{Findings, Flaw, Place, Role, Rule};

/// The flaws of one URI, each reported where it stands.
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

    /// A flaw that only URIs of one role can have.
    pub(super) fn fault(&mut self, rule: &'static Rule) {
        self.sound = false;
        self.findings.error(rule, self.place);
    }
}
