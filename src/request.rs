//! A request to one of the authorization server's endpoints, as it arrived.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use serde::Deserialize;
use url::form_urlencoded;

use crate::diagnostic::{Rule, rule};

/// Clients pad, or do not.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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

/// The client that a request names: by a parameter, by HTTP Basic, or as the subject of an assertion.
/// `None` if it names none, or two. Nothing is verified here.
///
/// At the authorization endpoint the parameter alone counts: no client authenticates there, the header
/// is the user's own, and whoever wrote the link could add an assertion of another client, so that the
/// record of the one that is meant would not be looked up.
pub(crate) fn client_id(request: &Request<'_>) -> Option<String> {
    let parameters = Parameters::read(request.parameters).ok()?;
    let named = parameters.get("client_id").map(str::to_owned);
    if request.endpoint == Endpoint::Authorization {
        return named;
    }
    let by_header = request
        .authorization
        .and_then(basic)
        .map(|basic| basic.client_id);
    let by_assertion = parameters.get("client_assertion").and_then(subject);
    let mut names = [named, by_header, by_assertion].into_iter().flatten();
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

/// The subject that a JWT claims (RFC 7523 §3).
fn subject(jwt: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
    }
    let claims = jwt.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    Some(claims.sub).filter(|subject| !subject.is_empty())
}

/// The parameters of a request, each decoded. One without a value is as if left out (RFC 6749 §3.1).
#[derive(Debug)]
pub(crate) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// How many bytes parameters may have, and how many of them there may be.
const MAX_BYTES: usize = 32_768;
const MAX_COUNT: usize = 100;

/// Parameters that may stand more than once (RFC 8707 §2, RFC 8693 §2.1).
const REPEATABLE: &[&str] = &["audience", "resource"];

impl<'a> Parameters<'a> {
    pub(crate) fn read(encoded: &'a [u8]) -> Result<Self, &'static Rule> {
        if encoded.len() > MAX_BYTES {
            return Err(&rule::PARAMETERS_TOO_MANY);
        }
        let mut parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if parameters.len() == MAX_COUNT {
                return Err(&rule::PARAMETERS_TOO_MANY);
            }
            // The parser puts this in the place of what is not UTF-8.
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return Err(&rule::PARAMETERS_ENCODING);
            }
            if value.is_empty() {
                continue;
            }
            let is_double = parameters.iter().any(|(known, _)| *known == name);
            if is_double && !REPEATABLE.contains(&name.as_ref()) {
                return Err(&rule::PARAMETER_TWICE);
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_ref())
    }
}

