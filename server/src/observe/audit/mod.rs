//! The audit log: every decision with the facts it was made from, and no secrets.
//!
//! A line is written when a decision was made, by a thread of its own, and is not waited for: the
//! directory is what is acknowledged, the log is what is looked at afterwards. If more comes than the
//! disk takes, lines are lost, counted, and said to be.

mod line;

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::mem;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::decide::observer::Decided;

pub use line::{Effect, Line};

/// How much may wait to be written, in bytes.
const QUEUE: usize = 8 << 20;

/// How long lines are gathered before they are written. Waking the thread for each of many would cost more
/// than writing them.
const GATHERING: Duration = Duration::from_millis(20);

/// How many logs there are at most: the one that is written, and those that were.
const LOGS: u32 = 10;

/// How many decisions are kept for the page that shows them.
const RECENT: usize = 200;

/// What waits to be written.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// Something waits that did not before.
    begun: Condvar,
    /// Nothing waits any more.
    written: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
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
    fn add(&self, line: &[u8]) -> bool {
        let mut waiting = self.waiting();
        let is_first = waiting.lines.is_empty();
        let has_room = waiting.lines.len() + line.len() <= QUEUE;
        if has_room {
            waiting.lines.extend_from_slice(line);
        }
        // Long lines of somebody who sends many must not push out those of others.
        let is_urgent = waiting.lines.len() > QUEUE / 4;
        waiting.is_urgent |= is_urgent;
        drop(waiting);
        if is_first || is_urgent {
            self.begun.notify_one();
        }
        has_room
    }

    /// What has been gathered, or nothing if no more will come.
    fn take(&self) -> Option<Vec<u8>> {
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
        let lines = mem::take(&mut waiting.lines);
        (!lines.is_empty()).then_some(lines)
    }

    /// Waits until all that was added is written.
    fn flush(&self) {
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

    fn end(&self) {
        self.waiting().is_over = true;
        self.begun.notify_one();
    }
}

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
        let line = Line::of(decided, request);
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

/// The file that is written.
struct Log {
    path: PathBuf,
    file: File,
    length: u64,
    max_bytes: u64,
}

impl Log {
    fn open(path: &Path, max_bytes: u64) -> io::Result<Self> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        // A power cut may have left a part of a line. It is not to be a part of the next one.
        let length = file.metadata()?.len();
        if length > 0 {
            let mut last = [0];
            file.read_exact_at(&mut last, length - 1)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self {
            length: file.metadata()?.len(),
            path: path.to_owned(),
            file,
            max_bytes,
        })
    }

    /// Writes what comes in, until nobody sends any more.
    fn keep(mut self, queue: &Queue, lost: &AtomicU64) {
        while let Some(lines) = queue.take() {
            let mut rest = &lines[..];
            if let Err(error) = self.write(&mut rest) {
                let missing = rest.iter().filter(|byte| **byte == b'\n').count() as u64;
                lost.fetch_add(missing, Ordering::Relaxed);
                tracing::error!(%error, missing, "the audit log cannot be written");
            }
        }
    }

    /// Writes lines, and takes them off those that are to be written.
    fn write(&mut self, rest: &mut &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            let room = usize::try_from(self.max_bytes.saturating_sub(self.length));
            let room = room.unwrap_or(usize::MAX).min(rest.len());
            let is_end = |byte: &u8| *byte == b'\n';
            let whole = match rest[..room].iter().rposition(is_end) {
                Some(end) => end + 1,
                None if self.length > 0 => {
                    self.turn()?;
                    continue;
                }
                // A line that is too long for any file has one to itself.
                None => rest
                    .iter()
                    .position(is_end)
                    .map_or(rest.len(), |end| end + 1),
            };
            let (lines, others) = rest.split_at(whole);
            if let Err(error) = self.file.write_all(lines) {
                // What was written of them ends anywhere.
                self.file.set_len(self.length)?;
                return Err(error);
            }
            self.length += whole as u64;
            *rest = others;
        }
        Ok(())
    }

    /// Begins a new file. The old ones move on by one, and the oldest is gone.
    fn turn(&mut self) -> io::Result<()> {
        let numbered = |number: u32| {
            let mut path = self.path.clone().into_os_string();
            path.push(format!(".{number}"));
            PathBuf::from(path)
        };
        for number in (1..LOGS - 1).rev() {
            match fs::rename(numbered(number), numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&self.path, numbered(1))?;
        *self = Self::open(&self.path, self.max_bytes)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_turned_before_it_is_too_long_and_the_oldest_goes() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let mut log = Log::open(&path, 10).expect("it can be made");
        for number in 0..25 {
            log.write(&mut format!("{number:04}\n").as_bytes())
                .expect("it can be written");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("audit.jsonl").as_deref(), Some("0024\n"));
        assert_eq!(read("audit.jsonl.1").as_deref(), Some("0022\n0023\n"));
        assert_eq!(read("audit.jsonl.9").as_deref(), Some("0006\n0007\n"));
        assert_eq!(read("audit.jsonl.10"), None);
        log.write(&mut &b"1\n22\na long line\n333\n"[..])
            .expect("it can be written");
        assert_eq!(read("audit.jsonl.2").as_deref(), Some("0024\n1\n22\n"));
        assert_eq!(read("audit.jsonl.1").as_deref(), Some("a long line\n"));
        log.write(&mut &b"4\n"[..]).expect("it can be written");
        assert_eq!(read("audit.jsonl").as_deref(), Some("333\n4\n"));
        drop(log);
        let mut log = Log::open(&path, 10).expect("it is there");
        log.write(&mut &b"again\n"[..]).expect("it can be written");
        assert_eq!(
            read("audit.jsonl").as_deref(),
            Some("again\n"),
            "6 bytes and 6 are more than 10"
        );
    }

    #[test]
    fn a_line_that_is_not_whole_is_one_of_its_own() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        fs::write(&path, "1\n22").expect("it can be written");
        let mut log = Log::open(&path, 100).expect("it is there");
        log.write(&mut &b"3\n"[..]).expect("it can be written");
        let read = fs::read_to_string(&path).expect("it is there");
        assert_eq!(read, "1\n22\n3\n");
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted() {
        let log = Log {
            path: "/dev/full".into(),
            file: OpenOptions::new()
                .append(true)
                .open("/dev/full")
                .expect("it is there"),
            length: 0,
            max_bytes: 100,
        };
        let (queue, lost) = (Queue::default(), AtomicU64::new(0));
        assert!(queue.add(b"1\n") && queue.add(b"2\n"));
        queue.end();
        log.keep(&queue, &lost);
        assert_eq!(lost.load(Ordering::Relaxed), 2);
    }

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

    #[test]
    fn what_nobody_writes_does_not_fill_the_memory() {
        let queue = Queue::default();
        assert!(queue.add(&vec![b'1'; QUEUE]));
        assert!(!queue.add(b"2"));
    }
}
