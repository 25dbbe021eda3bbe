//! `GET`, `PUT` and `DELETE /auth/register/{client_id}` (RFC 7592 §2).

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use gatepost_directory::Inquiry;
use gatepost_plugin::Operation;

use crate::http::shared::app::App;
use crate::http::shared::kind::Kind;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::{answer, body, caller};
use crate::origin::place::Origin;

/// The client's id as it stands in the address.
type ClientId = Result<Path<String>, PathRejection>;

pub(super) async fn read(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    client_id: ClientId,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    decide(&app, origin, client_id, &headers, |client_id| {
        Operation::Read { client_id }
    })
    .await
}

pub(super) async fn update(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    client_id: ClientId,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let metadata = body::read(Kind::Json, &head.headers, body, app.limits.body).await?;
    decide(&app, origin, client_id, &head.headers, |client_id| {
        Operation::Update {
            client_id,
            metadata,
        }
    })
    .await
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    client_id: ClientId,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    decide(&app, origin, client_id, &headers, |client_id| {
        Operation::Remove { client_id }
    })
    .await
}

/// Who may do this, and whether there is such a client, is one decision: a stranger learns neither.
async fn decide(
    app: &App,
    origin: Origin,
    client_id: ClientId,
    headers: &HeaderMap,
    operation: impl FnOnce(String) -> Operation,
) -> Result<Response, Refusal> {
    let client_id = match client_id {
        Ok(Path(client_id)) if client_id.len() <= LONGEST_ID => client_id,
        _ => return Err(Refusal::NotFound),
    };
    let now = gatepost_directory::now();
    let (caller, _) = caller::identify(headers, origin, &app.decider, now).await?;
    let inquiry = Inquiry {
        client_id: Some(client_id.clone()),
        registrant: None,
        revision: None,
        counts_tokens: false,
        now,
    };
    let decided = app
        .decider
        .decide(inquiry, caller, operation(client_id))
        .await;
    answer::of(decided)
}

/// How long a client's id may be, in bytes. Those that are issued are shorter.
const LONGEST_ID: usize = 4096;
