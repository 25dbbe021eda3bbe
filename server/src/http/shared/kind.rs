//! What a body is.

/// What a body is, and so how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Kind {
    /// A registration (RFC 7591 §3.1).
    Json,
    /// The parameters of a request of a client (RFC 6749 appendix B).
    Form,
    /// What a person sends with a page of ours. It may hold a whole authorization request, encoded
    /// once more.
    Page,
}

impl Kind {
    /// How long it may be, in bytes.
    pub(in crate::http) const fn limit(self) -> usize {
        match self {
            Self::Json => 64 << 10,
            Self::Form => 32 << 10,
            Self::Page => 128 << 10,
        }
    }

    /// What it has to be said to be.
    pub(in crate::http) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form | Self::Page => "application/x-www-form-urlencoded",
        }
    }

    /// The error code for a body that is not like that.
    pub(in crate::http) const fn error(self) -> &'static str {
        match self {
            Self::Json => "invalid_client_metadata",
            Self::Form | Self::Page => "invalid_request",
        }
    }
}
