//! What the server says of itself, to everybody.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::shared::app::App;
use crate::http::shared::refusal::{Allowed, Refusal};

pub(super) fn routes() -> Router<Arc<App>> {
    type Choose = fn(&App) -> Bytes;
    let documents: [(&str, Choose); 6] = [
        // RFC 8414 §3, and where OpenID Connect Discovery 1.0 §4 has it.
        ("/.well-known/oauth-authorization-server", |app| {
            app.metadata.load().server.clone()
        }),
        ("/.well-known/openid-configuration", |app| {
            app.metadata.load().server.clone()
        }),
        // RFC 9728 §3.1
        ("/.well-known/oauth-protected-resource", |app| {
            app.metadata.load().host.clone()
        }),
        (
            "/.well-known/oauth-protected-resource/jmap/session",
            |app| app.metadata.load().mail.clone(),
        ),
        // draft-ietf-mailmaint-pacc, whose later versions have it with the extension.
        ("/.well-known/user-agent-configuration", |app| {
            app.metadata.load().user_agents.clone()
        }),
        ("/.well-known/user-agent-configuration.json", |app| {
            app.metadata.load().user_agents.clone()
        }),
    ];
    documents
        .into_iter()
        .fold(Router::new(), |router, (path, choose)| {
            router.route(
                path,
                get(async move |State(app): State<Arc<App>>| document(choose(&app)))
                    .fallback(async || Refusal::Method(Allowed::Read)),
            )
        })
}

fn document(json: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
