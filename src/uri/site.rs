//! Sites: the registrable domains of URIs.

use super::host;
use super::parts::{Authority, Parts};

/// Returns the site of a valid https URI: the registrable domain of its host. An IP address has
/// none.
pub(crate) fn site(uri: &str) -> Option<&str> {
    host::registrable_domain(Authority::split(Parts::split(uri)?.authority?).host)
}

/// Returns the names by which people know the host of a valid http or https URI.
pub(crate) fn names_of_host(uri: &str) -> Vec<String> {
    host::names(super::parts::host(uri))
}

/// Returns the site of a valid URI with a private-use scheme: the registrable domain of the name
/// that the scheme reverses (RFC 8252 §7.1).
pub(crate) fn scheme_site(uri: &str) -> Option<String> {
    let labels = Vec::from_iter(Parts::split(uri)?.scheme.rsplit('.'));
    host::registrable_domain(&labels.join(".")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites() {
        for (uri, expected) in [
            ("https://example.com/", Some("example.com")),
            ("https://www.example.com:8443/cb?a", Some("example.com")),
            ("https://www.example.co.uk", Some("example.co.uk")),
            ("https://alice.github.io/", Some("alice.github.io")),
            ("https://8.8.8.8/cb", None),
            ("https://[2a00:1450::1]:8443/cb", None),
        ] {
            assert_eq!(site(uri), expected, "{uri}");
        }
    }

    #[test]
    fn sites_of_schemes() {
        for (uri, expected) in [
            ("com.example:/cb", Some("example.com")),
            ("com.example.mail.app:/cb", Some("example.com")),
            ("uk.co.example.app:/cb", Some("example.co.uk")),
            ("io.github.alice:/cb", Some("alice.github.io")),
            ("garden.chiri:/oauth", Some("chiri.garden")),
            ("uk.co:/cb", None),
            ("io.github:/cb", None),
        ] {
            assert_eq!(scheme_site(uri).as_deref(), expected, "{uri}");
        }
    }
}
