//! Reads back what is counted by the hour and by the day, once, when the server starts.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::administration;
use super::entry::{Entry, is_event, is_record, is_sum};
use super::history::{Backwards, Budget, SET_BACK, files};
use super::log::LOGS;
use crate::observe::tally::{Counted, Tally, beginning};

/// For how long files are read. What is before that is not counted.
const LONGEST: Duration = Duration::from_secs(60);

/// What was in the files of the log when they were opened: what is written later is counted as it happens.
#[derive(Default)]
pub struct Past([Series; 2]);

/// The files of one log, the oldest first.
#[derive(Default)]
struct Series(Vec<Backwards>);

/// How far a log was read back.
struct Reached {
    /// To this time, in seconds since 1970; `None` if there is nothing in it.
    at: Option<u64>,
    /// Whether there was more that was not read, or is gone.
    is_cut: bool,
}

impl Past {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self([
            Series::of(path)?,
            Series::of(&administration(path))?,
        ]))
    }

    /// Counts all of it, and says since when that is whole. It reads files, so that it takes its time.
    pub fn count(self, tally: &Tally, now: u64) {
        let mut budget = Budget {
            bytes: u64::MAX,
            until: Instant::now().checked_add(LONGEST),
            is_spent: false,
        };
        let mut whole = None;
        let mut cut = None;
        for series in self.0 {
            match series.count(tally, beginning(now), &mut budget) {
                Ok(Reached { at, is_cut: true }) => cut = cut.max(Some(at.unwrap_or(now))),
                Ok(Reached { at, is_cut: false }) => {
                    whole = [whole, at].into_iter().flatten().min();
                }
                Err(error) => {
                    tracing::warn!(%error, "the audit log cannot be read back");
                    cut = Some(now);
                }
            }
        }
        tally.is_whole_since(cut.or(whole).unwrap_or(now));
    }
}

impl Series {
    fn of(path: &Path) -> io::Result<Self> {
        let files = files(path)?.into_iter().map(Backwards::of);
        Ok(Self(files.collect::<io::Result<_>>()?))
    }

    fn count(self, tally: &Tally, beginning: u64, budget: &mut Budget) -> io::Result<Reached> {
        // Of more files, the oldest are gone.
        let is_full = self.0.len() >= LOGS as usize;
        let mut first = Vec::new();
        for mut file in self.0.into_iter().rev() {
            while let Some(line) = file.line(budget)? {
                // Most lines are neither, and reading them would take long.
                let entry = match is_event(&line) || is_sum(&line) {
                    true => Entry::read(&line).ok(),
                    false => None,
                };
                let (at, counted, count) = match &entry {
                    Some(Entry::Event(event)) => (event.at, Counted::of_event(event), 1),
                    Some(Entry::Sum(sum)) => (sum.last, Counted::of_sum(sum), sum.count),
                    _ if is_record(&line) => continue,
                    _ => {
                        first = line;
                        continue;
                    }
                };
                if at.saturating_add(SET_BACK) < beginning {
                    return Ok(Reached {
                        at: Some(beginning),
                        is_cut: false,
                    });
                }
                if let Some(counted) = counted {
                    tally.add(at, counted, count);
                }
                first = line;
            }
        }
        let first: Option<Moment> = serde_json::from_slice(&first).ok();
        Ok(Reached {
            at: first.map(|first| first.at),
            is_cut: is_full || budget.is_spent,
        })
    }
}

/// When a line was written, in seconds since 1970.
#[derive(Deserialize)]
struct Moment {
    at: u64,
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::history::tests::event;
    use super::*;
    use crate::observe::audit::Sum;
    use crate::observe::event::{Ending, Event};

    const DAY: u64 = 86_400;
    const NOW: u64 = 100 * DAY + DAY / 2;

    fn event_of(at: u64, operation: &str, outcome: Ending) -> Vec<u8> {
        let event = Event {
            operation: Some(operation.to_owned()),
            error: Some("why".to_owned()),
            outcome,
            ..event(at, "")
        };
        let written = Entry::Event(Box::new(event)).written();
        written.expect("it is JSON")
    }

