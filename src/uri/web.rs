//! Checks https URIs: links that people follow, and the server's own endpoints.

use crate::diagnostic::rule;

use super::generic::{agreed, generic};
use super::host::{self, HostRules};
use super::parts::{Authority, Parts, port_number};
use super::report::Report;

/// Checks a link that people see and follow (requirements A21).
pub(crate) fn shown(uri: &str, report: &mut Report<'_, '_>) -> bool {
    let Some(parts) = generic(uri, report) else {
        return false;
    };
    if !parts.scheme.eq_ignore_ascii_case("https") {
        report.fault(&rule::URI_SCHEME);
        return false;
    }
    https(uri, &parts, HostRules::PUBLIC_NAMES, report)
}

/// Checks the rules that apply to https URIs only (requirements E6, E8).
pub(super) fn https(
    uri: &str,
    parts: &Parts<'_>,
    hosts: HostRules,
    report: &mut Report<'_, '_>,
) -> bool {
    let Some(authority) = parts.authority.filter(|a| !a.is_empty()) else {
        report.flaw(&rule::HOST_MISSING);
        return false;
    };
    let authority = Authority::split(authority);
    if authority.user_info.is_some() {
        report.flaw(&rule::USER_INFO);
    }
    let known = host::allowed(authority.host, hosts, report);
    if authority.port.is_some_and(|p| port_number(p).is_none()) {
        report.flaw(&rule::PORT);
    }
    // A URI that already has a flaw need not be read by the second parser.
    known && report.sound && agreed(uri, parts, report)
}

/// Reads a URL of the server itself: https, or http on a loopback address, without query, fragment
/// and a slash at its end, and written as the URL standard writes it.
pub(crate) fn endpoint(text: &str) -> Option<url::Url> {
    let url = url::Url::parse(text).ok()?;
    let secure = match url.scheme() {
        "https" => true,
        "http" => match url.host()? {
            url::Host::Domain(name) => name == "localhost",
            url::Host::Ipv4(address) => address.is_loopback(),
            url::Host::Ipv6(address) => address.is_loopback(),
        },
        _ => false,
    };
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let canonical = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    let named = !text.ends_with('/') && !text.contains('*');
    (secure && plain && canonical && named).then_some(url)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Findings, Place, Role};

    use super::*;

    #[test]
    fn uris_that_people_follow() {
        // RFC 1035 §3.1: 255 octets with the lengths of the labels.
        let label = "a".repeat(60);
        let longest = format!("https://{label}.{label}.{label}.{label}xx.example/");
        let long = longest.replace("xx.example", "xxx.example");
        let table: &[(&str, &[&str])] = &[
            ("https://a.example.com/", &[]),
            ("https://a.example.com/~me/b;c?d=e/f", &[]),
            ("https://a.example.com:8443/", &[]),
            ("http://a.example.com/", &["uri-scheme"]),
            ("javascript:alert(1)", &["uri-scheme"]),
            ("data:text/html,x", &["uri-scheme"]),
            ("HTTPS://a.example.com/", &["uri-scheme-case"]),
            ("", &["uri-empty"]),
            ("a.example.com", &["uri-not-absolute"]),
            ("my_app:/cb", &["uri-scheme-syntax"]),
            ("https:a.example.com", &["uri-host-missing"]),
            ("https:///a.example.com/", &["uri-host-missing"]),
            ("https://a@b.example.com/", &["uri-user-info"]),
            ("https://a.example.com/#", &["uri-fragment"]),
            ("https://a.example.com/ ", &["uri-character"]),
            ("https://a.example.com/ä", &["uri-character"]),
            ("https:\\\\a.example.com", &["uri-character"]),
            ("https://a.example.com/[", &["uri-character"]),
            ("https://a.example.com/%", &["uri-percent"]),
            ("https://a.example.com/%zz", &["uri-percent"]),
            ("https://a.example.com/%+1", &["uri-percent"]),
            ("https://a.example.com/?%0a", &["uri-encoded-control"]),
            (
                "https://a.example.com/a/%2e%2E/b",
                &["uri-encoded-separator"],
            ),
            ("https://a.example.com/a/../b", &["uri-dot-segment"]),
            ("https://a.example.com", &[]),
            (&longest, &[]),
            (&long, &["uri-host-syntax"]),
            ("https://a.example.com:443/", &[]),
            ("https://a.example.com:0/", &["uri-port"]),
            ("https://a.example.com:/", &["uri-port"]),
            ("https://xn--a.example.com/", &["uri-host-idna"]),
            ("https://xn--pple-43d.com/", &["uri-host-mixed-script"]),
            ("https://192.88.98.1/", &["uri-host-ip"]),
            (
                "https://b@a.example.com:0/#x",
                &["uri-fragment", "uri-user-info", "uri-port"],
            ),
        ];
        for (uri, codes) in table {
            let mut findings = Findings::default();
            let mut report = Report::new(Role::Other, Place::Document, &mut findings);
            assert_eq!(shown(uri, &mut report), codes.is_empty(), "{uri}");
            let found = findings.into_diagnostics();
            let found: Vec<_> = found.iter().map(|d| d.code).collect();
            assert_eq!(&found, codes, "{uri}");
        }
    }

    #[test]
    fn endpoints() {
        for (text, served) in [
            ("https://mail.example.com/auth/register", true),
            ("http://127.0.0.1:8080/auth/register", true),
            ("http://[::1]/auth/register", true),
            ("http://localhost/auth/register", true),
            ("https://mail.example.com", true),
            ("http://mail.example.com/auth/register", false),
            ("https://mail.example.com/", false),
            ("https://mail.example.com/auth/", false),
            (" https://mail.example.com/auth", false),
            ("https:\\\\mail.example.com\\auth", false),
            ("https:mail.example.com/auth", false),
            ("HTTPS://mail.example.com/auth", false),
            ("https://mail.example.com:443/auth", false),
            ("https://mail.example.com/a/../auth", false),
            ("https://bücher.example/auth", false),
            ("https://*.example.com/auth", false),
            ("http://127.1/auth", false),
            ("https://mail.example.com/?a", false),
            ("https://mail.example.com/#", false),
            ("https://u:p@mail.example.com/", false),
            ("mailto:a@example.com", false),
            ("/auth/register", false),
        ] {
            assert_eq!(endpoint(text).is_some(), served, "{text}");
        }
    }
}
