//! Checks the rules for URIs of every scheme, and compares the readings of two parsers.

use crate::diagnostic::rule;

use super::parts::{Authority, Parts, port_number};
use super::report::Report;

/// The maximum length of a URI, in bytes.
pub(super) const MAX_URI: usize = 2048;

/// Checks the rules for URIs of every scheme: the syntax of RFC 3986, in one spelling.
pub(super) fn generic<'a>(uri: &'a str, report: &mut Report<'_, '_>) -> Option<Parts<'a>> {
    if uri.len() > MAX_URI {
        report.flaw(&rule::TOO_LONG);
        return None;
    }
    if uri.is_empty() {
        report.flaw(&rule::EMPTY);
        return None;
    }
    if !uri.bytes().all(is_uri_byte) {
        report.flaw(&rule::CHARACTER);
        return None;
    }
    let Some(parts) = Parts::split(uri) else {
        report.flaw(if has_misspelt_scheme(uri) {
            &rule::SCHEME_SYNTAX
        } else {
            &rule::NOT_ABSOLUTE
        });
        return None;
    };
    if parts.scheme.bytes().any(|b| b.is_ascii_uppercase()) {
        report.flaw(&rule::SCHEME_CASE);
    }
    if parts.fragment.is_some() {
        report.flaw(&rule::FRAGMENT);
    }
    // Square brackets are allowed only around an IP literal (RFC 3986 §3.3, §3.4).
    let bracketed = |text: &str| text.bytes().any(|b| matches!(b, b'[' | b']'));
    if bracketed(parts.path) || parts.query.is_some_and(bracketed) {
        report.flaw(&rule::CHARACTER);
    }
    escapes(uri, &parts, report);
    if parts.path.split('/').any(|s| s == "." || s == "..") {
        report.flaw(&rule::DOT_SEGMENT);
    }
    Some(parts)
}

/// Whether a text that is no absolute URI begins like one: something that can only be meant as a
/// scheme, and a colon.
fn has_misspelt_scheme(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && !scheme.contains(['/', '?', '#', '@', '['])
    })
}

/// Checks percent-encoding (RFC 3986 §2.1), and that it encodes no separator and no control
/// character.
fn escapes(uri: &str, parts: &Parts<'_>, report: &mut Report<'_, '_>) {
    if !uri.as_bytes().contains(&b'%') {
        return;
    }
    let mut malformed = false;
    let mut control = false;
    for (at, _) in uri.match_indices('%') {
        match escaped(uri, at) {
            None => malformed = true,
            Some(byte) => control |= byte.is_ascii_control(),
        }
    }
    if malformed {
        report.flaw(&rule::PERCENT);
    }
    if control {
        report.flaw(&rule::ENCODED_CONTROL);
    }
    let separator = parts.path.match_indices('%').any(|(at, _)| {
        escaped(parts.path, at).is_some_and(|byte| matches!(byte, b'/' | b'\\' | b'.'))
    });
    if separator {
        report.flaw(&rule::ENCODED_SEPARATOR);
    }
}

/// Decodes the percent-encoded byte at this index.
fn escaped(text: &str, at: usize) -> Option<u8> {
    let digits = text.get(at + 1..at + 3)?;
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// Whether a byte can be in a URI (RFC 3986 §2): reserved, unreserved and the percent sign.
const fn is_uri_byte(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
        | b'-' | b'.' | b'_' | b'~' | b'%'
        | b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@'
        | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

/// Compares the reading of RFC 3986 with that of the WHATWG URL standard, because a browser must go
/// to the host that was registered.
pub(super) fn agreed(uri: &str, parts: &Parts<'_>, report: &mut Report<'_, '_>) -> bool {
    let agreed = is_plain(parts) || second_opinion(uri, parts);
    if !agreed {
        report.flaw(&rule::AMBIGUOUS);
    }
    agreed
}

/// Whether a valid URI has nothing that two parsers could read differently. Most URIs are like
/// that, and the second parser would take a quarter of the time of a decision.
fn is_plain(parts: &Parts<'_>) -> bool {
    !parts.authority.is_some_and(|a| a.contains("xn--"))
        && parts
            .path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~'))
}

fn second_opinion(uri: &str, parts: &Parts<'_>) -> bool {
    let authority = Authority::split(parts.authority.unwrap_or_default());
    url::Url::parse(uri).is_ok_and(|url| {
        let default = url.port_or_known_default().filter(|_| url.port().is_none());
        let port = authority.port.map_or(default, port_number);
        url.scheme() == parts.scheme
            && url.host_str().unwrap_or_default() == authority.host
            && url.port_or_known_default() == port
            && (url.path() == parts.path || parts.path.is_empty() && url.path() == "/")
            && url.username().is_empty()
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Findings, Place, Role};
    use crate::uri::host::{HostRules, IpLiterals};
    use crate::uri::redirect::{Localhost, PrivateSchemes, RedirectUri, RedirectUriRules};

    use super::*;

    #[test]
    fn length() {
        for (length, expected) in [(MAX_URI, None), (MAX_URI + 1, Some("uri-too-long"))] {
            let uri = format!("{:x<length$}", "https://a.example.com/");
            let mut findings = Findings::default();
            let mut report = Report::new(Role::Other, Place::Document, &mut findings);
            generic(&uri, &mut report);
            let found = findings.into_diagnostics();
            assert_eq!(found.first().map(|d| d.code), expected);
        }
    }

    /// Both parsers read every plain URI in the same way.
    #[test]
    fn nobody_disagrees_about_plain_uris() {
        let rules = RedirectUriRules {
            localhost: Localhost::Accept,
            https_hosts: HostRules {
                literals: IpLiterals::Public,
                ..HostRules::PUBLIC_NAMES
            },
            private_schemes: PrivateSchemes::ReverseDomain,
        };
        let scheme_and_hosts = [
            "https://a.example.com",
            "https://a--b.c-d.example",
            "https://1.example",
            "https://ab--cd.example",
            "http://127.0.0.1",
            "http://[::1]",
            "http://localhost",
            "com.example.app:",
            "com.example.app://",
            "com.example.app://cb",
            "a.b:",
            "w3.example-1:",
        ];
        let ports = ["", ":1", ":80", ":443", ":8443", ":65535"];
        let paths = [
            "",
            "/",
            "//",
            "/a",
            "/a/",
            "/a//b",
            "/.a",
            "/a.",
            "/...",
            "/a..b",
            "/~a",
            "/-",
            "/_",
            "/A.B-C_d~e/0",
            "/a?b=c",
            "/?",
            "/?a?b",
            "/a?b/../c",
            "/a?b='c'",
        ];
        let mut plain = 0;
        for start in scheme_and_hosts {
            for port in ports {
                for path in paths {
                    let uri = format!("{start}{port}{path}");
                    let mut findings = Findings::default();
                    let sound = RedirectUri::new(&uri, &rules, Place::Document, &mut findings);
                    let parts = Parts::split(&uri).unwrap();
                    if sound.is_some() && is_plain(&parts) {
                        plain += 1;
                        assert!(second_opinion(&uri, &parts), "{uri}");
                    }
                }
            }
        }
        assert!(plain > 500, "{plain}");
    }
}
