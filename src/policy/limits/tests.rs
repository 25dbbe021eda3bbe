use crate::config;
use crate::facts::{Caller, Credential};
use crate::permission::{AUTHENTICATE, REGISTRATION};
use crate::policy::admission::admit;

use super::*;

const BOTH: &[&str] = &[AUTHENTICATE, REGISTRATION];

fn policy(settings: &str) -> Policy {
    let text = format!("[oauth.client-registration]\n{settings}");
    config::compile(&text).unwrap().policy
}

#[test]
fn quotas() {
    let none = Usage::default();
    let usage = |key, account, address, wider, anonymous, total| Usage {
        key_registrations: Some(key),
        account_clients: Some(account),
        address_registrations: Some(address),
        wider_registrations: Some(wider),
        anonymous_clients: Some(anonymous),
        total_clients: Some(total),
    };
    let limits = "anonymous = true\n max-clients-per-account = 2\n max-registrations-per-address = 5\n max-anonymous-registrations-per-address = 3\n max-anonymous-clients = 6\n max-anonymous-registrations-per-wider-network = 5\n max-clients = 9";
    let eighth = "anonymous = true\n max-anonymous-clients = 17";
    let off = "anonymous = true\n max-anonymous-registrations-per-address = 0\n max-anonymous-clients = 0";
    let terms = Some(r#"{"max-registrations":4}"#);
    for (settings, key, terms, usage, expected) in [
        (limits, true, terms, none, None),
        (limits, false, None, none, None),
        (limits, true, terms, usage(3, 1, 4, 99, 99, 8), None),
        (
            limits,
            true,
            terms,
            usage(4, 1, 4, 99, 99, 8),
            Some("quota-key"),
        ),
        (limits, true, None, usage(4, 1, 4, 99, 99, 8), None),
        (
            limits,
            true,
            terms,
            usage(3, 2, 4, 99, 99, 8),
            Some("quota-account"),
        ),
        (
            limits,
            true,
            terms,
            usage(3, 1, 5, 99, 99, 8),
            Some("quota-address"),
        ),
        (
            limits,
            true,
            terms,
            usage(3, 1, 4, 99, 99, 9),
            Some("quota-total"),
        ),
        (limits, false, None, usage(9, 0, 2, 4, 5, 8), None),
        (
            limits,
            false,
            None,
            usage(9, 0, 3, 4, 5, 8),
            Some("quota-address"),
        ),
        (
            limits,
            false,
            None,
            usage(9, 0, 2, 4, 6, 8),
            Some("quota-anonymous"),
        ),
        (
            limits,
            false,
            None,
            usage(9, 0, 2, 4, 5, 9),
            Some("quota-total"),
        ),
        (
            limits,
            false,
            None,
            usage(9, 0, 2, 5, 5, 8),
            Some("quota-wider-network"),
        ),
        (eighth, false, None, usage(9, 0, 2, 2, 16, 8), None),
        (
            eighth,
            false,
            None,
            usage(9, 0, 2, 3, 16, 8),
            Some("quota-wider-network"),
        ),
        (
            off,
            false,
            None,
            usage(u64::MAX, 9, 99, u64::MAX, u64::MAX, u64::MAX),
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
            Some("quota-wider-network") => Err(Some(86_400 - 7200 - 40)),
            Some(_) => Err(Some(3600)),
        };
        assert_eq!(within.map_err(|e| e.retry_after), retry_after, "{usage:?}");
    }
}

#[test]
fn networks() {
    for (settings, address, expected) in [
        ("", "192.0.2.1", Some(["192.0.2.1/32", "192.0.0.0/16"])),
        (
            "",
            "::ffff:192.0.2.1",
            Some(["192.0.2.1/32", "192.0.0.0/16"]),
        ),
        (
            "",
            "2001:db8:1:2:3:4:5:6",
            Some(["2001:db8:1:2::/64", "2001:db8::/32"]),
        ),
        (
            "ipv4-prefix = 24",
            "192.0.2.1",
            Some(["192.0.2.0/24", "192.0.0.0/16"]),
        ),
        (
            "ipv4-prefix = 8",
            "192.0.2.1",
            Some(["192.0.0.0/8", "192.0.0.0/8"]),
        ),
        (
            "ipv6-prefix = 48",
            "2001:db8:1:2::",
            Some(["2001:db8:1::/48", "2001:db8::/32"]),
        ),
        (
            "ipv6-prefix = 20",
            "2001:db8:1:2::",
            Some(["2001::/20", "2001::/20"]),
        ),
        (
            "ipv6-prefix = 128",
            "2001:db8::1",
            Some(["2001:db8::1/128", "2001:db8::/32"]),
        ),
        ("", "somewhere", None),
        ("", "", None),
    ] {
        let policy = policy(settings);
        for (found, expected) in [
            (network(address, &policy), expected.map(|[own, _]| own)),
            (
                wider_network(address, &policy),
                expected.map(|[_, wider]| wider),
            ),
        ] {
            assert_eq!(found.as_deref(), expected, "{settings} {address}");
        }
    }
}
