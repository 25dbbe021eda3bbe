//! Who may register (RFC 7591 §3), and how often.

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::Misuse;
use crate::config::{self, AnonymousProfile, Policy, Terms};
use crate::context::{Caller, Credential, Usage};
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::metadata::Profile;
use crate::record::{By, Registrant};

/// Permission to sign in at all.
pub(crate) const AUTHENTICATE: &str = "authenticate";

/// Permission to register clients.
pub(crate) const REGISTRATION: &str = "oauth-client-registration";

/// Permission to use any client id where registration is required.
pub(crate) const OVERRIDE: &str = "oauth-client-override";

/// Permission to show a client.
pub(crate) const GET: &str = "oauth-client-get";

/// Permission to register a client by hand.
pub(crate) const CREATE: &str = "oauth-client-create";

/// Permission to change a client.
pub(crate) const UPDATE: &str = "oauth-client-update";

/// Permission to delete a client.
pub(crate) const DELETE: &str = "oauth-client-delete";

/// What a caller may register, and in whose name.
#[derive(Debug)]
pub(crate) struct Admission<'a> {
    pub(crate) by: By,
    pub(crate) profile: Profile,
    /// The policy within the caller's terms.
    pub(crate) policy: Cow<'a, Policy>,
    /// How many registrations the caller's key is good for; 0 for any number.
    max_registrations: u64,
}

/// Decides whether this caller may register at all, and what its client is held to.
pub(crate) fn admit<'a>(
    caller: &Caller<'_>,
    now: u64,
    policy: &'a Policy,
    findings: &mut Findings,
) -> Result<Option<Admission<'a>>, Misuse> {
    let own = terms_of(caller)?;
    let terms = own.as_ref().unwrap_or(&policy.anonymous_terms);
    let admitted = profile(caller, policy).and_then(|(by, profile)| {
        let held_to = (by == By::Stranger || own.is_some()).then_some(terms);
        if let Some(terms) = held_to {
            bounds(terms, caller, now)?;
        }
        Ok(Admission {
            by,
            profile,
            policy: held_to.map_or(Cow::Borrowed(policy), |terms| terms.narrow(policy)),
            max_registrations: held_to.map_or(0, |terms| terms.max_registrations),
        })
    });
    Ok(match admitted {
        Ok(admission) => Some(admission),
        Err(refusal) => {
            findings.error(refusal, Place::Document);
            None
        }
    })
}

/// The policy within the terms that a client was registered under (requirements D4). Strangers share
/// those of the policy, as they are now.
pub(crate) fn within_terms<'a>(
    registrant: &Registrant<'_>,
    policy: &'a Policy,
) -> Result<Cow<'a, Policy>, Misuse> {
    if registrant.by == By::Stranger {
        return Ok(policy.anonymous_terms.narrow(policy));
    }
    match &registrant.terms {
        None => Ok(Cow::Borrowed(policy)),
        Some(terms) => {
            let terms = config::terms(terms.get()).map_err(|_| Misuse::RecordUnreadable)?;
            Ok(terms.narrow(policy))
        }
    }
}

/// The terms of the caller's key. Those of a caller without one count for nothing.
fn terms_of(caller: &Caller<'_>) -> Result<Option<Terms>, Misuse> {
    match (caller.credential, caller.terms) {
        (Credential::Accepted, Some(terms)) => config::terms(terms)
            .map(Some)
            .map_err(|_| Misuse::TermsInvalid),
        _ => Ok(None),
    }
}

/// RFC 6750 §3. A token that is no good is never taken for no token, or else a client whose key
/// expired would be registered as a stranger without noticing.
fn profile(caller: &Caller<'_>, policy: &Policy) -> Result<(By, Profile), &'static Rule> {
    match caller.credential {
        Credential::Missing if policy.anonymous => Ok((
            By::Stranger,
            match policy.anonymous_profile {
                AnonymousProfile::Mail => Profile::Mail,
                AnonymousProfile::None => Profile::Full,
            },
        )),
        _ => permit(caller, REGISTRATION, &rule::PERMISSION_MISSING)
            .map(|()| (By::Key, Profile::Full)),
    }
}

/// Whether the caller has a live API key with a permission; if not, the rule that says so.
pub(crate) fn permit(
    caller: &Caller<'_>,
    permission: &str,
    missing: &'static Rule,
) -> Result<(), &'static Rule> {
    match caller.credential {
        Credential::Missing => Err(&rule::CREDENTIAL_MISSING),
        Credential::Malformed => Err(&rule::CREDENTIAL_MALFORMED),
        Credential::Rejected => Err(&rule::CREDENTIAL_REJECTED),
        Credential::Accepted if caller.may(permission) => Ok(()),
        Credential::Accepted => Err(missing),
    }
}

