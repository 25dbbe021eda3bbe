//! `GET` and `POST /auth/sign-in`, `POST /auth/sign-out`: who the user is.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use gatepost_directory::secret::SecretHash;
use gatepost_directory::{AccountEntry, DirectoryError};

use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::local::local;
use crate::http::shared::page;
use crate::http::shared::page::{Failure, Leave, Message};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session;
use crate::http::shared::session::{Browser, Jar, Sent, may_sign_in};
use crate::http::shared::sign_ins::MOST_WRONG;
use crate::observe::audit::{Act, Deed};
use crate::origin::attempts::TooMany;
use crate::origin::place::Origin;
use crate::password;

/// How long a name or a password may be, in bytes.
const LONGEST_NAME: usize = 320;
const LONGEST_PASSWORD: usize = 1024;

/// Why nobody is signed in.
pub(in crate::http) enum NotSignedIn {
    /// The name or the password is wrong, or the account may not sign in: nobody learns which.
    Wrong,
    TooMany(TooMany),
    Undecided(Refusal),
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    name: &'a str,
    next: &'a str,
    csrf: String,
    has_failed: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let Some(next) = local(&app.public_url, parameters.get("next")) else {
        return Ok(elsewhere());
    };
    let browser = Browser::of(&app, Jar::SignIn, &headers, gatepost_directory::now()).await?;
    Ok(ask(&app, &browser, &next, None))
}

/// The page that asks for name and password, and goes on there. A program may have said who is about to sign in
/// (`login_hint`, OpenID Connect Core §3.1.2.1).
pub(super) fn ask(app: &App, browser: &Browser, next: &str, hint: Option<&str>) -> Response {
    let sign_in = SignIn {
        name: hint.filter(|hint| is_plausible(hint)).unwrap_or_default(),
        next,
        csrf: browser.form_token(),
        has_failed: false,
    };
    let mut response = page::page(StatusCode::OK, &sign_in, &Leave::default());
    browser.remember(app, &mut response);
    response
}

pub(super) async fn sign_in(
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
    let Some(next) = local(&app.public_url, form.get("next")) else {
        return Ok(elsewhere());
    };
    let name = form.get("name").unwrap_or_default().trim();
    let password = form.get("password").unwrap_or_default();
    match verify(&app, origin, name, password, now).await {
        Ok(entry) => {
            let mut response = page::go_to(&next)?;
            // The old one is of no use any more, whoever knows it.
            session::forget(&app, &browser).await?;
            let account = &entry.account;
            let from = (&headers, origin);
            session::begin(&app, Jar::SignIn, account, None, from, now, &mut response).await?;
            let inside = Browser::of(&app, Jar::Admin, &headers, now).await?;
            if inside.account().is_some_and(|other| other.id != account.id) {
                session::end(&app, Jar::Admin, &inside, &mut response).await?;
            }
            Ok(response)
        }
        Err(NotSignedIn::Wrong) => {
            let sign_in = SignIn {
                name,
                next: &next,
                csrf: browser.form_token(),
                has_failed: true,
            };
            let leave = Leave::default();
            Ok(page::page(StatusCode::FORBIDDEN, &sign_in, &leave))
        }
        Err(NotSignedIn::TooMany(TooMany { retry_after })) => Ok(page::too_many(retry_after)),
        Err(NotSignedIn::Undecided(refusal)) => Err(refusal.into()),
    }
}

