//! Who may register (RFC 7591 §3), and within which policy.

use std::borrow::Cow;

use crate::client::{By, Registrant};
use crate::config::{self, AnonymousProfile, Policy, Terms};
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::facts::permission::REGISTRATION;
use crate::facts::{Caller, Credential, Misuse};
use crate::metadata::Profile;

/// What a caller may register, and in whose name.
#[derive(Debug)]
pub(crate) struct Admission<'a> {
    pub(crate) by: By,
    pub(crate) profile: Profile,
    /// The policy within the caller's terms.
    pub(crate) policy: Cow<'a, Policy>,
    /// How many registrations the caller's key is good for; 0 for any number.
    pub(super) max_registrations: u64,
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

#[cfg(test)]
mod tests {
    use crate::facts::permission::AUTHENTICATE;

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
}
