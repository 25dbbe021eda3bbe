//! What waits to be written, in memory and within bounds.

use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::entry::Record;

/// How much may wait to be written, in bytes.
const QUEUE: usize = 8 << 20;

/// How long lines are gathered before they are written. Waking the thread for each of many would cost more
/// than writing them.
const GATHERING: Duration = Duration::from_millis(20);

/// A line that waits to be written.
pub(super) struct Pending {
    /// The line, with its end.
    pub(super) line: Vec<u8>,
    /// The record that it refers to, which has to be in the same file before it.
    pub(super) record: Option<Record>,
}

/// Lines that wait to be written.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// Something waits that did not before.
    begun: Condvar,
    /// Nothing waits any more.
    written: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Pending>,
    /// How long they are, with what they refer to.
    bytes: usize,
    /// Whether the thread has taken lines that are not written yet.
    is_writing: bool,
    /// Whether there is no time to gather more.
    is_urgent: bool,
    /// Whether nothing more will come.
    is_over: bool,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Lines are added and taken whole, wherever a thread came to grief.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether there was room.
    pub(super) fn add(&self, pending: Pending) -> bool {
        let mut waiting = self.waiting();
        let is_first = waiting.lines.is_empty();
        let record = pending.record.as_ref();
        let bytes = waiting.bytes + pending.line.len() + record.map_or(0, |r| r.record.len());
        let has_room = bytes <= QUEUE;
        if has_room {
            waiting.lines.push(pending);
            waiting.bytes = bytes;
        }
        // Long lines of somebody who sends many must not push out those of others.
        let is_urgent = bytes > QUEUE / 4;
        waiting.is_urgent |= is_urgent;
        drop(waiting);
        if is_first || is_urgent {
            self.begun.notify_one();
        }
        has_room
    }

    /// What has been gathered, or nothing if no more will come.
    pub(super) fn take(&self) -> Option<Vec<Pending>> {
        let mut waiting = self.waiting();
        waiting.is_writing = false;
        self.written.notify_all();
        let mut waiting = self
            .begun
            .wait_while(waiting, |waiting| {
                waiting.lines.is_empty() && !waiting.is_over
            })
            .unwrap_or_else(PoisonError::into_inner);
        waiting = self
            .begun
            .wait_timeout_while(waiting, GATHERING, |waiting| {
                !waiting.is_urgent && !waiting.is_over
            })
            .unwrap_or_else(PoisonError::into_inner)
            .0;
        waiting.is_urgent = false;
        waiting.is_writing = true;
        waiting.bytes = 0;
        let lines = mem::take(&mut waiting.lines);
        (!lines.is_empty()).then_some(lines)
    }

    /// Waits until all that was added is written.
    pub(super) fn flush(&self) {
        let mut waiting = self.waiting();
        waiting.is_urgent = true;
        self.begun.notify_one();
        let _written = self
            .written
            .wait_while(waiting, |waiting| {
                !waiting.lines.is_empty() || waiting.is_writing
            })
            .unwrap_or_else(PoisonError::into_inner);
    }

    pub(super) fn end(&self) {
        self.waiting().is_over = true;
        self.begun.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_does_not_fill_the_memory() {
        let queue = Queue::default();
        let pending = |line: Vec<u8>| Pending { line, record: None };
        assert!(queue.add(pending(vec![b'1'; QUEUE])));
        assert!(!queue.add(pending(b"2".to_vec())));
    }
}
