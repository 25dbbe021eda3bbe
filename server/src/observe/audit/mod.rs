//! The audit log: every decision with the facts it was made from, and no secrets.
//!
//! A line is written when a decision was made, by a thread of its own, and is not waited for: the
//! directory is what is acknowledged, the log is what is looked at afterwards. If more comes than the
//! disk takes, lines are lost, counted, and said to be.

mod line;
mod log;
mod proofs;
mod queue;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use self::log::Log;
use self::queue::Queue;
use crate::decide::observer::{Decided, Reuse};

pub use self::line::{Effect, Line};

/// How many decisions are kept for the page that shows them.
const RECENT: usize = 200;

/// Writes decisions down.
pub struct Audit {
    queue: Option<Arc<Queue>>,
    lost: Arc<AtomicU64>,
    recent: Mutex<VecDeque<Arc<Line>>>,
}

impl Audit {
    /// Goes on with the log at this place, which is made for its owner only; without one, decisions
    /// are only remembered for a while.
    pub fn open(path: Option<&Path>, max_bytes: u64) -> io::Result<Self> {
        let lost = Arc::new(AtomicU64::new(0));
        let queue = match path {
            Some(path) => {
                let log = Log::open(path, max_bytes)?;
                let queue = Arc::new(Queue::default());
                let outgoing = Arc::clone(&queue);
                thread::Builder::new()
                    .name("gatepost-audit".to_owned())
                    .spawn({
                        let lost = Arc::clone(&lost);
                        move || log.keep(&outgoing, &lost)
                    })?;
                Some(queue)
            }
            None => None,
        };
        Ok(Self {
            queue,
            lost,
            recent: Mutex::default(),
        })
    }

    /// Writes a decision down.
    pub fn note(&self, decided: &Decided<'_>, request: Option<String>) {
        self.add(Line::of(decided, request));
    }

    /// Writes down that a token was presented again.
    pub fn note_reuse(&self, reuse: &Reuse<'_>, request: Option<String>) {
        self.add(Line::of_reuse(reuse, request));
    }

    fn add(&self, line: Line) {
        if let Some(queue) = &self.queue
            && let Ok(mut text) = serde_json::to_vec(&line)
        {
            text.push(b'\n');
            if !queue.add(&text)
                && self
                    .lost
                    .fetch_add(1, Ordering::Relaxed)
                    .is_multiple_of(1000)
            {
                tracing::error!("the audit log cannot keep up, decisions are missing in it");
            }
        }
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back(Arc::new(line.without_documents()));
    }

    /// The last decisions, the latest first.
    pub fn recent(&self) -> Vec<Arc<Line>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().rev().cloned().collect()
    }

    /// Waits until all that was noted is in the file.
    pub fn flush(&self) {
        if let Some(queue) = &self.queue {
            queue.flush();
        }
    }

    /// How many decisions are missing in the log.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_was_added_is_in_the_file_after_a_flush() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let audit = Audit::open(Some(&path), 1000).expect("it can be made");
        audit.flush();
        let queue = audit.queue.as_ref().expect("there is a log");
        let added = || fs::read_to_string(&path).expect("it is there");
        for expected in ["1\n2\n", "1\n2\n1\n2\n"] {
            assert!(queue.add(b"1\n") && queue.add(b"2\n"));
            audit.flush();
            assert_eq!(added(), expected);
        }
    }
}
