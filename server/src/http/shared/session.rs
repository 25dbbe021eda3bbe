//! Browsers: whether somebody has signed in with one, and whether a form was sent on purpose.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::Permission;
use gatepost_directory::secret::{Purpose, Secret, SecretHash};
use gatepost_directory::{Account, Grant, GrantId, NewSession, Session};
use gatepost_plugin::{Caller, Credential};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::PublicUrl;
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::kind::Kind;
use crate::http::shared::page::Failure;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::{answer, body, cookie, page};
use crate::origin::place::Origin;

/// What a browser's session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Jar {
    /// Telling the authorization server who the user is.
    SignIn,
    /// The administration's pages, which are an OAuth client.
    Admin,
}

impl Jar {
    /// The cookie's name. The prefix keeps another site under the same domain from setting it.
    const fn cookie(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::SignIn, true) => "__Host-gatepost-session",
            (Self::SignIn, false) => "gatepost-session",
            (Self::Admin, true) => "__Host-gatepost-admin",
            (Self::Admin, false) => "gatepost-admin",
        }
    }
}

/// A browser, as its cookies tell it.
pub(in crate::http) struct Browser {
    session: Option<(String, Session)>,
    form: String,
    /// Whether the browser has to be told what its forms are known by.
    is_new: bool,
}

/// A form that was not sent from a page of ours, or from one that is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Forged;

impl Browser {
    /// Reads the cookies. Whoever may not sign in any more is as if signed out.
    pub(in crate::http) async fn of(
        app: &App,
        jar: Jar,
        headers: &HeaderMap,
        now: u64,
    ) -> Result<Self, Refusal> {
        let is_https = app.public_url.is_https();
        let session = match cookie::value(headers, jar.cookie(is_https)) {
            None => None,
            Some(value) => app
                .decider
                .directory()
                .session(SecretHash::of(value), now)
                .await
                .map_err(|error| answer::refusal(error.into()))?
                .filter(|session| may_sign_in(&session.account))
                .filter(|session| session.grant.is_some() == (jar == Jar::Admin))
                .map(|session| (value.to_owned(), session)),
        };
        let known = cookie::value(headers, form_cookie(is_https)).map(str::to_owned);
        let (form, is_new) = match (&session, known) {
            (Some((value, _)), _) => (value.clone(), false),
            (None, Some(known)) => (known, false),
            (None, None) => {
                let secret = Secret::draw(Purpose::Session).map_err(|_| Refusal::Failed)?;
                (secret.reveal().to_owned(), true)
            }
        };
        Ok(Self {
            session,
            form,
            is_new,
        })
    }

    /// The browser as its next request will tell it, which got this secret just now.
    pub(in crate::http) fn signed_in_by(secret: &Secret) -> Self {
        Self {
            session: None,
            form: secret.reveal().to_owned(),
            is_new: false,
        }
    }

    /// What to put into a form, so that it is known to be sent from a page of ours.
    pub(in crate::http) fn form_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("csrf {}", self.form)))
    }

    /// A secret that nobody but this server and this browser can know: the same for the same session and the
    /// same parts, one of which has to be a secret.
    pub(in crate::http) fn derive(&self, purpose: Purpose, parts: &[&str]) -> Secret {
        Secret::derive(purpose, &[&[&*self.form], parts].concat())
    }

    /// Checks that a form was sent from a page of ours by this browser.
    fn check(
        &self,
        public_url: &PublicUrl,
        headers: &HeaderMap,
        token: Option<&str>,
    ) -> Result<(), Forged> {
        let token = token.unwrap_or_default().as_bytes();
        let expected = self.form_token();
        if !self.is_new
            && is_from_here(public_url, headers)
            && bool::from(token.ct_eq(expected.as_bytes()))
        {
            Ok(())
        } else {
            Err(Forged)
        }
    }

    /// Whether a form was sent from a page of ours by this browser.
    pub(in crate::http) fn sent(
        &self,
        app: &App,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), Unsent> {
        let token = Parameters::read(body).get("csrf").map(str::to_owned);
        self.check(&app.public_url, headers, token.as_deref())
            .map_err(|Forged| Unsent::Forged)
    }

    /// Lets the browser know what its forms are known by.
    pub(in crate::http) fn remember(&self, app: &App, response: &mut Response) {
        if self.is_new {
            let is_https = app.public_url.is_https();
            cookie::set(response, form_cookie(is_https), is_https, &self.form, None);
        }
    }

    pub(in crate::http) fn session(&self) -> Option<&Session> {
        self.session.as_ref().map(|(_, session)| session)
    }

    /// What is kept of the browser's cookie, if it is signed in.
    pub(in crate::http) fn session_hash(&self) -> Option<SecretHash> {
        let session = self.session.as_ref();
        session.map(|(value, _)| SecretHash::of(value))
    }

    pub(in crate::http) fn account(&self) -> Option<&Account> {
        self.session().map(|session| &session.account)
    }

    /// What the browser's session stands on.
    pub(in crate::http) fn grant(&self) -> Option<&Grant> {
        self.session().and_then(|session| session.grant.as_ref())
    }

    /// Who asks, for a decision.
    pub(in crate::http) fn caller(&self, origin: Origin) -> Caller {
        caller(self.account(), Some(origin))
    }
}

/// A form that a person sent from a page of ours.
pub(in crate::http) struct Sent {
    pub(in crate::http) headers: HeaderMap,
    pub(in crate::http) body: Vec<u8>,
    pub(in crate::http) browser: Browser,
    /// Seconds since 1970.
    pub(in crate::http) now: u64,
}

