//! Places for what is fetched at once and what waits, and each network's share of them: a stranger whose sites
//! are slow leaves places to others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::error::FetchError;

/// How many wait for each one that is fetched. More are refused at once.
const WAITING: usize = 8;

/// One network has this part of the places, and of the turns.
const PART: usize = 4;

/// Places and turns.
struct Room {
    /// For those that are fetched and those that wait.
    places: Semaphore,
    /// For those that are fetched.
    turns: Semaphore,
}

/// The places of all, and those of each network that has any now.
pub(super) struct Shares {
    all: Room,
    at_once: usize,
    by_network: Mutex<HashMap<String, Weak<Room>>>,
}

/// The places of one network.
pub(super) struct Share<'s> {
    all: &'s Room,
    own: Arc<Room>,
}

impl Shares {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            all: Room {
                places: Semaphore::new(at_once * (1 + WAITING)),
                turns: Semaphore::new(at_once),
            },
            at_once,
            by_network: Mutex::default(),
        }
    }

    /// The share of a network. It is remembered as long as somebody has it, so that there are no more than
    /// requests.
    pub(super) fn of(&self, network: &str) -> Share<'_> {
        let part = |all: usize| (all / PART).max(1);
        // Nothing in here panics half way.
        let mut known = self
            .by_network
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let own = known.get(network).and_then(Weak::upgrade);
        let own = own.unwrap_or_else(|| {
            known.retain(|_, room| room.strong_count() > 0);
            let own = Arc::new(Room {
                places: Semaphore::new(part(self.at_once * (1 + WAITING))),
                turns: Semaphore::new(part(self.at_once)),
            });
            known.insert(network.to_owned(), Arc::downgrade(&own));
            own
        });
        Share {
            all: &self.all,
            own,
        }
    }
}

/// Places or turns that are held.
pub(super) type Held<'s> = [SemaphorePermit<'s>; 2];

impl Share<'_> {
    /// Whether there is no place for one more.
    pub(super) fn is_full(&self) -> bool {
        let rooms = [&*self.own, self.all];
        rooms
            .iter()
            .any(|room| room.places.available_permits() == 0)
    }

    /// Takes a place, or says at once that there is none.
    pub(super) fn place(&self) -> Result<Held<'_>, FetchError> {
        let own = self.own.places.try_acquire();
        let all = self.all.places.try_acquire();
        match (own, all) {
            (Ok(own), Ok(all)) => Ok([own, all]),
            _ => Err(FetchError::Busy),
        }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self, deadline: Instant) -> Result<Held<'_>, FetchError> {
        let turns = async {
            // The network's own first: who waits for that keeps nobody else waiting.
            let own = self.own.turns.acquire().await;
            let all = self.all.turns.acquire().await;
            own.and_then(|own| all.map(|all| [own, all]))
        };
        match timeout_at(deadline, turns).await {
            Ok(Ok(turns)) => Ok(turns),
            // The semaphores are never closed.
            Ok(Err(_)) | Err(_) => Err(FetchError::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_share_and_no_more() {
        let shares = Shares::new(4);
        let greedy = shares.of("192.0.2.1/32");
        let held = Vec::from_iter(std::iter::from_fn(|| greedy.place().ok()));
        assert_eq!(held.len(), 9, "a quarter of 36");
        assert!(greedy.is_full());
        assert!(
            shares.of("192.0.2.1/32").place().is_err(),
            "it is the same one"
        );
        let others = ["unknown", "192.0.2.2/32", "192.0.2.3/32"].map(|name| shares.of(name));
        let more = others.each_ref().map(|other| {
            assert!(!other.is_full());
            Vec::from_iter(std::iter::from_fn(|| other.place().ok())).len()
        });
        assert_eq!(more, [9, 9, 9]);
        drop(held);
        assert!(!greedy.is_full());
        drop((greedy, others));
        drop(shares.of("192.0.2.4/32"));
        let known = shares.by_network.lock().expect("nobody panicked");
        assert_eq!(known.len(), 1, "who has nothing is forgotten");
    }

    #[tokio::test]
    async fn who_waits_for_its_own_turn_keeps_nobody_waiting() {
        let shares = Shares::new(4);
        let soon = || Instant::now() + std::time::Duration::from_millis(20);
        let (greedy, other) = (shares.of("a"), shares.of("b"));
        let held = greedy.turn(soon()).await.expect("there is a turn");
        assert!(greedy.turn(soon()).await.is_err(), "one of four is its own");
        assert!(other.turn(soon()).await.is_ok());
        drop(held);
        assert!(greedy.turn(soon()).await.is_ok());
    }
}
