//! `GET` and `POST /auth/authorize` (RFC 6749 §3.1): a user is asked, and answers.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{Account, Change, DirectoryError, NewGrant, TokenKind};
use gatepost_plugin::{Caller, Client, Decision, Endpoint, Operation, Outcome};

use crate::decide::Undecided;
use crate::http::oauth::code::Asked;
use crate::http::oauth::consent;
use crate::http::oauth::consent::{Ask, Consent, is_seen, seen};
use crate::http::oauth::consult::{accepted, consider, inquiry};
use crate::http::oauth::fault::Fault;
use crate::http::oauth::handover::hand_over;
use crate::http::oauth::own;
use crate::http::oauth::own::Own;
use crate::http::oauth::refused::refused;
use crate::http::oauth::request::{remembered, resources};
use crate::http::oauth::sign_in;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::page;
use crate::http::shared::page::{Failure, Message};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session::{Browser, Jar, Sent};
use crate::origin::place::Origin;

/// Shows who asks for what, or lets the user sign in first.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let now = gatepost_directory::now();
    let browser = Browser::of(&app, Jar::SignIn, &headers, now).await?;
    let own = Own::of(&query, &own::callback(&app));
    let parameters = Parameters::read(query.as_bytes());
    let sign_in = || {
        let hint = parameters.get("login_hint");
        sign_in::ask(&app, &browser, &address(&query), hint)
    };
    // An account may be allowed what a stranger is not.
    if own.is_some() && browser.account().is_none() {
        return Ok(sign_in());
    }
    let decision = look_at(&app, browser.caller(origin), &query, own.as_ref(), now).await?;
    if decision.outcome == Outcome::Refuse {
        return Ok(shut(
            &app,
            decision,
            &headers,
            &browser,
            &query,
            own.as_ref(),
        )?);
    }
    if let Err(fault) = resources(&app, &parameters) {
        return Ok(faulty(fault, &headers));
    }
    let Some(account) = browser.account() else {
        return Ok(sign_in());
    };
    let client = accepted(decision)?;
    if own.is_some_and(|own| own.was_begun(&app, &headers, &query)) {
        // The user came to these pages himself, and to nobody else's. There is nothing to agree to.
        let code = Secret::draw(Purpose::Code).map_err(|_| Refusal::Failed)?;
        let seen = seen(&client);
        let agreed = Some((code, &*seen));
        return conclude(&app, origin, &browser, &headers, &query, agreed, now).await;
    }
    let ask = asked(&query, &client)?;
    let consent = Consent::new(&client, account, ask, browser.form_token(), false);
    Ok(page::page(StatusCode::OK, &consent, &consent.leave()))
}

/// The decision about a request, without what goes with it.
async fn look_at(
    app: &App,
    caller: Caller,
    query: &str,
    own: Option<&Own>,
    now: u64,
) -> Result<Decision, Refusal> {
    match own {
        Some(own) => own.consider(app, caller, now).await,
        None => {
            let request = remembered(Endpoint::Authorization, query);
            consider(app, caller, request, Operation::Authorize, now).await
        }
    }
}

/// What is shown of a request that is refused.
fn shut(
    app: &App,
    decision: Decision,
    headers: &HeaderMap,
    browser: &Browser,
    query: &str,
    own: Option<&Own>,
) -> Result<Response, Refusal> {
    match own.and(browser.account()) {
        None => refused(decision, headers, browser, query),
        Some(account) => {
            answer::note(&decision);
            Ok(own::closed(app, account, &decision, browser.form_token()))
        }
    }
}

/// Takes the user's answer.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
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
    let seen = form.get("seen").unwrap_or_default();
    // The same form gives the same code, so that whoever sends it twice grants once.
    let code = match (form.get("answer"), form.get("form")) {
        (Some("allow"), Some(form)) => Some(browser.derive(Purpose::Code, &[form, query, seen])),
        (Some("allow"), None) => return Ok(page::forged()),
        _ => None,
    };
    let agreed = code.map(|code| (code, seen));
    conclude(&app, origin, &browser, &headers, query, agreed, now).await
}

