//! Which web pages may use an endpoint from a browser (CORS, Fetch standard §3.2).
//!
//! Never with cookies: a page may do what its own program could do without a browser, and no more. What a page
//! could misuse is its visitor's address. Anonymous registrations are counted by address, and some networks
//! are trusted. So the endpoints at which an address counts are for pages that the administrator names.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::config::WebOrigin;
use crate::http::shared::metadata::SESSION;

/// What scripts may send: credentials, a body of a type, and what well-known clients add.
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, mcp-protocol-version, x-requested-with, cache-control",
);

/// What scripts may read of an answer, beside what they may always read.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("www-authenticate, retry-after, x-request-id");

/// How long a browser may remember it, in seconds; some keep it no longer than two hours.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// Whose scripts may read the answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    /// Those of all pages.
    All,
    /// Those of the page that asks, whose origin the administrator named.
    Named(HeaderValue),
    /// Those of pages that the administrator named, and this is none.
    Others,
    /// Nobody's.
    Nobody,
}

impl Readers {
    /// Of a path, for a request with these headers.
    pub(super) fn of(path: &str, headers: &HeaderMap, named: &[WebOrigin]) -> Self {
        match path {
            "/auth/token" | "/auth/revoke" => return Self::All,
            _ if path.starts_with("/.well-known/") => return Self::All,
            "/auth/register" | "/auth/introspect" | SESSION => {}
            _ if path.starts_with("/auth/register/") => {}
            _ => return Self::Nobody,
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let is_named = |origin: &&HeaderValue| named.iter().any(|named| *origin == named.as_str());
        match (origins.next().filter(is_named), origins.next()) {
            (Some(origin), None) => Self::Named(origin.clone()),
            _ if named.is_empty() => Self::Nobody,
            _ => Self::Others,
        }
    }

    /// The answer to a browser that asks first whether it may ask; nothing if it may not, or if this is
    /// another question.
    pub(super) fn preflight(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
    ) -> Option<Response> {
        let is_preflight = *method == Method::OPTIONS
            && headers.contains_key(header::ORIGIN)
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if !is_preflight || matches!(self, Self::Others | Self::Nobody) {
            return None;
        }
        let methods = match path {
            "/auth/token" | "/auth/revoke" | "/auth/introspect" | "/auth/register" => "POST",
            _ if path.starts_with("/auth/register/") => "GET, PUT, DELETE",
            _ => "GET",
        };
        let mut response = StatusCode::NO_CONTENT.into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static(methods),
        );
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        Some(response)
    }

    /// Says it in an answer, whatever it is: a script has to be able to read why it failed.
    pub(super) fn say(self, headers: &mut HeaderMap) {
        // A cache must not give one page's answer to another.
        if matches!(self, Self::Named(_) | Self::Others) {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        let readers = match self {
            Self::All => HeaderValue::from_static("*"),
            Self::Named(origin) => origin,
            Self::Others | Self::Nobody => return,
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, readers);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_scripts_may_read() {
        let named: Vec<WebOrigin> = ["https://webmail.example", "tauri://localhost"]
            .iter()
            .map(|origin| origin.parse().expect("the case is right"))
            .collect();
        let ours = Readers::Named(HeaderValue::from_static("https://webmail.example"));
        for (path, origins, expected) in [
            ("/auth/token", &[][..], Readers::All),
            ("/auth/token", &["https://evil.example"], Readers::All),
            ("/auth/revoke", &["null"], Readers::All),
            ("/.well-known/anything/there/is", &[], Readers::All),
            ("/auth/register", &["https://webmail.example"], ours.clone()),
            (
                "/auth/register/gpc_a",
                &["https://webmail.example"],
                ours.clone(),
            ),
            (
                "/auth/introspect",
                &["https://webmail.example"],
                ours.clone(),
            ),
            ("/jmap/session", &["https://webmail.example"], ours.clone()),
            ("/jmap/session", &[], Readers::Others),
            ("/jmap/session", &["null"], Readers::Others),
            (
                "/jmap/session",
                &["https://webmail.example.evil.example"],
                Readers::Others,
            ),
            (
                "/jmap/session",
                &["https://webmail.example:8443"],
                Readers::Others,
            ),
            (
                "/jmap/session",
                &["HTTPS://webmail.example"],
                Readers::Others,
            ),
            (
                "/jmap/session",
                &["https://webmail.example", "https://evil.example"],
                Readers::Others,
            ),
            (
                "/auth/authorize",
                &["https://webmail.example"],
                Readers::Nobody,
            ),
            (
                "/auth/device",
                &["https://webmail.example"],
                Readers::Nobody,
            ),
            (
                "/auth/device/verify",
                &["https://webmail.example"],
                Readers::Nobody,
            ),
            (
                "/auth/sign-in",
                &["https://webmail.example"],
                Readers::Nobody,
            ),
            (
                "/auth/registers",
                &["https://webmail.example"],
                Readers::Nobody,
            ),
            ("/account", &["https://webmail.example"], Readers::Nobody),
            ("/admin/", &["https://webmail.example"], Readers::Nobody),
            (
                "/api/clients",
                &["https://webmail.example"],
                Readers::Nobody,
            ),
            ("/metrics", &["https://webmail.example"], Readers::Nobody),
        ] {
            let mut headers = HeaderMap::new();
            for origin in origins {
                headers.append(header::ORIGIN, HeaderValue::from_static(origin));
            }
            let name = format!("{path} {origins:?}");
            assert_eq!(Readers::of(path, &headers, &named), expected, "{name}");
            let unnamed = match expected {
                Readers::All => Readers::All,
                _ => Readers::Nobody,
            };
            assert_eq!(Readers::of(path, &headers, &[]), unnamed, "{name}");
        }
    }
}
