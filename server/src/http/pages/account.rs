//! `/account`: which programs act for whoever signed in.

use std::sync::Arc;

use askama::Template;
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
use crate::http::shared::session::{Browser, Jar, Sent};

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    name: &'a str,
    csrf: String,
    programs: Vec<Program>,
}

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
    let mut programs = Vec::new();
    for grant in grants {
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
    };
    Ok(page(StatusCode::OK, &account, &Leave::default()))
}

/// Ends what a program was granted.
pub(super) async fn end(State(app): State<Arc<App>>, sent: Sent) -> Result<Response, Instead> {
    let Sent {
        body, browser, now, ..
    } = sent;
    let Some(account) = browser.account() else {
        return Ok(go_to("/auth/sign-in?next=/account")?);
    };
    let form = Parameters::read(&body);
    let chosen = form.get("grant").and_then(|number| number.parse().ok());
    let directory = app.decider.directory();
    let grants = directory.grants(account.id, now).await.map_err(failed)?;
    // Only what is one's own.
    let chosen = chosen.map(GrantId::numbered);
    if let Some(grant) = grants.iter().find(|grant| Some(grant.id) == chosen) {
        directory.end_grant(grant.id).await.map_err(failed)?;
    }
    Ok(go_to("/account")?)
}

fn failed(error: DirectoryError) -> Instead {
    answer::refusal(error.into()).into()
}
