//! What a page says was done, on the page after it.
//!
//! A form is answered with a redirect, so that a reload sends nothing again. What there is to say is in a cookie until the
//! next page shows it, once. It is bound to the session: whoever uses the browser next does not see it.

use std::any::Any;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::secret::Purpose;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::http::pages::when::when;
use crate::http::shared::app::App;
use crate::http::shared::cookie;
use crate::http::shared::cut::Cut;
use crate::http::shared::page::{Leave, page_with};
use crate::http::shared::session::Browser;

/// How long it waits for the next page, in seconds.
const KEPT: u32 = 120;

const fn told_cookie(is_https: bool) -> &'static str {
    if is_https {
        "__Host-gatepost-told"
    } else {
        "gatepost-told"
    }
}

/// Something that was done.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    done: Done,
    /// What it was done to.
    subject: String,
    /// A secret that is shown once.
    secret: Option<String>,
    /// Until when the secret before it works, in seconds since 1970; `None` if it has ended.
    #[serde(default)]
    old: Option<u64>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Done {
    ClientRegistered,
    ClientChanged,
    ClientDisabled,
    ClientEnabled,
    ClientApproved,
    ClientDenied,
    ClientDeleted,
    SecretMade,
    TokenMade,
    KeyMade,
    KeyRevoked,
    ProgramEnded,
    AdministrationLeft,
    BrowserSignedOut,
    PasswordChanged,
}

impl Told {
    pub(super) fn new(done: Done, subject: &str) -> Self {
        Self {
            done,
            subject: Cut::new(subject).to_string(),
            secret: None,
            old: None,
        }
    }

    /// The same, with the time until which the secret before it works.
    #[must_use]
    pub(super) fn until(self, old: Option<u64>) -> Self {
        Self { old, ..self }
    }

    /// The same, with a secret that it made.
    #[must_use]
    pub(super) fn with(self, secret: Option<String>) -> Self {
        Self { secret, ..self }
    }

    /// What the page says.
    pub(super) fn text(&self) -> String {
        let subject = &self.subject;
        match self.done {
            Done::ClientRegistered => format!("The client “{subject}” is registered."),
            Done::ClientChanged => format!("The client “{subject}” was changed."),
            Done::ClientDisabled => format!(
                "The client “{subject}” is disabled. It gets no tokens, and those that it has do not work, until it is \
                 enabled again."
            ),
            Done::ClientEnabled => format!("The client “{subject}” is enabled again."),
            Done::ClientApproved => format!("The client “{subject}” is approved, and may be used."),
            Done::ClientDenied => format!("The client “{subject}” was denied, and is deleted."),
            Done::ClientDeleted => format!("The client “{subject}” was deleted."),
            Done::SecretMade => match self.old {
                Some(end) => format!(
                    "The client “{subject}” has a new secret. The old one works until {}.",
                    when(end)
                ),
                None => format!("The client “{subject}” has a new secret. The old one has ended."),
            },
            Done::TokenMade => {
                format!("The client “{subject}” has a new registration access token.")
            }
            Done::KeyMade => format!("The key “{subject}” was made."),
            Done::KeyRevoked => format!("The key “{subject}” is revoked."),
            Done::ProgramEnded => format!("“{subject}” cannot act for you any more."),
            Done::BrowserSignedOut => format!("{subject} was signed out."),
            Done::PasswordChanged => {
                "Your password was changed, and all other browsers were signed out.".to_owned()
            }
            Done::AdministrationLeft => {
                "You left the administration. You are still signed in to your account.".to_owned()
            }
        }
    }

    /// The secret, and what it is.
    pub(super) fn secret(&self) -> Option<(&'static str, &str)> {
        let what = match self.done {
            Done::KeyMade => "The key, shown once:",
            Done::TokenMade => "The client's registration access token, shown once:",
            _ => "The client's secret, shown once:",
        };
        self.secret.as_deref().map(|secret| (what, secret))
    }

    /// Has it shown on this browser's next page.
    pub(super) fn on_next_page(&self, app: &App, browser: &Browser, response: &mut Response) {
        let text = serde_json::json!(self).to_string();
        let proof = browser.derive(Purpose::Session, &["told", &text]);
        let value = format!("{}.{}", URL_SAFE_NO_PAD.encode(&text), proof.reveal());
        set(app, response, &value);
    }

    /// What there is to show to this browser.
    pub(super) fn to(app: &App, browser: &Browser, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::value(headers, told_cookie(app.public_url.is_https()))?;
        let (text, proof) = value.split_once('.')?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let expected = browser.derive(Purpose::Session, &["told", &text]);
        let is_ours = bool::from(proof.as_bytes().ct_eq(expected.reveal().as_bytes()));
        is_ours.then(|| serde_json::from_str(&text).ok())?
    }
}

/// Sends a page, whichever it is, with values that its template finds by name, that says what was done on the page before.
/// The browser forgets it then.
pub(super) fn page(
    app: &App,
    told: Option<&Told>,
    status: StatusCode,
    page: &impl Template,
    values: &[(&str, &dyn Any)],
) -> Response {
    let said = told.map(|told| ("told", told as &dyn Any));
    let values: Vec<_> = said.into_iter().chain(values.iter().copied()).collect();
    let mut response = page_with(status, page, &Leave::default(), &values);
    if told.is_some() {
        set(app, &mut response, "");
    }
    response
}

fn set(app: &App, response: &mut Response, value: &str) {
    let is_https = app.public_url.is_https();
    cookie::set(response, told_cookie(is_https), is_https, value, Some(KEPT));
}
