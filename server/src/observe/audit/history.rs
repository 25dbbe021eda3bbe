//! Reads events back, the latest first: those in memory, and those in the files of the log.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::administration;
use super::entry::{Entry, is_event};
use super::log::LOGS;
use crate::observe::event::{Event, Filter};

/// How much is read of a file at once, in bytes.
const PIECE: usize = 256 << 10;

/// How long a line may be, in bytes. Longer ones are left out.
const LONGEST: usize = 1 << 20;

/// How far the clock may have been set back between two events, in seconds.
pub(super) const SET_BACK: u64 = 60;

/// Events that were kept.
pub struct History {
    recent: Vec<Arc<Event>>,
    pub(super) path: Option<PathBuf>,
}

/// How far somebody looks back.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many events are wanted.
    pub events: usize,
    /// How much of the files is read, in bytes.
    pub bytes: u64,
    /// For how long.
    pub time: Duration,
}

/// Where a page of events ended: the next one begins with the event before that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// When that event was, in seconds since 1970.
    pub at: u64,
    /// Its number.
    pub number: String,
}

/// Events that were found.
#[derive(Debug, Default)]
pub struct Found {
    /// The latest first.
    pub events: Vec<Arc<Event>>,
    /// Whether there are more.
    pub has_more: bool,
    /// Whether older ones may be there that were not looked at, because that would have taken too long.
    pub is_cut_short: bool,
}

impl History {
    /// The events in this log and the files beside it.
    pub fn of(path: &Path) -> Self {
        Self::with(Vec::new(), Some(path))
    }

    pub(super) fn with(recent: Vec<Arc<Event>>, path: Option<&Path>) -> Self {
        Self {
            recent,
            path: path.map(Path::to_owned),
        }
    }

    /// Finds events, from a place on or from the latest one. It reads files, so that it takes its time.
    pub fn find(
        &self,
        filter: &Filter,
        after: Option<&Place>,
        bounds: &Bounds,
    ) -> io::Result<Found> {
        let mut search = Search {
            filter,
            after: after.cloned(),
            wanted: bounds.events,
            found: Found::default(),
        };
        for event in &self.recent {
            if search.is_over(event) {
                return Ok(search.found);
            }
        }
        let Some(path) = &self.path else {
            return Ok(search.found);
        };
        let known: HashSet<&str> = self.recent.iter().map(|event| &*event.number).collect();
        let mut budget = Budget {
            bytes: bounds.bytes,
            until: Instant::now().checked_add(bounds.time),
            is_spent: false,
        };
        let mut files = [
            Series::open(path, filter.since)?,
            Series::open(&administration(path), filter.since)?,
        ];
        loop {
            for series in &mut files {
                series.look(&mut budget)?;
            }
            let latest = files.iter_mut().max_by_key(|series| series.at());
            let Some(event) = latest.and_then(|series| series.next.take()) else {
                break;
            };
            if !known.contains(&*event.number) && search.is_over(&Arc::new(*event)) {
                return Ok(search.found);
            }
        }
        search.found.is_cut_short = budget.is_spent;
        Ok(search.found)
    }
}

struct Search<'f> {
    filter: &'f Filter,
    after: Option<Place>,
    wanted: usize,
    found: Found,
}

impl Search<'_> {
    /// Takes an event if it is wanted, and says whether there are enough.
    fn is_over(&mut self, event: &Arc<Event>) -> bool {
        if let Some(after) = &self.after {
            if event.at > after.at {
                return false;
            }
            let is_it = event.number == after.number;
            if event.at < after.at || is_it {
                self.after = None;
            }
            if self.after.is_some() || is_it {
                return false;
            }
        }
        if !self.filter.matches(event) {
            return false;
        }
        if self.found.events.len() == self.wanted {
            self.found.has_more = true;
            return true;
        }
        self.found.events.push(Arc::clone(event));
        // There is one of each number.
        self.filter.number.is_some()
    }
}

/// What is left of what a search may take.
pub(super) struct Budget {
    pub(super) bytes: u64,
    /// Nothing if it may take any time.
    pub(super) until: Option<Instant>,
    pub(super) is_spent: bool,
}

impl Budget {
    fn spend(&mut self, bytes: u64) -> bool {
        let is_left = bytes <= self.bytes && self.until.is_none_or(|until| Instant::now() < until);
        self.bytes = self.bytes.saturating_sub(bytes);
        self.is_spent |= !is_left;
        is_left
    }
}

