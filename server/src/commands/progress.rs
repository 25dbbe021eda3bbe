//! How far a command is that takes longer than a moment.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use super::said::on_stderr;

/// How long a command may take without saying how far it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it says so then.
const PACE: Duration = Duration::from_millis(200);

/// Counts, and shows the count on standard error, if that is a terminal.
pub(super) struct Progress {
    /// Such as `exported` and `lines`.
    done: &'static str,
    things: &'static str,
    count: u64,
    is_watched: bool,
    next: Instant,
    is_shown: bool,
}

impl Progress {
    pub(super) fn new(done: &'static str, things: &'static str) -> Self {
        Self {
            done,
            things,
            count: 0,
            is_watched: io::stderr().is_terminal(),
            next: Instant::now() + PATIENCE,
            is_shown: false,
        }
    }

    /// One more is done.
    pub(super) fn step(&mut self) {
        self.count += 1;
        if self.is_watched
            && let Some(line) = self.line(Instant::now())
        {
            on_stderr(&format!("\r{line}"));
        }
    }

    /// What is to be shown now, if it is time.
    fn line(&mut self, now: Instant) -> Option<String> {
        if now < self.next {
            return None;
        }
        self.next = now + PACE;
        self.is_shown = true;
        Some(format!("{} {} {} ...", self.done, self.count, self.things))
    }

    /// Takes the count away, before something else is shown.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            on_stderr("\r\u{1b}[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shown_after_a_second_and_then_now_and_again() {
        let mut progress = Progress::new("exported", "lines");
        progress.is_watched = false;
        let begin = Instant::now();
        let after = |milliseconds| begin + Duration::from_millis(milliseconds);
        progress.step();
        assert_eq!(progress.line(after(900)), None);
        progress.step();
        let shown = Some("exported 2 lines ...".to_owned());
        assert_eq!(progress.line(after(1100)), shown);
        assert_eq!(progress.line(after(1200)), None);
        assert_eq!(progress.line(after(1400)), shown);
        progress.clear();
        assert!(!progress.is_shown);
    }
}
