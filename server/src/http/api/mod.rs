//! Administration under `/api/`: what `openapi.json` describes.

mod asking;
mod clients;
mod keys;
mod problem;

use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};

pub(super) use self::problem::Problem;
use crate::http::shared::app::App;
use crate::http::shared::routes::Routes;

pub(super) fn routes() -> Routes {
    let mut router = Routes::new();
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

/// The routes, each with the methods that it has.
fn table() -> [(&'static str, &'static str, MethodRouter<Arc<App>>); 11] {
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
            "/api/clients/{client_id}/approve",
            "POST",
            post(clients::approve),
        ),
        ("/api/clients/{client_id}/deny", "POST", post(clients::deny)),
        (
            "/api/clients/{client_id}/registration-access-token",
            "POST",
            post(clients::rotate_registration_access_token),
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

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
