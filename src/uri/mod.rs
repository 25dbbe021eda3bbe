//! URIs: what may be registered, and what matches.
//!
//! The text itself is judged, never a parser's repaired form of it (RFC 3986 §7.3 tells why), and a
//! second, independent parser has to agree with the reading.

mod document;
mod host;
mod matching;
mod redirect;
mod site;
mod web;

pub(crate) use self::document::is_client_url;
pub(crate) use self::host::IpLiterals;
pub use self::matching::redirect_uri_matches;
pub(crate) use self::matching::{is_loopback, portless};
pub(crate) use self::redirect::{
    Localhost, PrivateSchemes, RedirectKind, RedirectUri, RedirectUriRules,
};
pub(crate) use self::site::{scheme_site, site};
pub(crate) use self::web::{endpoint, shown};

use crate::diagnostic::{Findings, Flaw, Place, Role, Rule, rule};

/// How long a URI may be, in bytes.
pub(crate) const MAX_URI: usize = 2048;

/// The flaws of one URI, each reported where it stands.
pub(crate) struct Report<'f, 'p> {
    role: Role,
    place: Place<'p>,
    findings: &'f mut Findings,
    sound: bool,
}

impl<'f, 'p> Report<'f, 'p> {
    pub(crate) fn new(role: Role, place: Place<'p>, findings: &'f mut Findings) -> Self {
        Self {
            role,
            place,
            findings,
            sound: true,
        }
    }

    fn flaw(&mut self, flaw: &'static Flaw) {
        self.sound = false;
        self.findings.error(flaw.rule(self.role), self.place);
    }

    /// A flaw that only URIs of one role can have.
    fn fault(&mut self, rule: &'static Rule) {
        self.sound = false;
        self.findings.error(rule, self.place);
    }
}

/// A URI's components, as they stand in it (RFC 3986 appendix B).
#[derive(Debug, PartialEq)]
struct Parts<'a> {
    scheme: &'a str,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

/// An authority's components, as they stand in it (RFC 3986 §3.2).
#[derive(Debug, PartialEq)]
struct Authority<'a> {
    user_info: Option<&'a str>,
    host: &'a str,
    port: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Takes a URI apart; `None` without a scheme (RFC 3986 §3.1).
    fn split(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = split_at_byte(uri, b':');
        let rest = rest?;
        let mut letters = scheme.bytes();
        if !letters.next()?.is_ascii_alphabetic()
            || !letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        {
            return None;
        }
        let (rest, fragment) = split_at_byte(rest, b'#');
        let (rest, query) = split_at_byte(rest, b'?');
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) =
                    rest.split_at(rest.bytes().position(|b| b == b'/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Some(Self {
            scheme,
            authority,
            path,
            query,
            fragment,
        })
    }
}

/// What stands before the first of these ASCII characters, and what behind it if there is one.
fn split_at_byte(text: &str, byte: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|b| b == byte) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

impl<'a> Authority<'a> {
    fn split(authority: &'a str) -> Self {
        let (user_info, rest) = match authority.bytes().rposition(|b| b == b'@') {
            Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
            None => (None, authority),
        };
        // The colons inside of an IP literal do not start a port.
        let literal = match rest.starts_with('[') {
            true => rest.find(']').unwrap_or(0),
            false => 0,
        };
        let (_, port) = split_at_byte(&rest[literal..], b':');
        let host = match port {
            Some(port) => &rest[..rest.len() - port.len() - 1],
            None => rest,
        };
        Self {
            user_info,
            host,
            port,
        }
    }
}

/// Whether a host stands in a list. An entry that begins with a dot stands for all hosts below it.
pub(crate) fn host_is_listed(host: &str, list: &[String]) -> bool {
    list.iter()
        .any(|listed| listed == host || listed.starts_with('.') && host.ends_with(listed))
}

/// The host of a sound URI, as it stands in it.
pub(crate) fn host(uri: &str) -> &str {
    let (_, authority) = uri.split_once("//").unwrap_or_default();
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    Authority::split(&authority[..end]).host
}

/// The scheme, host and port of a sound URI, as they stand in it.
pub(crate) fn origin(uri: &str) -> &str {
    let start = uri.find("//").map_or(0, |slashes| slashes + 2);
    let end = uri[start..]
        .find(['/', '?', '#'])
        .unwrap_or(uri.len() - start);
    &uri[..start + end]
}

/// Judges what every URI has to keep, whatever its scheme: RFC 3986 syntax, in one spelling.
fn generic<'a>(uri: &'a str, report: &mut Report<'_, '_>) -> Option<Parts<'a>> {
    if uri.len() > MAX_URI {
        report.flaw(&rule::TOO_LONG);
        return None;
    }
    if !uri.bytes().all(is_uri_byte) {
        report.flaw(&rule::CHARACTER);
        return None;
    }
    let Some(parts) = Parts::split(uri) else {
        report.flaw(&rule::NOT_ABSOLUTE);
        return None;
    };
    if parts.scheme.bytes().any(|b| b.is_ascii_uppercase()) {
        report.flaw(&rule::SCHEME_CASE);
    }
    if parts.fragment.is_some() {
        report.flaw(&rule::FRAGMENT);
    }
    // Square brackets stand around an IP literal and nowhere else (RFC 3986 §3.3, §3.4).
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

