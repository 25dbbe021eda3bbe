//! How often a network may ask.

use std::hash::Hash;
use std::num::NonZero;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Counts requests by whoever is counted together, such as a network. What is over is forgotten.
pub struct Pace<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Pace<K> {
    /// So many requests a minute for each, all at once or one after the other; 0 for any number.
    pub fn new(requests_per_minute: u32) -> Self {
        Self {
            limiter: NonZero::new(requests_per_minute)
                .map(|requests| RateLimiter::keyed(Quota::per_minute(requests))),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request, or says how many seconds it comes too early.
    pub fn check(&self, asker: &K) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        limiter.check_key(asker).map_err(|early| {
            let wait = early.wait_time_from(self.clock.now());
            wait.as_secs() + 1
        })
    }

    /// Drops what is counted of those that have not asked for a while.
    pub fn forget(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::place::Network;

    #[test]
    fn each_network_has_its_own_pace() {
        let pace = Pace::new(2);
        for (address, is_in_time) in [
            ("192.0.2.1", true),
            ("192.0.2.1", true),
            ("192.0.2.1", false),
            ("::ffff:192.0.2.1", false),
            ("192.0.2.2", true),
            ("2001:db8::1", true),
            ("2001:db8::2", true),
            ("2001:db8::3", false),
            ("2001:db8:0:1::1", true),
        ] {
            let network = Network::of(address.parse().expect("an address"));
            let checked = pace.check(&network);
            assert_eq!(checked.is_ok(), is_in_time, "{address}");
            assert!(
                checked.is_ok() || (1..=31).contains(&checked.unwrap_err()),
                "{address}"
            );
        }
        for is_in_time in [true, true, false] {
            assert_eq!(pace.check(&Network::Unknown).is_ok(), is_in_time);
        }
        pace.forget();
        let any = Pace::new(0);
        assert!((0..1_000).all(|_| any.check(&Network::Unknown).is_ok()));
    }
}
