//! Checks which redirect URIs can be registered (requirements E1 to E10).

use crate::diagnostic::{Findings, Place, Role, rule};

use super::generic::{agreed, generic};
use super::host::{self, HostRules};
use super::parts::{Authority, Parts, port_number};
use super::report::Report;
use super::schemes::{DOTTED_SCHEMES, FORBIDDEN_SCHEMES, PLATFORM_SCHEMES};
use super::web;

/// The parameters of an authorization response (RFC 6749 §4.1.2, RFC 9207 §2, OpenID Connect
/// Session Management 1.0 §2).
const RESPONSE_PARAMETERS: &[&str] = &[
    "access_token",
    "code",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "id_token",
    "iss",
    "response",
    "scope",
    "session_state",
    "state",
    "token_type",
];

/// A redirect URI that can be registered, byte for byte as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedirectUri {
    pub(crate) text: String,
    pub(crate) kind: RedirectKind,
}

/// The kind of a redirect URI: what receives the authorization response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectKind {
    /// A web server, or an app that claimed an https URL (RFC 8252 §7.2).
    Https,
    /// A program on the same machine, with an IP literal (RFC 8252 §7.3).
    Loopback,
    /// A program on the same machine, with the name `localhost`, which can resolve to another
    /// machine (RFC 8252 §8.3).
    Localhost,
    /// An app that claimed a private-use scheme (RFC 8252 §7.1).
    PrivateUse,
}

impl RedirectKind {
    /// Whether only a program on the user's machine receives the authorization response.
    pub(crate) const fn is_native(self) -> bool {
        !matches!(self, Self::Https)
    }
}

/// The policy's rules for redirect URIs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RedirectUriRules {
    pub(crate) localhost: Localhost,
    pub(crate) https_hosts: HostRules,
    pub(crate) private_schemes: PrivateSchemes,
}

/// The private-use schemes that can be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrivateSchemes {
    /// Reversed domain names (RFC 8252 §7.1).
    ReverseDomain,
    /// All that have no other meaning, because an administrator knows who uses them (requirements
    /// E12). An administrator writes the URI that a program has, and is not advised to write another.
    Any,
}

/// Whether `http://localhost` can be registered (RFC 8252 §8.3 advises against it; requirements E3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Localhost {
    /// It can, with a warning.
    Accept,
    /// It cannot.
    Refuse,
}

impl RedirectUri {
    /// Checks one redirect URI, and reports every flaw in it.
    pub(crate) fn new(
        text: &str,
        rules: &RedirectUriRules,
        place: Place<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let mut report = Report::new(Role::Redirect, place, findings);
        let parts = generic(text, &mut report)?;
        let kind = match parts.scheme.to_ascii_lowercase().as_str() {
            "https" => {
                web::https(text, &parts, rules.https_hosts, &mut report);
                RedirectKind::Https
            }
            "http" => loopback(text, &parts, rules, &mut report),
            scheme
                if FORBIDDEN_SCHEMES.contains(&scheme)
                    || PLATFORM_SCHEMES
                        .iter()
                        .any(|begun| scheme.starts_with(begun)) =>
            {
                report
                    .findings
                    .error(&rule::REDIRECT_URI_SCHEME_FORBIDDEN, place);
                return None;
            }
            scheme => {
                private_use(text, scheme, &parts, rules.private_schemes, &mut report);
                RedirectKind::PrivateUse
            }
        };
        if text.contains('*') && parts.authority.is_none_or(|a| !a.contains('*')) {
            report.flaw(&rule::WILDCARD);
        }
        if parts.query.is_some_and(holds_response_parameter) {
            report.fault(&rule::REDIRECT_URI_RESERVED_PARAMETER);
        }
        report.sound.then(|| Self {
            text: text.to_owned(),
            kind,
        })
    }
}

/// Checks an http URI: its host must be a loopback one (requirements E2 to E4).
fn loopback(
    text: &str,
    parts: &Parts<'_>,
    rules: &RedirectUriRules,
    report: &mut Report<'_, '_>,
) -> RedirectKind {
    let authority = Authority::split(parts.authority.unwrap_or_default());
    let kind = match authority.host {
        "127.0.0.1" | "[::1]" => RedirectKind::Loopback,
        "localhost" => RedirectKind::Localhost,
        _ => {
            report.fault(&rule::REDIRECT_URI_HTTP);
            return RedirectKind::Loopback;
        }
    };
    if kind == RedirectKind::Localhost {
        match rules.localhost {
            Localhost::Accept => report
                .findings
                .warning(&rule::REDIRECT_URI_LOCALHOST, report.place),
            Localhost::Refuse => report.fault(&rule::REDIRECT_URI_LOCALHOST),
        }
    }
    if authority.user_info.is_some() {
        report.flaw(&rule::USER_INFO);
    }
    if authority.port.is_some_and(|p| port_number(p).is_none()) {
        report.flaw(&rule::PORT);
    }
    if report.sound {
        agreed(text, parts, report);
    }
    kind
}

/// Checks a URI with any other scheme: the scheme must be a reversed domain name (requirements E5).
fn private_use(
    text: &str,
    scheme: &str,
    parts: &Parts<'_>,
    schemes: PrivateSchemes,
    report: &mut Report<'_, '_>,
) {
    let reversed_domain = scheme.contains('.')
        && scheme.split('.').all(host::is_label)
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && !DOTTED_SCHEMES.contains(&scheme);
    if !reversed_domain && schemes == PrivateSchemes::ReverseDomain {
        report.fault(&rule::REDIRECT_URI_SCHEME_NOT_REVERSE_DOMAIN);
        return;
    }
    match parts.authority {
        None if !parts.path.starts_with('/') => {
            report.fault(&rule::REDIRECT_URI_PRIVATE_PATH);
            return;
        }
        None | Some("") => {}
        Some(authority) if authority.split('.').all(host::is_label) => {
            if schemes == PrivateSchemes::ReverseDomain {
                report
                    .findings
                    .warning(&rule::REDIRECT_URI_PRIVATE_AUTHORITY, report.place);
            }
        }
        Some(authority) if authority.contains('@') => report.flaw(&rule::USER_INFO),
        Some(_) => report.flaw(&rule::HOST_SYNTAX),
    }
    if report.sound {
        agreed(text, parts, report);
    }
}

/// Whether the query has a parameter that the authorization response adds too.
fn holds_response_parameter(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| RESPONSE_PARAMETERS.contains(&name.as_ref()))
}

#[cfg(test)]
mod tests;
