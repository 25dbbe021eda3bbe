//! How the world reaches this program.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use url::{Host, Url};

/// How the world reaches this program: scheme, host and port, and perhaps a path that all of its addresses
/// begin with.
///
/// It is also the issuer (RFC 8414 §2), which clients compare character by character, so that there is one
/// way to write it: the scheme and the host in lower case, no port that the scheme implies, no slash at the
/// end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    /// Empty, or with a slash at its beginning and none at its end.
    path: String,
}

impl PublicUrl {
    /// What an address looks like, for whoever wrote another.
    pub const ALLOWED: &str = "`https://` and a host, or `http://` and a loopback address; then perhaps a port, and a path \
         of letters, digits and `-`, `.`, `_`, `~` that does not begin with a path of this server, such as `/auth`";

    /// The address itself, where nothing better is known.
    pub fn of_listener(listening: SocketAddr) -> Self {
        let reached: IpAddr = match listening.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            specific => specific,
        };
        Self {
            origin: format!("http://{}", SocketAddr::new(reached, listening.port())),
            path: String::new(),
        }
    }

    /// The same, where connections are encrypted.
    pub(super) fn with_tls(self) -> Self {
        match self.origin.strip_prefix("http://") {
            Some(authority) => Self {
                origin: format!("https://{authority}"),
                path: self.path,
            },
            None => self,
        }
    }

    /// Whether what is sent there can be read on the way (RFC 7591 §5): it is neither encrypted nor
    /// stays on this machine.
    pub fn is_exposed(&self) -> bool {
        !self.is_https() && Url::parse(&self.origin).is_ok_and(|url| !is_loopback(&url))
    }

    /// Whether it is reached by https.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Where a program listens that is reached by this without encryption, which is on this machine alone.
    pub fn loopback(&self) -> Option<SocketAddr> {
        let url = Url::parse(&self.origin).ok()?;
        if self.is_https() || !is_loopback(&url) {
            return None;
        }
        let address: IpAddr = match url.host()? {
            Host::Domain(_) => Ipv4Addr::LOCALHOST.into(),
            Host::Ipv4(address) => address.into(),
            Host::Ipv6(address) => address.into(),
        };
        Some(SocketAddr::new(address, url.port_or_known_default()?))
    }

    /// Scheme, host and port, as a browser writes them (RFC 6454 §6.2).
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone, without a port.
    pub fn host(&self) -> &str {
        let (_, authority) = self.origin.split_once("://").unwrap_or_default();
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// What comes before the path of every address: nothing, or a path without a slash at its end.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The address of a path of this program.
    pub fn at(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// The address of a document about something of this program, which begins where the host begins: a
    /// path goes to the end (RFC 8414 §3.1, RFC 9728 §3.1).
    pub fn well_known(&self, name: &str, path: &str) -> String {
        format!("{}/.well-known/{name}{}{path}", self.origin, self.path)
    }

    /// Where clients register.
    pub fn registration_endpoint(&self) -> String {
        self.at("/auth/register")
    }
}

impl FromStr for PublicUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // A browser's parser drops or repairs these.
        let is_plain = text.chars().all(|c| {
            !c.is_control()
                && !c.is_whitespace()
                && !matches!(c, '\\' | '?' | '#' | '@' | '%' | '*')
        });
        let (scheme, rest) = text.split_once("://").ok_or(())?;
        let is_known = ["https", "http"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known));
        if !is_plain || !is_known || rest.starts_with('/') {
            return Err(());
        }
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        let url = Url::parse(text).map_err(|_| ())?;
        if !url.username().is_empty() || !(is_loopback(&url) || url.scheme() == "https") {
            return Err(());
        }
        let path = match path {
            "" => String::new(),
            path => {
                let path = path.strip_suffix('/').unwrap_or(path);
                if !path.split('/').all(is_segment) || is_own(path) {
                    return Err(());
                }
                format!("/{path}")
            }
        };
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            path,
        })
    }
}

/// A segment that all programs write alike, and that no dots make another (RFC 3986 §3.3).
fn is_segment(segment: &str) -> bool {
    let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    !segment.is_empty() && !matches!(segment, "." | "..") && segment.bytes().all(is_unreserved)
}

