//! In and out: the administration's pages are the OAuth client `webadmin`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use crate::http::oauth;
use crate::http::oauth::Begun;
use crate::http::pages::visitor::{Form, Instead};
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::local::place_inside;
use crate::http::shared::page::{Message, go_to};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session;
use crate::http::shared::session::{Browser, Jar};
use crate::origin::place::Origin;

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
    Extension(origin): Extension<Origin>,
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
    // Another site can send the browser here, as often as it likes.
    let inside = Browser::of(&app, Jar::Admin, &headers, now).await?;
    session::forget(&app, &inside).await?;
    let place = place_inside(&app.public_url, begun.place());
    let mut response = go_to(place.as_deref().unwrap_or("/admin/"))?;
    session::begin(
        &app,
        Jar::Admin,
        account,
        Some(grant.id),
        (&headers, origin),
        now,
        &mut response,
    )
    .await?;
    oauth::forget(&app, &mut response);
    Ok(response)
}

/// Signs out, of the pages and of this browser: whoever uses it next needs a password. Who wants to leave the pages alone
/// does so at `/account`.
pub(super) async fn leave(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Instead> {
    let visitor = form.visitor;
    let mut response = go_to("/admin/left")?;
    session::end(&app, Jar::Admin, &visitor.browser, &mut response).await?;
    let outside = Browser::of(&app, Jar::SignIn, &headers, visitor.now).await?;
    session::end(&app, Jar::SignIn, &outside, &mut response).await?;
    Ok(response)
}

/// What is shown after that.
pub(super) async fn left() -> Response {
    Message {
        title: "You are signed out",
        text: "Whoever uses this browser next needs a password. Your mail programs and other devices stay signed in, and \
               so do your other browsers. Your account shows them, and can end them.",
        details: &[],
        link: Some(("/admin/enter", "Sign in again")),
    }
    .send(StatusCode::OK)
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
