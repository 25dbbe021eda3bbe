//! What may be fetched, and how much.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use url::{Host, Url};

/// What may be fetched, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchSettings {
    /// Whether anything is fetched at all.
    pub is_enabled: bool,
    /// Hosts that may have addresses which are not public.
    pub internal_hosts: Vec<InternalHost>,
    /// The PEM file of authorities that are trusted beside the system's.
    pub tls_authority: Option<PathBuf>,
    /// How long one document may take. The plugin's own limit counts if it is shorter.
    pub timeout: Duration,
    /// Documents that are fetched at once.
    pub at_once: u32,
    /// Requests a minute to one host, and to one network; 0 for any number.
    pub requests_per_minute: u32,
    /// How long a document is used without asking for it again, whatever its site allows.
    pub max_age: Duration,
    /// How much longer its last copy is used while its site is away.
    pub max_stale: Duration,
    /// How much memory the copies may take, in bytes.
    pub cache_bytes: usize,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            is_enabled: true,
            internal_hosts: Vec::new(),
            tls_authority: None,
            timeout: Duration::from_secs(5),
            at_once: 16,
            requests_per_minute: 60,
            max_age: Duration::from_secs(86_400),
            max_stale: Duration::from_secs(3 * 86_400),
            cache_bytes: 16 << 20,
        }
    }
}

/// The name or address of a host of the own network, as it is in a URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalHost(Host);

impl InternalHost {
    /// What a setting may say.
    pub const ALLOWED: &str =
        "a list of host names or addresses, such as `apps.example.org` or `10.0.0.7`";

    pub(super) fn is(&self, host: &Host<&str>) -> bool {
        self.0 == host.to_owned()
    }
}

impl FromStr for InternalHost {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let url = Url::parse(&format!("https://{text}/")).map_err(|_| ())?;
        let host = url.host().ok_or(())?.to_owned();
        // Nothing but a host: no port, no path, no pattern.
        let is_whole = url.as_str() == format!("https://{host}/")
            && text.eq_ignore_ascii_case(&host.to_string())
            && !text.contains('*');
        is_whole.then_some(Self(host)).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_hosts() {
        for (text, expected) in [
            ("apps.example.org", Some("apps.example.org")),
            ("Apps.Example.ORG", Some("apps.example.org")),
            ("localhost", Some("localhost")),
            ("10.0.0.7", Some("10.0.0.7")),
            ("[fd00::7]", Some("[fd00::7]")),
            ("", None),
            ("*.example.org", None),
            ("apps.example.org:8443", None),
            ("apps.example.org/x", None),
            ("https://apps.example.org", None),
            ("user@apps.example.org", None),
            ("10.0.0.0/8", None),
            ("0x7f.1", None),
        ] {
            let parsed = text.parse::<InternalHost>().ok();
            let shown = parsed.map(|InternalHost(host)| host.to_string());
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }
}
