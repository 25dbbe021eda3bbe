//! A request's body, within bounds.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;

use crate::http::shared::kind::Kind;
use crate::http::shared::refusal::Refusal;

/// How much of a body that is too long is read and thrown away. A client that is still sending when
/// the connection closes often sees only that, and not the answer.
const PATIENCE: usize = 1 << 20;

/// Reads the whole of a body.
pub(in crate::http) async fn read(
    kind: Kind,
    headers: &HeaderMap,
    body: Body,
    time: Duration,
) -> Result<Vec<u8>, Refusal> {
    if !is_said_to_be(kind, headers) {
        return Err(Refusal::MediaType(kind));
    }
    if !is_plain(headers) {
        return Err(Refusal::ContentCoding(kind));
    }
    let declared = body.size_hint().lower();
    // Who asks before sending is told without sending.
    if declared > PATIENCE as u64
        || declared > kind.limit() as u64 && headers.contains_key(header::EXPECT)
    {
        return Err(Refusal::TooLarge(kind));
    }
    match tokio::time::timeout(time, collect(kind, body)).await {
        Ok(collected) => collected,
        Err(_) => Err(Refusal::TooSlow),
    }
}

async fn collect(kind: Kind, mut body: Body) -> Result<Vec<u8>, Refusal> {
    let mut collected = Vec::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refusal::Incomplete)?.into_data() else {
            // Trailers say nothing about a request.
            continue;
        };
        seen += data.len();
        if seen > PATIENCE {
            break;
        }
        if seen <= kind.limit() {
            collected.extend_from_slice(&data);
        }
    }
    if seen > kind.limit() {
        return Err(Refusal::TooLarge(kind));
    }
    Ok(collected)
}

/// RFC 7591 §3.1, RFC 6749 §4.1.3. It has to be said, and once; the parameters do not matter.
///
/// This is also what keeps a web page from registering clients in a visitor's name without asking:
/// a browser sends JSON to another site only after that site agreed.
fn is_said_to_be(kind: Kind, headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else {
        return false;
    };
    only.to_str().is_ok_and(|value| {
        value
            .split(';')
            .next()
            .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(kind.media_type()))
    })
}

fn is_plain(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, axum::http::HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn json_and_nothing_but_json() {
        let cases: &[(&[&str], bool)] = &[
            (&["application/json"], true),
            (&["Application/JSON"], true),
            (&["application/json; charset=utf-8"], true),
            (&["application/json;charset=\"utf-8\";v=1"], true),
            (&["application/json ;"], true),
            (&[], false),
            (&[""], false),
            (&["text/plain"], false),
            (&["application/jsonp"], false),
            (&["application/x-www-form-urlencoded"], false),
            (&["text/plain; application/json"], false),
            (&["application/json, text/plain"], false),
            (&["application/json", "application/json"], false),
        ];
        for (values, json) in cases {
            assert_eq!(
                is_said_to_be(Kind::Json, &headers("content-type", values)),
                *json,
                "{values:?}"
            );
        }
    }

    #[test]
    fn plain_and_nothing_but_plain() {
        let cases: &[(&[&str], bool)] = &[
            (&[], true),
            (&["identity"], true),
            (&["Identity"], true),
            (&["gzip"], false),
            (&["identity, gzip"], false),
            (&["identity", "br"], false),
            (&[""], false),
        ];
        for (values, plain) in cases {
            assert_eq!(
                is_plain(&headers("content-encoding", values)),
                *plain,
                "{values:?}"
            );
        }
    }
}
