//! Who asks, as the `Authorization` header tells it.

use axum::http::{HeaderMap, header};

use crate::directory::{Directory, DirectoryError, Key};
use crate::keys::KeyHash;
use crate::plugin::Credential;

/// What was presented, and the API key that it is.
pub(super) async fn identify(
    headers: &HeaderMap,
    directory: &dyn Directory,
    now: u64,
) -> Result<(Credential, Option<Key>), DirectoryError> {
    let hash = match presented(headers) {
        Presented::Nothing => return Ok((Credential::Missing, None)),
        Presented::Malformed => return Ok((Credential::Malformed, None)),
        Presented::Token(token) => KeyHash::of(token),
    };
    Ok(match directory.live_key(hash, now).await? {
        None => (Credential::Rejected, None),
        Some(key) => (Credential::Accepted, Some(key)),
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Presented<'h> {
    Nothing,
    Malformed,
    Token(&'h str),
}

/// RFC 6750 §2.1. A token in the body or the address is none: nobody was told to send it there.
fn presented(headers: &HeaderMap) -> Presented<'_> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let Some(field) = fields.next() else {
        return Presented::Nothing;
    };
    if fields.next().is_some() {
        return Presented::Malformed;
    }
    let mut parts = field.as_bytes().splitn(2, |byte| *byte == b' ');
    if !parts
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    {
        return Presented::Nothing;
    }
    match std::str::from_utf8(parts.next().unwrap_or_default()) {
        Ok(token) if is_b64token(token.trim_start_matches(' ')) => {
            Presented::Token(token.trim_start_matches(' '))
        }
        _ => Presented::Malformed,
    }
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
            (&["Basic dXNlcjpwYXNz"], Presented::Nothing),
            (&["DPoP abc"], Presented::Nothing),
            (&["Bearerabc"], Presented::Nothing),
            (&[""], Presented::Nothing),
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
