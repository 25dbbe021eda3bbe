//! How much of the log each network gets, so that a flood pushes out no history.
//!
//! What comes beyond an allowance is not written line by line but counted, and a sum is written for each network.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::log::LOGS;
use crate::origin::place::Network;

/// How long the files last at least, in hours, whoever asks for whatever.
const LASTING: u64 = 14 * 24;

/// Which part of what is left of the log in an hour one network may have.
const SHARE: u64 = 16;

/// How many networks are remembered that had something of their allowance. Those that come beyond that have none.
const NETWORKS: usize = 10_000;

/// For how many networks and kinds sums are written. All others are in the sums of nobody in particular.
const SUMS: usize = 64;

/// How long a sum is, more or less, in bytes.
const SUM: u64 = 200;

/// How much may be written now of what strangers do.
pub(super) struct Allowance {
    /// Bytes in an hour, for all networks together.
    per_hour: u64,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    by_all: Bucket,
    by_network: HashMap<Network, Bucket>,
    sums: HashMap<Kind, Count>,
}

/// What there is room for in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Everything.
    Everything,
    /// What was refused: half of each network's share is left for it, so that what goes well takes no room from what has to
    /// be explained.
    Refusals,
    /// Nothing.
    Nothing,
}

impl Room {
    /// Whether there is room for what had this outcome.
    pub(super) fn is_for(self, accepted: bool) -> bool {
        match self {
            Self::Everything => true,
            Self::Refusals => !accepted,
            Self::Nothing => false,
        }
    }
}

/// Bytes that were written, less what an allowance grew since.
#[derive(Clone, Copy, Default)]
struct Bucket {
    bytes: u64,
    /// Seconds since 1970.
    at: u64,
}

/// What is summed up together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Kind {
    /// `None`: of more networks than can be told apart.
    network: Option<Network>,
    of: Summed,
    operation: String,
    accepted: bool,
}

#[derive(Clone, Copy)]
struct Count {
    count: u64,
    first: u64,
    last: u64,
}

/// What a sum is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Summed {
    /// Decisions and acts. A request may lead to several, or to none.
    #[default]
    Decisions,
    /// What came of requests in the end, each counted once.
    Events,
}

impl Summed {
    fn is_of_decisions(&self) -> bool {
        *self == Self::Decisions
    }
}

/// Decisions that were made, or events, that have no line of their own, because there were too many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// When it was written, in seconds since 1970.
    pub at: u64,
    /// What is summed up.
    #[serde(default, skip_serializing_if = "Summed::is_of_decisions")]
    pub of: Summed,
    /// The network that they were made for, `unknown` if their origin was, or `others`: of many.
    pub network: String,
    /// What was asked. Of events: how a client was registered, or the code of the refusal.
    pub operation: String,
    /// Whether they were accepted.
    pub accepted: bool,
    /// How many they are.
    pub count: u64,
    /// When the first of them was made, in seconds since 1970.
    pub first: u64,
    /// When the last was.
    pub last: u64,
}

impl Allowance {
    /// So much that files of this length last.
    pub(super) fn of(max_bytes: u64) -> Self {
        Self {
            per_hour: (max_bytes.saturating_mul(u64::from(LOGS)) / LASTING).max(1),
            spent: Mutex::default(),
        }
    }

    /// What there is room for. An allowance that is not spent is enough for a line of any length, so that none has to be cut.
    pub(super) fn room(&self, network: Network, now: u64) -> Room {
        let spent = self.spent();
        let share = self.per_hour / SHARE;
        let all = spent.by_all.less(self.per_hour, now);
        let known = spent.by_network.get(&network).copied();
        let own = known.unwrap_or_default().less(share, now);
        let is_remembered = known.is_some() || spent.by_network.len() < NETWORKS;
        if all.bytes >= self.per_hour || own.bytes > share || !is_remembered {
            Room::Nothing
        } else if own.bytes > share / 2 {
            Room::Refusals
        } else {
            Room::Everything
        }
    }

