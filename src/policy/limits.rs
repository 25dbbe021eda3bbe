//! How many clients may be registered, and how often.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::client::By;
use crate::config::Policy;
use crate::diagnostic::{Findings, Place, rule};
use crate::facts::Usage;

use super::admission::Admission;

/// Decides whether one client more may be registered (RFC 7591 §5): the first limit that is used up
/// refuses. 0 is no limit, and an absent counter is not enforced.
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
    let next_window = Some(window_left(now, policy));
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
    .find(|(used, limit, ..)| *limit > 0 && used.is_some_and(|used| used >= *limit));
    match exhausted {
        None => Ok(()),
        Some((_, _, rule, retry_after)) => {
            findings.error(rule, Place::Document);
            Err(Exhausted { retry_after })
        }
    }
}

/// A limit that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted {
    /// After how many seconds it may not be, if waiting helps.
    pub(crate) retry_after: Option<u64>,
}

/// When clients that nobody uses may have been removed, in seconds.
const AFTER_A_SWEEP: u64 = 3600;

/// How many seconds the current window lasts; windows begin at multiples of their length.
fn window_left(now: u64, policy: &Policy) -> u64 {
    let window = policy.address_window.max(1);
    window - now % window
}

/// The network that an address is counted under: one IPv4 address, or the 2^64 addresses that an IPv6
/// subscriber has, unless the settings say otherwise.
pub(crate) fn network(address: &str, policy: &Policy) -> Option<String> {
    let address: IpAddr = address.parse().ok()?;
    let address = address.to_canonical();
    let prefix = match address {
        IpAddr::V4(_) => policy.ipv4_prefix,
        IpAddr::V6(_) => policy.ipv6_prefix,
    };
    let network = IpNet::new(address, u8::try_from(prefix).ok()?).ok()?;
    Some(network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use crate::config;
    use crate::facts::permission::{AUTHENTICATE, REGISTRATION};
    use crate::facts::{Caller, Credential};

    use super::super::admission::admit;
    use super::*;

    const BOTH: &[&str] = &[AUTHENTICATE, REGISTRATION];

    fn policy(settings: &str) -> Policy {
        let text = format!("[oauth.client-registration]\n{settings}");
        config::compile(&text).unwrap().0
    }

    #[test]
    fn quotas() {
        let none = Usage::default();
        let usage = |key, account, address, anonymous, total| Usage {
            key_registrations: Some(key),
            account_clients: Some(account),
            address_registrations: Some(address),
            anonymous_clients: Some(anonymous),
            total_clients: Some(total),
        };
        let limits = "anonymous = true\n max-clients-per-account = 2\n max-registrations-per-address = 5\n max-anonymous-registrations-per-address = 3\n max-anonymous-clients = 6\n max-clients = 9";
        let off = "anonymous = true\n max-anonymous-registrations-per-address = 0\n max-anonymous-clients = 0";
        let terms = Some(r#"{"max-registrations":4}"#);
        for (settings, key, terms, usage, expected) in [
            (limits, true, terms, none, None),
            (limits, false, None, none, None),
            (limits, true, terms, usage(3, 1, 4, 99, 8), None),
            (
                limits,
                true,
                terms,
                usage(4, 1, 4, 99, 8),
                Some("quota-key"),
            ),
            (limits, true, None, usage(4, 1, 4, 99, 8), None),
            (
                limits,
                true,
                terms,
                usage(3, 2, 4, 99, 8),
                Some("quota-account"),
            ),
            (
                limits,
                true,
                terms,
                usage(3, 1, 5, 99, 8),
                Some("quota-address"),
            ),
            (
                limits,
                true,
                terms,
                usage(3, 1, 4, 99, 9),
                Some("quota-total"),
            ),
            (limits, false, None, usage(9, 0, 2, 5, 8), None),
            (
                limits,
                false,
                None,
                usage(9, 0, 3, 5, 8),
                Some("quota-address"),
            ),
            (
                limits,
                false,
                None,
                usage(9, 0, 2, 6, 8),
                Some("quota-anonymous"),
            ),
            (
                limits,
                false,
                None,
                usage(9, 0, 2, 5, 9),
                Some("quota-total"),
            ),
            (
                off,
                false,
                None,
                usage(u64::MAX, 9, 99, u64::MAX, u64::MAX),
                None,
            ),
        ] {
            let policy = policy(settings);
            let caller = Caller {
                credential: if key {
                    Credential::Accepted
                } else {
                    Credential::Missing
                },
                permissions: if key { BOTH } else { &[] },
                terms,
                ..Caller::default()
            };
            let mut findings = Findings::default();
            let admission = admit(&caller, 0, &policy, &mut findings).unwrap().unwrap();
            let within = within_limits(&admission, &usage, 7200 + 40, &mut findings);
            let found = findings.into_diagnostics().first().map(|d| d.code);
            assert_eq!(found, expected, "{usage:?}");
            let retry_after = match expected {
                None => Ok(()),
                Some("quota-key" | "quota-account") => Err(None),
                Some("quota-address") => Err(Some(3600 - 40)),
                Some(_) => Err(Some(3600)),
            };
            assert_eq!(within.map_err(|e| e.retry_after), retry_after, "{usage:?}");
        }
    }

    #[test]
    fn networks() {
        for (settings, address, expected) in [
            ("", "192.0.2.1", Some("192.0.2.1/32")),
            ("", "::ffff:192.0.2.1", Some("192.0.2.1/32")),
            ("", "2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::/64")),
            ("ipv4-prefix = 24", "192.0.2.1", Some("192.0.2.0/24")),
            (
                "ipv6-prefix = 48",
                "2001:db8:1:2::",
                Some("2001:db8:1::/48"),
            ),
            ("ipv6-prefix = 128", "2001:db8::1", Some("2001:db8::1/128")),
            ("", "somewhere", None),
            ("", "", None),
        ] {
            let found = network(address, &policy(settings));
            assert_eq!(found.as_deref(), expected, "{settings} {address}");
        }
    }
}
