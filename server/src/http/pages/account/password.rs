//! `/account/password`: another password, for whoever knows the one there is.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatepost_directory::AccountChange;

use super::{failed, guessable};
use crate::http::oauth;
use crate::http::oauth::NotSignedIn;
use crate::http::pages::mistakes::{Field, Mistakes};
use crate::http::pages::told::{Done, Told};
use crate::http::pages::visitor::Instead;
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::page;
use crate::http::shared::page::{Leave, go_to};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session;
use crate::http::shared::session::{Browser, Jar, Sent};
use crate::observe::audit::{Act, Deed};
use crate::origin::attempts::TooMany;
use crate::origin::place::Origin;
use crate::password;
use crate::password::Unfit;

/// The form. A password that was typed is not sent back.
#[derive(Template)]
#[template(path = "password.html")]
struct NewPassword<'a> {
    account: &'a str,
    csrf: String,
    keeps_programs: bool,
    mistakes: Mistakes,
}

const CURRENT: Field = ("current", "Your password now");
const NEW: Field = ("new", "New password");
const REPEATED: Field = ("repeated", "New password, once more");

/// `GET /account/password`
pub(in crate::http::pages) async fn ask(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Instead> {
    let now = gatepost_directory::now();
    let browser = Browser::of(&app, Jar::SignIn, &headers, now).await?;
    match browser.account() {
        Some(account) => Ok(form(&browser, &account.name, false, Mistakes::default())),
        None => Ok(go_to("/auth/sign-in?next=/account/password")?),
    }
}

fn form(browser: &Browser, account: &str, keeps_programs: bool, mistakes: Mistakes) -> Response {
    let status = match mistakes.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let form = NewPassword {
        account,
        csrf: browser.form_token(),
        keeps_programs,
        mistakes,
    };
    page::page(status, &form, &Leave::default())
}

/// `POST /account/password`. All sessions end, and this browser gets a new one.
pub(in crate::http::pages) async fn change(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    sent: Sent,
) -> Result<Response, Instead> {
    let Sent {
        body,
        browser,
        headers,
        now,
    } = sent;
    let Some(account) = browser.account() else {
        return Ok(go_to("/auth/sign-in?next=/account/password")?);
    };
    let name = &account.name;
    let typed = Parameters::read(&body);
    let of = |field: Field| typed.get(field.0).unwrap_or_default();
    let keeps_programs = typed.get("programs") == Some("keep");
    let back = |mistakes| Ok(form(&browser, name, keeps_programs, mistakes));
    let (current, new) = (of(CURRENT), of(NEW));
    if let Err(unfit) = password::check(new) {
        let wrong = match unfit {
            Unfit::TooShort => format!("It needs {} characters at least.", password::SHORTEST),
            Unfit::TooLong => format!("It can have {} bytes at most.", password::LIMIT),
        };
        return back(Mistakes::one(NEW, wrong));
    }
    if let Some(reason) = guessable::reason(new, &[name, app.public_url.host(), app.provider()]) {
        return back(Mistakes::one(
            NEW,
            format!("This password is guessed first. {reason}"),
        ));
    }
    if new != of(REPEATED) {
        return back(Mistakes::one(REPEATED, "It differs from the new password."));
    }
    match oauth::verify(&app, origin, name, current, now).await {
        Ok(_) => {}
        Err(NotSignedIn::Wrong) => {
            return back(Mistakes::one(CURRENT, "This is not your password."));
        }
        Err(NotSignedIn::TooMany(TooMany { retry_after })) => {
            return Ok(page::too_many(retry_after));
        }
        Err(NotSignedIn::Undecided(refusal)) => return Err(refusal.into()),
    }
    let chosen = new.to_owned();
    let hash = tokio::task::spawn_blocking(move || password::hash(&chosen)).await;
    let hash = hash.ok().and_then(Result::ok).ok_or(Refusal::Failed)?;
    let change = AccountChange {
        password_hash: Some(hash),
        permissions: None,
        keeps_grants: keeps_programs,
    };
    let directory = app.decider.directory();
    if !directory
        .change_account(name, change)
        .await
        .map_err(failed)?
    {
        return Ok(go_to("/account")?);
    }
    let caller = session::caller(Some(account), Some(origin));
    let changed = Act::by(&caller, Deed::PasswordChanged, now).to(&**name);
    app.watch.acted(match keeps_programs {
        true => changed.noting("what was granted stays"),
        false => changed,
    });
    let mut response = go_to("/account")?;
    let from = (&headers, origin);
    let secret = session::begin(&app, Jar::SignIn, account, None, from, now, &mut response).await?;
    let renewed = Browser::signed_in_by(&secret);
    Told::new(Done::PasswordChanged, name).on_next_page(&app, &renewed, &mut response);
    Ok(response)
}
