//! How the world reaches this program.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::Uri;
use axum::http::uri::{Authority, Scheme};

/// How the world reaches this program: scheme, host and port, and nothing after it.
///
/// It is also the issuer (RFC 8414 §2), which is compared character by character, so it is kept as
/// it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    pub(super) const ALLOWED: &str = "`https://` and a host, or `http://` and a loopback address, and nothing after it but a port";

    /// The address itself, where nothing better is known.
    pub fn of_listener(listening: SocketAddr) -> Self {
        let reached: IpAddr = match listening.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            specific => specific,
        };
        Self(format!(
            "http://{}",
            SocketAddr::new(reached, listening.port())
        ))
    }

    /// The same, where connections are encrypted.
    pub(super) fn with_tls(self) -> Self {
        match self.0.strip_prefix("http://") {
            Some(authority) => Self(format!("https://{authority}")),
            None => self,
        }
    }

    /// Whether what is sent there can be read on the way (RFC 7591 §5): it is neither encrypted nor
    /// stays on this machine.
    pub fn is_exposed(&self) -> bool {
        match self.0.strip_prefix("http://") {
            Some(authority) => !is_loopback(authority),
            None => false,
        }
    }

    /// Whether it is reached by https.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The address of a path of this program.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Where clients register.
    pub fn registration_endpoint(&self) -> String {
        self.at("/auth/register")
    }
}

impl FromStr for PublicUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let uri: Uri = text.parse().map_err(|_| ())?;
        let authority = uri.authority().ok_or(())?.as_str();
        let scheme = uri.scheme().ok_or(())?;
        let url = Self(text.to_owned());
        // What was parsed is compared with what was written, because the parser drops fragments, and
        // an empty path or query is not seen any more.
        if (*scheme == Scheme::HTTPS || *scheme == Scheme::HTTP)
            && !authority.contains('@')
            && text == format!("{scheme}://{authority}")
            && !url.is_exposed()
        {
            Ok(url)
        } else {
            Err(())
        }
    }
}

fn is_loopback(authority: &str) -> bool {
    authority.parse().is_ok_and(|authority: Authority| {
        let host = authority.host();
        host == "localhost"
            || host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback())
    })
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_host_and_port_and_nothing_else() {
        for right in [
            "https://mail.example.org",
            "https://mail.example.org:8443",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost:8080",
        ] {
            assert_eq!(
                right.parse::<PublicUrl>().map(|url| url.to_string()),
                Ok(right.to_owned())
            );
        }
        assert_eq!(
            "https://mail.example.org/"
                .parse::<PublicUrl>()
                .map(|url| url.to_string()),
            Ok("https://mail.example.org".to_owned()),
            "a slash at the end is no part of an issuer"
        );
        for wrong in [
            "",
            "mail.example.org",
            "//mail.example.org",
            "http://mail.example.org",
            "http://192.0.2.1:8080",
            "HTTPS://mail.example.org",
            "ftp://mail.example.org",
            "https://",
            "https://user@mail.example.org",
            "https://mail.example.org/path",
            "https://mail.example.org//",
            "https://mail.example.org?",
            "https://mail.example.org#",
            "https://mail.example.org/#a",
            "https://mail example.org",
        ] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }
}
