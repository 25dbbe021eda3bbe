//! The client ids that the library generates, and those that an administrator chooses.

/// The prefix of a generated client id.
pub(crate) const MADE: &str = "gpc_";

/// The prefix of a generated client id that contains its registration.
pub(crate) const STATELESS: &str = "gpx_";

/// Whether an id has the prefix of a generated one.
pub(crate) fn is_made_here(client_id: &str) -> bool {
    client_id.starts_with(MADE) || is_stateless(client_id)
}

/// Whether an id has the prefix of one that contains its registration.
pub(crate) fn is_stateless(client_id: &str) -> bool {
    client_id.starts_with(STATELESS)
}

/// Whether a text can be a client id: 1 to 512 printable ASCII characters (RFC 6749 appendix A.1). The host shows an
/// id to the user, writes it into its log, and stores it with the tokens.
pub(crate) fn is_client_id(text: &str) -> bool {
    (1..=512).contains(&text.len()) && text.bytes().all(|b| matches!(b, b' '..=b'~'))
}

/// A client id that an administrator chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientId(pub(crate) String);

impl ClientId {
    /// Checks an id: 1 to 128 letters, digits and `.`, `_`, `~`, `-`, so that it needs no quoting
    /// anywhere, not the prefix of a generated id, and not a dot segment, which a URL cannot end with
    /// (RFC 3986 §5.2.4).
    pub(crate) fn new(text: &str) -> Option<Self> {
        let plain = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'));
        let segment = matches!(text, "." | "..");
        (plain && !segment && !is_made_here(text)).then(|| Self(text.to_owned()))
    }
}
