//! Reads decisions back, the latest first, to make them again.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::entry::{Entry, is_event, is_record, is_sum};
use super::history::{Backwards, Bounds, Budget, History, files};
use super::line::Line;

/// How much is kept of decisions, and as much of records, in bytes as they are written.
const KEPT: usize = 16 << 20;

/// The latest decisions about what programs and users asked for.
#[derive(Debug, Default)]
pub struct Latest {
    /// The latest first.
    pub lines: Vec<Logged>,
    /// How many are left out because the record that they refer to is not in the log.
    pub lost: u64,
    /// How many are left out because the bounds were reached before the record that they refer to was.
    pub unreached: u64,
    /// Whether there are earlier ones.
    pub is_cut_short: bool,
    kept: Kept,
}

/// A decision of the log.
#[derive(Debug)]
pub struct Logged {
    /// Its line.
    pub line: Line,
    /// The client's record that it refers to, which other decisions have too.
    pub record: Option<Arc<str>>,
}

/// How much is in memory, in bytes as they are written.
#[derive(Debug, Default)]
struct Kept {
    lines: usize,
    records: usize,
}

impl History {
    /// The latest decisions, within bounds. It reads files, so that it takes its time.
    pub fn decisions(&self, bounds: &Bounds) -> io::Result<Latest> {
        let mut latest = Latest::default();
        let Some(path) = &self.path else {
            return Ok(latest);
        };
        let mut budget = Budget {
            bytes: bounds.bytes,
            until: Instant::now().checked_add(bounds.time),
            is_spent: false,
        };
        for file in files(path)?.into_iter().rev() {
            let file = Backwards::of(file)?;
            latest.read(file, bounds.events, &mut budget)?;
            if latest.is_cut_short || budget.is_spent {
                break;
            }
        }
        latest.is_cut_short |= budget.is_spent;
        let found = latest.lines.len();
        latest
            .lines
            .retain(|logged| logged.line.record_hash.is_none() || logged.record.is_some());
        latest.lost = (found - latest.lines.len()) as u64 - latest.unreached;
        Ok(latest)
    }
}

