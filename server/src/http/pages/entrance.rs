//! In and out: the administration's pages are the OAuth client `webadmin`.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use crate::http::oauth;
use crate::http::oauth::Begun;
use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::local::place_inside;
use crate::http::shared::page::{Message, go_to};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session;
use crate::http::shared::session::Jar;

const UNASKED: &str = "The answer of the sign-in is not one that this browser has asked for.";

/// Goes to the authorization endpoint, like any client, and remembers the page to return to.
pub(super) async fn enter(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let place = parameters
        .get("to")
        .and_then(|to| place_inside(&app.public_url, to));
    Ok(Begun::now(&app, place.unwrap_or_default())?)
}

/// Takes the answer, which is a code or an error (RFC 6749 §4.1.2).
pub(super) async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Instead> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let parameters = Parameters::read(query.as_bytes());
    let Some(begun) = Begun::of(&app, &headers) else {
        return Ok(not_in(UNASKED));
    };
    let said = parameters.get("state").unwrap_or_default();
    let is_ours = bool::from(said.as_bytes().ct_eq(begun.state().as_bytes()))
        && parameters.get("iss") == Some(&*app.issuer());
    let (Some(code), true) = (parameters.get("code"), is_ours) else {
        return Ok(not_in(match parameters.get("error") {
            Some("access_denied") if is_ours => "You refused, so nobody was let in.",
            _ => UNASKED,
        }));
    };
    let now = gatepost_directory::now();
    let redeemed = oauth::redeem(&app, code, begun.verifier(), now).await;
    let grant = match redeemed {
        Ok(grant) => grant,
        Err(oauth::Fault::Undecided(refusal)) => return Err(refusal.into()),
        Err(_) => return Ok(not_in("The sign-in is over. Begin again.")),
    };
    let Some(account) = &grant.account else {
        return Err(Refusal::Failed.into());
    };
    let place = place_inside(&app.public_url, begun.place());
    let mut response = go_to(place.as_deref().unwrap_or("/admin/"))?;
    session::begin(
        &app,
        Jar::Admin,
        account,
        Some(grant.id),
        now,
        &mut response,
    )
    .await?;
    oauth::forget(&app, &mut response);
    Ok(response)
}

/// Ends what the pages were granted, and the session with it.
pub(super) async fn leave(mut visitor: Visitor, request: Request) -> Result<Response, Instead> {
    visitor.form(request).await?;
    let app = &visitor.app;
    let mut response = Message {
        title: "You have left the administration",
        text: "You are still signed in to your account.",
        details: &[],
        link: Some(("/account", "Your account")),
    }
    .send(StatusCode::OK);
    session::leave(app, &visitor.browser, &mut response).await?;
    Ok(response)
}

fn not_in(text: &str) -> Response {
    Message {
        title: "You are not signed in",
        text,
        details: &[],
        link: Some(("/admin/enter", "Begin again")),
    }
    .send(StatusCode::BAD_REQUEST)
    .into_response()
}
