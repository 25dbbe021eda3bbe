//! Reads back what is counted by the hour and by the day, once, when the server starts.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::administration;
use super::entry::{Entry, is_event, is_record, is_sum};
use super::history::{Backwards, Budget, SET_BACK, files};
use super::log::LOGS;
use crate::observe::tally::{Counted, Since, Tally, Why, beginning};

/// For how long files are read. What is before that is not counted.
const LONGEST: Duration = Duration::from_secs(60);

/// What was in the files of the log when they were opened: what is written later is counted as it happens. Nothing if there is no
/// log.
#[derive(Default)]
pub struct Past(Option<[io::Result<Series>; 2]>);

/// The files of one log, the oldest first.
struct Series(Vec<Backwards>);

/// How far a log was read back.
struct Reached {
    /// To this time, in seconds since 1970; `None` if there is nothing in it.
    at: Option<u64>,
    /// Why there may be more that was not read, or is gone.
    cut: Option<Why>,
}

impl Past {
    /// The shorter log is first: if the time is over, more of both is counted.
    pub(super) fn of(path: &Path) -> Self {
        Self(Some([Series::of(&administration(path)), Series::of(path)]))
    }

    /// Counts all of it, and says since when that is whole. It reads files, so that it takes its time.
    pub fn count(self, tally: &Tally, now: u64) {
        self.count_within(LONGEST, tally, now);
    }

    fn count_within(self, longest: Duration, tally: &Tally, now: u64) {
        let mut budget = Budget {
            bytes: u64::MAX,
            until: Instant::now().checked_add(longest),
            is_spent: false,
        };
        let Some(both) = self.0 else {
            let why = Why::NoLog;
            return tally.is_whole_since(Since { at: now, why });
        };
        let mut whole: Option<u64> = None;
        let mut cut: Option<Since> = None;
        for series in both {
            let (at, why) = match series.and_then(|series| series.count(tally, now, &mut budget)) {
                Ok(Reached { at, cut: None }) => {
                    whole = [whole, at].into_iter().flatten().min();
                    continue;
                }
                Ok(Reached { at, cut: Some(why) }) => (at.unwrap_or(now), why),
                Err(error) => {
                    tracing::warn!(
                        "{error}; the overview counts only what happens from now on: let the server's user read all files \
                         of the log, and restart the server"
                    );
                    (now, Why::Unreadable)
                }
            };
            if cut.is_none_or(|cut| cut.at < at) {
                cut = Some(Since { at, why });
            }
        }
        tally.is_whole_since(cut.unwrap_or(Since {
            at: whole.unwrap_or(now),
            why: Why::Nothing,
        }));
    }
}

impl Series {
    fn of(path: &Path) -> io::Result<Self> {
        let files = files(path)?.into_iter().map(Backwards::of);
        Ok(Self(files.collect::<io::Result<_>>()?))
    }

