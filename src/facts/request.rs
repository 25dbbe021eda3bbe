//! A request to one of the authorization server's endpoints, as it arrived.

/// A request that names a client.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Where it arrived.
    pub endpoint: Endpoint,
    /// The value of its `Authorization` header.
    pub authorization: Option<&'a str>,
    /// Its parameters as they arrived, in the form `application/x-www-form-urlencoded`: the query of
    /// a `GET`, the body of a `POST`.
    pub parameters: &'a [u8],
    /// The key set that the host fetched from the client's `jwks_uri`, because an earlier decision
    /// asked for it.
    pub jwks: Option<&'a str>,
}

/// An endpoint of the authorization server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// RFC 6749 §3.1
    Authorization,
    /// RFC 9126 §2
    PushedAuthorization,
    /// RFC 8628 §3.1
    DeviceAuthorization,
    /// RFC 6749 §3.2
    Token,
    /// RFC 7662 §2
    Introspection,
    /// RFC 7009 §2
    Revocation,
}

/// What a request carries may be a secret, so that it does not show itself in debug output.
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