/// From where, and until when, a caller may register.
fn bounds(terms: &Terms, caller: &Caller<'_>, now: u64) -> Result<(), &'static Rule> {
    if terms.expires_at != 0 && terms.expires_at <= now {
        return Err(&rule::TERMS_EXPIRED);
    }
    if !terms.networks.permit(caller.address) {
        return Err(&rule::NETWORK_NOT_ALLOWED);
    }
    Ok(())
}

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

    use super::*;

    fn policy(settings: &str) -> Policy {
        let text = format!("[oauth.client-registration]\n{settings}");
        config::compile(&text).unwrap().0
    }

    #[test]
    fn callers() {
        use Credential::{Accepted, Malformed, Missing, Rejected};
        let closed = "";
        let open = "anonymous = true";
        let wide = "anonymous = true\nanonymous-profile = 'none'";
        let both: &[&str] = &["x", AUTHENTICATE, REGISTRATION];
        let key = Ok((By::Key, Profile::Full));
        for (settings, credential, permissions, expected) in [
            (closed, Missing, &[][..], Err("credential-missing")),
            (closed, Malformed, &[], Err("credential-malformed")),
            (closed, Rejected, &[], Err("credential-rejected")),
            (closed, Accepted, both, key),
            (closed, Accepted, &[AUTHENTICATE], Err("permission-missing")),
            (closed, Accepted, &[REGISTRATION], Err("permission-missing")),
            (closed, Accepted, &[], Err("permission-missing")),
            // Permissions that come without a credential count for nothing.
            (closed, Missing, both, Err("credential-missing")),
            (closed, Rejected, both, Err("credential-rejected")),
            (open, Missing, &[], Ok((By::Stranger, Profile::Mail))),
            (wide, Missing, &[], Ok((By::Stranger, Profile::Full))),
            (open, Malformed, &[], Err("credential-malformed")),
            (open, Rejected, &[], Err("credential-rejected")),
            (open, Accepted, &[], Err("permission-missing")),
            (open, Accepted, both, key),
        ] {
            let caller = Caller {
                credential,
                permissions,
                ..Caller::default()
            };
            let found = profile(&caller, &policy(settings)).map_err(|rule| rule.code);
            assert_eq!(found, expected, "{settings} {credential:?} {permissions:?}");
        }
    }

    const BOTH: &[&str] = &[AUTHENTICATE, REGISTRATION];

    #[test]
    fn terms() {
        let open = "anonymous = true\n";
        let fenced = "anonymous = true\nanonymous-terms = { networks = ['192.0.2.0/24'], scopes = ['offline_access'] }";
        let here = Some("192.0.2.1");
        let there = Some("198.51.100.1");
        for (name, settings, key, terms, address, expected) in [
            ("no terms", "", true, None, here, Ok(4)),
            ("a stranger", open, false, None, here, Ok(4)),
            ("a stranger here", fenced, false, None, here, Ok(1)),
            (
                "a stranger elsewhere",
                fenced,
                false,
                None,
                there,
                Err("network-not-allowed"),
            ),
            (
                "a stranger from nowhere",
                fenced,
                false,
                None,
                None,
                Err("network-not-allowed"),
            ),
            (
                "a key is not held to the strangers' terms",
                fenced,
                true,
                None,
                there,
                Ok(4),
            ),
            (
                "a stranger's own terms count for nothing",
                open,
                false,
                Some(r#"{"scopes":[]}"#),
                here,
                Ok(4),
            ),
            (
                "a key here",
                "",
                true,
                Some(r#"{"networks":["192.0.2.0/24"]}"#),
                here,
                Ok(4),
            ),
            (
                "a key elsewhere",
                "",
                true,
                Some(r#"{"networks":["192.0.2.0/24"]}"#),
                there,
                Err("network-not-allowed"),
            ),
            (
                "before the end",
                "",
                true,
                Some(r#"{"expires-at":1001}"#),
                here,
                Ok(4),
            ),
            (
                "at the end",
                "",
                true,
                Some(r#"{"expires-at":1000}"#),
                here,
                Err("terms-expired"),
            ),
            (
                "narrow",
                "",
                true,
                Some(r#"{"scopes":["offline_access"]}"#),
                here,
                Ok(1),
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
                address,
                terms,
                ..Caller::default()
            };
            let mut findings = Findings::default();
            let admission = admit(&caller, 1000, &policy, &mut findings).unwrap();
            let found = match admission {
                Some(admission) => Ok(admission.policy.scopes.0.len()),
                None => Err(findings.into_diagnostics()[0].code),
            };
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn terms_that_cannot_be_read() {
        let caller = Caller {
            terms: Some("{"),
            ..Caller::with_permissions(BOTH)
        };
        let policy = Policy::default();
        let found = admit(&caller, 0, &policy, &mut Findings::default());
        assert_eq!(found.unwrap_err(), Misuse::TermsInvalid);
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
