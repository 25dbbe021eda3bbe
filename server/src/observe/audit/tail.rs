//! Reads events as they are written, also by another program.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::administration;
use super::entry::{Entry, is_event};
use super::history::{open, unreadable};
use crate::observe::event::Event;

/// How much is read at once, in bytes.
const PIECE: usize = 256 << 10;

/// How long a line may be, in bytes. Longer ones are left out.
const LONGEST: usize = 1 << 20;

/// The ends of a log's files.
pub struct Tail([End; 2]);

/// The end of a file, which another one may take the place of.
struct End {
    path: PathBuf,
    file: Option<File>,
    read: u64,
    /// The beginning of a line.
    rest: Vec<u8>,
}

impl Tail {
    /// Begins at the end of what is written by now.
    pub fn of(path: &Path) -> io::Result<Self> {
        Ok(Self([
            End::of(path.to_owned())?,
            End::of(administration(path))?,
        ]))
    }

    /// What was written since this was last asked.
    pub fn events(&mut self) -> io::Result<Vec<Event>> {
        let mut events = Vec::new();
        for end in &mut self.0 {
            end.read_on(&mut events)?;
        }
        events.sort_by_key(|event| event.at);
        Ok(events)
    }
}

impl End {
    fn of(path: PathBuf) -> io::Result<Self> {
        let file = open(&path)?;
        Ok(Self {
            read: file
                .as_ref()
                .map_or(Ok(0), |file| file.metadata().map(|m| m.len()))
                .map_err(|error| unreadable(&path, &error))?,
            path,
            file,
            rest: Vec::new(),
        })
    }

    fn read_on(&mut self, events: &mut Vec<Event>) -> io::Result<()> {
        // What is still written to the old file is read before the new one.
        let current = open(&self.path)?;
        if let Some(file) = &self.file {
            let mut piece = vec![0; PIECE];
            loop {
                let length = file
                    .read_at(&mut piece, self.read)
                    .map_err(|error| unreadable(&self.path, &error))?;
                if length == 0 {
                    break;
                }
                self.read += length as u64;
                self.rest.extend_from_slice(&piece[..length]);
                take_lines(&mut self.rest, events);
            }
        }
        let is_another = match (&self.file, &current) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => old.metadata()?.ino() != new.metadata()?.ino(),
        };
        if is_another {
            self.file = current;
            self.read = 0;
            self.rest.clear();
            return self.read_on(events);
        }
        Ok(())
    }
}

/// Takes whole lines off a text, and the events in them.
fn take_lines(text: &mut Vec<u8>, events: &mut Vec<Event>) {
    let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else {
        if text.len() > LONGEST {
            text.clear();
        }
        return;
    };
    for line in text[..end].split(|byte| *byte == b'\n') {
        if is_event(line)
            && let Ok(Entry::Event(event)) = Entry::read(line)
        {
            events.push(*event);
        }
    }
    text.drain(..=end);
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    use super::super::history::tests::event;
    use super::*;

    #[test]
    fn what_is_written_is_read_once_also_across_files() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let append = |text: &[u8]| {
            let mut options = OpenOptions::new();
            let mut file = options
                .append(true)
                .create(true)
                .open(&path)
                .expect("it can be opened");
            file.write_all(text).expect("it can be written");
        };
        let line = |at: u64| {
            Entry::Event(Box::new(event(at, "")))
                .written()
                .expect("it is JSON")
        };
        append(&line(1));
        let mut tail = Tail::of(&path).expect("it can be read");
        let mut read = || -> Vec<u64> {
            let events = tail.events().expect("it can be read");
            events.iter().map(|event| event.at).collect()
        };
        assert_eq!(read(), [0; 0]);
        append(&line(2));
        append(&line(3)[..10]);
        assert_eq!(read(), [2]);
        append(&line(3)[10..]);
        append(b"{}\n");
        fs::rename(&path, folder.path().join("audit.jsonl.1")).expect("it can be renamed");
        assert_eq!(read(), [3]);
        append(&line(4));
        assert_eq!(read(), [4]);
        fs::write(folder.path().join("audit-administration.jsonl"), line(5))
            .expect("it can be written");
        assert_eq!(read(), [5]);
    }
}