/// What HTTP Basic says of a client.
pub(crate) struct Basic {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// Whether a header is one of HTTP Basic.
pub(crate) fn is_basic(authorization: &str) -> bool {
    let scheme = authorization.split(' ').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("basic")
}

/// Reads HTTP Basic as clients use it (RFC 6749 §2.3.1): both parts are form-encoded before they are
/// joined and encoded again. One that names nobody is none.
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

/// One form-encoded text; `None` if it is none.
fn form_decoded(text: &str) -> Option<String> {
    let mut percents = text.split('%').skip(1);
    let is_escape = |rest: &str| {
        let mut digits = rest.bytes().take(2);
        digits.len() == 2 && digits.all(|b| b.is_ascii_hexdigit())
    };
    if !percents.all(is_escape) {
        return None;
    }
    // These would separate it from others.
    let whole = text.replace('&', "%26").replace('=', "%3D");
    let (decoded, _) = form_urlencoded::parse(whole.as_bytes())
        .next()
        .unwrap_or_default();
    (!decoded.contains('\u{fffd}')).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn parameters() {
        let many = "a=1&".to_owned()
            + &(0..MAX_COUNT)
                .map(|n| format!("p{n}=1&"))
                .collect::<String>();
        let most: String = (0..MAX_COUNT).map(|n| format!("p{n}=1&")).collect();
        let long = format!("a={}", "x".repeat(MAX_BYTES - 1));
        let longest = format!("a={}", "x".repeat(MAX_BYTES - 2));
        for (encoded, name, expected) in [
            ("", "a", Ok(None)),
            ("a=1&b=2", "b", Ok(Some("2"))),
            ("a=x+y%2Bz", "a", Ok(Some("x y+z"))),
            ("a=%C3%A9", "a", Ok(Some("é"))),
            ("%61=1", "a", Ok(Some("1"))),
            ("a=&b=2", "a", Ok(None)),
            ("a", "a", Ok(None)),
            ("a=&a=2", "a", Ok(Some("2"))),
            ("a=1&a=1", "a", Err("parameter-twice")),
            ("a=1&%61=2", "a", Err("parameter-twice")),
            ("x=1&x=2", "a", Err("parameter-twice")),
            ("resource=1&resource=2", "resource", Ok(Some("1"))),
            ("audience=1&audience=2", "audience", Ok(Some("1"))),
            ("a=%FF", "a", Err("parameters-encoding")),
            ("%FF=a", "a", Err("parameters-encoding")),
            (&many, "a", Err("parameters-too-many")),
            (&most, "p99", Ok(Some("1"))),
            (&long, "b", Err("parameters-too-many")),
            (&longest, "b", Ok(None)),
        ] {
            let found = Parameters::read(encoded.as_bytes());
            let found = found
                .as_ref()
                .map(|p| p.get(name))
                .map_err(|rule| rule.code);
            assert_eq!(found, expected, "{}", &encoded[..encoded.len().min(40)]);
        }
        let several = Parameters::read(b"resource=1&a=2&resource=3").unwrap();
        assert_eq!(several.all("resource").collect::<Vec<_>>(), ["1", "3"]);
    }

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

    #[test]
    fn who_is_named() {
        let jwt =
            |claims: &str| format!("client_assertion=e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
        let assertion = jwt(r#"{"sub":"a","iss":"b"}"#);
        let a = header("a:x");
        for (authorization, parameters, expected) in [
            (None, "client_id=a", Some("a")),
            (None, "client_id=", None),
            (None, "", None),
            (None, "client_id=a&client_id=a", None),
            (Some(a.as_str()), "client_id=&client_secret=", Some("a")),
            (Some(&a), "client_id=a", Some("a")),
            (Some(&a), "client_id=b", None),
            (Some("Bearer x"), "client_id=b", Some("b")),
            (None, &assertion, Some("a")),
            (None, &format!("{assertion}&client_id=a"), Some("a")),
            (None, &format!("{assertion}&client_id=b"), None),
            (None, &jwt("{}"), None),
            (None, "client_assertion=x", None),
            (None, &jwt(r#"{"sub":""}"#), None),
            (None, &jwt(r#"{"sub":"a","sub":"a"}"#), None),
            (Some(&header(":x")), "", None),
        ] {
            let request = Request {
                endpoint: Endpoint::Token,
                authorization,
                parameters: parameters.as_bytes(),
                jwks: None,
            };
            assert_eq!(client_id(&request).as_deref(), expected, "{parameters}");
        }
    }

    #[test]
    fn who_is_named_to_a_browser() {
        let jwt = URL_SAFE_NO_PAD.encode(r#"{"sub":"b"}"#);
        let by_another = format!("client_id=a&client_assertion=e30.{jwt}.x");
        let b = header("b:x");
        for (authorization, parameters, expected) in [
            (None, "client_id=a", Some("a")),
            (Some(b.as_str()), "client_id=a", Some("a")),
            (Some(&b), "", None),
            (None, &by_another, Some("a")),
            (None, &by_another[12..], None),
        ] {
            let request = Request {
                endpoint: Endpoint::Authorization,
                authorization,
                parameters: parameters.as_bytes(),
                jwks: None,
            };
            assert_eq!(client_id(&request).as_deref(), expected, "{parameters}");
            let pushed = Request {
                endpoint: Endpoint::PushedAuthorization,
                ..request
            };
            assert_eq!(
                client_id(&pushed) == client_id(&request),
                parameters == "client_id=a" && authorization.is_none(),
                "{parameters}"
            );
        }
    }

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
