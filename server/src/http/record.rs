//! What came of a request, for the audit log.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::MatchedPath;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use url::form_urlencoded;

use crate::http::oauth;
use crate::http::shared::allowance::FREE;
use crate::http::shared::app::App;
use crate::observe::event::{Answered, Asked, Concern, Told};

/// The header that has the number of a refused request.
const NUMBER: &str = "x-request-id";

/// How long a path may be that is written down, in characters.
const LONGEST: usize = 64;

/// A request whose event is written when it is answered, or when its client does not wait for that.
pub(super) struct Record<'r> {
    pub(super) app: &'r Arc<App>,
    pub(super) asked: &'r Asked,
    pub(super) method: &'r Method,
    pub(super) route: Option<&'r MatchedPath>,
    pub(super) path: &'r str,
    pub(super) concern: Option<Concern>,
}

impl Record<'_> {
    /// Writes the event, and lets the answer say its number if it is a refusal. Other answers are alike where they should be.
    pub(super) fn end(mut self, response: &mut Response) {
        let status = response.status();
        let told = response.extensions_mut().remove::<Told>();
        let told = told.or_else(|| of_headers(status, response.headers()));
        if let Some(concern) = self.concern.take() {
            self.write(concern, Some(status.as_u16()), told.as_ref());
        }
        let is_refusal = status.is_client_error() || status.is_server_error() || told.is_some();
        if is_refusal && let Ok(number) = HeaderValue::try_from(self.asked.number.to_string()) {
            response.headers_mut().insert(NUMBER, number);
        }
    }

    fn write(&self, concern: Concern, status: Option<u16>, told: Option<&Told>) {
        let route = match self.route {
            Some(route) => route.as_str(),
            None => unknown(self.path),
        };
        let answered = Answered {
            method: self.method.as_str(),
            route,
            status,
            told,
            concern,
        };
        self.app.watch.answered(self.asked, &answered);
    }
}

impl Drop for Record<'_> {
    /// The client closed the connection, and nobody works on its request any more.
    fn drop(&mut self) {
        // A panic is no doing of the client's.
        if let Some(concern) = self.concern.take()
            && !std::thread::panicking()
        {
            self.write(concern, None, None);
        }
    }
}

/// What a request is about, if it can be an event. Pages, documents for everybody and metrics are looked at, and nothing
/// is decided.
pub(super) fn concern(method: &Method, route: Option<&MatchedPath>, path: &str) -> Option<Concern> {
    match route {
        Some(route) => concern_of(method, route.as_str()),
        None => oauth::is_below(path).then_some(Concern::Protocol),
    }
}

