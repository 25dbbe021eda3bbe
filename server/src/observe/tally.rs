//! How many clients were registered, and how many requests were refused and why: by the hour of the last day, and by the day
//! of the last 30. It takes the same memory whatever happens.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::observe::audit::{Sum, Summed};
use crate::observe::event::{Ending, Event};

/// How many hours and days there are counts of, with those that are not over.
const HOURS: usize = 24;
const DAYS: usize = 30;

/// Their lengths, in seconds.
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// How many reasons are counted apart. A reason is a code of this program's or the plugin's, and there are fewer.
const REASONS: usize = 500;

/// How far the clock may be set back without anything being forgotten, in seconds.
const SET_BACK: u64 = HOUR;

/// The operations that register a client.
const REGISTRATIONS: [&str; 2] = ["register", "provision"];

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted<'a> {
    /// A client was registered.
    Registration,
    /// A request was refused, for this reason; empty if that is not known.
    Refusal(&'a str),
}

impl<'a> Counted<'a> {
    /// What an event is counted as, if it is.
    pub fn of_event(event: &'a Event) -> Option<Self> {
        let operation = event.operation.as_deref().unwrap_or_default();
        let is_registration = REGISTRATIONS.contains(&operation);
        Self::of(event.outcome, is_registration, event.reason())
    }

    /// What each request of a sum is counted as. What it was refused for is not known. A decision is counted with the
    /// request that it was made for.
    pub fn of_sum(sum: &Sum) -> Option<Self> {
        if sum.of == Summed::Decisions {
            return None;
        }
        let ending = match sum.accepted {
            true => Ending::Accepted,
            false => Ending::Refused,
        };
        Self::of(ending, REGISTRATIONS.contains(&&*sum.operation), "")
    }

    /// What a request is counted as that ended like this.
    pub fn of(ending: Ending, is_registration: bool, reason: &'a str) -> Option<Self> {
        match (ending, is_registration) {
            (Ending::Refused, _) => Some(Self::Refusal(reason)),
            (Ending::Accepted, true) => Some(Self::Registration),
            (Ending::Accepted, false) => None,
        }
    }
}

/// Counts what happens.
#[derive(Default)]
pub struct Tally(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    registered: Periods,
    refused: Periods,
    reasons: BTreeMap<String, Periods>,
    /// The latest time that anything was counted at.
    latest: u64,
    since: Option<Since>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of each hour of the last day, the earliest first.
    pub hours: Vec<Count>,
    /// Of each of the last 30 days, the earliest first.
    pub days: Vec<Count>,
    /// Why requests were refused, the most frequent reason first.
    pub reasons: Vec<Reason>,
    /// Since when all is counted; `None` while earlier events are still read back.
    pub since: Option<Since>,
}

/// Since when all is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Seconds since 1970.
    pub at: u64,
    /// Why nothing is counted from before.
    pub why: Why,
}

/// Why nothing is counted from before a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The log has nothing from before.
    Nothing,
    /// There is no log.
    NoLog,
    /// Reading the log took too long.
    TooLong,
    /// The log cannot be read.
    Unreadable,
    /// The clock was set back.
    SetBack,
}

/// What was counted in an hour or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// When it began, in seconds since 1970.
    pub begins: u64,
    /// Clients that were registered.
    pub registered: u64,
    /// Requests that were refused.
    pub refused: u64,
}

/// A reason, and how many requests were refused for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its code; empty where only the number of requests is known.
    pub code: String,
    /// In the hours of the last day.
    pub in_day: u64,
    /// In the last 30 days.
    pub in_all: u64,
}

impl Tally {
    /// Counts something that happens now.
    pub fn count(&self, now: u64, counted: Counted<'_>) {
        let mut kept = self.kept();
        kept.follow(now);
        kept.add(now, counted, 1);
    }

    /// Counts something so many times, that happened then and is read back.
    pub fn add(&self, at: u64, counted: Counted<'_>, count: u64) {
        self.kept().add(at, counted, count);
    }

    /// Says since when all is counted: what was kept from before is read back.
    pub fn is_whole_since(&self, since: Since) {
        self.kept().since = Some(since);
    }

