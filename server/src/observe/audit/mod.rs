//! The audit log: every decision with the facts it was made from, what administrators did, what came of each request, and no
//! secrets.
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
mod history;
mod latest;
mod line;
mod log;
mod past;
mod proofs;
mod queue;
mod sink;
mod tail;
mod window;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gatepost_plugin::{Credential, Operation, Outcome};

use self::allowance::Room;
use self::sink::Sink;
use self::window::Window;
use crate::decide::observer::{Decided, Reuse};
use crate::observe::event::{Answered, Asked, Ending};
use crate::observe::tally::{Counted, Tally};

pub use self::act::{Act, Deed};
pub use self::allowance::{Sum, Summed};
pub use self::entry::{Entry, Record};
pub use self::history::{Bounds, Found, History, Place};
pub use self::latest::{Latest, Logged};
pub use self::line::{Asker, Effect, Line};
pub use self::past::Past;
pub(in crate::observe) use self::proofs::{HARMLESS, hide_proofs};
pub use self::tail::Tail;

/// Writes down what was decided and done.
pub struct Audit {
    /// What anybody asked for.
    decisions: Sink,
    /// What administrators did.
    administration: Sink,
    lost: Arc<AtomicU64>,
    /// The last events, so that a page need not read the files.
    window: Window,
    tally: Tally,
    path: Option<PathBuf>,
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
            window: Window::default(),
            tally: Tally::default(),
            path: path.map(Path::to_owned),
        })
    }

    /// Writes a decision down.
    pub fn note(&self, decided: &Decided<'_>, asked: Option<&Asked>) {
        let sink = match is_administration(decided) {
            true => &self.administration,
            false => &self.decisions,
        };
        let accepted = decided.decision.outcome == Outcome::Accept;
        let has_line = self.admit(sink, asked, decided.operation.name(), accepted, decided.now);
        if let Some(asked) = asked {
            let mut gathered = asked.gathered();
            gathered.decided(decided);
        }
        if has_line && sink.is_written() {
            sink.add_line(Line::of(decided, number(asked)), asked);
        }
    }

    /// Writes down that a token was presented again.
    pub fn note_reuse(&self, reuse: &Reuse<'_>, asked: Option<&Asked>) {
        let sink = &self.decisions;
        let has_line = self.admit(sink, asked, Reuse::OPERATION, reuse.is_repeated, reuse.now);
        if let Some(asked) = asked {
            asked.gathered().reused(reuse);
        }
        if has_line && sink.is_written() {
            sink.add_line(Line::of_reuse(reuse, number(asked)), asked);
        }
    }

    /// Writes down what somebody did, or was refused.
    pub fn note_act(&self, act: Act, asked: Option<&Asked>) {
        let sink = match act.is_administration() {
            true => &self.administration,
            false => &self.decisions,
        };
        let (done, at) = (act.done, act.at);
        let has_line = self.admit(sink, asked, &act.act.name(), done, at);
        if let Some(asked) = asked {
            asked.gathered().acted(&act);
        }
        if has_line {
            let act = Act {
                request: number(asked),
                ..act
            };
            sink.add(&Entry::Act(Box::new(act)), None, asked, at);
        }
    }

    /// Writes down what came of a request, if it is an event and there is room for it: there always is if something else of it
    /// has a line.
    pub fn note_event(&self, asked: &Asked, answered: &Answered<'_>, now: u64) {
        let gathered = std::mem::take(&mut *asked.gathered());
        let ending = gathered.ending(answered);
        if !gathered.is_event(answered) {
            return;
        }
        let sink = match gathered.is_administration {
            true => &self.administration,
            false => &self.decisions,
        };
        let accepted = ending == Ending::Accepted;
        // If there was no room for what led to it, there is none for it that went well.
        let is_left_out = gathered.is_counted && accepted;
        let has_room = || !is_left_out && sink.room(Some(asked), now).is_for(accepted);
        if !gathered.has_line && !has_room() {
            // What is read back at the next start is what is counted now.
            let name = gathered.registration.unwrap_or(answered.name());
            sink.count(Some(asked), Summed::Events, name, accepted, now);
            let is_registration = gathered.registration.is_some();
            self.count(Counted::of(ending, is_registration, ""), now);
            return;
        }
        let event = gathered.event(asked, answered, now);
        self.count(Counted::of_event(&event), now);
        let entry = Entry::Event(Box::new(event));
        let length = sink.add(&entry, None, Some(asked), now);
        if let Entry::Event(event) = entry {
            self.window.push(Arc::new(*event), length);
        }
    }

    fn count(&self, counted: Option<Counted<'_>>, now: u64) {
        if let Some(counted) = counted {
            self.tally.count(now, counted);
        }
    }

    /// Whether something of a request has a line. What has none is counted.
    fn admit(
        &self,
        sink: &Sink,
        asked: Option<&Asked>,
        name: &str,
        accepted: bool,
        now: u64,
    ) -> bool {
        let room = sink.room(asked, now);
        let has_line = room.is_for(accepted);
        if let Some(asked) = asked {
            let mut gathered = asked.gathered();
            gathered.has_room = room != Room::Nothing;
            gathered.has_line |= has_line;
            gathered.is_counted |= !has_line;
            if has_line {
                gathered.is_administration = std::ptr::eq(sink, &self.administration);
            }
        }
        if !has_line {
            sink.count(asked, Summed::Decisions, name, accepted, now);
        }
        has_line
    }

    /// Writes down how many decisions and events had no line of their own since this was last done.
    pub fn sum_up(&self, now: u64) {
        self.decisions.sum_up(now);
        self.administration.sum_up(now);
    }

    /// Writes down the rest of them, and waits until all that was noted is in the files: nothing more will come.
    pub fn finish(&self, now: u64) {
        self.decisions.finish(now);
        self.administration.finish(now);
    }

    /// The events that were kept, of the memory and of the files.
    pub fn history(&self) -> History {
        History::with(self.window.events(), self.path.as_deref())
    }

    /// What is in the files by now, to be counted before anything else is.
    pub fn past(&self) -> Past {
        self.path.as_deref().map_or_else(Past::default, Past::of)
    }

    /// What was counted by the hour and by the day.
    pub const fn tally(&self) -> &Tally {
        &self.tally
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

fn number(asked: Option<&Asked>) -> Option<String> {
    asked.map(|asked| asked.number.to_string())
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
