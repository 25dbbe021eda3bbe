//! Who is before the administration's pages.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{Extensions, HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use gatepost_directory::Permission;
use gatepost_plugin::{Caller, Decision, Plugin};
use url::form_urlencoded;

use crate::config;
use crate::http::oauth;
use crate::http::pages::told;
use crate::http::pages::told::Told;
use crate::http::shared::administration::{Administrator, Authority, NotDone};
use crate::http::shared::answer;
use crate::http::shared::app::{App, command};
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
    told: Option<Told>,
    /// Whether a form was sent, and not a page asked for.
    has_sent: bool,
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

    /// Nobody is sent to the entrance, and from there back to this page.
    async fn from_request_parts(head: &mut Parts, app: &Arc<App>) -> Result<Self, Instead> {
        let origin = origin(&head.extensions)?;
        let outside = match Self::find(app, origin, &head.headers, false).await? {
            Ok(visitor) => return Ok(visitor),
            Err(outside) => outside,
        };
        let place = match head.method {
            Method::GET => head.uri.path_and_query().map(PathAndQuery::as_str),
            _ => None,
        };
        let entrance = match place {
            None | Some("/admin/") => "/admin/enter".to_owned(),
            Some(place) => format!("/admin/enter?{}", encode(&[("to", place)])),
        };
        let mut response = go_to(&entrance)?;
        session::end(app, Jar::Admin, &outside, &mut response).await?;
        Err(Instead::Page(Box::new(response)))
    }
}

/// A form that a visitor sent from a page of ours.
pub(super) struct Form {
    pub(super) visitor: Visitor,
    pub(super) body: Vec<u8>,
}

impl FromRequest<Arc<App>> for Form {
    type Rejection = Instead;

    /// Who it is from is asked when all of it is there: a body that comes slowly outlives no session and no permission.
    /// What was typed is not lost if the session has ended meanwhile.
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Instead> {
        let (head, body) = request.into_parts();
        let origin = origin(&head.extensions)?;
        let body = body::read(Kind::Page, &head.headers, body, app.limits.body).await?;
        let is_ours = session::is_surely_from_here(&app.public_url, &head.headers);
        let again = |csrf: Option<String>| again(head.uri.path(), &body, csrf);
        let visitor = match Visitor::find(app, origin, &head.headers, true).await? {
            Ok(visitor) => visitor,
            Err(_) if is_ours => return Err(again(None)),
            Err(_) => return Err(Instead::Page(Box::new(go_to("/admin/enter")?))),
        };
        match visitor.browser.sent(app, &head.headers, &body) {
            Ok(()) => Ok(Self { visitor, body }),
            Err(_) if is_ours => Err(again(Some(visitor.csrf()))),
            Err(unsent) => Err(unsent.into()),
        }
    }
}

/// How many fields of a form are kept.
const MOST_FIELDS: usize = 100;

/// A form that was not taken, to be sent once more: by whoever signs in, or with what the new session's forms are known by.
fn again(action: &str, body: &[u8], csrf: Option<String>) -> Instead {
    let fields = form_urlencoded::parse(body)
        .filter(|(name, value)| name != "csrf" && !value.is_empty())
        .take(MOST_FIELDS);
    let page = Again {
        is_in: csrf.is_some(),
        csrf: csrf.unwrap_or_default(),
        action,
        fields: fields.collect(),
    };
    let page = page::page(StatusCode::FORBIDDEN, &page, &Leave::default());
    Instead::Page(Box::new(page))
}

/// A form to be sent once more.
#[derive(Template)]
#[template(path = "again.html")]
struct Again<'a> {
    /// Whether somebody is signed in.
    is_in: bool,
    csrf: String,
    action: &'a str,
    fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

fn origin(extensions: &Extensions) -> Result<Origin, Refusal> {
    extensions.get().copied().ok_or(Refusal::Failed)
}

impl Visitor {
    /// Who is before the pages; or the browser, if that is nobody who may be. The pages are an OAuth client like any other:
    /// whether it may be used is asked each time.
    async fn find(
        app: &Arc<App>,
        origin: Origin,
        headers: &HeaderMap,
        has_sent: bool,
    ) -> Result<Result<Self, Browser>, Refusal> {
        let now = gatepost_directory::now();
        let browser = Browser::of(app, Jar::Admin, headers, now).await?;
        let is_in = match browser.grant() {
            Some(grant) => oauth::is_still_good(app, grant, now).await?,
            None => false,
        };
        if !is_in {
            return Ok(Err(browser));
        }
        Ok(Ok(Self {
            app: Arc::clone(app),
            caller: browser.caller(origin),
            told: Told::to(app, &browser, headers),
            browser,
            has_sent,
            now,
        }))
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

    /// Sends a page, which says what was done on the page before.
    pub(super) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        let administrator = self.administrator();
        let menu = Menu {
            may_list: administrator.may(Permission::OauthClientList),
            may_register: administrator.may(Permission::OauthClientCreate),
        };
        let values: [(&str, &dyn Any); 1] = [("menu", &menu)];
        told::page(&self.app, self.told.as_ref(), status, page, &values)
    }

