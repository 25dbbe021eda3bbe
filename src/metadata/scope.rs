//! Makes the scope that is registered (RFC 6749 §3.3).

use crate::config::{Policy, UnknownScopes};
use crate::diagnostic::{Findings, Place, rule};
use crate::oauth::{Cut, cut, gives_access};

/// Returns the scope that is registered for a requested one (requirements A11): its offered tokens,
/// without duplicates. Without a requested scope it is the policy's default; `offline_access` is
/// part of it only if the client gets refresh tokens (OpenID Connect Core 1.0 §11).
pub(super) fn registered(
    asked: Option<&str>,
    refreshes: bool,
    policy: &Policy,
    findings: &mut Findings,
) -> Option<String> {
    let place = Place::top("scope");
    let Some(asked) = asked.filter(|scope| !scope.is_empty()) else {
        let scopes = policy.scopes_by_default(refreshes);
        return (!scopes.is_empty()).then(|| scopes.join(" "));
    };
    let Some(Cut { kept, is_less }) =
        cut(asked, |scope| policy.scopes.0.iter().any(|o| o == scope))
    else {
        findings.error(&rule::SCOPE_SYNTAX, place);
        return None;
    };
    let offered = || policy.scopes.0.join(", ");
    if is_less && policy.unknown_scopes == UnknownScopes::Refuse {
        findings.error_saying(
            &rule::SCOPE_NOT_OFFERED,
            place,
            format!("A scope is not offered; offered are {}.", offered()),
        );
    } else if !kept.iter().any(|scope| gives_access(scope)) {
        findings.error_saying(
            &rule::SCOPE_NONE_OFFERED,
            place,
            format!(
                "None of the scopes that are offered and asked for gives access to anything; offered are {}.",
                offered()
            ),
        );
    } else if is_less {
        findings.note(&rule::SCOPE_NOT_OFFERED, place);
    }
    Some(kept.join(" "))
}

#[cfg(test)]
mod tests {
    use crate::config;

    use super::*;

    fn policy(settings: &str) -> Policy {
        let text = format!("[oauth.client-registration]\n{settings}");
        config::compile(&text).unwrap().policy
    }

    #[test]
    fn what_is_registered() {
        let few = "scopes = ['a', 'b', 'c']\n";
        let some = "scopes = ['a', 'b', 'c']\ndefault-scopes = ['b']\n";
        let strict = "scopes = ['a', 'b', 'c']\nunknown-scopes = 'refuse'\n";
        let nothing = "scopes = []\n";
        let offline = "scopes = ['a', 'offline_access']\n";
        for (settings, asked, registered_scope, code) in [
            (offline, None, Some("a offline_access"), None),
            (
                offline,
                Some("offline_access a"),
                Some("offline_access a"),
                None,
            ),
            (
                offline,
                Some("offline_access"),
                None,
                Some("scope-none-offered"),
            ),
            (
                offline,
                Some("offline_access x"),
                None,
                Some("scope-none-offered"),
            ),
            (few, None, Some("a b c"), None),
            (few, Some(""), Some("a b c"), None),
            (some, None, Some("b"), None),
            (nothing, None, None, None),
            (few, Some("c a"), Some("c a"), None),
            (few, Some("a a"), Some("a"), None),
            (few, Some("a x"), Some("a"), Some("scope-not-offered")),
            (few, Some("x"), None, Some("scope-none-offered")),
            (strict, Some("a x"), None, Some("scope-not-offered")),
            (few, Some("a  b"), None, Some("scope-syntax")),
            (few, Some(" a"), None, Some("scope-syntax")),
            (few, Some("a\tb"), None, Some("scope-syntax")),
            (few, Some("a\\b"), None, Some("scope-syntax")),
            (few, Some("\"a\""), None, Some("scope-syntax")),
            (few, Some("ä"), None, Some("scope-syntax")),
        ] {
            let mut findings = Findings::default();
            let found = registered(asked, true, &policy(settings), &mut findings);
            let refused = findings.has_errors();
            let codes: Vec<_> = findings.into_diagnostics().iter().map(|d| d.code).collect();
            assert_eq!(codes.first().copied(), code, "{asked:?}");
            if !refused {
                assert_eq!(found.as_deref(), registered_scope, "{asked:?}");
            }
            assert_eq!(refused, registered_scope.is_none() && code.is_some());
        }
    }

    #[test]
    fn offline_access_by_default_only_with_refresh_tokens() {
        let policy = policy("scopes = ['a', 'offline_access']\n");
        for (asked, refreshes, expected) in [
            (None, true, "a offline_access"),
            (None, false, "a"),
            (Some("a offline_access"), false, "a offline_access"),
        ] {
            let mut findings = Findings::default();
            let found = registered(asked, refreshes, &policy, &mut findings);
            assert_eq!(found.as_deref(), Some(expected), "{asked:?} {refreshes}");
        }
    }
}
