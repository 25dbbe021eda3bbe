//! `GET` and `POST /auth/authorize` (RFC 6749 §3.1): a user is asked, and answers.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{Account, Change, NewGrant};
use gatepost_plugin::{Decision, Endpoint, Operation, Outcome, Severity};
use serde_json::Value;

use crate::http::oauth::code::Asked;
use crate::http::oauth::consent::{Ask, Consent, is_seen};
use crate::http::oauth::consult::{accepted, consider, inquiry};
use crate::http::oauth::fault::Fault;
use crate::http::oauth::request::{remembered, resources};
use crate::http::oauth::sign_in;
use crate::http::shared::answer;
use crate::http::shared::app::{App, Peer};
use crate::http::shared::form::{Parameters, with_query};
use crate::http::shared::page;
use crate::http::shared::page::{Failure, Message};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session::{Browser, Jar, Sent};

/// Shows who asks for what, or lets the user sign in first.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let now = gatepost_directory::now();
    let browser = Browser::of(&app, Jar::SignIn, &headers, now).await?;
    let request = remembered(Endpoint::Authorization, query.clone());
    let caller = browser.caller(peer);
    let decision = consider(&app, caller, request, Operation::Authorize, now).await?;
    if decision.outcome == Outcome::Refuse {
        return Ok(refused(decision, &headers, &browser, &query)?);
    }
    if let Err(fault) = resources(&app, &Parameters::read(query.as_bytes())) {
        return Ok(faulty(fault, &headers));
    }
    let Some(account) = browser.account() else {
        return Ok(sign_in::ask(&app, &browser, &address(&query)));
    };
    let client = accepted(decision)?;
    let redirect_uri = client.redirect_uri.as_deref().ok_or_else(undirected)?;
    let ask = Ask::InBrowser {
        request: &query,
        redirect_uri,
    };
    let consent = Consent::new(&client, account, ask, browser.form_token(), false);
    Ok(page::page(StatusCode::OK, &consent, &consent.leave()))
}

/// Takes the user's answer.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    sent: Sent,
) -> Result<Response, Failure> {
    let Sent {
        body,
        browser,
        headers,
        now,
    } = sent;
    let form = Parameters::read(&body);
    let query = form.get("request").unwrap_or_default();
    let Some(account) = browser.account() else {
        return Ok(sign_in::ask(&app, &browser, &address(query)));
    };
    let seen = form.get("seen").unwrap_or_default();
    let code = match form.get("answer") {
        Some("allow") => Some(Secret::draw(Purpose::Code).map_err(|_| Refusal::Failed)?),
        _ => None,
    };
    let agreed = code.as_ref().map(|code| (code, seen));
    let decision = match decide(&app, peer, &browser, account, query, agreed, now).await {
        Ok(decision) => decision,
        Err(fault) => return Ok(faulty(fault, &headers)),
    };
    if decision.outcome == Outcome::Refuse {
        return Ok(refused(decision, &headers, &browser, query)?);
    }
    let client = accepted(decision)?;
    let redirect_uri = client.redirect_uri.as_deref().ok_or_else(undirected)?;
    if code.is_some() && !is_seen(&client, seen) {
        let ask = Ask::InBrowser {
            request: query,
            redirect_uri,
        };
        let consent = Consent::new(&client, account, ask, browser.form_token(), true);
        return Ok(page::page(StatusCode::OK, &consent, &consent.leave()));
    }
    let mut answer = match &code {
        Some(code) => vec![("code", code.reveal())],
        None => vec![
            ("error", "access_denied"),
            ("error_description", "The user said no."),
        ],
    };
    let parameters = Parameters::read(query.as_bytes());
    if let Some(state) = parameters.get("state") {
        answer.push(("state", state));
    }
    // RFC 9207 §2
    let issuer = app.issuer();
    answer.push(("iss", &issuer));
    Ok(page::go_to(&with_query(redirect_uri, &answer))?)
}

