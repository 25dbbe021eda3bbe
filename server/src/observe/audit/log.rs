//! The file that is written, and those before it.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::entry::Entry;
use super::history::numbered;
use super::queue::{Pending, Queue};

/// How many logs there are at most: the one that is written, and those that were.
pub(super) const LOGS: u32 = 10;

/// How many records are remembered to be in the file. Of more, some are written again.
const RECORDS: usize = 10_000;

/// The file that is written.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    length: u64,
    max_bytes: u64,
    /// The hashes of records that are in the file.
    records: HashSet<String>,
    /// Whether other programs write to it as well.
    is_shared: bool,
}

impl Log {
    pub(super) fn open(path: &Path, max_bytes: u64, is_shared: bool) -> io::Result<Self> {
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
            records: HashSet::new(),
            is_shared,
        })
    }

    /// Writes what comes in, until nobody sends any more.
    pub(super) fn keep(mut self, queue: &Queue, lost: &AtomicU64) {
        while let Some(lines) = queue.take() {
            let mut rest = &lines[..];
            if let Err(error) = self.write(&mut rest) {
                let missing = rest.len() as u64;
                lost.fetch_add(missing, Ordering::Relaxed);
                tracing::error!(%error, missing, "the audit log cannot be written");
            }
        }
    }

    /// Writes lines, and takes them off those that are to be written.
    pub(super) fn write(&mut self, rest: &mut &[Pending]) -> io::Result<()> {
        while !rest.is_empty() {
            self.look_again()?;
            let mut text = Vec::new();
            let mut taken = 0;
            for pending in *rest {
                let before = text.len();
                let hash = self.add(&mut text, pending);
                let is_within = self.length + text.len() as u64 <= self.max_bytes;
                // A line that is too long for any file has one to itself.
                if is_within || self.length == 0 && taken == 0 {
                    taken += 1;
                    continue;
                }
                text.truncate(before);
                if let Some(hash) = hash {
                    self.records.remove(hash);
                }
                break;
            }
            if taken == 0 {
                self.turn()?;
                continue;
            }
            self.append(&text)?;
            *rest = &rest[taken..];
        }
        Ok(())
    }

    /// Adds a line to a text, after the record that it refers to if the file does not have that yet: then it says which.
    fn add<'p>(&mut self, text: &mut Vec<u8>, pending: &'p Pending) -> Option<&'p str> {
        let mut added = None;
        if let Some(record) = &pending.record
            && !self.records.contains(&record.hash)
            && let Ok(line) = Entry::Record(record.clone()).written()
        {
            if self.records.len() >= RECORDS {
                self.records.clear();
            }
            self.records.insert(record.hash.clone());
            text.extend_from_slice(&line);
            added = Some(&*record.hash);
        }
        text.extend_from_slice(&pending.line);
        added
    }

    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(text) {
            // Which records are there is not known any more.
            self.records.clear();
            // What was written of it ends anywhere, and what comes after it may be another program's.
            if !self.is_shared {
                self.file.set_len(self.length)?;
            }
            return Err(error);
        }
        self.length += text.len() as u64;
        Ok(())
    }

    /// Opens the file again if others write to it as well: they may have begun a new one, and left a part of a line.
    fn look_again(&mut self) -> io::Result<()> {
        if self.is_shared {
            let again = Self::open(&self.path, self.max_bytes, true)?;
            let is_same = again.file.metadata()?.ino() == self.file.metadata()?.ino();
            self.records.retain(|_| is_same);
            self.file = again.file;
            self.length = again.length;
        }
        Ok(())
    }

    /// Begins a new file. The old ones move on by one, and the oldest is gone.
    fn turn(&mut self) -> io::Result<()> {
        let numbered = |number| numbered(&self.path, number);
        for number in (1..LOGS - 1).rev() {
            match fs::rename(numbered(number), numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&self.path, numbered(1))?;
        *self = Self::open(&self.path, self.max_bytes, self.is_shared)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Record;
    use super::*;

    /// Lines without records.
    fn lines(text: &str) -> Vec<Pending> {
        let line = |line: &str| Pending {
            line: line.as_bytes().to_vec(),
            record: None,
        };
        text.split_inclusive('\n').map(line).collect()
    }

    #[test]
    fn a_log_is_turned_before_it_is_too_long_and_the_oldest_goes() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let mut log = Log::open(&path, 10, false).expect("it can be made");
        for number in 0..25 {
            log.write(&mut &lines(&format!("{number:04}\n"))[..])
                .expect("it can be written");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("audit.jsonl").as_deref(), Some("0024\n"));
        assert_eq!(read("audit.jsonl.1").as_deref(), Some("0022\n0023\n"));
        assert_eq!(read("audit.jsonl.9").as_deref(), Some("0006\n0007\n"));
        assert_eq!(read("audit.jsonl.10"), None);
        log.write(&mut &lines("1\n22\na long line\n333\n")[..])
            .expect("it can be written");
        assert_eq!(read("audit.jsonl.2").as_deref(), Some("0024\n1\n22\n"));
        assert_eq!(read("audit.jsonl.1").as_deref(), Some("a long line\n"));
        log.write(&mut &lines("4\n")[..])
            .expect("it can be written");
        assert_eq!(read("audit.jsonl").as_deref(), Some("333\n4\n"));
        drop(log);
        let mut log = Log::open(&path, 10, false).expect("it is there");
        log.write(&mut &lines("again\n")[..])
            .expect("it can be written");
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
        let mut log = Log::open(&path, 100, false).expect("it is there");
        log.write(&mut &lines("3\n")[..])
            .expect("it can be written");
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
            records: HashSet::new(),
            is_shared: false,
        };
        let (queue, lost) = (Queue::default(), AtomicU64::new(0));
        for line in lines("1\n2\n") {
            assert!(queue.add(line));
        }
        queue.end();
        log.keep(&queue, &lost);
        assert_eq!(lost.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_record_is_written_once_in_each_file() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let mut log = Log::open(&path, 120, false).expect("it can be made");
        let refers = |number: u32, hash: &str| Pending {
            line: format!("{number}\n").into_bytes(),
            record: Some(Record {
                hash: hash.to_owned(),
                record: "r".to_owned(),
            }),
        };
        let record =
            |hash: &str| format!("{{\"kind\":\"record\",\"hash\":\"{hash}\",\"record\":\"r\"}}\n");
        let pending: Vec<Pending> = (1..=3).map(|number| refers(number, "a")).collect();
        log.write(&mut &pending[..]).expect("it can be written");
        log.write(&mut &[refers(4, "b"), refers(5, "a")][..])
            .expect("it can be written");
        // There is no room for another record.
        log.write(&mut &[refers(6, "a"), refers(7, "c"), refers(8, "a")][..])
            .expect("it can be written");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it is there");
        let (a, b, c) = (record("a"), record("b"), record("c"));
        assert_eq!(read("audit.jsonl.1"), format!("{a}1\n2\n3\n{b}4\n5\n6\n"));
        assert_eq!(read("audit.jsonl"), format!("{c}7\n{a}8\n"));
    }

    #[test]
    fn others_write_to_a_shared_file_and_lose_nothing() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("administration.jsonl");
        let open = || Log::open(&path, 10, true).expect("it can be made");
        let (mut one, mut other) = (open(), open());
        one.write(&mut &lines("1\n")[..])
            .expect("it can be written");
        other
            .write(&mut &lines("22\n")[..])
            .expect("it can be written");
        // Somebody could not write all of a line.
        one.file.write_all(b"torn").expect("it can be written");
        one.write(&mut &lines("333\n")[..])
            .expect("it can be written");
        other
            .write(&mut &lines("4444\n")[..])
            .expect("it can be written");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it is there");
        assert_eq!(read("administration.jsonl.1"), "1\n22\ntorn\n");
        assert_eq!(read("administration.jsonl"), "333\n4444\n");
    }
}
