//! Compares URIs: a requested redirect URI with a registered one (requirements E2), and a requested
//! resource with a known one (RFC 8707 §2).
//!
//! Strings are compared, except where RFC 3986 §6.2.3 says that two spellings are the same URI: a
//! path that is empty or `/`, and a port that is the scheme's own or absent. Programs write a URI
//! through a URL type, which changes one spelling to the other.

use super::parts::port_number;

/// Returns whether a requested redirect URI matches a registered one.
///
/// The two strings must be equal (RFC 9700 §4.1.3), with these exceptions. In an http or https URI,
/// no path is the same as the path `/`, and the scheme's own port is the same as no port (RFC 3986
/// §6.2.3). With the hosts `127.0.0.1`, `[::1]` and `localhost` and the scheme `http`, the port may
/// differ, because a native client gets its port only when it starts (RFC 8252 §7.3).
///
/// `registered` must be a redirect URI that a registration accepted.
///
/// ```
/// use gatepost::redirect_uri_matches as matches;
///
/// assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
/// assert!(matches("http://127.0.0.1", "http://127.0.0.1:49152/"));
/// assert!(matches("https://a.example:443/cb", "https://a.example/cb"));
/// assert!(!matches("http://127.0.0.1/cb", "http://[::1]/cb"));
/// assert!(!matches("https://a.example/cb", "https://a.example:8443/cb"));
/// ```
pub fn redirect_uri_matches(registered: &str, requested: &str) -> bool {
    registered == requested
        || matches!(
            (Comparable::read(registered), Comparable::read(requested)),
            (Some(registered), Some(requested)) if registered.portless() == requested.portless()
        )
}

/// Returns whether two URIs are the same in all but spelling (RFC 3986 §6.2.3).
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one == other
        || matches!(
            (Comparable::read(one), Comparable::read(other)),
            (Some(one), Some(other)) if one == other
        )
}

/// Returns whether a registered redirect URI has a loopback host.
pub(crate) fn is_loopback(uri: &str) -> bool {
    Comparable::read(uri).is_some_and(|uri| uri.is_loopback())
}

/// Returns a redirect URI in the spelling that equal ones have in common. Two valid redirect URIs
/// have the same one exactly if they match.
pub(crate) fn common_spelling(uri: &str) -> String {
    match Comparable::read(uri) {
        Some(uri) => uri.portless().to_string(),
        None => uri.to_owned(),
    }
}

/// Returns whether a URI is that of a mail service on this host, at the service's own port.
pub(super) fn is_mail_service_at(host: &str, uri: &str) -> bool {
    Comparable::read(uri).is_some_and(|uri| {
        !matches!(uri.scheme, "http" | "https")
            && uri.host == host
            && uri.port.is_none()
            && uri.rest.is_empty()
    })
}

/// The schemes whose URIs are compared as RFC 3986 §6.2.3 says, each with its own port. Those of
/// mail are here for resources (RFC 8707).
const OWN_PORTS: &[(&str, u16)] = &[
    ("http", 80),
    ("https", 443),
    ("imap", 143),
    ("imaps", 993),
    ("pop", 110),
    ("pop3", 110),
    ("pop3s", 995),
    ("sieve", 4190),
    ("smtp", 25),
    ("smtps", 465),
    ("submission", 587),
    ("submissions", 465),
];

/// A URI with an authority, in the parts that are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Comparable<'a> {
    scheme: &'a str,
    /// The host, and what may stand before it.
    host: &'a str,
    /// The port, if it is not the scheme's own.
    port: Option<u16>,
    /// What follows the slash at the beginning of the path, if there is one.
    rest: &'a str,
}

impl<'a> Comparable<'a> {
    /// Splits a URI; `None` if it has another scheme, or a port that is not a number from 1 to
    /// 65535. Such a URI is only equal to itself.
    fn read(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = uri.split_once("://")?;
        let (_, own_port) = OWN_PORTS.iter().find(|(known, _)| *known == scheme)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        // A colon inside an IP literal does not start a port.
        let after_literal = authority.rfind(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match authority[after_literal..].find(':') {
            None => (authority, None),
            Some(colon) => {
                let (host, port) = authority.split_at(after_literal + colon);
                (host, Some(port_number(&port[1..])?))
            }
        };
        Some(Self {
            scheme,
            host,
            port: port.filter(|port| port != own_port),
            rest: rest.strip_prefix('/').unwrap_or(rest),
        })
    }

    fn is_loopback(&self) -> bool {
        self.scheme == "http" && matches!(self.host, "127.0.0.1" | "[::1]" | "localhost")
    }

    /// Leaves out the port of a loopback host.
    fn portless(self) -> Self {
        Self {
            port: self.port.filter(|_| !self.is_loopback()),
            ..self
        }
    }
}

impl std::fmt::Display for Comparable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            scheme,
            host,
            port,
            rest,
        } = self;
        write!(f, "{scheme}://{host}")?;
        if let Some(port) = port {
            write!(f, ":{port}")?;
        }
        write!(f, "/{rest}")
    }
}

#[cfg(test)]
mod tests;
