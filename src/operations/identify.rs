//! Finds the client id in a request, so that the host can look up the record.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::facts::{Endpoint, Request};

use super::basic::basic;
use super::parameters::Parameters;

/// Returns the client id that a request names: in a parameter, in HTTP Basic, or as the subject of
/// an assertion. `None`: it names none, or two different ones. Nothing is verified here.
///
/// At the authorization endpoint only the parameter counts. No client authenticates there, and the
/// header is the user's own. Otherwise the author of a link could add an assertion of another
/// client, and the host would not look up the right record.
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

/// Returns the claim `sub` of a JWT (RFC 7523 §3).
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

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
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
}