    /// What was counted, with so many reasons at most.
    pub fn counts(&self, now: u64, reasons: usize) -> Counts {
        let kept = self.kept();
        let both = |registered: Vec<u64>, refused: Vec<u64>, length: u64| {
            let slots = registered.into_iter().zip(refused);
            let first = (now / length + 1).saturating_sub(slots.len() as u64);
            let counts = slots
                .zip(first..)
                .map(|((registered, refused), slot)| Count {
                    begins: slot * length,
                    registered,
                    refused,
                });
            counts.collect()
        };
        let mut why: Vec<Reason> = kept
            .reasons
            .iter()
            .map(|(code, periods)| Reason {
                code: code.clone(),
                in_day: periods.hours.until(now / HOUR).iter().sum(),
                in_all: periods.days.until(now / DAY).iter().sum(),
            })
            .filter(|reason| reason.in_all > 0)
            .collect();
        why.sort_by_key(|reason| std::cmp::Reverse((reason.in_all, reason.in_day)));
        why.truncate(reasons);
        Counts {
            hours: both(
                kept.registered.hours.until(now / HOUR),
                kept.refused.hours.until(now / HOUR),
                HOUR,
            ),
            days: both(
                kept.registered.days.until(now / DAY),
                kept.refused.days.until(now / DAY),
                DAY,
            ),
            reasons: why,
            since: kept.since,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Numbers are whole, wherever a thread that held it came to grief.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Follows a clock that was set back: what was counted at later times would hide what happens now.
    fn follow(&mut self, now: u64) {
        if now.saturating_add(SET_BACK) >= self.latest {
            return;
        }
        let of_reasons = self.reasons.values_mut();
        for periods in [&mut self.registered, &mut self.refused]
            .into_iter()
            .chain(of_reasons)
        {
            periods.end_at(now);
        }
        self.latest = now;
        self.since = self.since.map(|_| Since {
            at: now,
            why: Why::SetBack,
        });
    }

    fn add(&mut self, at: u64, counted: Counted<'_>, count: u64) {
        self.latest = self.latest.max(at);
        let reason = match counted {
            Counted::Registration => {
                self.registered.add(at, count);
                return;
            }
            Counted::Refusal(reason) => reason,
        };
        self.refused.add(at, count);
        let is_full = self.reasons.len() >= REASONS && !self.reasons.contains_key(reason);
        let reason = if is_full { "" } else { reason };
        match self.reasons.get_mut(reason) {
            Some(known) => known.add(at, count),
            None => {
                let mut new = Periods::default();
                new.add(at, count);
                self.reasons.insert(reason.to_owned(), new);
            }
        }
    }
}

/// When the first of the days begins that there are counts of, in seconds since 1970.
pub fn beginning(now: u64) -> u64 {
    (now / DAY + 1).saturating_sub(DAYS as u64) * DAY
}

#[derive(Default)]
struct Periods {
    hours: Ring<HOURS>,
    days: Ring<DAYS>,
}

impl Periods {
    fn add(&mut self, at: u64, count: u64) {
        self.hours.add(at / HOUR, count);
        self.days.add(at / DAY, count);
    }

    fn end_at(&mut self, at: u64) {
        self.hours.end_at(at / HOUR);
        self.days.end_at(at / DAY);
    }
}

/// The counts of the last hours or days, by their numbers since 1970.
struct Ring<const N: usize> {
    /// The last one that something was counted in.
    last: u64,
    counts: [u64; N],
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self {
            last: 0,
            counts: [0; N],
        }
    }
}

impl<const N: usize> Ring<N> {
    fn add(&mut self, slot: u64, count: u64) {
        let length = N as u64;
        if slot > self.last {
            // Those in between had nothing.
            for between in (self.last + 1).max((slot + 1).saturating_sub(length))..=slot {
                self.counts[Self::place(between)] = 0;
            }
            self.last = slot;
        }
        if slot + length > self.last {
            self.counts[Self::place(slot)] += count;
        }
    }

    /// Forgets what was counted after this one.
    fn end_at(&mut self, slot: u64) {
        if slot >= self.last {
            return;
        }
        let first = (self.last + 1).saturating_sub(N as u64);
        for later in first.max(slot + 1)..=self.last {
            self.counts[Self::place(later)] = 0;
        }
        self.last = slot;
    }

    /// The counts of all until this one, the earliest first.
    fn until(&self, slot: u64) -> Vec<u64> {
        let length = N as u64;
        let slots = (slot + 1).saturating_sub(length)..=slot;
        let known = |slot: &u64| *slot <= self.last && *slot + length > self.last;
        slots
            .map(|slot| match known(&slot) {
                true => self.counts[Self::place(slot)],
                false => 0,
            })
            .collect()
    }

