//! A request to one of the authorization server's endpoints, as it arrived.

/// A request that a client, or a browser on its behalf, sent to the authorization server.
///
/// ```
/// use gatepost::{Endpoint, Registrar, Request};
///
/// let request = Request {
///     endpoint: Endpoint::Token,
///     authorization: None,
///     parameters: b"grant_type=refresh_token&refresh_token=xyz&client_id=mail-client",
///     jwks: None,
/// };
/// let registrar = Registrar::compile("")?;
/// assert_eq!(registrar.identify(&request).as_deref(), Some("mail-client"));
/// # Ok::<(), gatepost::SettingsError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The endpoint that received the request.
    pub endpoint: Endpoint,
    /// The value of the `Authorization` header. `None`: the request has no such header.
    pub authorization: Option<&'a str>,
    /// The parameters as they arrived, encoded as `application/x-www-form-urlencoded`: the query
    /// string of a `GET`, the body of a `POST`. Invalid bytes are allowed: the decision refuses
    /// them.
    pub parameters: &'a [u8],
    /// The client's key set (RFC 7517 §5) as JSON. The host fetches it from the client's `jwks_uri`
    /// if an earlier decision asked for that in its [`fetches`](crate::Decision::fetches). `None`:
    /// it was not fetched.
    pub jwks: Option<&'a str>,
}

/// An endpoint of the authorization server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The authorization endpoint (RFC 6749 §3.1).
    Authorization,
    /// The pushed authorization request endpoint (RFC 9126 §2).
    PushedAuthorization,
    /// The device authorization endpoint (RFC 8628 §3.1).
    DeviceAuthorization,
    /// The token endpoint (RFC 6749 §3.2).
    Token,
    /// The introspection endpoint (RFC 7662 §2).
    Introspection,
    /// The revocation endpoint (RFC 7009 §2).
    Revocation,
}

/// Shows the endpoint alone, because the rest can contain secrets.
impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_does_not_show_itself() {
        let request = Request {
            endpoint: Endpoint::Token,
            authorization: Some("Basic secret"),
            parameters: b"client_secret=secret",
            jwks: None,
        };
        assert!(!format!("{request:?}").contains("secret"));
    }
}