    /// What this plugin's settings have to be warned of, with the clients that there are.
    pub(super) async fn warnings(&self, plugin: &dyn Plugin) -> Result<Vec<String>, Instead> {
        let found = self.app.warnings(plugin).await;
        let found = found.map_err(|error| answer::refusal(error.into()))?;
        Ok(found.iter().map(config::line).collect())
    }

    /// Goes on to a page, which says what was done.
    pub(super) fn go_on(&self, address: &str, told: &Told) -> Result<Response, Instead> {
        let mut response = go_to(address)?;
        told.on_next_page(&self.app, &self.browser, &mut response);
        Ok(response)
    }

    /// What is shown where something was not done.
    pub(super) fn not_done(&self, error: NotDone) -> Instead {
        let (status, text, details) = match error {
            NotDone::Untried(refusal) => return refusal.into(),
            NotDone::Denied(permission) => return self.denied(permission),
            NotDone::Escalation(permission) => (
                StatusCode::FORBIDDEN,
                format!(
                    "A key cannot allow {}, which you may not do yourself.",
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
            NotDone::Malformed(_, text) => (StatusCode::BAD_REQUEST, text, Vec::new()),
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

    /// What is shown to somebody who lacks a permission: which it is, and who can give it.
    fn denied(&self, permission: Permission) -> Instead {
        let name = self.name();
        let mut words = vec!["account", "permit", "--name", name];
        let held = Permission::ALL.into_iter().filter(|one| {
            let mut held = self.caller.permissions.iter();
            *one == permission || held.any(|held| held == one.name())
        });
        for one in held {
            words.extend(["--permission", one.name()]);
        }
        self.page_that_says(
            StatusCode::FORBIDDEN,
            &format!(
                "You are signed in as {name}. This needs the permission {} ({}), which your account does not have. Ask an \
                 administrator of {}, who gives it with this command on the server:",
                permission.name(),
                permission.description(),
                self.app.provider(),
            ),
            &[],
            &[command(&words)],
        )
    }

    /// The commands that disable and remove the client that the pages are.
    pub(super) fn closing(&self) -> [String; 2] {
        ["disable", "remove"].map(|act| self.app.command(&["client", act, oauth::CLIENT]))
    }

    /// What is shown to somebody who would lock all administrators out of the pages, from a page.
    pub(super) fn would_close(&self) -> Instead {
        let text = "These pages are this client. Without it, nobody could come back to undo this. Use one of these \
                    commands on the server instead:";
        self.page_that_says(StatusCode::CONFLICT, text, &[], &self.closing())
    }

    /// What is shown of a decision that refuses. The plugin speaks of an API key where a permission is missing; here it is
    /// the account that lacks it.
    pub(super) fn refused(&self, decision: &Decision) -> Instead {
        let mut found = decision.diagnostics.iter();
        if let Some(permission) = found.find_map(|finding| missing(&finding.code)) {
            return self.denied(permission);
        }
        let status = StatusCode::from_u16(decision.response.status);
        let status = status.unwrap_or(StatusCode::BAD_REQUEST);
        let text = "The reason is:";
        self.said(status, text, &findings(decision))
    }

    fn said(&self, status: StatusCode, text: &str, details: &[String]) -> Instead {
        self.page_that_says(status, text, details, &[])
    }

    fn page_that_says(
        &self,
        status: StatusCode,
        text: &str,
        details: &[String],
        commands: &[String],
    ) -> Instead {
        let page = Said {
            visitor: self.name(),
            csrf: self.csrf(),
            title: match self.told {
                // What was done is done, and the page after it cannot be seen.
                Some(_) => "Done",
                None if self.has_sent => "Nothing was done",
                None => "This is not possible",
            },
            text,
            details,
            commands,
        };
        Instead::Page(Box::new(self.page(status, &page)))
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
    commands: &'a [String],
}

/// The permission that a finding with this code says is missing.
fn missing(code: &str) -> Option<Permission> {
    Some(match code {
        "permission-missing" => Permission::OauthClientRegistration,
        "permission-get-missing" => Permission::OauthClientGet,
        "permission-create-missing" => Permission::OauthClientCreate,
        "permission-update-missing" => Permission::OauthClientUpdate,
        "permission-delete-missing" => Permission::OauthClientDelete,
        _ => return None,
    })
}

/// What a visitor may do, for the entries of the menu.
pub(super) struct Menu {
    pub(super) may_list: bool,
    pub(super) may_register: bool,
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