/// Has what the user answered decided and stored, and takes it to the program. If the user agreed, it is to what was
/// seen, and there is a code for the program.
async fn conclude(
    app: &App,
    origin: Origin,
    browser: &Browser,
    headers: &HeaderMap,
    query: &str,
    agreed: Option<(Secret, &str)>,
    now: u64,
) -> Result<Response, Failure> {
    let parameters = Parameters::read(query.as_bytes());
    let Some(account) = browser.account() else {
        let hint = parameters.get("login_hint");
        return Ok(sign_in::ask(app, browser, &address(query), hint));
    };
    let own = Own::of(query, &own::callback(app));
    let lent = agreed.as_ref().map(|(code, seen)| (code, *seen));
    let decided = decide(app, origin, browser, account, query, lent, now).await;
    let decision = match decided {
        Ok(Granted::Now(decision)) => *decision,
        Ok(Granted::Before) => return Ok(answered()),
        Err(fault) => return Ok(faulty(fault, headers)),
    };
    if decision.outcome == Outcome::Refuse {
        return Ok(shut(app, decision, headers, browser, query, own.as_ref())?);
    }
    let client = accepted(decision)?;
    if lent.is_some_and(|(_, seen)| !is_seen(&client, seen)) {
        let ask = asked(query, &client)?;
        let consent = Consent::new(&client, account, ask, browser.form_token(), true);
        return Ok(page::page(StatusCode::OK, &consent, &consent.leave()));
    }
    let mut answer = match &agreed {
        Some((code, _)) => vec![("code", code.reveal())],
        None => vec![
            ("error", "access_denied"),
            ("error_description", "The user said no."),
        ],
    };
    if let Some(state) = parameters.get("state") {
        answer.push(("state", state));
    }
    // RFC 9207 §2
    let issuer = app.issuer();
    answer.push(("iss", &issuer));
    Ok(hand_over(
        headers,
        &consent::name(&client),
        client.redirect_uri.as_deref().ok_or_else(undirected)?,
        &answer,
        agreed.is_some(),
    )?)
}

/// What the user is asked, in a form that is good for one code.
fn asked<'a>(query: &'a str, client: &'a Client) -> Result<Ask<'a>, Refusal> {
    Ok(Ask::InBrowser {
        request: query,
        redirect_uri: client.redirect_uri.as_deref().ok_or_else(undirected)?,
        form: Secret::draw(Purpose::Session).map_err(|_| Refusal::Failed)?,
    })
}

/// What came of a user's answer.
enum Granted {
    /// This was decided. If the same form was sent before and nobody has used its code yet, it is the code that the
    /// program has not got.
    Now(Box<Decision>),
    /// The same form was sent before, and its code is spent or over.
    Before,
}

/// Decides again, for much may have changed while the user thought; and keeps the code, if there is to
/// be one for what the user has seen, together with what goes with the decision.
async fn decide(
    app: &App,
    origin: Origin,
    browser: &Browser,
    account: &Account,
    query: &str,
    agreed: Option<(&Secret, &str)>,
    now: u64,
) -> Result<Granted, Fault> {
    let own = &Own::of(query, &own::callback(app));
    let own = own.as_ref();
    let caller = browser.caller(origin);
    let Some((code, seen)) = agreed else {
        let decision = look_at(app, caller, query, own, now).await?;
        return Ok(Granted::Now(Box::new(decision)));
    };
    let parameters = Parameters::read(query.as_bytes());
    let resources = resources(app, &parameters)?;
    let challenge = parameters.get("code_challenge").map(str::to_owned);
    let redirect_uri_asked = parameters.get("redirect_uri").is_some();
    let (hash, expires_at) = (code.hash(), now + app.lifetimes.code);
    let seen = seen.to_owned();
    let account = account.id;
    let (inquiry, operation) = match own {
        Some(_) => (own::inquiry(now), own::operation()),
        None => {
            let request = remembered(Endpoint::Authorization, query);
            let inquiry = inquiry(app, &request, now).await?;
            (inquiry, Operation::Authorize(request))
        }
    };
    let of_pages = own.map(|own| (own.clone(), own::callback(app)));
    let completed = move |client: Client| match &of_pages {
        Some((own, callback)) => own.granted_at(client, callback.clone()),
        None => client,
    };
    let complete = completed.clone();
    let decided = app
        .decider
        .decide_and(inquiry, caller.clone(), operation, move |decision| {
            let client = decision.client.clone().map(&complete);
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
        })
        .await;
    match decided {
        Ok(decision) => Ok(Granted::Now(Box::new(Decision {
            client: decision.client.map(completed),
            ..decision
        }))),
        Err(Undecided::Directory(DirectoryError::GrantedBefore)) => {
            let before = app.decider.directory().token(hash).await;
            let before = before.map_err(|error| answer::refusal(error.into()))?;
            let is_good = before.is_some_and(|token| {
                token.kind == TokenKind::Code && !token.is_spent && now < token.expires_at
            });
            if !is_good {
                return Ok(Granted::Before);
            }
            let decision = look_at(app, caller, query, own, now).await?;
            Ok(Granted::Now(Box::new(decision)))
        }
        Err(undecided) => Err(answer::refusal(undecided).into()),
    }
}

/// The program has used its answer: a second one would look to it like a theft of the first.
fn answered() -> Response {
    Message {
        title: "You answered this already",
        text: "The program has your answer. If it does not go on, begin again in the program.",
        details: &[],
        link: None,
    }
    .send(StatusCode::CONFLICT)
}

/// The plugin accepted an authorization request and does not say where the answer goes.
fn undirected() -> Refusal {
    tracing::error!("the plugin accepted an authorization request without a redirect URI");
    Refusal::Failed
}

/// Where a request can be repeated.
pub(super) fn address(query: &str) -> String {
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
