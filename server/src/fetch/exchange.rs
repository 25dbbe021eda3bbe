//! One request and its answer.

use std::pin::pin;

use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION,
    TRANSFER_ENCODING, USER_AGENT,
};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::error::{FetchError, quoted};
use super::freshness::Validators;
use super::target::Target;

/// How long the head of an answer may be, in bytes.
const HEAD_LIMIT: usize = 16 << 10;

/// What a site answered.
pub(super) enum Answer {
    /// The document.
    Document { headers: HeaderMap, body: Vec<u8> },
    /// The document is still the one that its validators are of (RFC 9110 §15.4.5).
    Unchanged { headers: HeaderMap },
}

/// Asks for a document: GET without credentials and without cookies. The answer is the document itself, or
/// nothing: no redirect is followed, and nothing is decoded.
pub(super) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    target: &Target,
    validators: Option<&Validators>,
    max_bytes: u32,
) -> Result<Answer, FetchError> {
    let request = request(target, validators)?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_LIMIT)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        read(response, validators.is_some(), max_bytes).await
    };
    let (mut answer, mut connection) = (pin!(answer), pin!(connection));
    let mut is_open = true;
    loop {
        tokio::select! {
            answer = &mut answer => return answer,
            // What has arrived is read to its end.
            _ = &mut connection, if is_open => is_open = false,
        }
    }
}

fn request(
    target: &Target,
    validators: Option<&Validators>,
) -> Result<Request<Empty<&'static [u8]>>, FetchError> {
    let mut request = Request::get(&*target.path)
        .header(HOST, &*target.authority)
        .header(
            USER_AGENT,
            concat!("gatepost-server/", env!("CARGO_PKG_VERSION")),
        )
        .header(ACCEPT, "application/json, application/*+json")
        .header(ACCEPT_ENCODING, "identity")
        .body(Empty::new())
        .map_err(|_| FetchError::Uri("a request cannot have it"))?;
    if let Some(validators) = validators {
        validators.ask(request.headers_mut());
    }
    Ok(request)
}

/// Reads an answer, as long as it is one that is of use.
async fn read(
    response: Response<Incoming>,
    is_conditional: bool,
    max_bytes: u32,
) -> Result<Answer, FetchError> {
    let (head, body) = response.into_parts();
    let headers = head.headers;
    match head.status {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if is_conditional => return Ok(Answer::Unchanged { headers }),
        status if status.is_redirection() && headers.contains_key(LOCATION) => {
            return Err(FetchError::Redirect(status.as_u16()));
        }
        status => return Err(FetchError::Status(status.as_u16())),
    }
    let is_plain = |coding: &[u8]| coding.trim_ascii().eq_ignore_ascii_case(b"identity");
    let is_chunked = |coding: &[u8]| coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let mut transfer = headers.get_all(TRANSFER_ENCODING).iter();
    if !codings.all(|coding| is_plain(coding.as_bytes()))
        || !transfer.all(|coding| is_chunked(coding.as_bytes()))
    {
        return Err(FetchError::Encoded);
    }
    if !is_json(&headers) {
        let said = headers.get(CONTENT_TYPE);
        let said = said.map(|said| String::from_utf8_lossy(said.as_bytes()));
        let said = said.map_or("missing".to_owned(), quoted);
        return Err(FetchError::MediaType(said));
    }
    let announced = headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::from(max_bytes)) {
        return Err(FetchError::TooLarge(max_bytes));
    }
    let limit = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let collected = Limited::new(body, limit).collect().await;
    let body = collected.map_err(|error| match error.is::<LengthLimitError>() {
        true => FetchError::TooLarge(max_bytes),
        false => FetchError::Unreachable(quoted(error)),
    })?;
    Ok(Answer::Document {
        headers,
        body: body.to_bytes().into(),
    })
}

/// Whether an answer says, once, that it is `application/json`, or `application/` and a type whose suffix is
/// `+json` (RFC 6838 §4.2.8), such as `application/jwk-set+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(text) = only.to_str() else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json"
        || essence
            .strip_prefix("application/")
            .and_then(|subtype| subtype.strip_suffix("+json"))
            .is_some_and(|name| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b'/')
            })
}

fn failed(error: hyper::Error) -> FetchError {
    use std::error::Error;

    let cause = match error.source() {
        Some(cause) => quoted(format_args!("{error}: {cause}")),
        None => quoted(&error),
    };
    match error.is_parse() || error.is_parse_too_large() {
        true => FetchError::Malformed(cause),
        false => FetchError::Unreachable(cause),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_json() {
        for (types, expected) in [
            (&["application/json"][..], true),
            (&["Application/JSON; charset=utf-8"], true),
            (&["application/jwk-set+json"], true),
            (&["application/vnd.example.client+json;v=1"], true),
            (&["application/+json"], false),
            (&["application/x/y+json"], false),
            (&["application/jsonp"], false),
            (&["text/json"], false),
            (&["text/plain"], false),
            (&[""], false),
            (&[], false),
            (&["application/json", "text/html"], false),
            (&["application/json", "application/json"], false),
        ] {
            let mut headers = HeaderMap::new();
            for text in types {
                headers.append(CONTENT_TYPE, HeaderValue::from_static(text));
            }
            assert_eq!(is_json(&headers), expected, "{types:?}");
        }
    }
}