impl Latest {
    fn read(&mut self, mut file: Backwards, most: usize, budget: &mut Budget) -> io::Result<()> {
        // A record is before the decisions of the same file that refer to it.
        let mut awaited: HashMap<String, Vec<usize>> = HashMap::new();
        let mut is_bound_reached = false;
        while !(is_bound_reached || self.is_cut_short && awaited.is_empty()) {
            let Some(text) = file.line(budget)? else {
                is_bound_reached = budget.is_spent;
                break;
            };
            if is_event(&text) || is_sum(&text) || is_record(&text) && awaited.is_empty() {
                continue;
            }
            match Entry::read(&text) {
                Ok(Entry::Record(record)) => {
                    let places = awaited.remove(&record.hash).unwrap_or_default();
                    if places.is_empty() {
                        continue;
                    }
                    let shared: Arc<str> = record.record.into();
                    for place in places {
                        self.lines[place].record = Some(Arc::clone(&shared));
                    }
                    self.kept.records += text.len();
                    is_bound_reached = self.kept.records >= KEPT;
                }
                Ok(Entry::Decision(_)) if self.lines.len() >= most || self.kept.lines >= KEPT => {
                    self.is_cut_short = true;
                }
                Ok(Entry::Decision(line)) => {
                    if let Some(hash) = &line.record_hash {
                        let places = awaited.entry(hash.clone()).or_default();
                        places.push(self.lines.len());
                    }
                    self.kept.lines += text.len();
                    self.lines.push(Logged {
                        line: *line,
                        record: None,
                    });
                }
                // What cannot be read spoils itself alone.
                _ => {}
            }
        }
        if is_bound_reached {
            self.is_cut_short = true;
            let unreached: usize = awaited.values().map(Vec::len).sum();
            self.unreached += unreached as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    const ALL: Bounds = Bounds {
        events: 100,
        bytes: u64::MAX,
        time: Duration::from_secs(60),
    };

    fn decision(at: u64, record: Option<&str>) -> String {
        let hash = record.map(|hash| format!(r#","record_hash":"{hash}""#));
        format!(
            r#"{{"at":{at},"operation":"read","caller":{{"credential":"missing"}},"accepted":true,"status":200,"effect":"none"{}}}"#,
            hash.unwrap_or_default()
        ) + "\n"
    }

    fn record(hash: &str) -> String {
        format!("{{\"kind\":\"record\",\"hash\":\"{hash}\",\"record\":\"of {hash}\"}}\n")
    }

    /// When the decisions were, and their records; how many are lost and unreached, and whether there are more.
    fn found(path: &Path, bounds: &Bounds) -> (Vec<(u64, Option<String>)>, [u64; 2], bool) {
        let latest = History::of(path).decisions(bounds);
        let latest = latest.expect("it can be read");
        let lines = latest.lines.into_iter();
        (
            lines
                .map(|logged| {
                    (
                        logged.line.at,
                        logged.record.map(|record| record.to_string()),
                    )
                })
                .collect(),
            [latest.lost, latest.unreached],
            latest.is_cut_short,
        )
    }

    #[test]
    fn the_latest_decisions_have_their_records() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let before = [record("a"), decision(1, Some("a")), decision(2, None)].concat();
        fs::write(folder.path().join("audit.jsonl.1"), before).expect("it can be written");
        let sum = r#"{"kind":"sum","at":1,"network":"others","operation":"read","accepted":true,"count":2,"first":0,"last":1}"#;
        let now = [
            record("a"),
            decision(3, Some("a")),
            record("b"),
            format!("{sum}\n"),
            decision(4, Some("b")),
            decision(5, Some("a")),
            decision(6, Some("gone")),
            "no JSON\n".to_owned(),
        ]
        .concat();
        fs::write(&path, now).expect("it can be written");
        let of = |at: u64, record: &str| (at, Some(format!("of {record}")));
        let all = vec![of(5, "a"), of(4, "b"), of(3, "a"), (2, None), of(1, "a")];
        assert_eq!(found(&path, &ALL), (all, [1, 0], false));
        let two = Bounds { events: 2, ..ALL };
        assert_eq!(found(&path, &two), (vec![of(5, "a")], [1, 0], true));
        let nothing = Bounds { bytes: 0, ..ALL };
        assert_eq!(found(&path, &nothing), (Vec::new(), [0, 0], true));
    }

    #[test]
    fn a_record_that_was_not_reached_is_not_said_to_be_lost() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let between = format!(
            "{{\"kind\":\"event\",\"x\":\"{}\"}}\n",
            "x".repeat(300 << 10)
        );
        let log = [
            record("a"),
            between.clone(),
            record("b"),
            between,
            decision(1, Some("a")),
            decision(2, Some("b")),
            decision(3, None),
        ]
        .concat();
        fs::write(&path, &log).expect("it can be written");
        let of = |bytes: u64| found(&path, &Bounds { bytes, ..ALL });
        let length = log.len() as u64;
        let (b, a) = ((2, Some("of b".to_owned())), (1, Some("of a".to_owned())));
        assert_eq!(of(256 << 10), (vec![(3, None)], [0, 2], true));
        assert_eq!(of(512 << 10), (vec![(3, None), b.clone()], [0, 1], true));
        assert_eq!(of(length), (vec![(3, None), b, a], [0, 0], false));
    }

    #[test]
    fn a_record_is_in_memory_once_and_no_more_than_is_allowed() {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let many = (0..90).map(|at| decision(at, Some("a")));
        let log: String = [record("a")].into_iter().chain(many).collect();
        fs::write(&path, log).expect("it can be written");
        let read = || History::of(&path).decisions(&ALL).expect("it can be read");
        let latest = read();
        assert_eq!(latest.lines.len(), 90);
        let first = latest.lines[0].record.as_ref().expect("it was found");
        assert_eq!(Arc::strong_count(first), 90, "all have the same one");

        let long = "x".repeat(512 << 10);
        let records: String = (0..60)
            .map(|number| {
                let written = format!(
                    "{{\"kind\":\"record\",\"hash\":\"{number}\",\"record\":\"{long}\"}}\n"
                );
                written + &decision(number, Some(&number.to_string()))
            })
            .collect();
        fs::write(&path, records).expect("it can be written");
        let latest = read();
        assert_eq!(latest.lines.len(), KEPT / long.len());
        assert_eq!((latest.lost, latest.is_cut_short), (0, true));

        let decisions: String = (0..60)
            .map(|at| decision(at, None).replace("missing", &long))
            .collect();
        fs::write(&path, decisions).expect("it can be written");
        let latest = read();
        assert_eq!(latest.lines.len(), KEPT / long.len());
        assert!(latest.is_cut_short);
    }
}
