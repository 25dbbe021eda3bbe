//! A path that leads nowhere, and which one was probably meant.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::shared::app::App;
use crate::http::shared::refusal::error_body;

/// What clients ask at, and where they send users.
const PATHS: [&str; 7] = [
    "/auth/authorize",
    "/auth/device",
    "/auth/device/verify",
    "/auth/introspect",
    "/auth/register",
    "/auth/revoke",
    "/auth/token",
];

/// Answers a client that asks below `/auth/` for what is not there, in the form that it understands
/// (RFC 6749 §5.2).
pub(in crate::http) fn nothing_at(app: &App, path: &str) -> Response {
    let nearest = app.public_url.at(nearest(path));
    let description = format!("There is no endpoint at this path. The nearest is {nearest}");
    error_body(StatusCode::NOT_FOUND, "invalid_request", &description)
}

/// Whether a path would be an endpoint of the authorization server, if there were one.
pub(in crate::http) fn is_below(path: &str) -> bool {
    path.strip_prefix("/auth")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The longest path that it begins with, or the one whose last word it has, or the one that is most like it.
fn nearest(path: &str) -> &'static str {
    let path: String = path.chars().take(64).collect();
    let mut by_length = PATHS;
    by_length.sort_by_key(|known| std::cmp::Reverse(known.len()));
    let begun = by_length.into_iter().find(|known| path.starts_with(known));
    let named = || {
        PATHS.into_iter().find(|known| {
            let word = known.rsplit('/').next();
            path.rsplit('/').any(|asked| Some(asked) == word)
        })
    };
    let alike = || {
        let mut known = PATHS;
        known.sort_by_key(|known| strsim::damerau_levenshtein(known, &path));
        known[0]
    };
    begun.or_else(named).unwrap_or_else(alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_is_meant() {
        for (path, expected) in [
            ("/auth/tokens", "/auth/token"),
            ("/auth/token/", "/auth/token"),
            ("/auth/oauth/token", "/auth/token"),
            ("/auth/introspection", "/auth/introspect"),
            ("/auth/authorise", "/auth/authorize"),
            ("/auth/authorization", "/auth/authorize"),
            ("/auth/device_authorization", "/auth/device"),
            ("/auth/device/verification", "/auth/device"),
            ("/auth/device/verify/x", "/auth/device/verify"),
            ("/auth/revocation", "/auth/revoke"),
            ("/auth/registration", "/auth/register"),
            ("/auth/register/", "/auth/register"),
            ("/auth/register/a/b", "/auth/register"),
            ("/auth/TOKEN", "/auth/token"),
        ] {
            assert!(is_below(path));
            assert_eq!(nearest(path), expected, "{path}");
        }
        nearest(&"/auth/\u{e9}".repeat(10_000));
        assert!(is_below("/auth"));
        assert!(!is_below("/author"));
    }
}