    fn sum_of(last: u64, operation: &str, accepted: bool, count: u64) -> Vec<u8> {
        let sum = Sum {
            at: last + 30,
            network: "others".to_owned(),
            operation: operation.to_owned(),
            accepted,
            count,
            first: last - 30,
            last,
        };
        Entry::Sum(sum).written().expect("it is JSON")
    }

    /// What is counted of these files: registrations, refusals, and since when.
    fn counted(files: &[(&str, Vec<u8>)]) -> (u64, u64, Option<u64>) {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("it can be written");
        }
        let past = Past::of(&folder.path().join("audit.jsonl")).expect("it can be read");
        // What is written from now on is counted as it happens.
        let later = event_of(NOW, "authorize", Ending::Refused);
        let path = folder.path().join("audit.jsonl");
        let before = fs::read(&path).unwrap_or_default();
        fs::write(&path, [before, later].concat()).expect("it can be written");
        let tally = Tally::default();
        assert_eq!(tally.counts(NOW, 0).since, None);
        past.count(&tally, NOW);
        let counts = tally.counts(NOW, 9);
        let registered = counts.days.iter().map(|day| day.registered).sum();
        let refused = counts.days.iter().map(|day| day.refused).sum();
        (registered, refused, counts.since)
    }

    #[test]
    fn what_was_kept_is_counted_and_since_when_is_said() {
        let (log, beside) = ("audit.jsonl", "audit-administration.jsonl");
        let yesterday = NOW - DAY;
        let refused = |at| event_of(at, "authorize", Ending::Refused);
        let registered = |at| event_of(at, "register", Ending::Accepted);
        let by_hand = |at| event_of(at, "provision", Ending::Accepted);
        let decision = |at: u64| format!("{{\"at\":{at},\"operation\":\"read\"}}\n").into_bytes();
        let record = || b"{\"kind\":\"record\",\"hash\":\"h\",\"record\":\"{}\"}\n".to_vec();
        let full = |at: u64| -> Vec<(String, Vec<u8>)> {
            let older = (1..LOGS).map(|number| (format!("{log}.{number}"), refused(at)));
            [(log.to_owned(), refused(at))]
                .into_iter()
                .chain(older)
                .collect()
        };
        for (name, files, expected) in [
            ("nothing", vec![], (0, 0, Some(NOW))),
            (
                "all kinds of lines",
                vec![
                    (
                        log,
                        [
                            record(),
                            decision(yesterday - 1),
                            registered(yesterday),
                            refused(yesterday),
                            event_of(yesterday, "authorize", Ending::Accepted),
                            sum_of(yesterday, "register", true, 10),
                            sum_of(yesterday, "register", false, 20),
                            sum_of(yesterday, "authorize", true, 40),
                            b"{\"kind\":\"event\",\"to".to_vec(),
                        ]
                        .concat(),
                    ),
                    (beside, by_hand(yesterday + 5)),
                ],
                (12, 21, Some(yesterday - 1)),
            ),
            (
                "older than 30 days",
                vec![(
                    log,
                    [refused(1), registered(NOW - 40 * DAY), refused(NOW)].concat(),
                )],
                (0, 1, Some(71 * DAY)),
            ),
            (
                "in two files, of which the older is before",
                vec![
                    (log, refused(yesterday)),
                    ("audit.jsonl.1", registered(yesterday - 5)),
                ],
                (1, 1, Some(yesterday - 5)),
            ),
        ] {
            assert_eq!(counted(&files), expected, "{name}");
        }
        let cut = full(yesterday);
        let mut files: Vec<(&str, Vec<u8>)> = cut
            .iter()
            .map(|(name, content)| (&**name, content.clone()))
            .collect();
        files.push((beside, by_hand(yesterday - 10 * DAY)));
        let expected = (1, u64::from(LOGS), Some(yesterday));
        assert_eq!(counted(&files), expected, "what is older may be gone");
    }
}
