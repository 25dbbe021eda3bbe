//! How often passwords may be guessed, and how many are looked at together.

use std::sync::Arc;

use gatepost_directory::secret::SecretHash;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::origin::attempts::Attempts;
use crate::origin::place::Network;
use crate::origin::shares::{Share, Shares};

/// How many passwords are verified at once: each takes a processor and 19 MiB for a while. One more is for those that come
/// from where the account's owner was before.
const TURNS: usize = 2;

/// How many may wait for that.
const QUEUE: usize = 32;

/// How many of one network may, and how many for one account from where its owner was before: nobody keeps others waiting by
/// signing in to an account of his own from many networks.
const SHARE: u32 = 4;

/// How many wrong passwords an account may get within an hour, wherever from. Beyond that, those are looked at that
/// come from where the owner was before.
pub(in crate::http) const MOST_WRONG: u32 = 100;

/// What keeps passwords from being guessed, and this program from being kept busy with it.
pub(in crate::http) struct SignIns {
    /// What was guessed, by network and account.
    pub(in crate::http) attempts: Attempts,
    from_known_places: Line,
    others: Line,
}

/// A line of those whose password is to be looked at.
struct Line {
    places: Semaphore,
    shares: Arc<Shares<Network>>,
    by_account: Arc<Shares<SecretHash>>,
    turns: Arc<Semaphore>,
}

/// A place in a line.
pub(in crate::http) struct Waiting<'l> {
    line: &'l Line,
    _place: SemaphorePermit<'l>,
    _shares: (Share<Network>, Share<SecretHash>),
}

impl SignIns {
    /// A place in the line, unless it is full or the network has its share of it. Whoever comes from where the account's
    /// owner was before does not wait with strangers.
    pub(in crate::http) fn wait(
        &self,
        is_known_place: bool,
        network: Network,
        account: SecretHash,
    ) -> Option<Waiting<'_>> {
        let line = match is_known_place {
            true => &self.from_known_places,
            false => &self.others,
        };
        Some(Waiting {
            _shares: (line.shares.take(network)?, line.by_account.take(account)?),
            _place: line.places.try_acquire().ok()?,
            line,
        })
    }
}

impl Waiting<'_> {
    /// Waits for one's turn.
    pub(in crate::http) async fn turn(&self) -> OwnedSemaphorePermit {
        let turn = Arc::clone(&self.line.turns).acquire_owned();
        turn.await.expect("the semaphore is never closed")
    }
}

impl Line {
    fn new(turns: usize, is_of_owners: bool) -> Self {
        Self {
            places: Semaphore::new(QUEUE),
            shares: Shares::of(SHARE),
            by_account: Shares::of(match is_of_owners {
                true => SHARE,
                // Strangers may well guess for the same account, and its owner has another line.
                false => u32::MAX,
            }),
            turns: Arc::new(Semaphore::new(turns)),
        }
    }
}

impl Default for SignIns {
    fn default() -> Self {
        Self {
            attempts: Attempts::default(),
            from_known_places: Line::new(1, true),
            others: Line::new(TURNS, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_fills_the_line_of_others() {
        let sign_ins = SignIns::default();
        let network = |number: u8| Network::of([192, 0, 2, number].into());
        let (one, other) = (SecretHash::of("one"), SecretHash::of("other"));
        let mut waiting = Vec::new();
        // One network has a share, and eight have all places.
        for number in 0..8 {
            for _ in 0..SHARE {
                waiting.push(sign_ins.wait(false, network(number), one));
            }
            assert!(sign_ins.wait(false, network(number), one).is_none());
        }
        assert!(waiting.iter().all(Option::is_some));
        assert!(sign_ins.wait(false, network(9), one).is_none());
        // From where the owner was before, there is room.
        let own: Vec<_> = (10..20)
            .filter_map(|number| sign_ins.wait(true, network(number), one))
            .collect();
        assert_eq!(own.len() as u32, SHARE, "and for others");
        assert!(sign_ins.wait(true, network(9), other).is_some());
        waiting.clear();
        assert!(sign_ins.wait(false, network(9), one).is_some());
    }
}
