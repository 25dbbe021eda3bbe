//! How often a network may ask.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZero;
use std::sync::{Mutex, MutexGuard, PoisonError};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Counts requests by network. What is over is forgotten.
pub struct Pace {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    clock: DefaultClock,
}

impl Pace {
    /// So many requests a minute for each network, all at once or one after the other; 0 for any
    /// number.
    pub fn new(requests_per_minute: u32) -> Self {
        Self {
            limiter: NonZero::new(requests_per_minute)
                .map(|requests| RateLimiter::keyed(Quota::per_minute(requests))),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request, or says how many seconds it comes too early.
    pub fn check(&self, address: IpAddr) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        limiter.check_key(&network(address)).map_err(|early| {
            let wait = early.wait_time_from(self.clock.now());
            wait.as_secs() + 1
        })
    }

    /// Drops what is counted of networks that have not asked for a while.
    pub fn forget(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Networks that are known to be somebody's.
#[derive(Default)]
pub struct Known(Mutex<HashSet<IpAddr>>);

impl Known {
    pub fn note(&self, address: IpAddr) {
        self.networks().insert(network(address));
    }

    pub fn has(&self, address: IpAddr) -> bool {
        self.networks().contains(&network(address))
    }

    /// Who still comes is noted again.
    pub fn forget(&self) {
        self.networks().clear();
    }

    fn networks(&self) -> MutexGuard<'_, HashSet<IpAddr>> {
        // A set is whole, wherever a thread that held it came to grief.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of IPv6, everybody has a whole network of addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let checked = pace.check(address.parse().expect("an address"));
            assert_eq!(checked.is_ok(), is_in_time, "{address}");
            assert!(
                checked.is_ok() || (1..=31).contains(&checked.unwrap_err()),
                "{address}"
            );
        }
        pace.forget();
        let any = Pace::new(0);
        assert!((0..1_000).all(|_| any.check(IpAddr::V6(Ipv6Addr::LOCALHOST)).is_ok()));
    }
}
