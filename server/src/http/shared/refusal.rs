//! The answers that need no decision, in the form of RFC 6749 §5.2.

use std::borrow::Cow;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::shared::kind::Kind;
use crate::observe::event::Told;
use crate::observe::moment;
use crate::observe::watch::REQUEST;

/// Why a request to an OAuth endpoint is answered without a decision, or in spite of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Refusal {
    /// There is nothing here, nor could there be.
    NotFound,
    /// The request names no host, or not one.
    Host,
    /// This is not asked for by this method.
    Method(Allowed),
    /// The body is said to be something else than it has to be, or nothing in particular.
    MediaType(Kind),
    /// The body is compressed or otherwise encoded.
    ContentCoding(Kind),
    /// The body is longer than [`Kind::limit`].
    TooLarge(Kind),
    /// The body took too long.
    TooSlow,
    /// The body broke off.
    Incomplete,
    /// The client was changed since the caller last saw it.
    Changed,
    /// The network asks too often, or for too much at once; how many seconds to wait.
    TooMany(u64),
    /// The store or the plugin has no room now.
    Unavailable,
    /// Something is wrong here, not with the request.
    Failed,
}

/// The methods of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Allowed {
    /// Of the registration endpoint (RFC 7591 §3.1).
    Register,
    /// Of a client configuration endpoint (RFC 7592 §2).
    Manage,
    /// Of what is only read.
    Read,
    /// Of what is only sent to.
    Send,
    /// Of a page with a form.
    Page,
}

/// What a refusal says: a status, an error code, a sentence, and perhaps a header.
type Said = (
    StatusCode,
    &'static str,
    String,
    Option<(HeaderName, HeaderValue)>,
);

impl Refusal {
    /// What its event says of it.
    pub(in crate::http) fn told(self) -> Told {
        let (_, error, description, _) = self.said();
        let code = match self {
            Self::NotFound => "client-not-found",
            Self::Host => "host-header",
            Self::Method(_) => "method-not-allowed",
            Self::MediaType(_) => "body-media-type",
            Self::ContentCoding(_) => "body-coding",
            Self::TooLarge(_) => "body-too-large",
            Self::TooSlow => "body-too-slow",
            Self::Incomplete => "body-incomplete",
            Self::Changed => "client-changed",
            Self::TooMany(_) => "too-many-requests",
            Self::Unavailable => "unavailable",
            Self::Failed => "server-failed",
        };
        Told {
            code: Some(code),
            error: Some(error.into()),
            description: description.into(),
        }
    }

    pub(in crate::http) fn said(self) -> Said {
        const NOTHING: Option<(HeaderName, HeaderValue)> = None;
        let with = |name, value| Some((name, HeaderValue::from_static(value)));
        match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "invalid_request",
                "No client can have this id.".to_owned(),
                NOTHING,
            ),
            Self::Host => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "There has to be one Host header, with the name or the address of a host."
                    .to_owned(),
                NOTHING,
            ),
            Self::Method(Allowed::Register) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "A client is registered with the method POST.".to_owned(),
                with(header::ALLOW, "POST"),
            ),
            Self::Method(Allowed::Manage) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "A registration is managed with the methods GET, PUT and DELETE.".to_owned(),
                with(header::ALLOW, "GET, PUT, DELETE"),
            ),
            Self::Method(Allowed::Read) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "This is read with the method GET.".to_owned(),
                with(header::ALLOW, "GET, HEAD"),
            ),
            Self::Method(Allowed::Send) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "This is asked for with the method POST.".to_owned(),
                with(header::ALLOW, "POST"),
            ),
            Self::Method(Allowed::Page) => (
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "This page is read with the method GET, and its form is sent with POST.".to_owned(),
                with(header::ALLOW, "GET, HEAD, POST"),
            ),
            Self::MediaType(kind) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                kind.error(),
                format!("The content type has to be {}.", kind.media_type()),
                NOTHING,
            ),
            Self::ContentCoding(kind) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                kind.error(),
                "The body has to be sent as it is, without a content encoding.".to_owned(),
                NOTHING,
            ),
            Self::TooLarge(kind) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                kind.error(),
                format!("The body may have at most {} bytes.", kind.limit()),
                NOTHING,
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "invalid_request",
                "The body did not arrive in time.".to_owned(),
                with(header::CONNECTION, "close"),
            ),
            Self::Incomplete => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "The body did not arrive whole.".to_owned(),
                with(header::CONNECTION, "close"),
            ),
            Self::Changed => (
                StatusCode::PRECONDITION_FAILED,
                "invalid_request",
                "The client was changed in the meantime. Read it again, and decide anew."
                    .to_owned(),
                NOTHING,
            ),
            Self::TooMany(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "Too many requests come from this network. Try again later.".to_owned(),
                Some((header::RETRY_AFTER, wait.into())),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "The server cannot do this just now. Try again in a moment.".to_owned(),
                with(header::RETRY_AFTER, "1"),
            ),
            Self::Failed => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "Something went wrong in the server, not with the request. Nothing was \
                 changed. Try again."
                    .to_owned(),
                NOTHING,
            ),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, description, extra) = self.said();
        let mut response = error_body(status, error, &description);
        if let Self::TooMany(wait) = self {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, wait.into());
        }
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(self.told());
        response
    }
}

/// Where an administrator finds why a request was refused.
#[derive(Clone, Debug)]
pub(in crate::http) struct Mark {
    /// The number of the event.
    pub(in crate::http) number: String,
    /// The time.
    pub(in crate::http) at: String,
    /// Whether there is an event, and not only a line in the log.
    pub(in crate::http) is_event: bool,
}

impl Mark {
    /// The mark of the request that is being answered.
    pub(in crate::http) fn of_request() -> Option<Self> {
        let asked = REQUEST.try_with(Clone::clone).ok()?;
        Some(Self {
            number: asked.number.to_string(),
            is_event: asked.can_be_event,
            at: moment::second(gatepost_directory::now()),
        })
    }
}

/// An error in the form of RFC 6749 §5.2.
pub(in crate::http) fn error_body(status: StatusCode, error: &str, description: &str) -> Response {
    let body = serde_json::json!({ "error": error, "error_description": description });
    let mut response = json(status, &body);
    response.extensions_mut().insert(Told {
        code: None,
        error: Some(Cow::Owned(error.to_owned())),
        description: Cow::Owned(description.to_owned()),
    });
    response
}

/// What nobody keeps (RFC 6749 §5.1).
pub(in crate::http) fn json(status: StatusCode, body: &serde_json::Value) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::PRAGMA, "no-cache"),
        ],
        serde_json::to_vec(body).expect("a value has no keys but strings"),
    )
        .into_response()
}
