//! Who is before the administration's pages.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use gatepost_plugin::{Caller, Decision};

use crate::http::oauth;
use crate::http::shared::administration::{Administrator, Authority, NotDone};
use crate::http::shared::app::App;
use crate::http::shared::body;
use crate::http::shared::form::encode;
use crate::http::shared::kind::Kind;
use crate::http::shared::page;
use crate::http::shared::page::{Failure, Leave, go_to};
use crate::http::shared::refusal::Refusal;
use crate::http::shared::session;
use crate::http::shared::session::{Browser, Jar, Unsent};
use crate::origin::place::Origin;

/// A browser whose user came in through the entrance, and may still be here.
pub(super) struct Visitor {
    pub(super) app: Arc<App>,
    pub(super) browser: Browser,
    pub(super) caller: Caller,
    origin: Origin,
    pub(super) now: u64,
}

/// A page, or what is shown in its place.
pub(super) enum Instead {
    /// Somewhere else.
    Page(Box<Response>),
    /// Why there is none.
    Failure(Refusal),
}

impl From<Refusal> for Instead {
    fn from(refusal: Refusal) -> Self {
        Self::Failure(refusal)
    }
}

impl From<Unsent> for Instead {
    fn from(unsent: Unsent) -> Self {
        Self::Page(Box::new(unsent.into_response()))
    }
}

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        match self {
            Self::Page(response) => *response,
            Self::Failure(refusal) => Failure::from(refusal).into_response(),
        }
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Instead;

    /// The pages are an OAuth client like any other: whether it may be used is asked each time.
    async fn from_request_parts(head: &mut Parts, app: &Arc<App>) -> Result<Self, Instead> {
        let Some(origin) = head.extensions.get::<Origin>().copied() else {
            return Err(Refusal::Failed.into());
        };
        let place = match head.method {
            Method::GET => head.uri.path_and_query().map(PathAndQuery::as_str),
            _ => None,
        };
        Self::of(app, origin, &head.headers, place).await
    }
}

impl Visitor {
    /// Who is before the pages. Nobody is sent to the entrance, and from there back to this place.
    async fn of(
        app: &Arc<App>,
        origin: Origin,
        headers: &HeaderMap,
        place: Option<&str>,
    ) -> Result<Self, Instead> {
        let now = gatepost_directory::now();
        let browser = Browser::of(app, Jar::Admin, headers, now).await?;
        let is_in = match browser.grant() {
            Some(grant) => oauth::is_still_good(app, grant, now).await?,
            None => false,
        };
        if !is_in {
            let entrance = match place {
                None | Some("/admin/") => "/admin/enter".to_owned(),
                Some(place) => format!("/admin/enter?{}", encode(&[("to", place)])),
            };
            let mut response = go_to(&entrance)?;
            session::end(app, Jar::Admin, &browser, &mut response).await?;
            return Err(Instead::Page(Box::new(response)));
        }
        Ok(Self {
            app: Arc::clone(app),
            caller: browser.caller(origin),
            browser,
            origin,
            now,
        })
    }