    /// Something was written down for a network.
    pub(super) fn spend(&self, network: Network, length: usize, now: u64) {
        let mut spent = self.spent();
        let share = self.per_hour / SHARE;
        let length = length as u64;
        let known = spent.by_network.get(&network).copied();
        let own = known.unwrap_or_default().less(share, now);
        spent.by_all = spent.by_all.less(self.per_hour, now).and(length);
        spent.by_network.insert(network, own.and(length));
    }

    /// Counts what is not written down.
    pub(super) fn count(
        &self,
        network: Network,
        of: Summed,
        operation: &str,
        accepted: bool,
        now: u64,
    ) {
        let mut spent = self.spent();
        let kind = |network| Kind {
            network,
            of,
            operation: operation.to_owned(),
            accepted,
        };
        let of_network = kind(Some(network));
        let is_told = spent.sums.contains_key(&of_network) || spent.sums.len() < SUMS;
        let kind = match is_told {
            true => of_network,
            false => kind(None),
        };
        let count = spent.sums.entry(kind).or_insert(Count {
            count: 0,
            first: now,
            last: now,
        });
        count.count += 1;
        count.last = now;
    }

    /// What was counted since it was asked last. Who has all of its allowance again is forgotten.
    pub(super) fn sums(&self, now: u64) -> Vec<Sum> {
        let mut spent = self.spent();
        let share = self.per_hour / SHARE;
        let has_some_spent = |bucket: &mut Bucket| bucket.less(share, now).bytes > 0;
        spent.by_network.retain(|_, bucket| has_some_spent(bucket));
        // Sums take room too: where they have taken all there is, they wait and grow.
        let all = spent.by_all.less(self.per_hour, now);
        if all.bytes >= 2 * self.per_hour {
            return Vec::new();
        }
        drop(spent);
        self.rest(now)
    }

