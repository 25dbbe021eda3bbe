//! Reads decisions back, the latest first, to make them again.

use std::collections::HashMap;
use std::io;
use std::time::Instant;

use super::entry::{Entry, is_event, is_record, is_sum};
use super::history::{Backwards, Bounds, Budget, History, files};
use super::line::Line;

/// The latest decisions about what programs and users asked for.
#[derive(Debug, Default)]
pub struct Latest {
    /// The latest first, each with the client's record that it refers to.
    pub lines: Vec<Line>,
    /// How many are left out because the record that they refer to was not found.
    pub lost: u64,
    /// Whether there are earlier ones.
    pub is_cut_short: bool,
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
            .retain(|line| line.record_hash.is_none() || line.record.is_some());
        latest.lost = (found - latest.lines.len()) as u64;
        Ok(latest)
    }
}

impl Latest {
    fn read(&mut self, mut file: Backwards, most: usize, budget: &mut Budget) -> io::Result<()> {
        // A record is before the decisions of the same file that refer to it.
        let mut awaited: HashMap<String, Vec<usize>> = HashMap::new();
        while !(self.is_cut_short && awaited.is_empty()) {
            let Some(text) = file.line(budget)? else {
                break;
            };
            if is_event(&text) || is_sum(&text) || is_record(&text) && awaited.is_empty() {
                continue;
            }
            match Entry::read(&text) {
                Ok(Entry::Record(record)) => {
                    for place in awaited.remove(&record.hash).unwrap_or_default() {
                        self.lines[place].record = Some(record.record.clone());
                    }
                }
                Ok(Entry::Decision(_)) if self.lines.len() >= most => self.is_cut_short = true,
                Ok(Entry::Decision(line)) => {
                    if let Some(hash) = &line.record_hash {
                        let places = awaited.entry(hash.clone()).or_default();
                        places.push(self.lines.len());
                    }
                    self.lines.push(*line);
                }
                // What cannot be read spoils itself alone.
                _ => {}
            }
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

    /// When the decisions were, and their records.
    fn found(path: &Path, bounds: &Bounds) -> (Vec<(u64, Option<String>)>, u64, bool) {
        let latest = History::of(path).decisions(bounds);
        let latest = latest.expect("it can be read");
        let lines = latest.lines.into_iter();
        (
            lines.map(|line| (line.at, line.record)).collect(),
            latest.lost,
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
        assert_eq!(found(&path, &ALL), (all, 1, false));
        let two = Bounds { events: 2, ..ALL };
        assert_eq!(found(&path, &two), (vec![of(5, "a")], 1, true));
        let nothing = Bounds { bytes: 0, ..ALL };
        assert_eq!(found(&path, &nothing), (Vec::new(), 0, true));
    }
}
