//! Checks the limits on the number of clients and registrations.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::client::By;
use crate::config::Policy;
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::Usage;

use super::admission::Admission;

/// Decides whether one more client can be registered (RFC 7591 §5). The first limit that is reached
/// refuses. The limit 0 means no limit; a counter that is absent is not checked.
pub(crate) fn within_limits(
    admission: &Admission<'_>,
    usage: &Usage,
    now: u64,
    findings: &mut Findings,
) -> Result<(), Exhausted> {
    let Admission {
        by,
        policy,
        max_registrations,
        ..
    } = admission;
    let strangers = |limit| if *by == By::Stranger { limit } else { 0 };
    let later = Some(AFTER_A_SWEEP);
    let next_window = Some(window_left(now, policy.address_window));
    let exhausted = [
        (
            usage.key_registrations,
            *max_registrations,
            &rule::QUOTA_KEY,
            None,
        ),
        (
            usage.account_clients,
            policy.max_clients_per_account,
            &rule::QUOTA_ACCOUNT,
            None,
        ),
        (
            usage.address_registrations,
            policy.max_registrations_per_address,
            &rule::QUOTA_ADDRESS,
            next_window,
        ),
        (
            usage.address_registrations,
            strangers(policy.max_anonymous_registrations_per_address),
            &rule::QUOTA_ADDRESS,
            next_window,
        ),
        (
            usage.wider_registrations,
            strangers(policy.wider_share()),
            &rule::QUOTA_WIDER_NETWORK,
            Some(window_left(now, policy.provisional_time())),
        ),
        (
            usage.anonymous_clients,
            strangers(policy.max_anonymous_clients),
            &rule::QUOTA_ANONYMOUS,
            later,
        ),
        (
            usage.total_clients,
            policy.max_clients,
            &rule::QUOTA_TOTAL,
            later,
        ),
    ]
    .into_iter()
    .find(|(used, limit, ..)| is_reached(*used, *limit));
    match exhausted {
        None => Ok(()),
        Some((_, _, rule, retry_after)) => {
            findings.error(rule, Place::Document);
            Err(Exhausted { retry_after })
        }
    }
}

/// Whether one client of strangers less is room for a new one: there are as many as there may be. If there are more, as
/// after the limit was lowered, nobody is let in because one goes.
pub(crate) fn one_makes_room(usage: &Usage, policy: &Policy) -> bool {
    let limit = policy.max_anonymous_clients;
    limit > 0 && usage.anonymous_clients == Some(limit)
}

fn is_reached(used: Option<u64>, limit: u64) -> bool {
    limit > 0 && used.is_some_and(|used| used >= limit)
}

/// A limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted {
    /// The time after which the client can try again, in seconds; `None` if waiting does not help.
    pub(crate) retry_after: Option<u64>,
}

/// The time after which unused clients may have been removed, in seconds.
const AFTER_A_SWEEP: u64 = 3600;

/// Returns the time until the next window begins, in seconds. Windows begin at multiples of their
/// length.
fn window_left(now: u64, window: u64) -> u64 {
    let window = window.max(1);
    window - now % window
}

/// Returns the network that an address is counted under. By default it is one IPv4 address, or the
/// 2^64 addresses of an IPv6 subscriber.
pub(crate) fn network(address: &str, policy: &Policy) -> Option<String> {
    around(address, policy.ipv4_prefix, policy.ipv6_prefix)
}

/// Returns the wider network that an address is counted under. It is as large as what one party can
/// have many networks in, and never smaller than its [`network`].
pub(crate) fn wider_network(address: &str, policy: &Policy) -> Option<String> {
    around(
        address,
        policy.ipv4_prefix.min(WIDER_IPV4_PREFIX),
        policy.ipv6_prefix.min(WIDER_IPV6_PREFIX),
    )
}

/// The number of bits of an IPv4 address that identify the wider network.
const WIDER_IPV4_PREFIX: u64 = 16;

/// The number of bits of an IPv6 address that identify the wider network: the least that a provider
/// gets from a registry.
const WIDER_IPV6_PREFIX: u64 = 32;

/// Returns the network around an address that has as many bits as its version says.
fn around(address: &str, ipv4_prefix: u64, ipv6_prefix: u64) -> Option<String> {
    let address: IpAddr = address.parse().ok()?;
    let address = address.to_canonical();
    let prefix = match address {
        IpAddr::V4(_) => ipv4_prefix,
        IpAddr::V6(_) => ipv6_prefix,
    };
    let network = IpNet::new(address, u8::try_from(prefix).ok()?).ok()?;
    Some(network.trunc().to_string())
}

#[cfg(test)]
mod tests;
