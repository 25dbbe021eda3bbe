//! What a command that judges says at its end.

use std::process::ExitCode;

/// How a check went, the worst last. On the command line it is the exit code 0, 1 or 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every document is accepted, or there are none and the settings are right.
    Accepted,
    /// A document is refused.
    Refused,
    /// A document was not decided, or the settings have mistakes.
    Failed,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict as u8)
    }
}
