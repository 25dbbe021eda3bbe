//! Cookies: how they are set and read.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// For so many seconds, or until the browser is closed. Without a value, the browser forgets the cookie.
pub(in crate::http) fn set(
    response: &mut Response,
    name: &str,
    is_https: bool,
    value: &str,
    seconds: Option<u32>,
) {
    let secure = if is_https { "; Secure" } else { "" };
    let age = match (value, seconds) {
        ("", _) => "; Max-Age=0".to_owned(),
        (_, Some(seconds)) => format!("; Max-Age={seconds}"),
        (_, None) => String::new(),
    };
    // The prefix `__Host-` asks for this path.
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    // What is not one of our own secrets came in a cookie, and goes back as it came.
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The value of a cookie, the first if there are several. A cookie beside it that is no text, set by a
/// neighbouring site, spoils itself alone.
pub(in crate::http) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|field| field.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| str::from_utf8(pair).ok()?.trim().split_once('='))
        .find(|(known, value)| *known == name && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies() {
        for (fields, expected) in [
            (&[][..], None),
            (&[("cookie", "a=1")], Some("1")),
            (&[("cookie", "b=2; a=1")], Some("1")),
            (&[("cookie", "b=2;a=1;a=3")], Some("1")),
            (&[("cookie", "b=2"), ("cookie", "a=1=2")], Some("1=2")),
            (&[("cookie", "aa=1; a; a=")], None),
            (&[("cookie", "b=\u{e9}; a=1; c=\u{e9}")], Some("1")),
            (&[("cookie", "\u{e9}"), ("cookie", "a=1")], Some("1")),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                let value = HeaderValue::from_bytes(value.as_bytes()).expect("it can be sent");
                headers.append(*name, value);
            }
            assert_eq!(value(&headers, "a"), expected, "{fields:?}");
        }
    }
}
