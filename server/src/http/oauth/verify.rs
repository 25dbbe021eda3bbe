//! `GET` and `POST /auth/device/verify` (RFC 8628 §3.3): the user types a device's code, and answers.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatepost_directory::secret::SecretHash;
use gatepost_directory::{Account, Change, Device, DirectoryError, NewGrant};
use gatepost_plugin::{Decision, Endpoint, Operation, Outcome};

use crate::decide::Undecided;
use crate::http::oauth::consent::{Ask, Consent, is_seen};
use crate::http::oauth::consult::{accepted, consider, inquiry};
use crate::http::oauth::device::UserCode;
use crate::http::oauth::refused::refused;
use crate::http::oauth::request::{remembered, resources};
use crate::http::oauth::sign_in;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::page;
use crate::http::shared::page::{Failure, Leave, Message};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session::{Browser, Jar, Sent};
use crate::observe::log::brief;
use crate::origin::attempts::TooMany;
use crate::origin::place::Origin;

#[derive(Template)]
#[template(path = "device.html")]
struct TypeCode<'a> {
    account: &'a str,
    user_code: &'a str,
    csrf: String,
    has_failed: bool,
}

/// `GET /device`: an address that is short enough to be typed.
pub(super) async fn short(RawQuery(query): RawQuery) -> Result<Response, Failure> {
    Ok(page::go_to(&address(query.as_deref().unwrap_or_default()))?)
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let browser = Browser::of(&app, Jar::SignIn, &headers, gatepost_directory::now()).await?;
    let Some(account) = browser.account() else {
        return Ok(sign_in::ask(&app, &browser, &address(&query), None));
    };
    // A code in the link is shown, and has to be confirmed (RFC 8628 §3.3.1).
    let parameters = Parameters::read(query.as_bytes());
    let code = parameters.get("user_code").and_then(UserCode::typed);
    let shown = code.map(|code| code.shown()).unwrap_or_default();
    Ok(type_code(&browser, account, &shown, StatusCode::OK))
}

fn type_code(
    browser: &Browser,
    account: &Account,
    user_code: &str,
    status: StatusCode,
) -> Response {
    let form = TypeCode {
        account: &account.name,
        user_code,
        csrf: browser.form_token(),
        has_failed: status != StatusCode::OK,
    };
    page::page(status, &form, &Leave::default())
}

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
    let typed = form.get("user_code").unwrap_or_default();
    let Some(account) = browser.account() else {
        let query = encode(&[("user_code", typed)]);
        return Ok(sign_in::ask(&app, &browser, &address(&query), None));
    };
    let (code, device) = match find(&app, account, typed, now).await? {
        Ok(Some(found)) => found,
        Ok(None) => {
            let shown: String = typed.chars().take(32).collect();
            return Ok(type_code(&browser, account, &shown, StatusCode::NOT_FOUND));
        }
        Err(TooMany { retry_after }) => return Ok(page::too_many(retry_after)),
    };
    let decision = match form.get("answer") {
        Some("deny") => return deny(&app, &code, now).await,
        Some("allow") => {
            let seen = form.get("seen").unwrap_or_default();
            match approve(&app, origin, &browser, account, device, seen, now).await? {
                Some(decision) => decision,
                None => return Ok(answered()),
            }
        }
        _ => {
            let request = remembered(Endpoint::DeviceAuthorization, device.parameters);
            let caller = browser.caller(origin);
            consider(&app, caller, request, Operation::Authorize, now).await?
        }
    };
    if decision.outcome == Outcome::Refuse {
        return Ok(refused(decision, &headers, &browser, "")?);
    }
    let client = accepted(decision)?;
    let is_allowed = form.get("answer") == Some("allow");
    if !is_allowed || !is_seen(&client, form.get("seen").unwrap_or_default()) {
        let shown = code.shown();
        let ask = Ask::FromDevice { user_code: &shown };
        let consent = Consent::new(&client, account, ask, browser.form_token(), is_allowed);
        return Ok(page::page(StatusCode::OK, &consent, &consent.leave()));
    }
    tracing::info!(
        client_id = brief(&client.client_id),
        "a device was approved"
    );
    Ok(Message {
        title: "The device is connected",
        text: "You can close this page and go on at the device.",
        details: &[],
        link: None,
    }
    .send(StatusCode::OK))
}

/// The device that waits with a code, unless there were too many wrong ones.
async fn find(
    app: &App,
    account: &Account,
    typed: &str,
    now: u64,
) -> Result<Result<Option<(UserCode, Device)>, TooMany>, Refusal> {
    let guesser = SecretHash::of(&format!("user code {}", account.name));
    if let Err(too_many) = app.user_codes.begin(guesser, now) {
        return Ok(Err(too_many));
    }
    let Some(code) = UserCode::typed(typed) else {
        return Ok(Ok(None));
    };
    let device = app.decider.directory().device(code.hash(), now).await;
    let device = device.map_err(|error| answer::refusal(error.into()))?;
    Ok(Ok(device.map(|device| {
        app.user_codes.take_back(guesser);
        (code, device)
    })))
}

/// Somebody else was faster.
fn answered() -> Response {
    Message {
        title: "This was answered already",
        text: "No device waits for this code any more. If it was not you who answered, let the device \
               show another code.",
        details: &[],
        link: None,
    }
    .send(StatusCode::CONFLICT)
}

async fn deny(app: &App, code: &UserCode, now: u64) -> Result<Response, Failure> {
    let denied = app.decider.directory().deny_device(code.hash(), now).await;
    if !denied.map_err(|error| answer::refusal(error.into()))? {
        return Ok(answered());
    }
    Ok(Message {
        title: "The device was refused",
        text: "It gets no access to your account. You can close this page.",
        details: &[],
        link: None,
    }
    .send(StatusCode::OK))
}

/// Decides again, and lets the device have what it asked for and the user has seen, together with what goes
/// with the decision; if there is a device that waits for it.
async fn approve(
    app: &App,
    origin: Origin,
    browser: &Browser,
    account: &Account,
    device: Device,
    seen: &str,
    now: u64,
) -> Result<Option<Decision>, Refusal> {
    let account = account.id;
    let user_code = device.user_code;
    let parameters = Parameters::read(device.parameters.as_bytes());
    // They were checked before they were kept.
    let resources = resources(app, &parameters).map_err(|_| Refusal::Failed)?;
    let request = remembered(Endpoint::DeviceAuthorization, device.parameters.clone());
    let inquiry = inquiry(app, &request, now).await?;
    let seen = seen.to_owned();
    let decided = app
        .decider
        .decide_and(
            inquiry,
            browser.caller(origin),
            Operation::Authorize(request),
            move |decision| {
                let client = decision.client.as_ref();
                let client = client.filter(|client| is_seen(client, &seen));
                let grant = client.map(|client| NewGrant {
                    client_id: client.client_id.clone(),
                    account: Some(account),
                    scope: client.scope.clone().unwrap_or_default(),
                    resources: resources.clone(),
                    created_at: now,
                });
                grant
                    .map(|grant| Change::ApproveDevice { user_code, grant })
                    .into_iter()
                    .collect()
            },
        )
        .await;
    match decided {
        Ok(decision) => Ok(Some(decision)),
        Err(Undecided::Directory(DirectoryError::NoSuchDevice)) => Ok(None),
        Err(undecided) => Err(answer::refusal(undecided)),
    }
}

fn address(query: &str) -> String {
    match query {
        "" => "/auth/device/verify".to_owned(),
        query => format!("/auth/device/verify?{query}"),
    }
}
