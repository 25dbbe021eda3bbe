//! What the server says of itself, to everybody.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::shared::app::App;
use crate::http::shared::metadata::SESSION;
use crate::http::shared::refusal::{Allowed, Refusal};
use crate::http::shared::routes::Routes;

pub(super) fn routes() -> Routes {
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
    let only_read = async || Refusal::Method(Allowed::Read);
    documents
        .into_iter()
        .fold(Routes::new(), |router, (path, choose)| {
            router.route(
                path,
                get(async move |State(app): State<Arc<App>>| document(choose(&app)))
                    .fallback(only_read),
            )
        })
        .route("/.well-known/jmap", get(to_session).fallback(only_read))
}

/// A mail client that knows only the host finds its session here, and follows (RFC 8620 §2.2).
async fn to_session(State(app): State<Arc<App>>) -> Response {
    let session = app.public_url.at(SESSION);
    (
        StatusCode::TEMPORARY_REDIRECT,
        [(header::LOCATION, session)],
    )
        .into_response()
}

fn document(json: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