/// A file and those before it, from its end to the beginning of the oldest.
struct Series {
    /// The oldest first.
    files: Vec<Opened>,
    file: Option<Backwards>,
    since: Option<u64>,
    /// The latest event that was not taken yet.
    next: Option<Box<Event>>,
}

impl Series {
    fn open(path: &Path, since: Option<u64>) -> io::Result<Self> {
        Ok(Self {
            files: files(path)?,
            file: None,
            since,
            next: None,
        })
    }

    fn at(&self) -> Option<u64> {
        self.next.as_ref().map(|event| event.at)
    }

    /// Looks for the next event, unless there is one.
    fn look(&mut self, budget: &mut Budget) -> io::Result<()> {
        while self.next.is_none() {
            if self.file.is_none() {
                let Some(file) = self.files.pop() else {
                    return Ok(());
                };
                self.file = Some(Backwards::of(file)?);
            }
            let Some(file) = &mut self.file else {
                return Ok(());
            };
            let Some(line) = file.line(budget)? else {
                self.file = None;
                if budget.is_spent {
                    self.files.clear();
                }
                continue;
            };
            // What cannot be read spoils itself alone.
            if is_event(&line)
                && let Ok(Entry::Event(event)) = Entry::read(&line)
            {
                if self
                    .since
                    .is_some_and(|since| event.at.saturating_add(SET_BACK) < since)
                {
                    self.files.clear();
                    self.file = None;
                    return Ok(());
                }
                self.next = Some(event);
            }
        }
        Ok(())
    }
}

/// Opens all files of a log at once, the oldest first: while one is read, the server may begin a new one.
pub(super) fn files(path: &Path) -> io::Result<Vec<Opened>> {
    let mut files = Vec::new();
    let mut known = HashSet::new();
    for number in 0..LOGS {
        let path = numbered(path, number);
        let Some(file) = open(&path)? else { continue };
        let metadata = file.metadata();
        let metadata = metadata.map_err(|error| unreadable(&path, &error))?;
        if known.insert((metadata.dev(), metadata.ino())) {
            files.push(Opened { path, file });
        }
    }
    files.reverse();
    Ok(files)
}

/// A file of the log, and its name when it was opened.
pub(super) struct Opened {
    path: PathBuf,
    file: File,
}

/// Opens a file of the log, if it is there.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// An error, with the file that it is about.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> io::Error {
    let path = path.display();
    io::Error::new(
        error.kind(),
        format!("cannot read the audit log {path}: {error}"),
    )
}

/// The name of a file of the log; 0 is the one that is written.
pub(super) fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    if number > 0 {
        name.push(format!(".{number}"));
    }
    name.into()
}

/// The lines of a file, the last one first.
pub(super) struct Backwards {
    opened: Opened,
    /// How much of the file is before what is in memory.
    before: u64,
    piece: Vec<u8>,
    /// Whether the end of what is in memory belongs to a line that is too long.
    is_too_long: bool,
}

impl Backwards {
    pub(super) fn of(opened: Opened) -> io::Result<Self> {
        let metadata = opened.file.metadata();
        let metadata = metadata.map_err(|error| unreadable(&opened.path, &error))?;
        Ok(Self {
            before: metadata.len(),
            opened,
            piece: Vec::new(),
            is_too_long: false,
        })
    }

    pub(super) fn line(&mut self, budget: &mut Budget) -> io::Result<Option<Vec<u8>>> {
        loop {
            // The line's own end is no beginning of another one.
            let ends = usize::from(!self.is_too_long);
            let body = self.piece.len().saturating_sub(ends);
            let start = match self.piece[..body].iter().rposition(|byte| *byte == b'\n') {
                Some(end) => end + 1,
                None if self.before == 0 => 0,
                None => {
                    if self.piece.len() > LONGEST {
                        self.piece.clear();
                        self.is_too_long = true;
                    }
                    if !self.read(budget)? {
                        return Ok(None);
                    }
                    continue;
                }
            };
            if self.piece.is_empty() {
                return Ok(None);
            }
            let line = self.piece.split_off(start);
            if !std::mem::take(&mut self.is_too_long) {
                return Ok(Some(line));
            }
        }
    }

