//! In and out: the administration's pages are the OAuth client `webadmin`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::secret::{Purpose, Secret};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::http::oauth;
use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::cookie;
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::page::{Message, go_to};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session;
use crate::http::shared::session::Jar;

/// The client's id, as mail servers know it.
const CLIENT: &str = "webadmin";

/// The least that can be asked for.
const SCOPE: &str = "offline_access";

/// The cookie in which the verifier is kept until the code is there (RFC 7636 §4.1). Nobody else may set it:
/// whoever knows the verifier could let the browser in as somebody else.
const fn verifier_cookie(is_https: bool) -> &'static str {
    if is_https {
        "__Host-gatepost-admin-verifier"
    } else {
        "gatepost-admin-verifier"
    }
}

const UNASKED: &str = "The answer of the sign-in is not one that this browser has asked for.";

fn redirect_uri(app: &App) -> String {
    format!("{}/admin/callback", app.public_url)
}

/// Goes to the authorization endpoint, like any client.
pub(super) async fn enter(State(app): State<Arc<App>>) -> Result<Response, Instead> {
    let verifier = Secret::draw(Purpose::Session).map_err(|_| Refusal::Failed)?;
    let verifier = verifier.reveal();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let (redirect_uri, state) = (redirect_uri(&app), state(verifier));
    let mut asked = vec![
        ("client_id", CLIENT),
        ("redirect_uri", &*redirect_uri),
        ("response_type", "code"),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    // What the pages show is for the account's permissions to say; nobody's mail is needed for it.
    let metadata = app.decider.plugin().server_metadata();
    let metadata = metadata.map_err(|error| answer::refusal(error.into()))?;
    if metadata.contains(&format!("\"{SCOPE}\"")) {
        asked.push(("scope", SCOPE));
    }
    let query = encode(&asked);
    let mut response = go_to(&format!("/auth/authorize?{query}"))?;
    keep(&app, &mut response, verifier);
    Ok(response)
}

/// Takes the answer, which is a code or an error (RFC 6749 §4.1.2).
pub(super) async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Instead> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let parameters = Parameters::read(query.as_bytes());
    let name = verifier_cookie(app.public_url.is_https());
    let Some(verifier) = cookie::value(&headers, name) else {
        return Ok(not_in(UNASKED));
    };
    let said = parameters.get("state").unwrap_or_default();
    let is_ours = bool::from(said.as_bytes().ct_eq(state(verifier).as_bytes()))
        && parameters.get("iss") == Some(&*app.issuer());
    let (Some(code), true) = (parameters.get("code"), is_ours) else {
        return Ok(not_in(match parameters.get("error") {
            Some("access_denied") if is_ours => "You refused, so nobody was let in.",
            _ => UNASKED,
        }));
    };
    let now = gatepost_directory::now();
    let redeemed = oauth::redeem(&app, CLIENT, code, &redirect_uri(&app), verifier, now).await;
    let grant = match redeemed {
        Ok(grant) => grant,
        Err(oauth::Fault::Undecided(refusal)) => return Err(refusal.into()),
        Err(_) => return Ok(not_in("The sign-in is over. Begin again.")),
    };
    let Some(account) = &grant.account else {
        return Err(Refusal::Failed.into());
    };
    let mut response = go_to("/admin/")?;
    session::begin(
        &app,
        Jar::Admin,
        account,
        Some(grant.id),
        now,
        &mut response,
    )
    .await?;
    keep(&app, &mut response, "");
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

/// What ties the answer to the question: only who has the verifier knows it.
fn state(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("state {verifier}")))
}

/// For ten minutes, as long as a code lasts; without a verifier, the browser forgets it.
fn keep(app: &App, response: &mut Response, verifier: &str) {
    let is_https = app.public_url.is_https();
    let name = verifier_cookie(is_https);
    cookie::set(response, name, is_https, verifier, Some(600));
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
