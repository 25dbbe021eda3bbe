//! Who asks, as the `Authorization` header tells it.

use axum::http::{HeaderMap, header};
use gatepost_directory::secret::SecretHash;
use gatepost_directory::{Directory, Key};
use gatepost_plugin::{Caller, Credential};

use crate::http::shared::answer;
use crate::http::shared::refusal::Refusal;
use crate::origin::place::Origin;

/// Who asks, and the API key that was presented, if it was one.
pub(in crate::http) async fn identify(
    headers: &HeaderMap,
    origin: Origin,
    directory: &dyn Directory,
    now: u64,
) -> Result<(Caller, Option<Key>), Refusal> {
    let proving = |credential| Caller {
        credential,
        address: origin.address().map(|address| address.to_string()),
        ..Caller::default()
    };
    let token = match presented(headers) {
        Presented::Nothing => return Ok((proving(Credential::Missing), None)),
        Presented::OtherScheme => return Ok((proving(Credential::OtherScheme), None)),
        Presented::Malformed => return Ok((proving(Credential::Malformed), None)),
        Presented::Token(token) => token,
    };
    let key = directory
        .live_key(SecretHash::of(token), now)
        .await
        .map_err(|error| answer::refusal(error.into()))?;
    let bearer = Caller {
        // It may be a registration access token, which only the plugin knows.
        token: Some(token.to_owned()),
        ..proving(Credential::Rejected)
    };
    let caller = match &key {
        None => bearer,
        Some(key) => Caller {
            credential: Credential::Accepted,
            account: key.account.as_ref().map(|account| account.name.clone()),
            permissions: key.permissions.clone(),
            terms: key.terms.clone(),
            ..bearer
        },
    };
    Ok((caller, key))
}

/// What is in the `Authorization` header.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) enum Presented<'h> {
    Nothing,
    /// A credential that is none here, such as `Basic`: whoever sent it tried to prove something.
    OtherScheme,
    /// No scheme, such as a key alone; no token after `Bearer`; or more than one header.
    Malformed,
    Token(&'h str),
}

/// RFC 6750 §2.1. A token in the body or the address is none: nobody was told to send it there.
pub(in crate::http) fn presented(headers: &HeaderMap) -> Presented<'_> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let Some(field) = fields.next() else {
        return Presented::Nothing;
    };
    if fields.next().is_some() {
        return Presented::Malformed;
    }
    // A scheme has parameters or a token after it (RFC 9110 §11.4). A word alone is a key that lacks one.
    let mut parts = field.as_bytes().splitn(2, |byte| *byte == b' ');
    let (scheme, rest) = (parts.next().unwrap_or_default(), parts.next());
    let Some(rest) = rest.filter(|_| is_scheme(scheme)) else {
        return Presented::Malformed;
    };
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Presented::OtherScheme;
    }
    match std::str::from_utf8(rest) {
        Ok(token) if is_b64token(token.trim_start_matches(' ')) => {
            Presented::Token(token.trim_start_matches(' '))
        }
        _ => Presented::Malformed,
    }
}

/// `token` of RFC 9110 §5.6.2.
fn is_scheme(text: &[u8]) -> bool {
    let is_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_of_token)
}

/// `b64token` of RFC 6750 §2.1.
fn is_b64token(text: &str) -> bool {
    let unpadded = text.trim_end_matches('=');
    !unpadded.is_empty()
        && unpadded
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_presented() {
        let cases: &[(&[&str], Presented<'_>)] = &[
            (&[], Presented::Nothing),
            (&["Basic dXNlcjpwYXNz"], Presented::OtherScheme),
            (&["DPoP abc"], Presented::OtherScheme),
            (&["Foo x"], Presented::OtherScheme),
            (&["Bearerabc x"], Presented::OtherScheme),
            (&["Bearerabc"], Presented::Malformed),
            (&["gpak_abc"], Presented::Malformed),
            (&["Negotiate"], Presented::Malformed),
            (&["B\u{e9} abc"], Presented::Malformed),
            (&[" abc"], Presented::Malformed),
            (&[""], Presented::Malformed),
            (&["Bearer abc"], Presented::Token("abc")),
            (&["bearer abc"], Presented::Token("abc")),
            (&["BEARER   abc"], Presented::Token("abc")),
            (&["Bearer aZ09-._~+/=="], Presented::Token("aZ09-._~+/==")),
            (&["Bearer"], Presented::Malformed),
            (&["Bearer "], Presented::Malformed),
            (&["Bearer ="], Presented::Malformed),
            (&["Bearer a=b"], Presented::Malformed),
            (&["Bearer a b"], Presented::Malformed),
            (&["Bearer a,b"], Presented::Malformed),
            (&["Bearer \"abc\""], Presented::Malformed),
            (&["Bearer abc\u{e9}"], Presented::Malformed),
            (&["Bearer abc", "Bearer abc"], Presented::Malformed),
            (&["Basic dXNlcjpwYXNz", "Bearer abc"], Presented::Malformed),
        ];
        for (values, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in *values {
                let value =
                    HeaderValue::from_bytes(value.as_bytes()).expect("the case can be sent");
                headers.append(header::AUTHORIZATION, value);
            }
            assert_eq!(presented(&headers), *expected, "{values:?}");
        }
    }
}
