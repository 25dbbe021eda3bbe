//! The places for connections, and who gives one up when there are none left.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::origin::place::Network;

/// Which part of all places one network may hold.
const SHARE: usize = 8;

/// How many connections somebody may have of whom none ends that is busy: a mail server, or an office behind one address.
const FEW: usize = 16;

/// In how many networks, those that hold most, a connection is looked for that can end.
const LOOKED_AT: usize = 8;

/// The places for connections.
///
/// A network holds a share of them. If there are none left, the network that holds most gives one up to a network that
/// holds fewer: first a connection that waits for its next request, and of who holds many a busy one. So many addresses together do not keep others out.
pub(super) struct Places {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: HashMap<Holder, Vec<Arc<Held>>>,
    /// How many each holder has, the most at the end.
    by_count: BTreeSet<(usize, Holder)>,
    total: usize,
}

/// Who holds places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Holder {
    /// A declared proxy, which needs as many as there are, and whose connections end only between requests.
    Proxy,
    /// Anybody else.
    Network(Network),
}

/// A connection that has a place.
#[derive(Default)]
struct Held {
    is_busy: AtomicBool,
    /// It is told to end.
    end: Notify,
}

/// A place, until this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    holder: Holder,
    held: Arc<Held>,
}

impl Places {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            state: Mutex::default(),
        })
    }

    /// A place, unless the holder has its share, or nobody who has more can give one up.
    pub(super) fn take(self: &Arc<Self>, holder: Holder) -> Option<Place> {
        let mut state = self.state();
        let count = state.held.get(&holder).map_or(0, Vec::len);
        if holder != Holder::Proxy && count >= (self.most / SHARE).max(1) {
            return None;
        }
        if state.total >= self.most {
            state.make_room(count)?;
        }
        let held = Arc::new(Held::default());
        state.add(holder, Arc::clone(&held));
        Some(Place {
            places: Arc::clone(self),
            holder,
            held,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done in it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Ends a connection of somebody who holds more than so many.
    fn make_room(&mut self, than: usize) -> Option<()> {
        let most = self.by_count.iter().rev().take(LOOKED_AT);
        let ended = most
            .filter(|(count, _)| *count > than)
            .find_map(|(count, holder)| {
                let held = self.held.get(holder)?;
                let waits = |held: &&Arc<Held>| !held.is_busy.load(Ordering::Relaxed);
                let waiting = held.iter().find(waits);
                let may_end = *holder != Holder::Proxy && *count > FEW;
                let any = || held.first().filter(|_| may_end);
                let ended = Arc::clone(waiting.or_else(any)?);
                Some((*holder, ended))
            });
        let (holder, ended) = ended?;
        ended.end.notify_one();
        self.remove(holder, &ended);
        Some(())
    }

    fn add(&mut self, holder: Holder, held: Arc<Held>) {
        let all = self.held.entry(holder).or_default();
        self.by_count.remove(&(all.len(), holder));
        all.push(held);
        self.by_count.insert((all.len(), holder));
        self.total += 1;
    }

    /// Takes a connection out, if it has not been before.
    fn remove(&mut self, holder: Holder, held: &Arc<Held>) {
        let Some(all) = self.held.get_mut(&holder) else {
            return;
        };
        let Some(index) = all.iter().position(|other| Arc::ptr_eq(other, held)) else {
            return;
        };
        self.by_count.remove(&(all.len(), holder));
        all.remove(index);
        if all.is_empty() {
            self.held.remove(&holder);
        } else {
            self.by_count.insert((all.len(), holder));
        }
        self.total -= 1;
    }
}

impl Place {
    /// Notes that a request is being answered, or that the next one is waited for.
    pub(super) fn is_busy(&self, is_busy: bool) {
        self.held.is_busy.store(is_busy, Ordering::Relaxed);
    }

    /// Waits until the place has to be given up.
    pub(super) async fn lost(&self) {
        self.held.end.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.state().remove(self.holder, &self.held);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn network(number: u8) -> Holder {
        Holder::Network(Network::of([192, 0, 2, number].into()))
    }

    async fn is_lost(place: &Place) -> bool {
        tokio::time::timeout(Duration::from_millis(10), place.lost())
            .await
            .is_ok()
    }

    #[tokio::test]
    async fn who_holds_most_gives_a_place_up_to_who_holds_fewer() {
        for (share, is_made) in [(FEW + 1, true), (FEW, false)] {
            let places = Places::new(share * SHARE);
            let mut held: Vec<Place> = Vec::new();
            for number in 0..8 {
                for _ in 0..share {
                    let place = places.take(network(number)).expect("there is room");
                    place.is_busy(true);
                    held.push(place);
                }
                let more = places.take(network(number));
                assert!(more.is_none(), "{number} has a share");
            }
            // All are taken, and somebody new comes.
            let newcomer = places.take(network(9));
            assert_eq!(newcomer.is_some(), is_made, "{share} that are busy");
            let mut lost = 0;
            for place in &held {
                lost += u32::from(is_lost(place).await);
            }
            assert_eq!(lost, u32::from(is_made));
            drop(held);
            drop(newcomer);
            let state = places.state();
            assert!(state.held.is_empty() && state.by_count.is_empty() && state.total == 0);
        }
    }

    #[tokio::test]
    async fn a_connection_that_waits_is_given_up_before_one_that_is_busy() {
        let places = Places::new(8);
        let held: Vec<Place> = (0..8)
            .filter_map(|number| places.take(network(number)))
            .collect();
        assert_eq!(held.len(), 8, "each holds one");
        // Nobody holds more than who comes with one already would.
        assert!(places.take(network(0)).is_none());
        drop(held);

        let places = Places::new(16);
        let busy = places.take(network(1)).expect("there is room");
        busy.is_busy(true);
        let waiting = places.take(network(1)).expect("there is room");
        let others: Vec<Place> = (2..16)
            .filter_map(|number| places.take(network(number)))
            .collect();
        assert_eq!(others.len(), 14);
        let newcomer = places.take(network(20));
        assert!(newcomer.is_some());
        assert!(is_lost(&waiting).await && !is_lost(&busy).await);
    }

    #[tokio::test]
    async fn a_proxy_has_as_many_as_there_are_and_loses_none_that_is_busy() {
        let places = Places::new(16);
        let held: Vec<Place> = (0..16).filter_map(|_| places.take(Holder::Proxy)).collect();
        assert_eq!(held.len(), 16);
        for place in &held {
            place.is_busy(true);
        }
        assert!(places.take(network(1)).is_none(), "nobody can give one up");
        held[5].is_busy(false);
        assert!(places.take(network(1)).is_some());
        assert!(is_lost(&held[5]).await);
    }
}
