//! `POST /auth/register` (RFC 7591 §3.1).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use crate::http::shared::app::App;
use crate::http::shared::kind::Kind;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::{answer, body, caller};
use crate::origin::place::Origin;

pub(super) async fn register(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let metadata = body::read(Kind::Json, &head.headers, body, app.limits.body).await?;
    let now = gatepost_directory::now();
    let (caller, key) = caller::identify(&head.headers, origin, &app.decider, now).await?;
    answer::of(
        app.decider
            .register(caller, key.as_ref(), metadata, now)
            .await,
    )
}
