//! The audit log: every decision with the facts it was made from, and no secrets.
//!
//! A line is written when a decision was made, by a thread of its own, and is not waited for: the
//! directory is what is acknowledged, the log is what is looked at afterwards. If more comes than the
//! disk takes, lines are lost, counted, and said to be.

mod line;
pub mod replay;

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::decide::Decided;

pub use line::{Effect, Line};

/// How many lines may wait to be written.
const QUEUE: usize = 8192;

/// How many logs there are at most: the one that is written, and those that were.
const LOGS: u32 = 10;

/// How many decisions are kept for the page that shows them.
const RECENT: usize = 200;

/// Where the log is, and how long it may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The file; if unset, `audit.jsonl` in the data folder.
    pub path: Option<PathBuf>,
    /// Whether there is one.
    pub is_enabled: bool,
    /// How long one file may become, in bytes.
    pub max_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            path: None,
            is_enabled: true,
            max_bytes: 256 << 20,
        }
    }
}

enum Message {
    Line(Vec<u8>),
    /// Whoever waits for what came before is told.
    Flush(SyncSender<()>),
}

/// Writes decisions down.
pub struct Audit {
    lines: Option<SyncSender<Message>>,
    lost: Arc<AtomicU64>,
    recent: Mutex<VecDeque<Arc<Line>>>,
}

impl Audit {
    /// Goes on with the log at this place, which is made for its owner only; without one, decisions
    /// are only remembered for a while.
    pub fn open(path: Option<&Path>, max_bytes: u64) -> io::Result<Self> {
        let lost = Arc::new(AtomicU64::new(0));
        let lines = match path {
            Some(path) => {
                let log = Log::open(path, max_bytes)?;
                let (lines, incoming) = sync_channel(QUEUE);
                thread::Builder::new()
                    .name("gatepost-audit".to_owned())
                    .spawn(move || log.keep(&incoming))?;
                Some(lines)
            }
            None => None,
        };
        Ok(Self {
            lines,
            lost,
            recent: Mutex::default(),
        })
    }

    /// Writes a decision down.
    pub fn note(&self, decided: &Decided<'_>, request: Option<String>) {
        let line = Line::of(decided, request);
        if let Some(lines) = &self.lines
            && let Ok(mut text) = serde_json::to_vec(&line)
        {
            text.push(b'\n');
            if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
                lines.try_send(Message::Line(text))
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
        let (done, waiting) = sync_channel(1);
        if let Some(lines) = &self.lines
            && lines.send(Message::Flush(done)).is_ok()
        {
            // The answer is that the sender is gone, whether it said something or not.
            let _ = waiting.recv();
        }
    }

    /// How many decisions are missing in the log.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
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
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        Ok(Self {
            length: file.metadata()?.len(),
            path: path.to_owned(),
            file,
            max_bytes,
        })
    }

    /// Writes what comes in, until nobody sends any more.
    fn keep(mut self, incoming: &Receiver<Message>) {
        while let Ok(first) = incoming.recv() {
            let (mut lines, mut flushed) = (Vec::new(), Vec::new());
            let mut next = Some(first);
            // What is there already goes with it.
            while let Some(message) = next {
                match message {
                    Message::Line(line) => lines.extend(line),
                    Message::Flush(done) => flushed.push(done),
                }
                next = match lines.len() < 1 << 20 {
                    true => incoming.try_recv().ok(),
                    false => None,
                };
            }
            if let Err(error) = self.write(&lines) {
                tracing::error!(%error, "the audit log cannot be written");
            }
            for done in flushed {
                // Who gave up waiting does not need to know.
                let _ = done.send(());
            }
        }
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.length + lines.len() as u64 > self.max_bytes && self.length > 0 {
            self.turn()?;
        }
        self.file.write_all(lines)?;
        self.length += lines.len() as u64;
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
            log.write(format!("{number:04}\n").as_bytes())
                .expect("it can be written");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("audit.jsonl").as_deref(), Some("0024\n"));
        assert_eq!(read("audit.jsonl.1").as_deref(), Some("0022\n0023\n"));
        assert_eq!(read("audit.jsonl.9").as_deref(), Some("0006\n0007\n"));
        assert_eq!(read("audit.jsonl.10"), None);
        drop(log);
        let mut log = Log::open(&path, 10).expect("it is there");
        log.write(b"again\n").expect("it can be written");
        assert_eq!(
            read("audit.jsonl").as_deref(),
            Some("again\n"),
            "5 and 6 bytes are more than 10"
        );
    }
}
