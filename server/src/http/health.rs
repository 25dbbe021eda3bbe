//! `GET /healthz` and `GET /metrics`: what whoever runs the server asks.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::shared::app::App;
use crate::http::shared::refusal::{Allowed, Refusal};
use crate::http::shared::routes::Routes;
use crate::observe::metrics::CONTENT_TYPE;
use crate::origin::place::Origin;

pub(super) fn routes() -> Routes {
    let read = || async { Refusal::Method(Allowed::Read) };
    Routes::new()
        .route("/healthz", get(health).fallback(read))
        .route("/metrics", get(metrics).fallback(read))
}

async fn health(State(app): State<Arc<App>>) -> Response {
    let (status, text) = match app.health.is_well(app.decider.directory()).await {
        true => (StatusCode::OK, "ok\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the directory failed\n"),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// For Prometheus, and for nobody else: it says how busy the server is.
async fn metrics(State(app): State<Arc<App>>, Extension(origin): Extension<Origin>) -> Response {
    let is_within = |address| app.metrics_allowed.iter().any(|net| net.contains(&address));
    if !origin.address().is_some_and(is_within) {
        return Refusal::NotFound.into_response();
    }
    let instances = app.decider.plugin().instances();
    let config = app.config();
    let metrics = &app.watch.metrics;
    let text = metrics.text(&config.plugin, instances, app.watch.audit.lost());
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}