    /// What was counted, also if it takes more room than there is: what is not written at the end is lost.
    pub(super) fn rest(&self, now: u64) -> Vec<Sum> {
        let mut spent = self.spent();
        let all = spent.by_all.less(self.per_hour, now);
        spent.by_all = all.and(spent.sums.len() as u64 * SUM);
        let counted = std::mem::take(&mut spent.sums).into_iter();
        let mut sums: Vec<Sum> = counted
            .map(|(kind, count)| Sum {
                at: now,
                of: kind.of,
                network: kind.to_string(),
                operation: kind.operation,
                accepted: kind.accepted,
                count: count.count,
                first: count.first,
                last: count.last,
            })
            .collect();
        sums.sort_by(|one, other| {
            one.first
                .cmp(&other.first)
                .then(one.network.cmp(&other.network))
        });
        sums
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        // Nothing is left half done in it that would matter.
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    /// What is left of it, if so many bytes are forgiven in an hour.
    fn less(self, per_hour: u64, now: u64) -> Self {
        let passed = now.saturating_sub(self.at);
        let forgiven = u128::from(per_hour) * u128::from(passed) / 3600;
        // A part of a byte is not lost by asking often.
        if forgiven == 0 {
            return self;
        }
        Self {
            bytes: self
                .bytes
                .saturating_sub(u64::try_from(forgiven).unwrap_or(u64::MAX)),
            at: now,
        }
    }

    fn and(self, length: u64) -> Self {
        Self {
            bytes: self.bytes.saturating_add(length),
            ..self
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.network {
            Some(network) => network.fmt(f),
            None => f.write_str("others"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000;

    fn network(number: u32) -> Network {
        Network::of(std::net::Ipv4Addr::from_bits(number).into())
    }

    /// 10 files of 16 * 336 * 100 bytes: 16,000 bytes in an hour are for networks of 1,000 each.
    fn allowance() -> Allowance {
        let allowance = Allowance::of(16 * LASTING * 100);
        assert_eq!(allowance.per_hour, 16_000);
        allowance
    }

    /// Writes a line if there is room for it, and counts it otherwise.
    fn admit(
        allowance: &Allowance,
        number: u32,
        operation: &str,
        accepted: bool,
        length: usize,
        now: u64,
    ) -> bool {
        let has_room = allowance.room(network(number), now).is_for(accepted);
        match has_room {
            true => allowance.spend(network(number), length, now),
            false => {
                let network = network(number);
                allowance.count(network, Summed::Decisions, operation, accepted, now);
            }
        }
        has_room
    }

    #[test]
    fn a_network_gets_single_lines_and_then_a_sum() {
        let allowance = allowance();
        let admit = |number, now| admit(&allowance, number, "authorize", false, 100, now);
        let written = (0..1_000).filter(|_| admit(1, NOW)).count();
        assert_eq!(
            written, 11,
            "1,000 bytes, and the line with which it is spent"
        );
        assert!(admit(2, NOW), "another network");
        assert_eq!(
            allowance.sums(NOW + 60),
            [Sum {
                at: NOW + 60,
                of: Summed::Decisions,
                network: "0.0.0.1".to_owned(),
                operation: "authorize".to_owned(),
                accepted: false,
                count: 989,
                first: NOW,
                last: NOW,
            }]
        );
        assert_eq!(allowance.sums(NOW + 120), []);
        // 1,100 bytes were written, and 1,000 are forgiven in an hour.
        assert!(!admit(1, NOW + 300));
        assert!(admit(1, NOW + 400));
        assert!(allowance.spent().by_network.len() == 2);
        allowance.sums(NOW + 10_000);
        assert!(
            allowance.spent().by_network.is_empty(),
            "they are forgotten"
        );
    }

    #[test]
    fn what_goes_well_leaves_room_for_what_does_not() {
        let allowance = allowance();
        let written = |accepted| {
            let admit = |_: &u32| admit(&allowance, 1, "a", accepted, 100, NOW);
            (0..1_000).filter(admit).count()
        };
        assert_eq!(
            written(true),
            6,
            "500 bytes, and the line with which they are spent"
        );
        assert_eq!(written(false), 5, "the rest");
        assert_eq!(written(true), 0);
    }

    #[test]
    fn a_line_of_any_length_is_written_whole() {
        let allowance = allowance();
        let admit = |length, now| admit(&allowance, 1, "register", true, length, now);
        assert!(admit(70_000, NOW));
        assert!(!admit(1, NOW + 3_600));
    }

    #[test]
    fn many_networks_get_no_more_than_all_may() {
        let allowance = allowance();
        let admit = |number| admit(&allowance, number, "register", false, 100, NOW);
        let written = (0..50_000).filter(|number| admit(*number)).count();
        assert_eq!(written, 160);
        let sums = allowance.sums(NOW);
        assert_eq!(sums.len(), SUMS + 1);
        let counted: u64 = sums.iter().map(|sum| sum.count).sum();
        assert_eq!(counted, 50_000 - 160, "none is missing");
        let others = sums.iter().find(|sum| sum.network == "others");
        assert!(others.is_some_and(|sum| sum.count > 49_000));
    }

    #[test]
    fn asking_often_loses_nothing() {
        let allowance = allowance();
        let mut now = NOW;
        let mut written = 0;
        // A request each second for an hour, after the burst.
        for _ in 0..3_600 {
            now += 1;
            written += u32::from(admit(&allowance, 1, "a", false, 100, now));
        }
        assert!((20..=22).contains(&written), "{written}");
    }

    #[test]
    fn sums_that_wait_for_room_are_not_lost_at_the_end() {
        let allowance = allowance();
        allowance.spend(network(1), 40_000, NOW);
        assert!(!admit(&allowance, 1, "a", false, 100, NOW));
        assert_eq!(allowance.sums(NOW), []);
        let rest = allowance.rest(NOW);
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].count, 1);
        assert_eq!(allowance.rest(NOW), []);
    }

    #[test]
    fn sums_take_no_more_room_than_there_is() {
        let allowance = allowance();
        let mut written = 0;
        for minute in 0..600 {
            let now = NOW + 60 * minute;
            for number in 0..1_000 {
                admit(&allowance, number, "a", true, 100, now);
            }
            written += allowance.sums(now).len() as u64 * SUM;
        }
        assert!(
            written < 12 * allowance.per_hour * 2,
            "{written} in ten hours"
        );
    }
}
