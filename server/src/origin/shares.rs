//! How much of something that is scarce one network holds at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::origin::place::Network;

/// Places of which each network holds at most a share.
///
/// How many places there are in all is for others to bound. Then this holds no more networks than there are
/// places: those that hold nothing are forgotten at once.
pub struct Shares {
    most: u32,
    held: Mutex<HashMap<Network, u32>>,
}

/// A place that is held, until this is dropped.
pub struct Share {
    shares: Arc<Shares>,
    network: Network,
}

impl Shares {
    /// At most so many for each network, and at least one.
    pub fn of(most: u32) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1),
            held: Mutex::default(),
        })
    }

    /// A place, unless the network holds its share already.
    pub fn take(self: &Arc<Self>, network: Network) -> Option<Share> {
        let mut held = self.held();
        let count = held.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share {
            shares: Arc::clone(self),
            network,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Network, u32>> {
        // Nothing is left half done in it.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        if let Some(count) = held.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
