//! `GET /healthz` and `GET /metrics`: what whoever runs the server asks.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::shared::app::{App, Peer};
use crate::http::shared::refusal::{Allowed, Refusal};
use crate::observe::metrics::CONTENT_TYPE;

pub(super) fn routes() -> Router<Arc<App>> {
    let read = || async { Refusal::Method(Allowed::Read) };
    Router::new()
        .route("/healthz", get(health).fallback(read))
        .route("/metrics", get(metrics).fallback(read))
}

async fn health(State(app): State<Arc<App>>) -> Response {
    let (status, text) = match app.decider.directory().check().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "the directory is not healthy");
            (StatusCode::SERVICE_UNAVAILABLE, "the directory failed\n")
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// For Prometheus, and for nobody else: it says how busy the server is.
async fn metrics(State(app): State<Arc<App>>, Extension(Peer(peer)): Extension<Peer>) -> Response {
    let address = peer.ip().to_canonical();
    if !app.metrics_allowed.iter().any(|net| net.contains(&address)) {
        return Refusal::NotFound.into_response();
    }
    let instances = app.decider.plugin().instances();
    let text = app.watch.metrics.text(instances, app.watch.audit.lost());
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}
