//! What tokens can be for (RFC 8707): this server itself, and what the settings list beside it.

use url::Url;

use crate::config::PublicUrl;
use crate::http::shared::metadata::SESSION;

/// The resources that this server knows.
pub(in crate::http) struct Resources {
    /// Those of this server: a mail client's session, and all of it.
    own: [String; 2],
    /// Those that an administrator listed.
    listed: Vec<String>,
}

impl Resources {
    pub(in crate::http) fn new(public_url: &PublicUrl, listed: Vec<String>) -> Self {
        Self {
            own: [public_url.at(SESSION), public_url.to_string()],
            listed,
        }
    }

    /// Each resource once, this server's first.
    pub(in crate::http) fn all(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.own.iter().map(String::as_str).collect();
        for listed in &self.listed {
            if self.own_name(listed).is_none() {
                all.push(listed);
            }
        }
        all
    }

    /// Whether a resource is this server, or the session resource of it.
    pub(in crate::http) fn is_own(&self, resource: &str) -> bool {
        self.own_name(resource).is_some()
    }

    /// Whether an administrator listed just this, which may be the name of a host instead of a URL.
    pub(in crate::http) fn lists(&self, resource: &str) -> bool {
        self.listed.iter().any(|listed| listed == resource)
    }

    /// What a token is bound to if a client names a resource: the name that the resource itself knows. A
    /// resource that nobody knows is ignored while none are listed; what else there is, the plugin
    /// has let pass.
    pub(in crate::http) fn named(&self, resource: &str) -> Option<String> {
        let listed = || {
            let mut listed = self.listed.iter();
            listed
                .find(|listed| is_same(listed, resource))
                .map(String::as_str)
        };
        if let Some(known) = self.own_name(resource).or_else(listed) {
            return Some(known.to_owned());
        }
        if self.listed.is_empty() {
            return None;
        }
        // A service of a host that is listed by its name; or else what only the plugin knows.
        let service = canonical(resource).filter(|url| is_mail(url.scheme()));
        Some(service.map_or_else(|| resource.to_owned(), |url| url.to_string()))
    }

    /// A slash at the end makes no difference: programs add it to a URL without a path, and take it away.
    fn own_name(&self, resource: &str) -> Option<&str> {
        let bare = resource.strip_suffix('/').unwrap_or(resource);
        let mut own = self.own.iter();
        own.find(|own| is_same(own, bare)).map(String::as_str)
    }
}

/// Whether two URLs are the same (RFC 3986 §6.2.3): in whichever case scheme and host are written, and
/// whether or not the scheme's own port and an empty path are.
fn is_same(one: &str, other: &str) -> bool {
    one == other
        || matches!((canonical(one), canonical(other)), (Some(one), Some(other)) if one == other)
}

/// The ports of mail services. The parser knows those of web addresses alone.
const PORTS: [(&str, u16); 10] = [
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

fn is_mail(scheme: &str) -> bool {
    PORTS.iter().any(|(known, _)| *known == scheme)
}

/// A URL in the one way to write it.
fn canonical(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    if let Some(host) = url.host_str().map(str::to_ascii_lowercase) {
        url.set_host(Some(&host)).ok()?;
        if url.path() == "/" {
            url.set_path("");
        }
        let own = PORTS.iter().find(|(scheme, _)| *scheme == url.scheme());
        if own.is_some_and(|(_, port)| url.port() == Some(*port)) {
            url.set_port(None).ok()?;
        }
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_token_is_bound_to() {
        let public_url: PublicUrl = "https://mail.example.org/a".parse().expect("a URL");
        let listed = [
            "https://dav.example.org",
            "imap://mail.example.org",
            "host.example.org",
        ];
        let listed = Resources::new(&public_url, listed.map(str::to_owned).to_vec());
        let none = Resources::new(&public_url, Vec::new());
        let (session, whole) = (
            "https://mail.example.org/a/jmap/session",
            "https://mail.example.org/a",
        );
        for (resource, with_list, without) in [
            (session, Some(session), Some(session)),
            (whole, Some(whole), Some(whole)),
            // As programs write them.
            ("https://mail.example.org/a/", Some(whole), Some(whole)),
            ("HTTPS://Mail.Example.org:443/a", Some(whole), Some(whole)),
            (
                "https://mail.example.org/a/jmap/session/",
                Some(session),
                Some(session),
            ),
            (
                "https://dav.example.org/",
                Some("https://dav.example.org"),
                None,
            ),
            (
                "https://DAV.example.org:443",
                Some("https://dav.example.org"),
                None,
            ),
            (
                "imap://Mail.Example.ORG",
                Some("imap://mail.example.org"),
                None,
            ),
            (
                "imap://mail.example.org/",
                Some("imap://mail.example.org"),
                None,
            ),
            (
                "imap://mail.example.org:143",
                Some("imap://mail.example.org"),
                None,
            ),
            // The name of a host, and a service there.
            ("host.example.org", Some("host.example.org"), None),
            (
                "imaps://Host.example.org:993/",
                Some("imaps://host.example.org"),
                None,
            ),
            // What is none of them; the plugin would have refused it.
            (
                "https://mail.example.org",
                Some("https://mail.example.org"),
                None,
            ),
            (
                "https://mail.example.org/a//",
                Some("https://mail.example.org/a//"),
                None,
            ),
            (
                "https://mail.example.org/A",
                Some("https://mail.example.org/A"),
                None,
            ),
            (
                "http://mail.example.org/a",
                Some("http://mail.example.org/a"),
                None,
            ),
            (
                "https://mail.example.org/a?b",
                Some("https://mail.example.org/a?b"),
                None,
            ),
            (
                "smtp://mail.example.org",
                Some("smtp://mail.example.org"),
                None,
            ),
            ("urn:a", Some("urn:a"), None),
        ] {
            assert_eq!(listed.named(resource).as_deref(), with_list, "{resource}");
            assert_eq!(none.named(resource).as_deref(), without, "{resource}");
            assert_eq!(none.is_own(resource), without.is_some(), "{resource}");
        }
        assert_eq!(none.all(), [session, whole]);
        assert_eq!(
            listed.all(),
            [
                session,
                whole,
                "https://dav.example.org",
                "imap://mail.example.org",
                "host.example.org"
            ]
        );
    }
}