    pub(super) fn administrator(&self) -> Administrator<'_> {
        Administrator {
            app: &self.app,
            caller: self.caller.clone(),
            authority: self
                .browser
                .account()
                .map(|account| Authority::of_account(account.id))
                .unwrap_or_default(),
            now: self.now,
        }
    }

    /// The visitor's name.
    pub(super) fn name(&self) -> &str {
        self.caller.account.as_deref().unwrap_or_default()
    }

    /// What a form of the page is known by.
    pub(super) fn csrf(&self) -> String {
        self.browser.form_token()
    }

    /// The body of a form, once it is known to be sent from a page of ours. Who it is from is asked again when all of it is
    /// there: a body that comes slowly outlives no session and no permission.
    pub(super) async fn form(&mut self, request: Request) -> Result<Vec<u8>, Instead> {
        let (head, body) = request.into_parts();
        let time = self.app.limits.body;
        let body = body::read(Kind::Page, &head.headers, body, time).await?;
        *self = Self::of(&self.app, self.origin, &head.headers, None).await?;
        self.browser.sent(&self.app, &head.headers, &body)?;
        Ok(body)
    }

    /// What is shown where something was not done.
    pub(super) fn not_done(&self, error: NotDone) -> Instead {
        let (status, text, details) = match error {
            NotDone::Untried(refusal) => return refusal.into(),
            NotDone::Denied(permission) => (
                StatusCode::FORBIDDEN,
                format!("Your account needs the permission {}.", permission.name()),
                Vec::new(),
            ),
            NotDone::Escalation(permission) => (
                StatusCode::FORBIDDEN,
                format!(
                    "A key cannot allow {}, which you may not do.",
                    permission.name()
                ),
                Vec::new(),
            ),
            NotDone::Foreign => (
                StatusCode::FORBIDDEN,
                "A key can act for your own account only.".to_owned(),
                Vec::new(),
            ),
            NotDone::Ended => (
                StatusCode::FORBIDDEN,
                "Your account has been removed.".to_owned(),
                Vec::new(),
            ),
            NotDone::Bound => (
                StatusCode::FORBIDDEN,
                "A key that has terms makes no keys.".to_owned(),
                Vec::new(),
            ),
            NotDone::Malformed(text) => (StatusCode::BAD_REQUEST, text, Vec::new()),
            NotDone::Terms(findings) => (
                StatusCode::BAD_REQUEST,
                "The terms of the key have mistakes.".to_owned(),
                findings.iter().map(crate::config::line).collect(),
            ),
            NotDone::Missing => (
                StatusCode::NOT_FOUND,
                "There is no such thing any more.".to_owned(),
                Vec::new(),
            ),
        };
        self.said(status, &text, &details)
    }

    /// The commands that disable and remove the client that the pages are.
    pub(super) fn closing(&self) -> [String; 2] {
        ["disable", "remove"].map(|act| self.app.command(&["client", act, oauth::CLIENT]))
    }

    /// What is shown to somebody who would lock all administrators out of the pages, from a page.
    pub(super) fn would_close(&self) -> Instead {
        let text = "These pages are this client. Without it, nobody could come back to undo this. Use a command on the \
                    server instead:";
        self.said(StatusCode::CONFLICT, text, &self.closing())
    }

    /// What is shown of a decision that refuses.
    pub(super) fn refused(&self, decision: &Decision) -> Instead {
        let status = StatusCode::from_u16(decision.response.status);
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        let text = "This was not done, and this is why:";
        self.said(status, text, &findings(decision))
    }

    fn said(&self, status: StatusCode, text: &str, details: &[String]) -> Instead {
        let page = Said {
            visitor: self.name(),
            csrf: self.csrf(),
            title: "This was not done",
            text,
            details,
            secret: None,
        };
        Instead::Page(Box::new(page::page(status, &page, &Leave::default())))
    }

    /// What was done, and a secret that is shown once: for somebody who may not see what it belongs to.
    pub(super) fn done(&self, status: StatusCode, text: &str, secret: Option<&str>) -> Response {
        let page = Said {
            visitor: self.name(),
            csrf: self.csrf(),
            title: "This was done",
            text,
            details: &[],
            secret,
        };
        page::page(status, &page, &Leave::default())
    }
}

/// A page that says something, among the others.
#[derive(Template)]
#[template(path = "said.html")]
struct Said<'a> {
    visitor: &'a str,
    csrf: String,
    title: &'a str,
    text: &'a str,
    details: &'a [String],
    secret: Option<&'a str>,
}

/// The findings of a decision, a sentence each.
pub(super) fn findings(decision: &Decision) -> Vec<String> {
    decision
        .diagnostics
        .iter()
        .map(|finding| match finding.pointer.strip_prefix('/') {
            Some(place) => format!("{place}: {}", finding.message),
            None => finding.message.clone(),
        })
        .collect()
}
