//! The audit log: every decision with the facts it was made from, what administrators did, and no secrets.
//!
//! A line is written when a decision was made, by a thread of its own, and is not waited for: the
//! directory is what is acknowledged, the log is what is looked at afterwards. If more comes than the
//! disk takes, lines are lost, counted, and said to be.
//!
//! Whoever asks for more than its network's allowance gets a sum in place of lines, and what administrators did is in a
//! file of its own: so a flood pushes out no history.

mod act;
mod allowance;
mod cut;
mod entry;
mod line;
mod log;
mod proofs;
mod queue;
mod sink;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gatepost_plugin::{Credential, Operation, Outcome};

use self::sink::Sink;
use crate::decide::observer::{Decided, Reuse};
use crate::observe::watch::Asked;

pub use self::act::{Act, Deed};
pub use self::allowance::Sum;
pub use self::entry::{Entry, Record};
pub use self::line::{Asker, Effect, Line};

/// Writes down what was decided and done.
pub struct Audit {
    /// What anybody asked for.
    decisions: Sink,
    /// What administrators did.
    administration: Sink,
    lost: Arc<AtomicU64>,
}

impl Audit {
    /// Goes on with the log at this place, which is made for its owner only, and with the one beside it; without one,
    /// decisions are only remembered for a while.
    pub fn open(path: Option<&Path>, max_bytes: u64) -> io::Result<Self> {
        let lost = Arc::new(AtomicU64::new(0));
        let beside = path.map(administration);
        Ok(Self {
            decisions: Sink::open(path, max_bytes, false, &lost)?,
            administration: Sink::open(beside.as_deref(), max_bytes, true, &lost)?,
            lost,
        })
    }

    /// Writes a decision down.
    pub fn note(&self, decided: &Decided<'_>, asked: Option<&Asked>) {
        let line = Line::of(decided, asked.map(|asked| asked.id.clone()));
        let sink = match is_administration(decided) {
            true => &self.administration,
            false => &self.decisions,
        };
        sink.add_line(line, asked);
    }

    /// Writes down that a token was presented again.
    pub fn note_reuse(&self, reuse: &Reuse<'_>, asked: Option<&Asked>) {
        let line = Line::of_reuse(reuse, asked.map(|asked| asked.id.clone()));
        self.decisions.add_line(line, asked);
    }

    /// Writes down what somebody did, or was refused.
    pub fn note_act(&self, act: Act, asked: Option<&Asked>) {
        let act = Act {
            request: asked.map(|asked| asked.id.clone()),
            ..act
        };
        let sink = match act.is_administration() {
            true => &self.administration,
            false => &self.decisions,
        };
        sink.add_act(act, asked);
    }

    /// Writes down how many decisions had no line of their own since this was last done.
    pub fn sum_up(&self, now: u64) {
        self.decisions.sum_up(now);
        self.administration.sum_up(now);
    }

    /// The last decisions, the latest first.
    pub fn recent(&self) -> Vec<Arc<Line>> {
        let mut recent = self.decisions.recent();
        recent.extend(self.administration.recent());
        recent.sort_by_key(|line| std::cmp::Reverse(line.at));
        recent
    }

    /// Waits until all that was noted is in the files.
    pub fn flush(&self) {
        self.decisions.flush();
        self.administration.flush();
    }

    /// How many lines are missing in the log.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// The file of what administrators did, beside that of what anybody asked for.
pub fn administration(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default();
    let mut name = stem.to_owned();
    name.push("-administration");
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Whether something was done about a client by somebody who may: a decision that a stranger cannot bring about.
fn is_administration(decided: &Decided<'_>) -> bool {
    let is_about_a_client = matches!(
        decided.operation,
        Operation::Provision { .. }
            | Operation::Read { .. }
            | Operation::Update { .. }
            | Operation::RotateSecret { .. }
            | Operation::RotateRegistrationAccessToken { .. }
            | Operation::Approve { .. }
            | Operation::Deny { .. }
            | Operation::Disable { .. }
            | Operation::Enable { .. }
            | Operation::Remove { .. }
            | Operation::Review { .. }
    );
    is_about_a_client
        && decided.caller.credential == Credential::Accepted
        && decided.decision.outcome == Outcome::Accept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_administrators_did_is_beside_the_log() {
        for (path, expected) in [
            (
                "/var/lib/gatepost/audit.jsonl",
                "/var/lib/gatepost/audit-administration.jsonl",
            ),
            ("log", "log-administration"),
        ] {
            assert_eq!(administration(Path::new(path)), Path::new(expected));
        }
    }
}
