//! The error codes of refusals, and the HTTP status of each.

/// The member `error` of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// RFC 7591 §3.2.2
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2
    InvalidClientMetadata,
    /// RFC 7591 §3.2.2
    InvalidSoftwareStatement,
    /// RFC 7591 §3.2.2
    UnapprovedSoftwareStatement,
    /// RFC 6749 §4.1.2.1, §5.2
    InvalidRequest,
    /// RFC 6750 §3.1: the header is not one bearer token.
    MalformedToken,
    /// RFC 6750 §3: there is no token, so the challenge has no error code.
    MissingToken,
    /// RFC 6750 §3.1
    InvalidToken,
    /// RFC 6750 §3.1, with the permission that is missing
    InsufficientScope(&'static str),
    /// RFC 6585 §4
    TooManyRequests,
    /// RFC 6749 §4.1.2.1: repeating the request later does not help.
    AccessDenied,
    /// RFC 6749 §5.2
    InvalidClient,
    /// RFC 6749 §5.2
    UnauthorizedClient,
    /// RFC 6749 §4.1.2.1
    InvalidScope,
    /// RFC 6749 §4.1.2.1
    UnsupportedResponseType,
    /// RFC 6749 §5.2
    UnsupportedGrantType,
    /// RFC 8707 §2
    InvalidTarget,
    /// OpenID Connect Core 1.0 §3.1.2.6
    RequestNotSupported,
    /// OpenID Connect Core 1.0 §3.1.2.6
    RequestUriNotSupported,
    /// An administrator chose a client id that exists.
    Conflict,
    /// An administrator named a client that does not exist.
    NotFound,
}

impl ErrorCode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::InvalidRequest | Self::MalformedToken => "invalid_request",
            Self::MissingToken | Self::InvalidToken => "invalid_token",
            Self::InsufficientScope(_) => "insufficient_scope",
            Self::TooManyRequests => "temporarily_unavailable",
            Self::AccessDenied => "access_denied",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidTarget => "invalid_target",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::Conflict | Self::NotFound => "invalid_request",
        }
    }

    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::InvalidRedirectUri
            | Self::InvalidClientMetadata
            | Self::InvalidSoftwareStatement
            | Self::UnapprovedSoftwareStatement
            | Self::InvalidRequest
            | Self::MalformedToken
            | Self::UnauthorizedClient
            | Self::InvalidScope
            | Self::UnsupportedResponseType
            | Self::UnsupportedGrantType
            | Self::InvalidTarget
            | Self::RequestNotSupported
            | Self::RequestUriNotSupported => 400,
            Self::MissingToken | Self::InvalidToken | Self::InvalidClient => 401,
            Self::InsufficientScope(_) | Self::AccessDenied => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooManyRequests => 429,
        }
    }
}
