use crate::permission::AUTHENTICATE;

use super::*;

fn policy(settings: &str) -> Policy {
    let text = format!("[oauth.client-registration]\n{settings}");
    config::compile(&text).unwrap().policy
}

#[test]
fn callers() {
    use Credential::{Accepted, Malformed, Missing, OtherScheme, Rejected};
    let closed = "";
    let open = "anonymous = true";
    let wide = "anonymous = true\nanonymous-profile = 'none'";
    let both: &[&str] = &["x", AUTHENTICATE, REGISTRATION];
    let key = Ok((By::Key, Profile::Full));
    for (settings, credential, permissions, expected) in [
        (closed, Missing, &[][..], Err("credential-missing")),
        (closed, Malformed, &[], Err("credential-malformed")),
        (closed, OtherScheme, &[], Err("credential-scheme")),
        (closed, OtherScheme, both, Err("credential-scheme")),
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
        (open, OtherScheme, &[], Err("credential-scheme")),
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
    assert!(matches!(found.unwrap_err(), Misuse::TermsInvalid(mistakes) if !mistakes.0.is_empty()));
}
