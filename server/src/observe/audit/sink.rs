//! One file of the log, with what goes into it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::allowance::{Allowance, Room, Sum, Summed};
use super::entry::{Entry, Record};
use super::line::Line;
use super::log::Log;
use super::queue::{Pending, Queue};
use crate::observe::event::Asked;

/// One file of the log, or none.
pub(super) struct Sink {
    queue: Option<Arc<Queue>>,
    allowance: Allowance,
    lost: Arc<AtomicU64>,
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
                let log = Log::open(path, max_bytes, is_shared).map_err(|error| {
                    let path = path.display();
                    io::Error::new(
                        error.kind(),
                        format!("cannot write the audit log {path}: {error}"),
                    )
                })?;
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
        })
    }

    /// What there is room for of what a request leads to. A sweep and the command line always have room.
    pub(super) fn room(&self, asked: Option<&Asked>, now: u64) -> Room {
        asked.map_or(Room::Everything, |asked| {
            self.allowance.room(asked.origin.network(), now)
        })
    }

    /// Counts what there is no room for.
    pub(super) fn count(
        &self,
        asked: Option<&Asked>,
        of: Summed,
        name: &str,
        accepted: bool,
        now: u64,
    ) {
        if let Some(asked) = asked {
            let network = asked.origin.network();
            self.allowance.count(network, of, name, accepted, now);
        }
    }

    /// Adds a decision.
    pub(super) fn add_line(&self, mut line: Line, asked: Option<&Asked>) {
        let record = line.record.take().map(Record::of);
        line.record_hash = record.as_ref().map(|record| record.hash.clone());
        let at = line.at;
        self.add(&Entry::Decision(Box::new(line)), record, asked, at);
    }

    /// Adds anything, and says how long it is.
    pub(super) fn add(
        &self,
        entry: &Entry,
        record: Option<Record>,
        asked: Option<&Asked>,
        now: u64,
    ) -> usize {
        let Ok(text) = entry.written() else { return 0 };
        let length = text.len() + record.as_ref().map_or(0, |record| record.record.len());
        if let Some(asked) = asked {
            self.allowance.spend(asked.origin.network(), length, now);
        }
        self.send(text, record);
        length
    }

    /// Whether somebody reads what is added.
    pub(super) const fn is_written(&self) -> bool {
        self.queue.is_some()
    }

    /// Adds the sums of what was counted.
    pub(super) fn sum_up(&self, now: u64) {
        self.add_sums(self.allowance.sums(now));
    }

    /// Adds the rest of them, and waits until all is written.
    pub(super) fn finish(&self, now: u64) {
        self.add_sums(self.allowance.rest(now));
        self.flush();
    }

    fn add_sums(&self, sums: Vec<Sum>) {
        for sum in sums {
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
