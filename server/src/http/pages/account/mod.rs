//! `/account`: which programs act for whoever signed in, and in which browsers that is.

mod device;
pub(super) mod end;
mod guessable;
pub(super) mod password;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::{DirectoryError, Grant, SignedIn};
use sha2::{Digest, Sha256};

use crate::decide::stored;
use crate::http::oauth;
use crate::http::pages::told;
use crate::http::pages::told::Told;
use crate::http::pages::visitor::Instead;
use crate::http::pages::when::when;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::cut::Cut;
use crate::http::shared::page::go_to;
use crate::http::shared::session::{Browser, Jar};

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    name: &'a str,
    csrf: String,
    /// Whether the administration is open in this browser.
    is_inside: bool,
    programs: Vec<Program>,
    /// How many there are besides.
    more: usize,
    sessions: Vec<Session>,
}

/// A browser that is signed in to the account.
struct Session {
    handle: String,
    /// Which browser it is, in words.
    device: String,
    /// Where it signed in.
    place: String,
    since: String,
    /// Whether it is in the administration's pages.
    is_inside: bool,
    is_this_one: bool,
}

/// How many programs are shown, the latest first. Each is asked about.
const MOST_SHOWN: usize = 100;

/// A program that may act for the account.
struct Program {
    grant: i64,
    /// Its name; `None` if nobody registered it, so that its id may say anything.
    name: Option<Cut>,
    client_id: Cut,
    /// What it may do, in words.
    may: Vec<String>,
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
    let sessions = directory.sessions(account.id, now).await.map_err(failed)?;
    let grants = directory.grants(account.id, now).await.map_err(failed)?;
    let grants = of_programs(grants, &sessions);
    let more = grants.len().saturating_sub(MOST_SHOWN);
    let mut programs = Vec::new();
    for grant in grants.into_iter().take(MOST_SHOWN) {
        let name = name(&app, &grant.client_id, now).await?;
        let name = name.as_deref().map(Cut::new);
        programs.push(Program {
            grant: grant.id.number(),
            name,
            client_id: Cut::new(&grant.client_id),
            may: grant
                .scope
                .split_ascii_whitespace()
                .map(|scope| oauth::described(scope).to_owned())
                .collect(),
            since: when(grant.created_at),
            last: when(grant.last_used_at),
        });
    }
    let inside = Browser::of(&app, Jar::Admin, &headers, now).await?;
    let is_inside = inside.account().is_some();
    // This browser is one, whether it is in the administration as well or not.
    let sessions = sessions
        .into_iter()
        .filter(|session| inside.session_hash() != Some(session.hash));
    let is_this_one = |session: &SignedIn| browser.session_hash() == Some(session.hash);
    let sessions = sessions.map(|session| Session {
        handle: handle(&session),
        device: device::described(&session.agent),
        place: match session.address.is_empty() {
            true => "an unknown address".to_owned(),
            false => session.address.clone(),
        },
        since: when(session.created_at),
        is_inside: session.grant.is_some() || is_inside && is_this_one(&session),
        is_this_one: is_this_one(&session),
    });
    let told = Told::to(&app, &browser, &headers);
    let account = Account {
        name: &account.name,
        csrf: browser.form_token(),
        is_inside,
        programs,
        more,
        sessions: sessions.collect(),
    };
    Ok(told::page(
        &app,
        told.as_ref(),
        StatusCode::OK,
        &account,
        &[],
    ))
}

/// What programs were granted. What this server's own pages were granted is shown as the browser that they are open in.
fn of_programs(grants: Vec<Grant>, sessions: &[SignedIn]) -> Vec<Grant> {
    let is_page = |id| sessions.iter().any(|session| session.grant == Some(id));
    let is_program = |grant: &Grant| !is_page(grant.id);
    grants.into_iter().filter(is_program).collect()
}

/// What a form calls a session: neither the cookie nor what is kept of it.
fn handle(session: &SignedIn) -> String {
    let mut digest = Sha256::new();
    digest.update("session");
    digest.update(session.hash.bytes());
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// The name of a program as its users may see it; `None` if nobody registered it.
async fn name(app: &App, client_id: &str, now: u64) -> Result<Option<String>, Instead> {
    let known = app.decider.directory().client(client_id, now).await;
    Ok(known.map_err(failed)?.map(|entry| {
        let name = stored::name_for_users(&*app.decider.plugin(), &entry, now);
        name.ok().flatten().unwrap_or(entry.client_id)
    }))
}

fn failed(error: DirectoryError) -> Instead {
    answer::refusal(error.into()).into()
}
