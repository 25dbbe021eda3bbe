//! Ending what acts for an account, or is signed in to it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatepost_directory::{Account, GrantId, SignedIn};

use super::{device, failed, handle, name, of_programs};
use crate::http::pages::confirm::{Confirm, count};
use crate::http::pages::told::{Done, Told};
use crate::http::pages::visitor::Instead;
use crate::http::shared::app::App;
use crate::http::shared::cut::Cut;
use crate::http::shared::form::Parameters;
use crate::http::shared::page::{Leave, Message, go_to, page};
use crate::http::shared::session;
use crate::http::shared::session::{Browser, Jar, Sent};
use crate::observe::audit::{Act, Deed};
use crate::observe::log::brief;
use crate::origin::place::Origin;

/// `GET /account/end?grant=…`, or without: asks before a program is ended, or everything.
pub(in crate::http::pages) async fn ask_to_end(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Instead> {
    let now = gatepost_directory::now();
    let browser = Browser::of(&app, Jar::SignIn, &headers, now).await?;
    let Some(account) = browser.account() else {
        return Ok(go_to("/auth/sign-in?next=/account")?);
    };
    let directory = app.decider.directory();
    let sessions = directory.sessions(account.id, now).await.map_err(failed)?;
    let grants = directory.grants(account.id, now).await.map_err(failed)?;
    let grants = of_programs(grants, &sessions);
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let number = parameters.get("grant");
    let csrf = browser.form_token();
    let confirm = match number {
        Some(number) => {
            let chosen = number.parse().ok().map(GrantId::numbered);
            let Some(grant) = grants.iter().find(|grant| Some(grant.id) == chosen) else {
                return Ok(go_to("/account")?);
            };
            let name = name(&app, &grant.client_id, now).await?;
            let name = name.unwrap_or_else(|| grant.client_id.clone());
            Confirm {
                question: format!("End “{}”?", Cut::new(&name)),
                ends: vec![
                    "It loses its access to your account at once, and has to ask you again before it can do anything."
                        .to_owned(),
                ],
                action: "/account",
                fields: vec![("grant", number)],
                button: "End",
                back: "/account",
                csrf,
            }
        }
        None => Confirm {
            question: "End everything?".to_owned(),
            ends: vec![
                match grants.len() as u64 {
                    0 => "No program acts for you.".to_owned(),
                    programs => format!(
                        "This ends {}. Each has to ask you again before it can do anything.",
                        count(programs, "program", "programs"),
                    ),
                },
                "You are signed out in all browsers, here too. Your password stays as it is."
                    .to_owned(),
            ],
            action: "/account",
            fields: vec![("end", "all")],
            button: "End everything",
            back: "/account",
            csrf,
        },
    };
    Ok(page(StatusCode::OK, &confirm, &Leave::default()))
}

/// Ends what a program was granted; or all that is granted, and all sessions, this one among them.
pub(in crate::http::pages) async fn end(
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
        return Ok(go_to("/auth/sign-in?next=/account")?);
    };
    let form = Parameters::read(&body);
    if form.get("end") == Some("all") {
        let ended = app.decider.directory().sign_out(&account.name).await;
        ended.map_err(failed)?;
        let caller = session::caller(Some(account), Some(origin));
        let ended = Act::by(&caller, Deed::AccountSignedOut, now).to(&*account.name);
        app.watch.acted(ended);
        return Ok(go_to("/account/ended")?);
    }
    if form.get("end") == Some("administration") {
        let inside = Browser::of(&app, Jar::Admin, &headers, now).await?;
        let mut response = go_to("/account")?;
        session::end(&app, Jar::Admin, &inside, &mut response).await?;
        let told = Told::new(Done::AdministrationLeft, "");
        told.on_next_page(&app, &browser, &mut response);
        return Ok(response);
    }
    let mut response = go_to("/account")?;
    if let Some(handle) = form.get("session") {
        let inside = Browser::of(&app, Jar::Admin, &headers, now).await?;
        let here = [&browser, &inside];
        return end_session(&app, here, account, origin, handle, now).await;
    }
    let chosen = form.get("grant").and_then(|number| number.parse().ok());
    let directory = app.decider.directory();
    let grants = directory.grants(account.id, now).await.map_err(failed)?;
    // Only what is one's own.
    let chosen = chosen.map(GrantId::numbered);
    if let Some(grant) = grants.iter().find(|grant| Some(grant.id) == chosen) {
        directory.end_grant(grant.id).await.map_err(failed)?;
        let caller = session::caller(Some(account), Some(origin));
        let ended = Act::by(&caller, Deed::GrantEnded, now).to(brief(&grant.client_id));
        app.watch.acted(ended);
        let name = name(&app, &grant.client_id, now).await?;
        let name = name.unwrap_or_else(|| grant.client_id.clone());
        Told::new(Done::ProgramEnded, &name).on_next_page(&app, &browser, &mut response);
    }
    Ok(response)
}

/// `GET /account/ended`: what is shown when everything has ended.
pub(in crate::http::pages) async fn ended() -> Response {
    Message {
        title: "Everything has ended",
        text: "You are signed out in all browsers, and no program acts for you any more. Your password stays as it is.",
        details: &[],
        link: Some(("/account", "Sign in again")),
    }
    .send(StatusCode::OK)
}

/// Signs a browser out of the account. What it was granted as one of this server's pages ends with it. This browser, which
/// is one of the list, is signed out of the account and of the administration.
async fn end_session(
    app: &App,
    [browser, inside]: [&Browser; 2],
    account: &Account,
    origin: Origin,
    chosen: &str,
    now: u64,
) -> Result<Response, Instead> {
    let mut response = go_to("/account")?;
    let directory = app.decider.directory();
    let sessions = directory.sessions(account.id, now).await.map_err(failed)?;
    // Only what is one's own.
    let mut sessions = sessions.into_iter();
    let is_here = |session: &SignedIn| browser.session_hash() == Some(session.hash);
    if let Some(session) = sessions.find(|session| handle(session) == chosen) {
        if is_here(&session) {
            session::end(app, Jar::SignIn, browser, &mut response).await?;
            session::end(app, Jar::Admin, inside, &mut response).await?;
        } else {
            match session.grant {
                Some(grant) => directory.end_grant(grant).await.map(|_| ()),
                None => directory.end_session(session.hash).await,
            }
            .map_err(failed)?;
        }
        let caller = session::caller(Some(account), Some(origin));
        let ended = Act::by(&caller, Deed::AccountSignedOut, now).to(&*account.name);
        app.watch.acted(ended.noting("one browser"));
        let told = Told::new(Done::BrowserSignedOut, &device::described(&session.agent));
        told.on_next_page(app, browser, &mut response);
    }
    Ok(response)
}
