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
        let others = self.listed.iter().filter(|listed| !self.is_own(listed));
        self.own.iter().chain(others).map(String::as_str).collect()
    }

    /// Whether this is a name of this server, or of the session resource of it.
    pub(in crate::http) fn is_own(&self, name: &str) -> bool {
        self.own.iter().any(|own| own == name)
    }

    /// Whether an administrator listed just this, which may be the name of a host instead of a URL.
    pub(in crate::http) fn lists(&self, resource: &str) -> bool {
        self.listed.iter().any(|listed| listed == resource)
    }

    /// What a token is bound to if a client names a resource that the plugin has let pass: the name that is in
    /// the metadata (RFC 8707 §2 allows one that is more general). For a service of a host that is listed by its
    /// name, that is the host. A resource that is not this server is ignored while none are listed.
    ///
    /// Which URIs are the same, the plugin says.
    pub(in crate::http) fn named<E>(
        &self,
        resource: &str,
        is_same: impl Fn(&str, &str) -> Result<bool, E>,
    ) -> Result<Option<String>, E> {
        for known in self.own.iter().chain(&self.listed) {
            if is_same(known, resource)? {
                return Ok(Some(known.clone()));
            }
        }
        if self.listed.is_empty() {
            return Ok(None);
        }
        let service = Url::parse(resource).ok();
        let host = service.as_ref().and_then(Url::host_str);
        let host = host.filter(|host| self.lists(host));
        Ok(Some(host.unwrap_or(resource).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

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
        let named = |known: &Resources, resource: &str| {
            let is_same = |one: &str, other: &str| {
                Ok::<_, Infallible>(gatepost::redirect_uri_matches(one, other))
            };
            let Ok(named) = known.named(resource, is_same);
            named
        };
        let (session, whole) = (
            "https://mail.example.org/a/jmap/session",
            "https://mail.example.org/a",
        );
        for (resource, with_list, without) in [
            (session, session, Some(session)),
            (whole, whole, Some(whole)),
            // As programs write them.
            ("https://mail.example.org:443/a", whole, Some(whole)),
            ("https://dav.example.org/", "https://dav.example.org", None),
            (
                "https://dav.example.org:443",
                "https://dav.example.org",
                None,
            ),
            ("imap://mail.example.org/", "imap://mail.example.org", None),
            (
                "imap://mail.example.org:143",
                "imap://mail.example.org",
                None,
            ),
            // The name of a host, and a service there.
            ("host.example.org", "host.example.org", None),
            ("imaps://host.example.org:993/", "host.example.org", None),
            // What is none of them; the plugin would have refused it.
            (
                "https://mail.example.org/a/",
                "https://mail.example.org/a/",
                None,
            ),
            (
                "https://mail.example.org/a?b",
                "https://mail.example.org/a?b",
                None,
            ),
            ("smtp://mail.example.org", "smtp://mail.example.org", None),
            ("urn:a", "urn:a", None),
        ] {
            assert_eq!(
                named(&listed, resource).as_deref(),
                Some(with_list),
                "{resource}"
            );
            assert_eq!(named(&none, resource).as_deref(), without, "{resource}");
        }
        assert!(none.is_own(session) && none.is_own(whole) && !none.is_own("urn:a"));
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
