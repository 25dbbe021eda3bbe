//! What is served over HTTP: a room for each kind of caller, above what they share.

mod api;
mod cors;
mod discovery;
mod health;
mod host;
mod jmap;
mod oauth;
mod pages;
mod prefix;
mod record;
mod shared;
mod unread;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::http::cors::Readers;
use crate::http::record::Record;
use crate::http::shared::allowance::Spent;
use crate::http::shared::page;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::routes::Routes;
use crate::http::unread::Progress;
use crate::observe::event::{Asked, Told};
use crate::observe::watch::REQUEST;
use crate::origin::place::{Origin, Peer};

pub use crate::http::shared::allowance::FREE;
pub use crate::http::shared::app::App;
pub use crate::http::shared::metadata::MetadataError;

/// The routes.
pub fn router(app: Arc<App>) -> Router {
    let routes = routes()
        .into_router()
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), around))
        .with_state(Arc::clone(&app));
    prefix::around(routes, app)
}

/// The paths of all routes, as the router writes them.
pub fn paths() -> Vec<&'static str> {
    routes().paths().to_vec()
}

fn routes() -> Routes {
    Routes::new()
        .merge(health::routes())
        .merge(oauth::routes())
        .merge(discovery::routes())
        .merge(jmap::routes())
        .merge(api::routes())
        .merge(pages::routes())
}

async fn nothing(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    match oauth::is_below(uri.path()) {
        true => {
            let mut response = oauth::nothing_at(&app, uri.path());
            if let Some(told) = response.extensions_mut().get_mut::<Told>() {
                told.code = Some("path-unknown");
            }
            response
        }
        false if page::is_wanted(&headers) => page::Message {
            title: "There is no such page",
            text: "This server signs people in to their mail programs. Its pages are behind your account.",
            details: &[],
            link: Some(("/account", "Sign in to your account")),
        }
        .send(StatusCode::NOT_FOUND),
        false => (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response(),
    }
}

/// What holds for every request: where it comes from, a number in the logs, a time limit, no guessing
/// of types, which web pages may read the answer, and an event of what came of it.
async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut request, progress) = Progress::of(request);
    let peer = request.extensions().get::<Peer>().copied();
    let origin = app.origin(peer, request.headers());
    request.extensions_mut().insert::<Origin>(origin);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    // Only routes there are: whatever else somebody asks for is one.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let concern = record::concern(&method, route.as_ref(), &path);
    let asked = Asked::new(origin, concern.is_some());
    let span = tracing::info_span!("request", id = %asked.number, address = %origin);
    let begun = Instant::now();
    let is_page = page::is_wanted(request.headers());
    let readers = Readers::of(&path, request.headers(), &app.cors_origins);
    let preflight = readers.preflight(&method, &path, request.headers());
    let record = Record {
        app: &app,
        asked: &asked,
        method: &method,
        route: route.as_ref(),
        path: &path,
        concern,
    };
    let has_host = host::is_one(request.version(), request.headers());
    let refuse = |refusal| {
        let answer = || in_form_of(&path, is_page, refusal);
        REQUEST.sync_scope(asked.clone(), answer)
    };
    let mut response = match app.admit(&method, route.as_ref(), origin) {
        Err(Spent { wait }) => refuse(Refusal::TooMany(wait)),
        Ok(_) if !has_host => refuse(Refusal::Host),
        Ok(_) if let Some(answer) = preflight => answer,
        Ok(_admitted) => {
            let answer = REQUEST.scope(asked.clone(), next.run(request));
            let answer = tokio::time::timeout(app.limits.request, answer);
            match answer.instrument(span.clone()).await {
                Ok(response) => response,
                Err(_) => span.in_scope(|| {
                    tracing::warn!("gave up on a request that took too long");
                    refuse(Refusal::Unavailable)
                }),
            }
        }
    };
    record.end(&mut response);
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let status = response.status().as_u16();
    let metrics = &app.watch.metrics;
    metrics.answered(route, method.as_str(), status, begun.elapsed());
    let headers = response.headers_mut();
    readers.say(headers);
    progress.say(headers);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// A refusal in the form in which others are answered there.
fn in_form_of(path: &str, is_page: bool, refusal: Refusal) -> Response {
    let is_below = |root: &str| path.strip_prefix(root).is_some_and(|r| r.starts_with('/'));
    if is_below("/api") {
        api::Problem::from(refusal).into_response()
    } else if is_page || is_below("/admin") {
        page::Failure::from(refusal).into_response()
    } else {
        refusal.into_response()
    }
}
