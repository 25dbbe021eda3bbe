//! Which host a request is for.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Version, header};

/// Whether a request names one host (RFC 9112 §3.2). Two programs that it passes could otherwise take it for requests to
/// different hosts. Before HTTP/1.1 it need not name any.
pub(super) fn is_one(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(only), None) => is_host(only),
        (Some(_), Some(_)) => false,
    }
}

/// A host and perhaps a port (RFC 9110 §7.2), and no user before it.
fn is_host(value: &HeaderValue) -> bool {
    let authority = Authority::try_from(value.as_bytes());
    authority.is_ok_and(|authority| {
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let after = authority.as_str().strip_prefix(authority.host());
        !authority.host().is_empty()
            && after
                .is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_that_is_one() {
        for (hosts, expected) in [
            (&[][..], false),
            (&[&b"mail.example.org"[..]][..], true),
            (&[b"mail.example.org:8443"], true),
            (&[b"localhost:"], true),
            (&[b"192.0.2.1"], true),
            (&[b"[2001:db8::1]:8080"], true),
            (&[b"mail.example.org", b"mail.example.org"], false),
            (&[b"a.example", b"b.example"], false),
            (&[b""], false),
            (&[b":80"], false),
            (&[b"a b"], false),
            (&[b"a.example, b.example"], false),
            (&[b"a.example/path"], false),
            (&[b"https://a.example"], false),
            (&[b"user@a.example"], false),
            (&[b"a.example:http"], false),
            (&[b"[2001:db8::1"], false),
            (&[b"\xff"], false),
        ] {
            let mut headers = HeaderMap::new();
            for host in hosts {
                let host = HeaderValue::from_bytes(host).expect("a header's value");
                headers.append(header::HOST, host);
            }
            assert_eq!(is_one(Version::HTTP_11, &headers), expected, "{hosts:?}");
            let is_none = hosts.is_empty();
            let before = is_one(Version::HTTP_10, &headers);
            assert_eq!(before, expected || is_none, "{hosts:?}");
        }
    }
}
