//! Client ids: those that are made here, and those that an administrator chooses.

/// What an id begins with that is made here.
pub(crate) const MADE: &str = "gpc_";

/// What an id begins with that is made here and carries its registration.
pub(crate) const STATELESS: &str = "gpx_";

/// Whether an id looks like one that is made here, and so like nobody's choice.
pub(crate) fn is_made_here(client_id: &str) -> bool {
    client_id.starts_with(MADE) || is_stateless(client_id)
}

/// Whether an id looks like one that carries its registration.
pub(crate) fn is_stateless(client_id: &str) -> bool {
    client_id.starts_with(STATELESS)
}

/// A client id that an administrator chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientId(pub(crate) String);

impl ClientId {
    /// Letters, digits and `.`, `_`, `~`, `-`, 128 at most, so that it needs no quoting anywhere, and
    /// none that looks like one that is made here.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let plain = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'));
        (plain && !is_made_here(text)).then(|| Self(text.to_owned()))
    }
}
