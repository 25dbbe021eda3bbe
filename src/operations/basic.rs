//! Reads HTTP Basic, as clients use it (RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use url::form_urlencoded;

/// The base64 of HTTP Basic. Some clients write the padding, some do not.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The client id and the secret in HTTP Basic.
pub(crate) struct Basic {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// Whether an `Authorization` header uses HTTP Basic.
pub(crate) fn is_basic(authorization: &str) -> bool {
    let scheme = authorization.split(' ').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("basic")
}

/// Reads HTTP Basic as clients use it (RFC 6749 §2.3.1): both parts are form-encoded before they
/// are joined and encoded in base64. `None`: the syntax is wrong, or the client id is empty.
pub(crate) fn basic(authorization: &str) -> Option<Basic> {
    if !is_basic(authorization) {
        return None;
    }
    let (_, credentials) = authorization.split_once(' ')?;
    let credentials = STANDARD.decode(credentials.trim_matches(' ')).ok()?;
    let credentials = String::from_utf8(credentials).ok()?;
    let (client_id, client_secret) = credentials.split_once(':')?;
    Some(Basic {
        client_id: form_decoded(client_id).filter(|id| !id.is_empty())?,
        client_secret: form_decoded(client_secret)?,
    })
}

/// Decodes one form-encoded text; `None` if its encoding is wrong.
fn form_decoded(text: &str) -> Option<String> {
    let stands_for_itself = |b: u8| b.is_ascii_graphic() && b != b'%' && b != b'+';
    if text.bytes().all(stands_for_itself) {
        return Some(text.to_owned());
    }
    let mut percents = text.split('%').skip(1);
    let is_escape = |rest: &str| {
        let mut digits = rest.bytes().take(2);
        digits.len() == 2 && digits.all(|b| b.is_ascii_hexdigit())
    };
    if !percents.all(is_escape) {
        return None;
    }
    // These characters would separate the text from others.
    let whole = text.replace('&', "%26").replace('=', "%3D");
    let (decoded, _) = form_urlencoded::parse(whole.as_bytes())
        .next()
        .unwrap_or_default();
    (!decoded.contains('\u{fffd}')).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn basic_headers() {
        for (name, header, expected) in [
            ("plain", header("a:b"), Some(("a", "b"))),
            (
                "form-encoded",
                header("a%3Ab:c%2Bd+e"),
                Some(("a:b", "c+d e")),
            ),
            ("a colon in the secret", header("a:b:c"), Some(("a", "b:c"))),
            (
                "separators in the secret",
                header("a:b&c=d"),
                Some(("a", "b&c=d")),
            ),
            ("no secret", header("a:"), Some(("a", ""))),
            ("no name", header(":b"), None),
            ("no colon", header("a"), None),
            ("half an escape", header("a:b%2"), None),
            ("no escape", header("a:b%zz"), None),
            ("a sign is no digit", header("a:b%+1"), None),
            ("encoded bytes that are no text", header("a:%ff"), None),
            (
                "another case",
                header("a:b").replace("Basic", "bAsIc"),
                Some(("a", "b")),
            ),
            ("spaces", header("a:b").replace(' ', "  "), Some(("a", "b"))),
            (
                "another scheme",
                header("a:b").replace("Basic", "Bearer"),
                None,
            ),
            ("no base64", "Basic a:b".to_owned(), None),
            (
                "bytes that are no text",
                format!("Basic {}", STANDARD.encode(b"\xff:b")),
                None,
            ),
            ("nothing", "Basic".to_owned(), None),
        ] {
            let found = basic(&header);
            let found = found.as_ref().map(|b| (&*b.client_id, &*b.client_secret));
            assert_eq!(found, expected, "{name}");
        }
        assert!(is_basic("Basic"));
        assert!(!is_basic("Basics x"));
    }
}
