//! What is sent to the server, and what comes back.

use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use serde_json::Value;

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(&self.body)
    }
}

/// What is sent.
pub(super) struct Sent<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) authorization: Option<String>,
    pub(super) body: Body<'a>,
}

/// A request's body.
pub(super) enum Body<'a> {
    Nothing,
    Json(&'a Value),
    Form(&'a [(&'a str, &'a str)]),
}

impl<'a> Sent<'a> {
    pub(super) const fn get(path: &'a str) -> Self {
        Self::new(Method::GET, path, Body::Nothing)
    }

    pub(super) const fn post(path: &'a str, body: Body<'a>) -> Self {
        Self::new(Method::POST, path, body)
    }

    pub(super) const fn new(method: Method, path: &'a str, body: Body<'a>) -> Self {
        Self {
            method,
            path,
            authorization: None,
            body,
        }
    }

    pub(super) fn bearer(self, token: &str) -> Self {
        Self {
            authorization: Some(format!("Bearer {token}")),
            ..self
        }
    }
}
