//! `/account`: which programs act for whoever signed in.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatepost_directory::{DirectoryError, GrantId};

use crate::decide::stored;
use crate::http::pages::visitor::Instead;
use crate::http::pages::when::when;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::cut::Cut;
use crate::http::shared::form::Parameters;
use crate::http::shared::page::{Leave, go_to, page};
use crate::http::shared::session;
use crate::http::shared::session::{Browser, Jar, Sent};
use crate::observe::audit::{Act, Deed};
use crate::observe::log::brief;
use crate::origin::place::Origin;

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    name: &'a str,
    csrf: String,
    programs: Vec<Program>,
    /// How many there are besides.
    more: usize,
}

/// How many programs are shown, the latest first. Each is asked about.
const MOST_SHOWN: usize = 100;

/// A program that may act for the account.
struct Program {
    grant: i64,
    /// Its name; `None` if nobody registered it, so that its id may say anything.
    name: Option<Cut>,
    client_id: Cut,
    scope: String,
    since: String,
    last: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Instead> {
    let now = gatepost_directory::now();
    let browser = Browser::of(&app, Jar::SignIn, &headers, now).await?;
    let Some(account) = browser.account() else {
        return Ok(go_to("/auth/sign-in?next=/account")?);
    };
    let directory = app.decider.directory();
    let grants = directory.grants(account.id, now).await.map_err(failed)?;
    let more = grants.len().saturating_sub(MOST_SHOWN);
    let mut programs = Vec::new();
    for grant in grants.into_iter().take(MOST_SHOWN) {
        let known = directory
            .client(&grant.client_id, now)
            .await
            .map_err(failed)?;
        let plugin = app.decider.plugin();
        let name = known.map(|entry| {
            let name = stored::name_for_users(&*plugin, &entry, now);
            let name = name.ok().flatten();
            Cut::new(&name.unwrap_or(entry.client_id))
        });
        programs.push(Program {
            grant: grant.id.number(),
            name,
            client_id: Cut::new(&grant.client_id),
            scope: grant.scope,
            since: when(grant.created_at),
            last: when(grant.last_used_at),
        });
    }
    let account = Account {
        name: &account.name,
        csrf: browser.form_token(),
        programs,
        more,
    };
    Ok(page(StatusCode::OK, &account, &Leave::default()))
}

/// Ends what a program was granted; or all that is granted, and all sessions, this one among them.
pub(super) async fn end(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    sent: Sent,
) -> Result<Response, Instead> {
    let Sent {
        body, browser, now, ..
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
        return Ok(go_to("/account")?);
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
    }
    Ok(go_to("/account")?)
}

fn failed(error: DirectoryError) -> Instead {
    answer::refusal(error.into()).into()
}