/// Why there is no form.
pub(in crate::http) enum Unsent {
    /// It was not sent from a page of ours.
    Forged,
    /// It could not be read.
    Unread(Refusal),
}

impl From<Refusal> for Unsent {
    fn from(refusal: Refusal) -> Self {
        Self::Unread(refusal)
    }
}

impl IntoResponse for Unsent {
    fn into_response(self) -> Response {
        match self {
            Self::Forged => page::forged(),
            Self::Unread(refusal) => Failure::from(refusal).into_response(),
        }
    }
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Unsent;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Unsent> {
        let (head, body) = request.into_parts();
        let headers = head.headers;
        // Who is signed in is asked when all of it is there: a body that comes slowly outlives no session.
        let body = body::read(Kind::Page, &headers, body, app.limits.body).await?;
        let now = gatepost_directory::now();
        let browser = Browser::of(app, Jar::SignIn, &headers, now).await?;
        browser.sent(app, &headers, &body)?;
        Ok(Self {
            body,
            headers,
            browser,
            now,
        })
    }
}

/// An account that is known to be there, or nobody, as who asks.
pub(in crate::http) fn caller(account: Option<&Account>, origin: Option<Origin>) -> Caller {
    let nobody = Caller {
        address: origin
            .and_then(Origin::address)
            .map(|address| address.to_string()),
        ..Caller::default()
    };
    match account {
        None => nobody,
        Some(account) => Caller {
            credential: Credential::Accepted,
            account: Some(account.name.clone()),
            permissions: account.permissions.clone(),
            ..nobody
        },
    }
}

/// Whether this account may sign in, and what it granted is still good.
pub(in crate::http) fn may_sign_in(account: &Account) -> bool {
    let needed = Permission::Authenticate.name();
    account.permissions.iter().any(|name| name == needed)
}

/// How much is kept of what a browser says that it is, in bytes.
const LONGEST_AGENT: usize = 256;

/// Begins a session of a browser that says so much of itself and comes from there, which `response` tells the browser of.
pub(in crate::http) async fn begin(
    app: &App,
    jar: Jar,
    account: &Account,
    grant: Option<GrantId>,
    (headers, origin): (&HeaderMap, Origin),
    now: u64,
    response: &mut Response,
) -> Result<Secret, Refusal> {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    let secret = Secret::draw(Purpose::Session).map_err(|_| Refusal::Failed)?;
    let session = NewSession {
        hash: secret.hash(),
        account: account.id,
        grant,
        agent: agent[..agent.floor_char_boundary(LONGEST_AGENT)].to_owned(),
        address: origin
            .address()
            .map(|address| address.to_string())
            .unwrap_or_default(),
        created_at: now,
        expires_at: now + app.lifetimes.session,
    };
    app.decider
        .directory()
        .add_session(session)
        .await
        .map_err(|error| answer::refusal(error.into()))?;
    let is_https = app.public_url.is_https();
    cookie::set(
        response,
        jar.cookie(is_https),
        is_https,
        secret.reveal(),
        None,
    );
    Ok(secret)
}

/// Ends a browser's session, and what the administration's pages were granted if it is in them. `response` tells the
/// browser of it.
pub(in crate::http) async fn end(
    app: &App,
    jar: Jar,
    browser: &Browser,
    response: &mut Response,
) -> Result<(), Refusal> {
    forget(app, browser).await?;
    let is_https = app.public_url.is_https();
    cookie::set(response, jar.cookie(is_https), is_https, "", None);
    Ok(())
}

/// Ends the session that a browser has, and what it stands on, for the browser is about to get another.
pub(in crate::http) async fn forget(app: &App, browser: &Browser) -> Result<(), Refusal> {
    let Some((value, session)) = &browser.session else {
        return Ok(());
    };
    let directory = app.decider.directory();
    let ended = match &session.grant {
        // The session ends with it.
        Some(grant) => directory.end_grant(grant.id).await.map(|_| ()),
        None => directory.end_session(SecretHash::of(value)).await,
    };
    ended.map_err(|error| answer::refusal(error.into()))
}

const fn form_cookie(is_https: bool) -> &'static str {
    if is_https {
        "__Host-gatepost-form"
    } else {
        "gatepost-form"
    }
}

/// Whether a browser says that a form comes from here. All browsers say so of a form that is sent with `POST`.
pub(in crate::http) fn is_surely_from_here(public_url: &PublicUrl, headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) && is_from_here(public_url, headers)
}

/// Whether a browser that says where a form comes from says that it comes from here.
fn is_from_here(public_url: &PublicUrl, headers: &HeaderMap) -> bool {
    if headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site")
    {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    origin == public_url.origin()
        || host.is_some_and(|host| {
            ["https://", "http://"]
                .iter()
                .any(|scheme| origin.strip_prefix(scheme) == Some(host))
        })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn forms_come_from_here() {
        let public_url: PublicUrl = "https://mail.example.org".parse().expect("a URL");
        for (fields, expected) in [
            (&[][..], true),
            (&[("origin", "https://mail.example.org")], true),
            (
                &[
                    ("origin", "http://127.0.0.1:8080"),
                    ("host", "127.0.0.1:8080"),
                ],
                true,
            ),
            (&[("origin", "https://evil.example")], false),
            (
                &[("origin", "https://mail.example.org.evil.example")],
                false,
            ),
            (&[("origin", "null")], false),
            (
                &[("origin", "http://a"), ("host", "b"), ("host", "a")],
                false,
            ),
            (
                &[
                    ("origin", "https://mail.example.org"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "same-origin")], true),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_from_here(&public_url, &headers), expected, "{fields:?}");
        }
    }
}
