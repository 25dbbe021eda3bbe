//! `POST /auth/revoke` (RFC 7009): a client gives a token back.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepost_directory::TokenKind;
use gatepost_directory::secret::SecretHash;
use gatepost_plugin::{Endpoint, Operation};

use crate::http::oauth::fault::{Fault, with_challenge};
use crate::http::oauth::request::Form;
use crate::http::oauth::{consult, presented, request};
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::{answer, session};
use crate::origin::place::Origin;

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    form: Form,
) -> Response {
    with_challenge(answer(&app, origin, form).await)
}

async fn answer(app: &App, origin: Origin, form: Form) -> Result<Response, Fault> {
    let Form { headers, body, now } = form;
    request::is_of_somebody(&headers, &body)?;
    let parameters = Parameters::read(&body);
    let hash = parameters.get("token").map(SecretHash::of);
    // A user's own rights hold here as well: what could be issued can be given back.
    let found = presented::look_up(app, hash, now).await?;
    let account = found
        .as_ref()
        .and_then(|token| token.grant.account.as_ref());
    let caller = session::caller(account, Some(origin));
    let asked = request::read(Endpoint::Revocation, &headers, body.clone())?;
    let client = consult::client(app, caller, asked, Operation::Authenticate, now).await?;
    let Some(hash) = hash else {
        return Err(Fault::request("The token is missing."));
    };
    // RFC 7009 §2.2: one that is not there is as good as revoked.
    let Some(token) = found else {
        return Ok(done());
    };
    if token.grant.client_id != client.client_id {
        return Err(Fault::grant("The token is not this client's."));
    }
    let directory = app.decider.directory();
    let ended = match token.kind {
        TokenKind::Access => directory.end_token(hash).await,
        TokenKind::Refresh | TokenKind::Code | TokenKind::DeviceCode => {
            directory.end_grant(token.grant.id).await.map(|_| ())
        }
    };
    ended.map_err(|error| answer::refusal(error.into()))?;
    Ok(done())
}

fn done() -> Response {
    (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response()
}