    /// Reads what is before; says whether that was allowed.
    fn read(&mut self, budget: &mut Budget) -> io::Result<bool> {
        let length = self.before.min(PIECE as u64);
        if !budget.spend(length) {
            return Ok(false);
        }
        self.before -= length;
        let mut piece = vec![0; usize::try_from(length).unwrap_or(PIECE)];
        let Opened { path, file } = &self.opened;
        file.read_exact_at(&mut piece, self.before)
            .map_err(|error| unreadable(path, &error))?;
        piece.append(&mut self.piece);
        self.piece = piece;
        Ok(true)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use super::*;
    use crate::observe::event::Ending;

    /// An event with this time, and this text in it.
    pub(in super::super) fn event(at: u64, text: &str) -> Event {
        Event {
            number: format!("00000000-{at:x}"),
            at,
            method: "GET".to_owned(),
            route: "/auth/authorize".to_owned(),
            status: Some(400),
            outcome: Ending::Refused,
            operation: None,
            error: None,
            description: Some(text.to_owned()),
            account: None,
            address: None,
            client_id: None,
            client_name: None,
            claimed_name: None,
            key: None,
            asked_by: None,
            differences: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn written(events: impl IntoIterator<Item = u64>) -> Vec<u8> {
        let lines = events.into_iter().map(|at| {
            let entry = Entry::Event(Box::new(event(at, "")));
            entry.written().expect("it is JSON")
        });
        lines.collect::<Vec<_>>().concat()
    }

    const ALL: Bounds = Bounds {
        events: 100_000,
        bytes: u64::MAX,
        time: Duration::from_secs(60),
    };

    fn times(found: &Found) -> Vec<u64> {
        found.events.iter().map(|event| event.at).collect()
    }

    #[test]
    fn the_latest_comes_first_whatever_is_between() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let write = |name: &str, content: &[u8]| {
            fs::write(folder.path().join(name), content).expect("it can be written");
        };
        let long = [
            b"{\"kind\":\"event\",\"x\":\"".to_vec(),
            vec![b'x'; 3 * LONGEST],
            b"\"}\n".to_vec(),
        ]
        .concat();
        write("audit.jsonl.2", &written(1..3));
        let torn = &written([9])[..30];
        write(
            "audit.jsonl.1",
            &[
                &written(3..5)[..],
                &long,
                torn,
                b"\n\n\xff\n",
                &written([5]),
            ]
            .concat(),
        );
        write(
            "audit.jsonl",
            &[b"{\"operation\":\"read\"}\n", &written([7, 9])[..], torn].concat(),
        );
        write("audit-administration.jsonl", &written([4, 6, 8]));
        let found = History::of(&path)
            .find(&Filter::default(), None, &ALL)
            .expect("it can be read");
        assert_eq!(times(&found), [9, 8, 7, 6, 5, 4, 4, 3, 2, 1]);
        assert!(!found.has_more && !found.is_cut_short);
        let since = Filter {
            since: Some(7),
            ..Filter::default()
        };
        let found = History::of(&path)
            .find(&since, None, &ALL)
            .expect("it can be read");
        assert_eq!(times(&found), [9, 8, 7]);
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended_in_memory_and_in_files() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        fs::write(&path, written(0..95)).expect("it can be written");
        let recent = (80..100).rev().map(|at| Arc::new(event(at, ""))).collect();
        let history = History::with(recent, Some(&path));
        let bounds = Bounds { events: 30, ..ALL };
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let found = history
                .find(&Filter::default(), after.as_ref(), &bounds)
                .expect("it can be read");
            all.extend(times(&found));
            assert_eq!(found.has_more, all.len() < 100);
            let last = found.events.last().expect("there are some");
            after = Some(Place {
                at: last.at,
                number: last.number.clone(),
            });
            if !found.has_more {
                break;
            }
        }
        assert_eq!(all, (0..100).rev().collect::<Vec<u64>>());
    }

    #[test]
    fn no_more_is_read_than_is_allowed() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let all = 20_000;
        fs::write(&path, written(0..all)).expect("it can be written");
        let found = |bounds: Bounds| {
            History::of(&path)
                .find(&Filter::default(), None, &bounds)
                .expect("it can be read")
        };
        let some = found(Bounds {
            bytes: 2 * PIECE as u64,
            ..ALL
        });
        assert!(some.is_cut_short);
        assert!(
            (1_000..all as usize).contains(&some.events.len()),
            "{}",
            some.events.len()
        );
        assert!(
            found(Bounds {
                time: Duration::ZERO,
                ..ALL
            })
            .is_cut_short
        );
        assert_eq!(found(ALL).events.len() as u64, all);
    }
}
