//! One file of the log, with what goes into it.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::act::Act;
use super::allowance::Allowance;
use super::entry::{Entry, Record};
use super::line::Line;
use super::log::Log;
use super::queue::{Pending, Queue};
use crate::observe::watch::Asked;

/// How many decisions are kept for the page that shows them.
const RECENT: usize = 200;

/// One file of the log, or none.
pub(super) struct Sink {
    queue: Option<Arc<Queue>>,
    allowance: Allowance,
    lost: Arc<AtomicU64>,
    recent: Mutex<VecDeque<Arc<Line>>>,
}

impl Sink {
    pub(super) fn open(
        path: Option<&Path>,
        max_bytes: u64,
        is_shared: bool,
        lost: &Arc<AtomicU64>,
    ) -> io::Result<Self> {
        let queue = match path {
            Some(path) => {
                let log = Log::open(path, max_bytes, is_shared)?;
                let queue = Arc::new(Queue::default());
                let outgoing = Arc::clone(&queue);
                thread::Builder::new()
                    .name("gatepost-audit".to_owned())
                    .spawn({
                        let lost = Arc::clone(lost);
                        move || log.keep(&outgoing, &lost)
                    })?;
                Some(queue)
            }
            None => None,
        };
        Ok(Self {
            queue,
            allowance: Allowance::of(max_bytes),
            lost: Arc::clone(lost),
            recent: Mutex::default(),
        })
    }

    /// Adds a decision, or counts it if whoever asked has had enough lines.
    pub(super) fn add_line(&self, mut line: Line, asked: Option<&Asked>) {
        let record = line.record.take().map(Record::of);
        line.record_hash = record.as_ref().map(|record| record.hash.clone());
        let entry = Entry::Decision(Box::new(line));
        let Ok(text) = entry.written() else { return };
        let Entry::Decision(line) = entry else { return };
        if let Some(asked) = asked {
            let length = text.len() + record.as_ref().map_or(0, |record| record.record.len());
            let network = asked.origin.network();
            let allowance = &self.allowance;
            if !allowance.admit(network, &line.operation, line.accepted, length, line.at) {
                return;
            }
        }
        self.send(text, record);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back(Arc::new(line.without_documents()));
    }

    /// Adds what somebody did, or counts it.
    pub(super) fn add_act(&self, act: Act, asked: Option<&Asked>) {
        let (name, done, at) = (act.act.name(), act.done, act.at);
        let Ok(text) = Entry::Act(Box::new(act)).written() else {
            return;
        };
        let has_line = asked.is_none_or(|asked| {
            let network = asked.origin.network();
            self.allowance.admit(network, &name, done, text.len(), at)
        });
        if has_line {
            self.send(text, None);
        }
    }

    /// Adds the sums of what was counted.
    pub(super) fn sum_up(&self, now: u64) {
        for sum in self.allowance.sums(now) {
            if let Ok(text) = Entry::Sum(sum).written() {
                self.send(text, None);
            }
        }
    }

    fn send(&self, line: Vec<u8>, record: Option<Record>) {
        let Some(queue) = &self.queue else { return };
        if !queue.add(Pending { line, record })
            && self
                .lost
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(1000)
        {
            tracing::error!("the audit log cannot keep up, decisions are missing in it");
        }
    }

    /// The last decisions that have a line, the latest first.
    pub(super) fn recent(&self) -> Vec<Arc<Line>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().rev().cloned().collect()
    }

    pub(super) fn flush(&self) {
        if let Some(queue) = &self.queue {
            queue.flush();
        }
    }
}

impl Drop for Sink {
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
        let lost = Arc::default();
        let sink = Sink::open(Some(&path), 1000, false, &lost).expect("it can be made");
        sink.flush();
        let added = || fs::read_to_string(&path).expect("it is there");
        for expected in ["1\n2\n", "1\n2\n1\n2\n"] {
            for line in ["1\n", "2\n"] {
                sink.send(line.into(), None);
            }
            sink.flush();
            assert_eq!(added(), expected);
        }
    }
}
