//! The file that is written, and those before it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::queue::Queue;

/// How many logs there are at most: the one that is written, and those that were.
const LOGS: u32 = 10;

/// The file that is written.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    length: u64,
    max_bytes: u64,
}

impl Log {
    pub(super) fn open(path: &Path, max_bytes: u64) -> io::Result<Self> {
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
    pub(super) fn keep(mut self, queue: &Queue, lost: &AtomicU64) {
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
}
