//! Where the scripts of a web page come from (RFC 6454).

use std::str::FromStr;

use url::Url;

/// Scheme, host and port of a web page, as browsers write them in the header `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(String);

impl WebOrigin {
    pub(super) const ALLOWED: &str = "a list of origins, each a scheme, a host and perhaps a port, such as `https://webmail.example.org`";

    /// As browsers write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebOrigin {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // A browser's parser drops or repairs these; and a pattern is no origin.
        let is_plain = text
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !"\\?#@%*".contains(c));
        let (_, rest) = text.split_once("://").ok_or(())?;
        let has_path = rest.strip_suffix('/').unwrap_or(rest).contains('/');
        if !is_plain || has_path {
            return Err(());
        }
        let url = Url::parse(text).map_err(|_| ())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(())?;
        let origin = url.origin();
        // A program with a browser inside may have a scheme of its own, such as `tauri://localhost`.
        Ok(Self(match (origin.is_tuple(), url.port()) {
            (true, _) => origin.ascii_serialization(),
            (false, None) => format!("{}://{}", url.scheme(), host.to_ascii_lowercase()),
            (false, Some(port)) => {
                format!("{}://{}:{port}", url.scheme(), host.to_ascii_lowercase())
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        for (written, expected) in [
            (
                "https://webmail.example.org",
                Some("https://webmail.example.org"),
            ),
            (
                "https://webmail.example.org/",
                Some("https://webmail.example.org"),
            ),
            (
                "HTTPS://Webmail.Example.org:443",
                Some("https://webmail.example.org"),
            ),
            (
                "https://webmail.example.org:8443",
                Some("https://webmail.example.org:8443"),
            ),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("tauri://localhost", Some("tauri://localhost")),
            ("capacitor://LocalHost:1", Some("capacitor://localhost:1")),
            ("*", None),
            ("null", None),
            ("https://*.example.org", None),
            ("https://", None),
            ("tauri://", None),
            ("webmail.example.org", None),
            ("mailto:a@example.org", None),
            ("https://webmail.example.org/app", None),
            ("https://webmail.example.org//", None),
            ("https://webmail.example.org?", None),
            ("https://webmail.example.org#a", None),
            ("https://user@webmail.example.org", None),
            ("https://a.example https://b.example", None),
            ("", None),
        ] {
            let read = written.parse::<WebOrigin>().ok();
            assert_eq!(read.as_ref().map(WebOrigin::as_str), expected, "{written}");
        }
    }
}