/// Finds the account with this name and password. It takes as long whether there is one or not.
pub(in crate::http) async fn verify(
    app: &App,
    origin: Origin,
    name: &str,
    password: &str,
    now: u64,
) -> Result<AccountEntry, NotSignedIn> {
    if name.is_empty() || name.len() > LONGEST_NAME || password.len() > LONGEST_PASSWORD {
        return Err(NotSignedIn::Wrong);
    }
    let sign_ins = &app.sign_ins;
    let directory = app.decider.directory();
    let guessed = Guessed::new(origin, name);
    let attempts = &sign_ins.attempts;
    let begun = attempts.begin(guessed.place, now);
    begun.map_err(NotSignedIn::TooMany)?;
    // What nobody looks at is no guess.
    let unseen = |why| {
        attempts.take_back(guessed.place);
        why
    };
    let past = directory.sign_in_past(guessed.name, guessed.place, now);
    let past = past.await.map_err(|error| unseen(failed(error)))?;
    let is_known_place = past.is_known_place && origin != Origin::Unknown;
    if past.wrong_guesses >= MOST_WRONG && !is_known_place {
        return Err(unseen(NotSignedIn::TooMany(LOCKED)));
    }
    let Some(waiting) = sign_ins.wait(is_known_place, origin.network(), guessed.name) else {
        return Err(unseen(NotSignedIn::Undecided(Refusal::Unavailable)));
    };
    let entry = directory.account(name).await;
    let entry = entry.map_err(|error| unseen(failed(error)))?;
    let turn = waiting.turn().await;
    let hash = entry.as_ref().and_then(|entry| entry.password_hash.clone());
    let password = password.to_owned();
    let verified = tokio::task::spawn_blocking(move || {
        let is_right = password::verify(&password, hash.as_deref());
        // Not before, although nobody may be waiting for it any more.
        drop(turn);
        is_right
    })
    .await;
    match (verified, entry) {
        (Ok(true), Some(entry)) if may_sign_in(&entry.account) => {
            attempts.take_back(guessed.place);
            // It may have been changed while its turn was waited for.
            let again = directory.account(name).await.map_err(failed)?;
            let is_still = |again: &AccountEntry| {
                again.account.id == entry.account.id && again.password_hash == entry.password_hash
            };
            if !again.as_ref().is_some_and(is_still) {
                return Err(NotSignedIn::Wrong);
            }
            if origin != Origin::Unknown {
                let Guessed { name, place } = guessed;
                let noted = directory.note_place(entry.account.id, name, place, now);
                noted.await.map_err(failed)?;
            }
            tracing::info!(account = entry.account.name, "signed in");
            let caller = session::caller(Some(&entry.account), Some(origin));
            app.watch.acted(Act::by(&caller, Deed::SignIn, now));
            Ok(entry)
        }
        (Ok(_), entry) => {
            // A name that nobody has may be a password that was typed into the wrong field.
            let caller = session::caller(None, Some(origin));
            let refused = Act::by(&caller, Deed::SignIn, now).refused();
            app.watch.acted(match entry {
                Some(entry) => refused.to(entry.account.name),
                None => refused,
            });
            let noted = directory.note_wrong_guess(guessed.name, now);
            noted.await.map_err(failed)?;
            tracing::info!("a sign-in failed");
            Err(NotSignedIn::Wrong)
        }
        (Err(error), _) => {
            tracing::error!(%error, "a password could not be verified");
            Err(unseen(NotSignedIn::Undecided(Refusal::Failed)))
        }
    }
}

/// Whose password is guessed, and from where.
#[derive(Clone, Copy)]
struct Guessed {
    name: SecretHash,
    place: SecretHash,
}

impl Guessed {
    fn new(origin: Origin, name: &str) -> Self {
        let (network, name) = (origin.network(), name.to_ascii_lowercase());
        Self {
            name: SecretHash::of(&format!("account {name}")),
            // A network has no space in it.
            place: SecretHash::of(&format!("place {network} {name}")),
        }
    }
}

/// What an account is told that got too many wrong passwords from anywhere.
const LOCKED: TooMany = TooMany { retry_after: 3600 };

fn failed(error: DirectoryError) -> NotSignedIn {
    NotSignedIn::Undecided(answer::refusal(error.into()))
}

/// Ends the session, and the one in the administration's pages: whoever comes next is somebody else.
pub(super) async fn sign_out(State(app): State<Arc<App>>, sent: Sent) -> Result<Response, Failure> {
    let Sent {
        body,
        browser,
        headers,
        now,
    } = sent;
    let form = Parameters::read(&body);
    let Some(next) = local(&app.public_url, form.get("next")) else {
        return Ok(elsewhere());
    };
    let mut response = page::go_to(&next)?;
    session::end(&app, Jar::SignIn, &browser, &mut response).await?;
    let inside = Browser::of(&app, Jar::Admin, &headers, now).await?;
    session::end(&app, Jar::Admin, &inside, &mut response).await?;
    Ok(response)
}

/// Whether a text that a program sent may be the name of an account. It may be anything, and is shown to a person:
/// so nothing that does not show, and nothing that turns the rest around.
fn is_plausible(name: &str) -> bool {
    let is_hidden = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    (1..=LONGEST_NAME).contains(&name.len())
        && !name.starts_with(' ')
        && !name.ends_with(' ')
        && !name
            .chars()
            .any(|c| c.is_control() || is_hidden(c) || c.is_whitespace() && c != ' ')
}

/// Somebody wrote a link that leads away from here.
fn elsewhere() -> Response {
    Message {
        title: "This link leads elsewhere",
        text: "It asks to go on to an address that is none of this server's pages.",
        details: &[],
        link: None,
    }
    .send(StatusCode::BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_be_about_to_sign_in() {
        for (hint, expected) in [
            ("alice@example.org", true),
            ("alice", true),
            ("Alice Example", true),
            ("\u{e9}lise@example.org", true),
            ("\"><script>", true), // It is escaped where it is shown.
            ("", false),
            (" alice", false),
            ("alice\n", false),
            ("alice\u{a0}example", false),
            ("alice\u{202e}gro", false),
            ("ali\u{200b}ce", false),
            (&*"a".repeat(320), true),
            (&*"a".repeat(321), false),
        ] {
            assert_eq!(is_plausible(hint), expected, "{hint:?}");
        }
    }
}