fn concern_of(method: &Method, route: &str) -> Option<Concern> {
    let is_below = |root: &str| {
        let rest = route.strip_prefix(root);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if FREE.contains(&route) || route == "/metrics" || method == Method::OPTIONS {
        return None;
    }
    let is_form = [
        "/admin",
        "/account",
        "/device",
        "/auth/device/verify",
        "/auth/sign-in",
        "/auth/sign-out",
    ]
    .into_iter()
    .any(is_below);
    match is_form {
        false => Some(Concern::Protocol),
        true => (method == Method::POST).then_some(Concern::Form),
    }
}

/// A path that is no route, if it consists of words: anything else may be a secret in the wrong place.
fn unknown(path: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_lowercase() || matches!(c, '/' | '-' | '_' | '.');
    match path.len() <= LONGEST && path.chars().all(is_plain) {
        true => path,
        false => "/auth/...",
    }
}

/// What a refusal says in its headers: to a client by way of a browser (RFC 6749 §4.1.2.1), or to who presented a token
/// (RFC 6750 §3).
fn of_headers(status: StatusCode, headers: &HeaderMap) -> Option<Told> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let (error, description) = match status {
        StatusCode::SEE_OTHER => {
            // A page of this server's goes to another one, in whose address a stranger may have written anything.
            let (_, query) = text(header::LOCATION)
                .filter(|address| !address.starts_with('/'))?
                .split_once('?')?;
            let of = |wanted: &str| {
                let mut pairs = form_urlencoded::parse(query.as_bytes());
                let (_, value) = pairs.find(|(name, _)| name == wanted)?;
                Some(value.into_owned())
            };
            (of("error")?, of("error_description"))
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
            let challenge = text(header::WWW_AUTHENTICATE)?;
            let of = |wanted: &str| {
                let (_, rest) = challenge.split_once(&format!("{wanted}=\""))?;
                Some(rest.split_once('"')?.0.to_owned())
            };
            (of(" error")?, of("error_description"))
        }
        _ => return None,
    };
    Some(Told {
        code: None,
        error: Some(Cow::Owned(error)),
        description: Cow::Owned(description.unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_requests_can_be_events() {
        const PROTOCOL: Option<Concern> = Some(Concern::Protocol);
        const FORM: Option<Concern> = Some(Concern::Form);
        for (method, route, path, expected) in [
            (Method::POST, Some("/auth/token"), "/auth/token", PROTOCOL),
            (
                Method::GET,
                Some("/auth/authorize"),
                "/auth/authorize",
                PROTOCOL,
            ),
            (
                Method::PUT,
                Some("/auth/register/{client_id}"),
                "/auth/register/x",
                PROTOCOL,
            ),
            (Method::GET, Some("/api/clients"), "/api/clients", PROTOCOL),
            (
                Method::GET,
                Some("/jmap/session"),
                "/jmap/session",
                PROTOCOL,
            ),
            (Method::GET, None, "/auth/tokens", PROTOCOL),
            (Method::GET, None, "/wp-login.php", None),
            (Method::GET, Some("/admin/"), "/admin/", None),
            (Method::POST, Some("/admin/client"), "/admin/client", FORM),
            (Method::GET, Some("/auth/sign-in"), "/auth/sign-in", None),
            (Method::POST, Some("/auth/sign-in"), "/auth/sign-in", FORM),
            (Method::POST, Some("/auth/device"), "/auth/device", PROTOCOL),
            (
                Method::POST,
                Some("/auth/device/verify"),
                "/auth/device/verify",
                FORM,
            ),
            (Method::GET, Some("/device"), "/device", None),
            (Method::POST, Some("/account"), "/account", FORM),
            (Method::GET, Some("/healthz"), "/healthz", None),
            (Method::GET, Some("/metrics"), "/metrics", None),
            (Method::OPTIONS, Some("/auth/token"), "/auth/token", None),
        ] {
            let found = match route {
                Some(route) => concern_of(&method, route),
                None => concern(&method, None, path),
            };
            assert_eq!(found, expected, "{method} {path}");
        }
    }

    #[test]
    fn no_path_tells_a_secret() {
        for (path, expected) in [
            ("/auth/tokens", "/auth/tokens"),
            ("/auth/oauth_2/token", "/auth/..."),
            ("/auth/gpco_1A2b3C4d", "/auth/..."),
            ("/auth/%20", "/auth/..."),
        ] {
            assert_eq!(unknown(path), expected);
        }
        assert_eq!(unknown(&"/auth".repeat(20)), "/auth/...");
    }

    #[test]
    fn what_headers_say_of_a_refusal() {
        let challenge =
            "Bearer realm=\"a\", error=\"invalid_token\", error_description=\"It is over.\"";
        for (status, name, value, expected) in [
            (
                303,
                header::LOCATION,
                "https://a.example/cb?error=access_denied&error_description=No.&state=x",
                Some(("access_denied", "No.")),
            ),
            (303, header::LOCATION, "https://a.example/cb?code=x", None),
            (303, header::LOCATION, "/account", None),
            (
                303,
                header::LOCATION,
                "/account?error=server_error&error_description=Not+true.",
                None,
            ),
            (
                401,
                header::WWW_AUTHENTICATE,
                challenge,
                Some(("invalid_token", "It is over.")),
            ),
            (401, header::WWW_AUTHENTICATE, "Bearer realm=\"a\"", None),
            (200, header::WWW_AUTHENTICATE, challenge, None),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
            let told = of_headers(status, &headers);
            let told = told.map(|told| {
                (
                    told.error.unwrap_or_default().into_owned(),
                    told.description.into_owned(),
                )
            });
            assert_eq!(
                told,
                expected.map(|(e, d)| (e.to_owned(), d.to_owned())),
                "{value}"
            );
        }
    }
}