/// Whether a path begins as paths of this program do. Of a request for `/auth/device` nobody could tell
/// whether a proxy took the public URL's `/auth` away or left it there.
fn is_own(path: &str) -> bool {
    const OWN: [&str; 10] = [
        ".well-known",
        "account",
        "admin",
        "api",
        "assets",
        "auth",
        "device",
        "healthz",
        "jmap",
        "metrics",
    ];
    OWN.contains(&path.split('/').next().unwrap_or_default())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_program_on_this_machine_listens() {
        for (url, expected) in [
            ("http://127.0.0.1:18080", Some("127.0.0.1:18080")),
            ("http://127.0.0.2:18080/mail", Some("127.0.0.2:18080")),
            ("http://[::1]:18080", Some("[::1]:18080")),
            ("http://localhost:18080", Some("127.0.0.1:18080")),
            ("http://localhost", Some("127.0.0.1:80")),
            ("https://localhost:18080", None),
            ("https://mail.example.org", None),
        ] {
            let read: PublicUrl = url.parse().expect("the case is right");
            let expected = expected.map(|text| text.parse().expect("the case is right"));
            assert_eq!(read.loopback(), expected, "{url}");
        }
    }

    #[test]
    fn one_way_to_write_it() {
        for (written, canonical) in [
            ("https://mail.example.org", "https://mail.example.org"),
            (
                "https://mail.example.org:8443",
                "https://mail.example.org:8443",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://localhost:8080", "http://localhost:8080"),
            // A slash at the end.
            ("https://mail.example.org/", "https://mail.example.org"),
            ("https://mail.example.org/a/", "https://mail.example.org/a"),
            // Case.
            ("HTTPS://Mail.Example.ORG", "https://mail.example.org"),
            ("https://mail.example.org/A", "https://mail.example.org/A"),
            // The scheme's own port.
            ("https://mail.example.org:443", "https://mail.example.org"),
            ("https://mail.example.org:0443", "https://mail.example.org"),
            ("http://127.0.0.1:80/", "http://127.0.0.1"),
            ("https://mail.example.org:80", "https://mail.example.org:80"),
            // Other ways to write a host.
            (
                "https://b\u{fc}cher.example",
                "https://xn--bcher-kva.example",
            ),
            ("http://[0:0::1]:8080", "http://[::1]:8080"),
            // A path.
            (
                "https://mail.example.org/mail/oauth",
                "https://mail.example.org/mail/oauth",
            ),
            (
                "https://mail.example.org/authority",
                "https://mail.example.org/authority",
            ),
            (
                "https://mail.example.org/~a-b_c.d",
                "https://mail.example.org/~a-b_c.d",
            ),
        ] {
            let read = written.parse::<PublicUrl>();
            let again = canonical.parse::<PublicUrl>();
            assert_eq!(read, again, "{written}");
            assert_eq!(
                read.map(|url| url.to_string()),
                Ok(canonical.to_owned()),
                "{written}"
            );
        }
    }

    #[test]
    fn what_is_no_public_url() {
        for wrong in [
            "",
            "mail.example.org",
            "//mail.example.org",
            "https:mail.example.org",
            "https:/mail.example.org",
            "https:///mail.example.org",
            "http://mail.example.org",
            "http://192.0.2.1:8080",
            "ftp://mail.example.org",
            "https://",
            "https://user@mail.example.org",
            "https://@mail.example.org",
            "https://mail.example.org:70000",
            "https://mail.example.org//",
            "https://mail.example.org/a//b",
            "https://mail.example.org/a//",
            "https://mail.example.org/a/../b",
            "https://mail.example.org/./a",
            "https://mail.example.org/%61",
            "https://mail.example.org/a*b",
            "https://mail.example.org/auth",
            "https://mail.example.org/.well-known/x",
            "https://mail.example.org/device",
            "https://mail.example.org?",
            "https://mail.example.org#",
            "https://mail.example.org/#a",
            "https://mail.example.org\\a",
            "https://mail example.org",
            " https://mail.example.org",
            "https://mail.example.org\n",
            "https://*.example.org",
        ] {
            assert_eq!(wrong.parse::<PublicUrl>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn its_parts() {
        for (written, origin, host, path) in [
            (
                "https://a.example/b",
                "https://a.example",
                "a.example",
                "/b",
            ),
            (
                "https://a.example:8443",
                "https://a.example:8443",
                "a.example",
                "",
            ),
            ("http://[::1]:8080", "http://[::1]:8080", "[::1]", ""),
            ("http://[::1]", "http://[::1]", "[::1]", ""),
        ] {
            let url: PublicUrl = written.parse().expect("the case is right");
            assert_eq!((url.origin(), url.host(), url.path()), (origin, host, path));
        }
        let url: PublicUrl = "https://a.example/b".parse().expect("the case is right");
        assert_eq!(url.at("/jmap"), "https://a.example/b/jmap");
        assert_eq!(
            url.well_known("oauth-protected-resource", "/jmap"),
            "https://a.example/.well-known/oauth-protected-resource/b/jmap"
        );
    }
}
