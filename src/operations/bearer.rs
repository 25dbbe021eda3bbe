//! Reads an `Authorization` header as a credential (RFC 6750 §2.1).

use crate::facts::Credential;

/// What an `Authorization` header contains.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bearer<'a> {
    /// [`Rejected`](Credential::Rejected) if there is a bearer token: it is rejected until the host
    /// finds out whose it is.
    pub credential: Credential,
    /// The bearer token.
    pub token: Option<&'a str>,
}

/// Leaves the token out, because it is a secret.
impl std::fmt::Debug for Bearer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bearer")
            .field("credential", &self.credential)
            .field("token", &self.token.map(|_| "[secret]"))
            .finish()
    }
}

/// Reads the value of an `Authorization` header (RFC 6750 §2.1). `None`: the request has no such
/// header. A host that got several passes them joined with a comma (RFC 9110 §5.2), or an empty text.
///
/// The host looks the token up. If it is a live API key, the credential is
/// [`Accepted`](Credential::Accepted). Otherwise it stays [`Rejected`](Credential::Rejected), and the
/// host passes the token in the context, because it can be a registration access token.
///
/// ```
/// use gatepost::{Credential, bearer};
///
/// let found = bearer(Some("Bearer gpr_secret"));
/// assert_eq!((found.credential, found.token), (Credential::Rejected, Some("gpr_secret")));
/// assert_eq!(bearer(Some("Basic YTpi")).credential, Credential::OtherScheme);
/// assert_eq!(bearer(Some("gpr_secret")).credential, Credential::Malformed);
/// assert_eq!(bearer(None).credential, Credential::Missing);
/// ```
pub fn bearer(authorization: Option<&str>) -> Bearer<'_> {
    let (credential, token) = match authorization {
        None => (Credential::Missing, None),
        Some(value) => match token(value) {
            Ok(token) => (Credential::Rejected, Some(token)),
            Err(credential) => (credential, None),
        },
    };
    Bearer { credential, token }
}

/// Returns the bearer token in a header, or what the header is instead.
fn token(value: &str) -> Result<&str, Credential> {
    // A scheme has a space and something else after it (RFC 9110 §11.4). A word alone is a token that lacks the scheme.
    let (scheme, rest) = value.split_once(' ').ok_or(Credential::Malformed)?;
    if !is_scheme(scheme) {
        return Err(Credential::Malformed);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Credential::OtherScheme);
    }
    let token = rest.trim_start_matches(' ');
    is_b64token(token)
        .then_some(token)
        .ok_or(Credential::Malformed)
}

/// `token` of RFC 9110 §5.6.2.
fn is_scheme(text: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_of_token)
}

/// `b64token` of RFC 6750 §2.1.
fn is_b64token(text: &str) -> bool {
    let unpadded = text.trim_end_matches('=');
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !unpadded.is_empty() && unpadded.bytes().all(is_of_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_is() {
        let [malformed, other] = [Err(Credential::Malformed), Err(Credential::OtherScheme)];
        for (value, expected) in [
            ("Basic dXNlcjpwYXNz", other),
            ("DPoP abc", other),
            ("Foo x", other),
            ("Bearerabc x", other),
            ("Bearerabc", malformed),
            ("gpak_abc", malformed),
            ("Negotiate", malformed),
            ("B\u{e9} abc", malformed),
            (" abc", malformed),
            ("", malformed),
            ("Bearer abc", Ok("abc")),
            ("bearer abc", Ok("abc")),
            ("BEARER   abc", Ok("abc")),
            ("Bearer aZ09-._~+/==", Ok("aZ09-._~+/==")),
            ("Bearer", malformed),
            ("Bearer ", malformed),
            ("Bearer =", malformed),
            ("Bearer a=b", malformed),
            ("Bearer a b", malformed),
            ("Bearer a,b", malformed),
            ("Bearer abc, Bearer abc", malformed),
            ("Basic dXNlcjpwYXNz, Bearer abc", other),
            ("Bearer \"abc\"", malformed),
            ("Bearer abc\u{e9}", malformed),
            ("Bearer a\tb", malformed),
            ("Bearer\tabc", malformed),
        ] {
            let found = bearer(Some(value));
            let (credential, token) = match expected {
                Ok(token) => (Credential::Rejected, Some(token)),
                Err(credential) => (credential, None),
            };
            assert_eq!(
                (found.credential, found.token),
                (credential, token),
                "{value:?}"
            );
        }
        assert_eq!(bearer(None).credential, Credential::Missing);
    }

    #[test]
    fn the_token_is_not_shown() {
        let found = bearer(Some("Bearer gpak_1"));
        assert!(!format!("{found:?}").contains("gpak_1"));
    }
}
