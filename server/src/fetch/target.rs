//! The URI of a document, as the parts that a request is made of.

use url::{Host, Url};

use super::error::FetchError;

/// What to connect to, and what to ask for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: Host,
    pub(super) port: u16,
    /// The host as it is in the URI, and the port if it is not 443 (RFC 9110 §7.2).
    pub(super) authority: String,
    /// The path and the query.
    pub(super) path: String,
}

impl Target {
    /// Reads a URI: https alone, and no credentials in it. A fragment is for who reads the document.
    pub(super) fn read(uri: &str) -> Result<Self, FetchError> {
        let url = Url::parse(uri).map_err(|_| FetchError::Uri("it has to be absolute"))?;
        if url.scheme() != "https" {
            return Err(FetchError::Uri("its scheme has to be https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Uri("it must not have credentials"));
        }
        let host = url.host().ok_or(FetchError::Uri("it has to have a host"))?;
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(443),
            authority: match url.port() {
                None => host.to_string(),
                Some(port) => format!("{host}:{port}"),
            },
            path: match url.query() {
                None => url.path().to_owned(),
                Some(query) => format!("{}?{query}", url.path()),
            },
        })
    }

    /// The host alone, by which it is counted how often a site is asked.
    pub(super) fn site(&self) -> String {
        self.host.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris() {
        for (uri, expected) in [
            (
                "https://a.example.com/c",
                Some(("a.example.com", 443, "/c")),
            ),
            (
                "https://A.example.com:443",
                Some(("a.example.com", 443, "/")),
            ),
            (
                "https://a.example.com:8443/c?x=1#y",
                Some(("a.example.com:8443", 8443, "/c?x=1")),
            ),
            (
                "https://[2001:db8::1]/c",
                Some(("[2001:db8::1]", 443, "/c")),
            ),
            // However an address is written, it is checked as one.
            ("https://2130706433/c", Some(("127.0.0.1", 443, "/c"))),
            (
                "https://a.example.com/a b\r\nX: y",
                Some(("a.example.com", 443, "/a%20bX:%20y")),
            ),
            ("http://a.example.com/c", None),
            ("file:///etc/passwd", None),
            ("https://user@a.example.com/c", None),
            ("https://:secret@a.example.com/c", None),
            ("/c", None),
            ("", None),
        ] {
            let target = Target::read(uri).ok();
            let parts = target.as_ref().map(|t| (&*t.authority, t.port, &*t.path));
            assert_eq!(parts, expected, "{uri}");
        }
    }
}
