//! HTTP messages: the credential, a body within bounds, and the answers that need no decision.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepost_plugin::PluginError;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;
use tokio::time::timeout;

/// How long a body may be, in bytes.
const BODY_LIMIT: usize = 64 << 10;

/// How many bytes of a longer one are read. A client that is still sending when its connection is
/// closed often does not see the answer.
const READ_LIMIT: usize = 256 << 10;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Returns the `Authorization` header. Several, or one that is no text, are taken for an empty one.
pub fn authorization(headers: &HeaderMap) -> Option<&str> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let first = str::from_utf8(fields.next()?.as_bytes()).unwrap_or_default();
    Some(if fields.next().is_none() { first } else { "" })
}

/// Reads a JSON body.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refusal> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let first = types.next().and_then(|value| value.to_str().ok());
    let media_type = first.and_then(|value| value.split(';').next());
    let is_json = media_type.is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"));
    if !is_json || types.next().is_some() || headers.contains_key(header::CONTENT_ENCODING) {
        return Err(MEDIA_TYPE);
    }
    let body = Limited::new(body, READ_LIMIT).collect();
    match timeout(BODY_TIME, body).await.map_err(|_| TOO_SLOW)? {
        Ok(body) => match body.to_bytes() {
            bytes if bytes.len() > BODY_LIMIT => Err(TOO_LARGE),
            bytes => Ok(bytes.into()),
        },
        Err(error) if error.is::<LengthLimitError>() => Err(TOO_LARGE),
        Err(_) => Err(INCOMPLETE),
    }
}

/// The plugin's response, as it is sent.
pub fn response(decided: gatepost_plugin::Response) -> Result<Response, Refusal> {
    let mut response = Response::builder().status(decided.status);
    for field in decided.headers {
        response = response.header(field.name, field.value);
    }
    response.body(decided.body.into()).map_err(|_| FAILED)
}

/// An answer without a decision, in the form of RFC 7591 §3.2.2: status, error code, description.
pub struct Refusal(u16, &'static str, &'static str);

const METADATA: &str = "invalid_client_metadata";
const TOO_LARGE: Refusal = Refusal(413, METADATA, "The body may have at most 65536 bytes.");
const MEDIA_TYPE: Refusal = Refusal(415, METADATA, "The body must be plain application/json.");
const REQUEST: &str = "invalid_request";
const INCOMPLETE: Refusal = Refusal(400, REQUEST, "The body did not arrive whole.");
const TOO_SLOW: Refusal = Refusal(408, REQUEST, "The body did not arrive in time.");
pub const HOST: Refusal = Refusal(400, REQUEST, "The request must name one host.");
pub const METHOD: Refusal = Refusal(405, REQUEST, "This takes another method.");
pub const NOT_FOUND: Refusal = Refusal(404, REQUEST, "There is nothing here.");
pub const QUESTION: Refusal = Refusal(400, REQUEST, "The question is not understood.");
pub const NO_KEY: Refusal = Refusal(401, "invalid_token", "This takes an API key.");
pub const NO_PERMISSION: Refusal = Refusal(403, "insufficient_scope", "The key may not ask this.");
const FAULT: &str = "server_error";
pub const FAILED: Refusal = Refusal(500, FAULT, "The server failed. Nothing was changed.");
pub const UNFETCHED: Refusal = Refusal(500, FAULT, "This needs a document. None is fetched.");
pub const UNAVAILABLE: Refusal = Refusal(503, "temporarily_unavailable", "Try again soon.");

/// For what nobody keeps (RFC 7591 §3.2.1).
pub const NO_STORE: [(HeaderName, &str); 2] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::PRAGMA, "no-cache"),
];

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, error, description) = self;
        let body = Json(json!({ "error": error, "error_description": description }));
        let mut response = (NO_STORE, body).into_response();
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
        match status {
            401 => ([(header::WWW_AUTHENTICATE, "Bearer")], response).into_response(),
            503 => ([(header::RETRY_AFTER, "1")], response).into_response(),
            _ => response,
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the store failed");
        UNAVAILABLE
    }
}

impl From<PluginError> for Refusal {
    fn from(error: PluginError) -> Self {
        tracing::error!(%error, "the plugin made no decision");
        if error.is_busy() { UNAVAILABLE } else { FAILED }
    }
}
