//! How much of something that is scarce one network, or one account, holds at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Places of which each holder, such as a network, holds at most a share.
///
/// How many places there are in all is for others to bound. Then this knows no more holders than there are
/// places: those that hold nothing are forgotten at once.
pub struct Shares<K: Hash + Eq + Copy> {
    most: u32,
    held: Mutex<HashMap<K, u32>>,
}

/// A place that is held, until this is dropped.
pub struct Share<K: Hash + Eq + Copy> {
    shares: Arc<Shares<K>>,
    holder: K,
}

impl<K: Hash + Eq + Copy> Shares<K> {
    /// At most so many for each, and at least one.
    pub fn of(most: u32) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            held: Mutex::default(),
        })
    }

    /// A place, unless this one holds its share already.
    pub fn take(self: &Arc<Self>, holder: K) -> Option<Share<K>> {
        let mut held = self.held();
        let count = held.entry(holder).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share {
            shares: Arc::clone(self),
            holder,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<K, u32>> {
        // Nothing is left half done in it.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Copy> Drop for Share<K> {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        if let Some(count) = held.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::place::Network;

    #[test]
    fn a_network_holds_its_share_and_no_more() {
        let shares = Shares::of(2);
        let network = |text: &str| Network::of(text.parse().expect("an address"));
        let (one, other) = (network("192.0.2.1"), network("192.0.2.2"));
        let first = shares.take(one);
        let second = shares.take(one);
        assert!(first.is_some() && second.is_some());
        assert!(shares.take(one).is_none());
        assert!(shares.take(other).is_some());
        assert!(shares.take(Network::Unknown).is_some());
        drop(first);
        let third = shares.take(one);
        assert!(third.is_some() && shares.take(one).is_none());
        drop((second, third));
        assert!(shares.held().is_empty(), "who holds nothing is forgotten");
    }
}
