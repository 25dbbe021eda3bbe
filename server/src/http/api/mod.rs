//! Administration under `/api/`: what `openapi.json` describes.

mod clients;
mod keys;
mod problem;

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Json, Router};
use gatepost_plugin::Caller;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) use self::problem::Problem;
use crate::http::shared::administration::Administrator;
use crate::http::shared::app::{App, Peer};
use crate::http::shared::caller;
use crate::http::shared::refusal::Refusal;

/// The routes, each with the methods that it has.
fn table() -> [(&'static str, &'static str, MethodRouter<Arc<App>>); 8] {
    [
        (
            "/api/clients",
            "GET, HEAD, POST",
            get(clients::list).post(clients::register),
        ),
        (
            "/api/clients/{client_id}",
            "DELETE, GET, HEAD, PUT",
            get(clients::show)
                .put(clients::update)
                .delete(clients::remove),
        ),
        (
            "/api/clients/{client_id}/disable",
            "POST",
            post(clients::disable),
        ),
        (
            "/api/clients/{client_id}/enable",
            "POST",
            post(clients::enable),
        ),
        (
            "/api/clients/{client_id}/rotate-secret",
            "POST",
            post(clients::rotate_secret),
        ),
        (
            "/api/keys",
            "GET, HEAD, POST",
            get(keys::list).post(keys::create),
        ),
        ("/api/keys/{key}", "DELETE", delete(keys::revoke)),
        ("/api/openapi.json", "GET, HEAD", get(document)),
    ]
}

pub(super) fn routes() -> Router<Arc<App>> {
    let mut router = Router::new();
    for (path, allowed, methods) in table() {
        let methods = methods.fallback(async move || Problem::Method(allowed));
        router = router.route(path, methods);
    }
    router
        .route("/api", axum::routing::any(async || Problem::Missing))
        .route("/api/", axum::routing::any(async || Problem::Missing))
        .route(
            "/api/{*path}",
            axum::routing::any(async || Problem::Missing),
        )
}

/// The description of this interface (OpenAPI 3.1). Nothing in it is a secret.
async fn document() -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ],
        DOCUMENT,
    )
        .into_response()
}

const DOCUMENT: &str = include_str!("../../../openapi.json");

/// Whoever asks.
pub(super) struct Asking {
    app: Arc<App>,
    caller: Caller,
    /// When the caller's key ends, in seconds since 1970.
    expires_at: Option<u64>,
    now: u64,
}

impl Asking {
    fn administrator(&self) -> Administrator<'_> {
        Administrator {
            app: &self.app,
            caller: self.caller.clone(),
            expires_at: self.expires_at,
            now: self.now,
        }
    }
}

impl FromRequestParts<Arc<App>> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let State(app) = State::<Arc<App>>::from_request_parts(head, app)
            .await
            .unwrap_or_else(|never| match never {});
        let Some(Peer(peer)) = head.extensions.get().copied() else {
            return Err(Problem::Refusal(Refusal::Failed));
        };
        let now = gatepost_directory::now();
        let directory = app.decider.directory();
        let (mut caller, key) = caller::identify(&head.headers, Peer(peer), directory, now).await?;
        // A client's own token is for its registration, and opens nothing here.
        caller.token = None;
        Ok(Self {
            app,
            caller,
            expires_at: key.and_then(|key| key.expires_at),
            now,
        })
    }
}

/// A body that is the JSON object described. Serde would take an array of its members as well.
fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let described = match body.trim_ascii_start().first() {
        Some(b'[') => Err("it is an array".to_owned()),
        _ => serde_json::from_slice(body).map_err(|error| error.to_string()),
    };
    described.map_err(|error| Problem::Malformed(format!("The body is not as described: {error}.")))
}

/// An answer that nobody keeps.
fn fresh(value: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is described is what is there, and the other way round.
    #[test]
    fn the_document_describes_the_routes() {
        let document: Value = serde_json::from_str(DOCUMENT).expect("it is JSON");
        let paths = document["paths"].as_object().expect("there are paths");
        let described: Vec<(&str, Vec<String>)> = paths
            .iter()
            .filter(|(path, _)| path.starts_with("/api/"))
            .map(|(path, methods)| {
                let methods = methods.as_object().expect("there are methods");
                let names = methods.keys().filter(|name| *name != "parameters");
                (
                    path.as_str(),
                    names.map(|name| name.to_uppercase()).collect(),
                )
            })
            .collect();
        let there: Vec<(&str, Vec<String>)> = table()
            .iter()
            .map(|(path, allowed, _)| {
                let methods = allowed.split(", ").filter(|method| *method != "HEAD");
                (*path, methods.map(str::to_owned).collect())
            })
            .collect();
        let sorted = |mut routes: Vec<(&str, Vec<String>)>| -> Vec<String> {
            let mut lines: Vec<String> = routes
                .iter_mut()
                .map(|(path, methods)| {
                    methods.sort();
                    format!("{path} {methods:?}")
                })
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(described), sorted(there));
    }
}