/// RFC 3986 §2.1, and what an escape must not hide.
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

/// The byte that the escape at this index stands for.
fn escaped(text: &str, at: usize) -> Option<u8> {
    let digits = text.get(at + 1..at + 3)?;
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// RFC 3986 §2: reserved, unreserved and the percent sign.
const fn is_uri_byte(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
        | b'-' | b'.' | b'_' | b'~' | b'%'
        | b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@'
        | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

/// A port as it may be written: 1 to 65535, no sign, no leading zero.
fn port_number(port: &str) -> Option<u16> {
    let plain = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
    plain.then(|| port.parse().ok())?
}

/// Holds the reading of RFC 3986 against that of the WHATWG URL standard: a browser must go where
/// the registration says.
fn agreed(uri: &str, parts: &Parts<'_>, report: &mut Report<'_, '_>) -> bool {
    let agreed = is_plain(parts) || second_opinion(uri, parts);
    if !agreed {
        report.flaw(&rule::AMBIGUOUS);
    }
    agreed
}

/// Whether there is nothing in a sound URI that a parser could read in its own way. Most are so,
/// and the second parser would take a quarter of a decision.
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

    #[test]
    fn origins() {
        for (uri, expected) in [
            ("https://a.b/c", "https://a.b"),
            ("https://a/", "https://a"),
            ("https://a.b", "https://a.b"),
            ("https://a.b:8443?c", "https://a.b:8443"),
            ("https://a.b#c", "https://a.b"),
        ] {
            assert_eq!(origin(uri), expected, "{uri}");
        }
    }

    #[test]
    fn components() {
        let table: &[(
            &str,
            Option<(&str, Option<&str>, &str, Option<&str>, Option<&str>)>,
        )] = &[
            (
                "https://a.example/b?c#d",
                Some(("https", Some("a.example"), "/b", Some("c"), Some("d"))),
            ),
            (
                "https://a.example",
                Some(("https", Some("a.example"), "", None, None)),
            ),
            (
                "https://a.example/#",
                Some(("https", Some("a.example"), "/", None, Some(""))),
            ),
            (
                "https://a.example?",
                Some(("https", Some("a.example"), "", Some(""), None)),
            ),
            (
                "com.example:/b",
                Some(("com.example", None, "/b", None, None)),
            ),
            (
                "com.example:///b",
                Some(("com.example", Some(""), "/b", None, None)),
            ),
            ("urn:a:b", Some(("urn", None, "a:b", None, None))),
            ("x:#?", Some(("x", None, "", None, Some("?")))),
            ("", None),
            ("/b", None),
            ("//a.example/b", None),
            (":b", None),
            ("1a:b", None),
            ("a_b:c", None),
            ("a/b:c", None),
        ];
        for (uri, expected) in table {
            let expected = expected.map(|(scheme, authority, path, query, fragment)| Parts {
                scheme,
                authority,
                path,
                query,
                fragment,
            });
            assert_eq!(Parts::split(uri), expected, "{uri}");
        }
    }

    #[test]
    fn authorities() {
        let table = [
            ("a.example", (None, "a.example", None)),
            ("a.example:", (None, "a.example", Some(""))),
            ("a.example:80", (None, "a.example", Some("80"))),
            (
                "a:b@c@d.example:8:9",
                (Some("a:b@c"), "d.example", Some("8:9")),
            ),
            ("@d.example", (Some(""), "d.example", None)),
            ("[::1]", (None, "[::1]", None)),
            ("[::1]:80", (None, "[::1]", Some("80"))),
            ("[::1]x:80", (None, "[::1]x", Some("80"))),
            ("[::1", (None, "[", Some(":1"))),
        ];
        for (authority, (user_info, host, port)) in table {
            let expected = Authority {
                user_info,
                host,
                port,
            };
            assert_eq!(Authority::split(authority), expected, "{authority}");
        }
    }

    #[test]
    fn ports() {
        for (port, number) in [
            ("1", Some(1)),
            ("65535", Some(65535)),
            ("65536", None),
            ("0", None),
            ("080", None),
            ("+80", None),
            ("", None),
            ("8a", None),
        ] {
            assert_eq!(port_number(port), number, "{port}");
        }
    }

    /// What is taken to be plain is read the same by both parsers.
    #[test]
    fn nobody_disagrees_about_plain_uris() {
        let rules = RedirectUriRules {
            localhost: Localhost::Accept,
            ip_literals: IpLiterals::Public,
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
