//! Splits a URI into its components, without checking them.

/// The components of a URI, as they are written (RFC 3986 appendix B).
#[derive(Debug, PartialEq)]
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    pub(super) authority: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

/// The components of an authority, as they are written (RFC 3986 §3.2).
#[derive(Debug, PartialEq)]
pub(super) struct Authority<'a> {
    pub(super) user_info: Option<&'a str>,
    pub(super) host: &'a str,
    pub(super) port: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Splits a URI; `None` if it has no scheme (RFC 3986 §3.1).
    pub(super) fn split(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = split_at_byte(uri, b':');
        let rest = rest?;
        let mut letters = scheme.bytes();
        if !letters.next()?.is_ascii_alphabetic()
            || !letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        {
            return None;
        }
        let (rest, fragment) = split_at_byte(rest, b'#');
        let (rest, query) = split_at_byte(rest, b'?');
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) =
                    rest.split_at(rest.bytes().position(|b| b == b'/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Some(Self {
            scheme,
            authority,
            path,
            query,
            fragment,
        })
    }
}

/// Splits a text at the first of these ASCII characters. The second part is `None` if there is
/// none.
fn split_at_byte(text: &str, byte: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|b| b == byte) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

impl<'a> Authority<'a> {
    pub(super) fn split(authority: &'a str) -> Self {
        let (user_info, rest) = match authority.bytes().rposition(|b| b == b'@') {
            Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
            None => (None, authority),
        };
        // A colon inside an IP literal does not start a port.
        let literal = match rest.starts_with('[') {
            true => rest.find(']').unwrap_or(0),
            false => 0,
        };
        let (_, port) = split_at_byte(&rest[literal..], b':');
        let host = match port {
            Some(port) => &rest[..rest.len() - port.len() - 1],
            None => rest,
        };
        Self {
            user_info,
            host,
            port,
        }
    }
}

/// Returns the host of a valid URI, as it is written.
pub(crate) fn host(uri: &str) -> &str {
    let (_, authority) = uri.split_once("//").unwrap_or_default();
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    Authority::split(&authority[..end]).host
}

/// Returns the scheme, host and port of a valid URI, as they are written.
pub(crate) fn origin(uri: &str) -> &str {
    let start = uri.find("//").map_or(0, |slashes| slashes + 2);
    let end = uri[start..]
        .find(['/', '?', '#'])
        .unwrap_or(uri.len() - start);
    &uri[..start + end]
}

/// Reads a port: 1 to 65535, without a sign and without a leading zero.
pub(super) fn port_number(port: &str) -> Option<u16> {
    let plain = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
    plain.then(|| port.parse().ok())?
}

#[cfg(test)]
mod tests;
