//! A URI taken apart, without a word about whether it is sound.

/// A URI's components, as they stand in it (RFC 3986 appendix B).
#[derive(Debug, PartialEq)]
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    pub(super) authority: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

/// An authority's components, as they stand in it (RFC 3986 §3.2).
#[derive(Debug, PartialEq)]
pub(super) struct Authority<'a> {
    pub(super) user_info: Option<&'a str>,
    pub(super) host: &'a str,
    pub(super) port: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Takes a URI apart; `None` without a scheme (RFC 3986 §3.1).
    pub(super) fn split(uri: &'a str) -> Option<Self> {
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
    pub(super) fn split(authority: &'a str) -> Self {
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

/// A port as it may be written: 1 to 65535, no sign, no leading zero.
pub(super) fn port_number(port: &str) -> Option<u16> {
    let plain = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
    plain.then(|| port.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
