//! How a redirect URI is read: where it leads.

/// The parts of a URI that say where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub scheme: String,
    pub host: String,
    /// The scheme's own, if there is none.
    pub port: Option<u16>,
    pub path: String,
    pub query: String,
}

impl Reading {
    /// As its text says (RFC 3986 appendix B), which is how a registration means it.
    pub fn of(uri: &str) -> Option<Self> {
        let (scheme, rest) = uri.split_once(':')?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (authority, ""),
        };
        Self::new(scheme, host, port, path, query)
    }

    /// With what is the same in two spellings (RFC 3986 §6.2.3) in one of them.
    pub fn new(scheme: &str, host: &str, port: &str, path: &str, query: &str) -> Option<Self> {
        let own_port = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        let port = match port {
            "" => own_port,
            port => Some(port.parse().ok()?),
        };
        let path = match path {
            "" if own_port.is_some() => "/",
            path => path,
        };
        Some(Self {
            scheme: scheme.into(),
            host: host.into(),
            port,
            path: path.into(),
            // The URL standard encodes it in a query, and who reads the parameters decodes it.
            query: query.replace('\'', "%27"),
        })
    }

    /// Leaves out the port, where a program on this machine is free to choose it (RFC 8252 §7.3).
    pub fn without_free_port(self) -> Self {
        let is_free =
            self.scheme == "http" && ["127.0.0.1", "[::1]", "localhost"].contains(&&*self.host);
        Self {
            port: self.port.filter(|_| !is_free),
            ..self
        }
    }
}