/// Decides again, for much may have changed while the user thought; and keeps the code, if there is to
/// be one for what the user has seen, together with what goes with the decision.
async fn decide(
    app: &App,
    peer: Peer,
    browser: &Browser,
    account: &Account,
    query: &str,
    agreed: Option<(&Secret, &str)>,
    now: u64,
) -> Result<Decision, Fault> {
    let request = remembered(Endpoint::Authorization, query);
    let caller = browser.caller(peer);
    let Some((code, seen)) = agreed else {
        return Ok(consider(app, caller, request, Operation::Authorize, now).await?);
    };
    let parameters = Parameters::read(query.as_bytes());
    let resources = resources(app, &parameters)?;
    let challenge = parameters.get("code_challenge").map(str::to_owned);
    let redirect_uri_asked = parameters.get("redirect_uri").is_some();
    let (hash, expires_at) = (code.hash(), now + app.lifetimes.code);
    let seen = seen.to_owned();
    let account = account.id;
    let inquiry = inquiry(app, &request, now).await?;
    let decided = app
        .decider
        .decide_and(
            inquiry,
            caller,
            Operation::Authorize(request),
            move |decision| {
                let client = decision.client.as_ref();
                let Some(client) = client.filter(|client| is_seen(client, &seen)) else {
                    return Vec::new();
                };
                let asked = Asked {
                    challenge: challenge.clone(),
                    redirect_uri: client.redirect_uri.clone().unwrap_or_default(),
                    redirect_uri_asked,
                };
                vec![Change::Grant {
                    grant: NewGrant {
                        client_id: client.client_id.clone(),
                        account: Some(account),
                        scope: client.scope.clone().unwrap_or_default(),
                        resources: resources.clone(),
                        created_at: now,
                    },
                    tokens: vec![asked.token(hash, now, expires_at)],
                }]
            },
        )
        .await;
    Ok(decided.map_err(answer::refusal)?)
}

/// The plugin accepted an authorization request and does not say where the answer goes.
fn undirected() -> Refusal {
    tracing::error!("the plugin accepted an authorization request without a redirect URI");
    Refusal::Failed
}

/// Where a request can be repeated.
fn address(query: &str) -> String {
    format!("/auth/authorize?{query}")
}

/// A request that is refused by this program, and goes back to nobody.
fn faulty(fault: Fault, headers: &HeaderMap) -> Response {
    match fault {
        Fault::Answer {
            status,
            error,
            description,
        } if page::is_wanted(headers) => Message {
            title: "This cannot be allowed",
            text: description,
            details: &[format!("Error code: {error}")],
            link: None,
        }
        .send(status),
        fault => fault.into_response(),
    }
}

/// A refusal: the client hears of it if the plugin says so, and else whoever asked.
pub(super) fn refused(
    decision: Decision,
    headers: &HeaderMap,
    browser: &Browser,
    query: &str,
) -> Result<Response, Refusal> {
    let goes_back = decision
        .response
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("location"));
    if goes_back || !page::is_wanted(headers) {
        return answer::of(Ok(decision));
    }
    answer::note(&decision);
    let mut details: Vec<String> = decision
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| match finding.pointer.strip_prefix('/') {
            Some(place) => format!("{place}: {} ({})", finding.message, finding.code),
            None => format!("{} ({})", finding.message, finding.code),
        })
        .collect();
    let body: Value = serde_json::from_str(&decision.response.body).unwrap_or_default();
    if let Some(error) = body["error"].as_str() {
        details.push(format!("Error code: {error}"));
    }
    let next = crate::http::shared::form::encode(&[("next", &address(query))]);
    let sign_in = format!("/auth/sign-in?{next}");
    // An account may be allowed what a stranger is not.
    let link = match browser.account() {
        None => Some((&*sign_in, "Sign in and try again")),
        Some(_) => None,
    };
    let message = Message {
        title: "This program cannot be used here",
        text: "A program asked for access to an account on this server, and its request was refused. \
               Nothing was given to it.",
        details: &details,
        link,
    };
    let status = StatusCode::from_u16(decision.response.status).map_err(|_| Refusal::Failed)?;
    Ok(message.send(status))
}