    fn place(slot: u64) -> usize {
        (slot % N as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour of a day, both since 1970, in the middle of that hour.
    fn at(day: u64, hour: u64) -> u64 {
        day * DAY + hour * HOUR + HOUR / 2
    }

    #[test]
    fn what_happened_is_in_its_hour_and_its_day() {
        let tally = Tally::default();
        for (at, counted, count) in [
            (at(100, 12), Counted::Registration, 1),
            (at(100, 12), Counted::Refusal("a"), 2),
            (at(99, 13), Counted::Refusal("b"), 3),
            // What is read back comes after what is newer.
            (at(99, 12), Counted::Refusal("a"), 4),
            (at(71, 0), Counted::Registration, 5),
            (at(70, 23), Counted::Registration, 6),
        ] {
            tally.add(at, counted, count);
        }
        let now = at(100, 12);
        let counts = tally.counts(now, 9);
        assert_eq!((counts.hours.len(), counts.days.len()), (HOURS, DAYS));
        let last = Count {
            begins: 100 * DAY + 12 * HOUR,
            registered: 1,
            refused: 2,
        };
        assert_eq!(counts.hours.last(), Some(&last));
        let first = Count {
            begins: 99 * DAY + 13 * HOUR,
            registered: 0,
            refused: 3,
        };
        assert_eq!(counts.hours.first(), Some(&first));
        let first = Count {
            begins: 71 * DAY,
            registered: 5,
            refused: 0,
        };
        assert_eq!(counts.days.first(), Some(&first));
        assert_eq!(beginning(now), first.begins);
        let registered: u64 = counts.days.iter().map(|day| day.registered).sum();
        let refused: u64 = counts.days.iter().map(|day| day.refused).sum();
        assert_eq!((registered, refused), (6, 9), "one day is too long ago");
        let reason = |code: &str, in_day, in_all| Reason {
            code: code.to_owned(),
            in_day,
            in_all,
        };
        assert_eq!(counts.reasons, [reason("a", 2, 6), reason("b", 3, 3)]);
        assert_eq!(tally.counts(now, 1).reasons.len(), 1);

        // Nobody asked for a long time.
        let later = tally.counts(at(128, 11), 9);
        assert!(later.hours.iter().all(|hour| hour.refused == 0));
        assert_eq!((later.days[0].begins, later.days[0].refused), (99 * DAY, 7));
        let much_later = tally.counts(at(200, 0), 9);
        assert!(much_later.days.iter().all(|day| day.refused == 0));
        assert_eq!(much_later.reasons, []);
        tally.add(at(200, 0), Counted::Refusal("a"), 1);
        let reasons = tally.counts(at(200, 0), 9).reasons;
        assert_eq!(reasons, [reason("a", 1, 1)]);
    }

    #[test]
    fn a_clock_that_was_set_back_is_followed() {
        for (name, back_to, seen, days, hours, since) in [
            ("a minute", 100 * DAY - 60, 100 * DAY, 3, 2, Why::Nothing),
            ("a day", 99 * DAY, 99 * DAY, 2, 1, Why::SetBack),
            ("80 days", 20 * DAY, 20 * DAY, 1, 1, Why::SetBack),
        ] {
            let tally = Tally::default();
            tally.is_whole_since(Since {
                at: 90 * DAY,
                why: Why::Nothing,
            });
            tally.count(95 * DAY, Counted::Refusal("a"));
            tally.count(100 * DAY, Counted::Refusal("a"));
            tally.count(back_to, Counted::Refusal("a"));
            let counts = tally.counts(seen, 9);
            let of = |counts: &[Count]| -> u64 { counts.iter().map(|count| count.refused).sum() };
            assert_eq!(
                (of(&counts.days), of(&counts.hours)),
                (days, hours),
                "{name}"
            );
            assert_eq!(counts.reasons[0].in_all, days, "{name}");
            let said = counts.since.expect("it is known");
            assert_eq!(said.why, since, "{name}");
            assert_eq!(said.at == back_to, since == Why::SetBack, "{name}");
        }
    }

    #[test]
    fn there_are_no_more_reasons_than_fit() {
        let tally = Tally::default();
        for number in 0..2 * REASONS {
            tally.add(at(100, 0), Counted::Refusal(&format!("code-{number}")), 1);
        }
        let counts = tally.counts(at(100, 0), usize::MAX);
        assert_eq!(counts.reasons.len(), REASONS + 1);
        assert_eq!(counts.reasons[0].code, "");
        let all: u64 = counts.reasons.iter().map(|reason| reason.in_all).sum();
        assert_eq!(all, 2 * REASONS as u64, "none is missing");
    }
}