    fn count(self, tally: &Tally, now: u64, budget: &mut Budget) -> io::Result<Reached> {
        let beginning = beginning(now);
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
                // The clock was wrong.
                if at > now.saturating_add(SET_BACK) {
                    continue;
                }
                if at.saturating_add(SET_BACK) < beginning {
                    return Ok(Reached {
                        at: Some(beginning),
                        cut: None,
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
            at: first.map(|first| first.at.min(now)),
            cut: match (budget.is_spent, is_full) {
                (true, _) => Some(Why::TooLong),
                (false, true) => Some(Why::Nothing),
                (false, false) => None,
            },
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
    use crate::observe::audit::{Sum, Summed};
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

    fn sum_of(of: Summed, last: u64, operation: &str, accepted: bool, count: u64) -> Vec<u8> {
        let sum = Sum {
            at: last + 30,
            of,
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
    fn counted(files: &[(&str, Vec<u8>)]) -> (u64, u64, u64) {
        let (registered, refused, since) = counted_within(LONGEST, files);
        assert_eq!(since.why, Why::Nothing);
        (registered, refused, since.at)
    }

    fn counted_within(longest: Duration, files: &[(&str, Vec<u8>)]) -> (u64, u64, Since) {
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("it can be written");
        }
        let past = Past::of(&folder.path().join("audit.jsonl"));
        // What is written from now on is counted as it happens.
        let later = event_of(NOW, "authorize", Ending::Refused);
        let path = folder.path().join("audit.jsonl");
        let before = fs::read(&path).unwrap_or_default();
        fs::write(&path, [before, later].concat()).expect("it can be written");
        let tally = Tally::default();
        assert_eq!(tally.counts(NOW, 0).since, None);
        past.count_within(longest, &tally, NOW);
        let counts = tally.counts(NOW, 9);
        let registered = counts.days.iter().map(|day| day.registered).sum();
        let refused = counts.days.iter().map(|day| day.refused).sum();
        (registered, refused, counts.since.expect("it is known"))
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
            ("nothing", vec![], (0, 0, NOW)),
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
                            sum_of(Summed::Events, yesterday, "register", true, 10),
                            sum_of(Summed::Events, yesterday, "client-unknown", false, 20),
                            sum_of(Summed::Events, yesterday, "request", true, 40),
                            // They are of the same requests.
                            sum_of(Summed::Decisions, yesterday, "register", true, 100),
                            sum_of(Summed::Decisions, yesterday, "authorize", false, 200),
                            b"{\"kind\":\"event\",\"to".to_vec(),
                        ]
                        .concat(),
                    ),
                    (beside, by_hand(yesterday + 5)),
                ],
                (12, 21, yesterday - 1),
            ),
            (
                "older than 30 days",
                vec![(
                    log,
                    [refused(1), registered(NOW - 40 * DAY), refused(NOW)].concat(),
                )],
                (0, 1, 71 * DAY),
            ),
            (
                "in two files, of which the older is before",
                vec![
                    (log, refused(yesterday)),
                    ("audit.jsonl.1", registered(yesterday - 5)),
                ],
                (1, 1, yesterday - 5),
            ),
            (
                "from a time when the clock was wrong",
                vec![
                    (
                        log,
                        [
                            refused(NOW + 400 * DAY),
                            refused(yesterday),
                            sum_of(Summed::Events, NOW + DAY, "request", false, 10),
                            registered(yesterday),
                            refused(NOW + SET_BACK),
                        ]
                        .concat(),
                    ),
                    (beside, by_hand(NOW + 2 * DAY)),
                ],
                (1, 2, yesterday),
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
        let expected = (1, u64::from(LOGS), yesterday);
        assert_eq!(counted(&files), expected, "what is older may be gone");
    }

    #[test]
    fn why_no_more_is_counted_is_said() {
        let refused = event_of(NOW - DAY, "authorize", Ending::Refused);
        let files = [("audit.jsonl", refused)];
        let (_, counted, since) = counted_within(Duration::ZERO, &files);
        assert_eq!((counted, since.at, since.why), (0, NOW, Why::TooLong));

        let tally = Tally::default();
        Past::default().count(&tally, NOW);
        let since = tally.counts(NOW, 0).since.expect("it is known");
        assert_eq!((since.at, since.why), (NOW, Why::NoLog));

        // A folder can be opened and not be read, by root too.
        let folder = tempfile::TempDir::new().expect("the temporary folder can be written");
        let path = folder.path().join("audit.jsonl");
        let registered = event_of(NOW - DAY, "register", Ending::Accepted);
        fs::write(&path, registered).expect("it can be written");
        fs::create_dir_all(administration(&path).join("a")).expect("it can be made");
        let past = Past::of(&path);
        past.count(&tally, NOW);
        let counts = tally.counts(NOW, 0);
        let registered: u64 = counts.days.iter().map(|day| day.registered).sum();
        let since = counts.since.expect("it is known");
        assert_eq!((registered, since.at, since.why), (1, NOW, Why::Unreadable));
        let error = Series::of(&administration(&path)).and_then(|series| {
            let mut budget = Budget {
                bytes: u64::MAX,
                until: None,
                is_spent: false,
            };
            series.count(&tally, NOW, &mut budget)
        });
        let error = error.err().expect("a folder is no file").to_string();
        assert!(error.contains("audit-administration.jsonl"), "{error}");
    }
}
