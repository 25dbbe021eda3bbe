//! A public URL with a path. Every room inside knows this program's paths as they are without it: what comes
//! in is asked for without it, and what goes out has it.
//!
//! A proxy may take the path away before it passes a request on, or leave it there. Both is understood.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use crate::http::shared::app::App;
use crate::http::shared::refusal::Refusal;

/// How long a page may be, in bytes. Ours are a fiftieth of it.
const PAGE_LIMIT: usize = 4 << 20;

/// Where the names of [RFC 8615](https://www.rfc-editor.org/rfc/rfc8615) begin.
const WELL_KNOWN: &str = "/.well-known/";

/// The routes, for requests with and without the public URL's path.
pub(super) fn around(routes: Router, app: Arc<App>) -> Router {
    Router::new()
        .fallback_service(routes)
        .layer(middleware::from_fn_with_state(app, translate))
}

async fn translate(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let prefix = app.public_url.path();
    let path = request.uri().path();
    // An issuer that is not this program's address has its documents here, and nothing else.
    let of_issuer = || {
        let asked = without(path, &app.metadata.load().issuer_path)?;
        asked.starts_with(WELL_KNOWN).then_some(asked)
    };
    if let Some(asked) = without(path, prefix).or_else(of_issuer) {
        match with_path(request.uri(), asked) {
            Some(uri) => *request.uri_mut() = uri,
            None => return Refusal::Failed.into_response(),
        }
    }
    let response = next.run(request).await;
    match prefix {
        "" => response,
        prefix => outward(prefix, response).await,
    }
}

/// What is asked for below a path, or about it: the path is at the beginning (as OpenID Connect Discovery 1.0
/// §4 has it), or behind a well-known name (RFC 8414 §3.1, RFC 9728 §3.1).
fn without(path: &str, prefix: &str) -> Option<String> {
    let below = |path: &str| {
        let rest = path.strip_prefix(prefix)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
    };
    if prefix.is_empty() {
        return None;
    }
    if let Some(rest) = below(path) {
        return Some(match rest.is_empty() {
            true => "/".to_owned(),
            false => rest,
        });
    }
    let named = path.strip_prefix(WELL_KNOWN)?;
    let (name, about) = named.split_at(named.find('/')?);
    below(about).map(|rest| format!("{WELL_KNOWN}{name}{rest}"))
}

fn with_path(uri: &Uri, path: String) -> Option<Uri> {
    let path_and_query = match uri.query() {
        None => path,
        Some(query) => format!("{path}?{query}"),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}

/// Puts the path before the addresses of an answer that begin where the host begins.
async fn outward(prefix: &str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let location = headers.get(header::LOCATION);
    if let Some(path) = location.and_then(|location| location.to_str().ok())
        && path.starts_with('/')
    {
        match HeaderValue::try_from(format!("{prefix}{path}")) {
            Ok(location) => headers.insert(header::LOCATION, location),
            Err(_) => return Refusal::Failed.into_response(),
        };
    }
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    headers.remove(header::CONTENT_LENGTH);
    let (head, body) = response.into_parts();
    match to_bytes(body, PAGE_LIMIT)
        .await
        .map(|page| String::from_utf8(page.into()))
    {
        Ok(Ok(page)) => Response::from_parts(head, Body::from(linked(&page, prefix))),
        _ => {
            tracing::error!("a page cannot be read again");
            Refusal::Failed.into_response()
        }
    }
}

/// A page whose links and forms lead below a path. What others wrote has no quotes in it once it is escaped,
/// so that these are the page's own.
fn linked(page: &str, prefix: &str) -> String {
    ["href", "action", "src"]
        .iter()
        .fold(page.to_owned(), |page, attribute| {
            page.replace(
                &format!(" {attribute}=\"/"),
                &format!(" {attribute}=\"{prefix}/"),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        for (path, expected) in [
            // At the beginning.
            ("/mail", Some("/")),
            ("/mail/", Some("/")),
            ("/mail/auth/token", Some("/auth/token")),
            (
                "/mail/.well-known/openid-configuration",
                Some("/.well-known/openid-configuration"),
            ),
            // Behind a name.
            (
                "/.well-known/oauth-authorization-server/mail",
                Some("/.well-known/oauth-authorization-server"),
            ),
            (
                "/.well-known/oauth-protected-resource/mail/jmap/session",
                Some("/.well-known/oauth-protected-resource/jmap/session"),
            ),
            // As it is.
            ("/auth/token", None),
            ("/mailbox", None),
            ("/.well-known/mail", None),
            ("/.well-known/oauth-authorization-server", None),
            ("/.well-known/oauth-authorization-server/mailbox", None),
            ("/a/mail/auth/token", None),
            ("/", None),
            ("*", None),
        ] {
            assert_eq!(without(path, "/mail").as_deref(), expected, "{path}");
            assert_eq!(without(path, ""), None, "{path}");
        }
    }

    #[test]
    fn links_of_a_page() {
        let page = r#"<link rel="a" href="/b"><a href="https://x/"><form action="/c"><img src="/d"><input value="/e">"#;
        let expected = r#"<link rel="a" href="/m/b"><a href="https://x/"><form action="/m/c"><img src="/m/d"><input value="/e">"#;
        assert_eq!(linked(page, "/m"), expected);
    }
}
