//! Compares the redirect URI of an authorization request with a registered one (requirements E2).

use super::parts::port_number;

/// Returns whether a requested redirect URI matches a registered one.
///
/// The two strings must be equal (RFC 9700 §4.1.3). There is one exception: with the hosts
/// `127.0.0.1`, `[::1]` and `localhost` and the scheme `http`, the port may differ, because a
/// native client gets its port only when it starts (RFC 8252 §7.3).
///
/// `registered` must be a redirect URI that a registration accepted.
///
/// ```
/// use gatepost::redirect_uri_matches as matches;
///
/// assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
/// assert!(!matches("http://127.0.0.1/cb", "http://[::1]/cb"));
/// assert!(!matches("https://a.example/cb", "https://a.example:8443/cb"));
/// ```
pub fn redirect_uri_matches(registered: &str, requested: &str) -> bool {
    registered == requested
        || matches!(
            (without_port(registered), without_port(requested)),
            (Some(registered), Some(requested)) if registered == requested
        )
}

/// Returns whether a registered redirect URI has a loopback host.
pub(crate) fn is_loopback(uri: &str) -> bool {
    without_port(uri).is_some()
}

/// Returns a redirect URI without the port of a loopback host.
pub(crate) fn portless(uri: &str) -> String {
    match without_port(uri) {
        Some((host, path)) => format!("http://{host}{path}"),
        None => uri.to_owned(),
    }
}

/// Splits a loopback URI into its host, and its path and query. `None`: it is another URI, or its
/// port is not a valid one.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]", "localhost"]
        .into_iter()
        .find(|host| rest.starts_with(host))?;
    let after = &rest[host.len()..];
    let (port, path) = after.split_at(after.find('/')?);
    match port.strip_prefix(':') {
        None if port.is_empty() => Some((host, path)),
        None => None,
        Some(port) => port_number(port).map(|_| (host, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches() {
        for (registered, requested, expected) in [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://a.example/cb?x", false),
            ("https://a.example/cb", "https://A.example/cb", false),
            ("https://a.example/cb", "https://a.example:8443/cb", false),
            ("com.example:/cb", "com.example:/cb", true),
            ("com.example://cb", "com.example://cb:80", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", true),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb", true),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1:9090/cb", true),
            ("http://[::1]/cb?a", "http://[::1]:65535/cb?a", true),
            ("http://localhost/cb", "http://localhost:1455/cb", true),
            ("http://127.0.0.1/cb", "http://[::1]/cb", false),
            ("http://127.0.0.1/cb", "http://localhost/cb", false),
            ("http://127.0.0.1/cb?a", "http://127.0.0.1:1/cb", false),
            ("http://127.0.0.1/", "http://127.0.0.1:1", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:080/cb", false),
            (
                "http://127.0.0.1/cb",
                "http://127.0.0.1:80@evil.example/cb",
                false,
            ),
            (
                "http://127.0.0.1/cb",
                "http://127.0.0.1.evil.example/cb",
                false,
            ),
            (
                "http://127.0.0.1/cb",
                "http://127.0.0.1@evil.example/cb",
                false,
            ),
            ("http://127.0.0.1/cb", "", false),
        ] {
            assert_eq!(
                redirect_uri_matches(registered, requested),
                expected,
                "{registered} {requested}"
            );
        }
    }
}
