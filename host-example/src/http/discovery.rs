//! What the server says of itself.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/.well-known/oauth-authorization-server", get(metadata))
}

/// RFC 8414 §3. Scripts of any site may read it, for it says nothing a visitor may not know.
async fn metadata(State(app): State<Arc<App>>) -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ],
        app.metadata.clone(),
    )
        .into_response()
}
