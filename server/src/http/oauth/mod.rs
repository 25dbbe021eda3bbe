//! The endpoints of the authorization server.
//!
//! Who may use what, and for what, the plugin decides. What is left is to keep what was decided: to
//! ask the user, to issue tokens, and to see that each is used once, by whom it was issued to, and in
//! time.

mod authorize;
mod bearer;
mod code;
mod consent;
mod device;
mod fault;
mod introspect;
mod issue;
mod manage;
mod register;
mod revoke;
mod sign_in;
mod token;
mod verify;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequest;
use axum::http::{HeaderMap, header};
use axum::routing::{get, post};
use gatepost_directory::Inquiry;
use gatepost_plugin::{Caller, Client, Decision, Endpoint, Operation, Outcome, Request};

use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::kind::Kind;
use crate::http::shared::refusal::{Allowed, Refusal};
use crate::http::shared::{answer, body, page};

pub(super) use bearer::{bearer, is_still_good};
pub(super) use code::redeem;
pub(super) use fault::Fault;

pub(super) fn routes() -> Router<Arc<App>> {
    let page = || async { Refusal::Method(Allowed::Page) };
    let send = || async { Refusal::Method(Allowed::Send) };
    let manage = || async { Refusal::Method(Allowed::Manage) };
    Router::new()
        .route(
            "/auth/register",
            post(register::register).fallback(async || Refusal::Method(Allowed::Register)),
        )
        .route(
            "/auth/register/{client_id}",
            get(manage::read)
                .put(manage::update)
                .delete(manage::remove)
                // Otherwise it would be taken for a GET.
                .head(manage)
                .fallback(manage),
        )
        .route(
            "/auth/authorize",
            get(authorize::show).post(authorize::answer).fallback(page),
        )
        .route(
            "/auth/sign-in",
            get(sign_in::show).post(sign_in::sign_in).fallback(page),
        )
        .route("/auth/sign-out", post(sign_in::sign_out).fallback(send))
        .route("/auth/token", post(token::token).fallback(send))
        .route("/auth/device", post(device::authorize).fallback(send))
        .route(
            "/auth/device/verify",
            get(verify::show).post(verify::answer).fallback(page),
        )
        .route(
            "/device",
            get(verify::short).fallback(async || Refusal::Method(Allowed::Read)),
        )
        .route(
            "/auth/introspect",
            post(introspect::introspect).fallback(send),
        )
        .route("/auth/revoke", post(revoke::revoke).fallback(send))
        .route(
            "/assets/style.css",
            get(page::style_sheet).fallback(async || Refusal::Method(Allowed::Read)),
        )
}

/// What a client sends to an endpoint of its own.
struct Form {
    headers: HeaderMap,
    body: Vec<u8>,
    /// Seconds since 1970.
    now: u64,
}

impl FromRequest<Arc<App>> for Form {
    type Rejection = Fault;

    async fn from_request(request: axum::extract::Request, app: &Arc<App>) -> Result<Self, Fault> {
        let (head, body) = request.into_parts();
        let body = body::read(Kind::Form, &head.headers, body, app.limits.body).await?;
        Ok(Self {
            headers: head.headers,
            body,
            now: gatepost_directory::now(),
        })
    }
}

/// A request as the plugin reads it.
fn request(endpoint: Endpoint, headers: &HeaderMap, parameters: Vec<u8>) -> Result<Request, Fault> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(only), None) => match only.to_str() {
            Ok(only) => Some(only.to_owned()),
            Err(_) => return Err(Fault::AUTHORIZATION_HEADER),
        },
        (Some(_), Some(_)) => return Err(Fault::AUTHORIZATION_HEADER),
    };
    Ok(Request {
        endpoint,
        authorization,
        parameters,
        jwks: None,
    })
}

/// A request that this program makes itself, or that was judged before.
fn remembered(endpoint: Endpoint, parameters: impl Into<Vec<u8>>) -> Request {
    Request {
        endpoint,
        authorization: None,
        parameters: parameters.into(),
        jwks: None,
    }
}

/// What a decision about a request depends on.
async fn inquiry(app: &App, request: &Request, now: u64) -> Result<Inquiry, Refusal> {
    let client_id = app.decider.identify(request).await;
    Ok(Inquiry {
        client_id: client_id.map_err(answer::refusal)?,
        registrant: None,
        revision: None,
        now,
    })
}

/// The decision about a request. What goes with it is not carried out: nothing is stored before a user
/// has agreed.
async fn consider(
    app: &App,
    caller: Caller,
    request: Request,
    question: fn(Request) -> Operation,
    now: u64,
) -> Result<Decision, Refusal> {
    let inquiry = inquiry(app, &request, now).await?;
    let decided = app.decider.consult(inquiry, caller, question(request));
    decided.await.map_err(answer::refusal)
}

/// The client that a request comes from and that may do what it asks for.
async fn client(
    app: &App,
    caller: Caller,
    request: Request,
    question: fn(Request) -> Operation,
    now: u64,
) -> Result<Client, Fault> {
    let decision = consider(app, caller, request, question, now).await?;
    let client = match decision.outcome {
        Outcome::Refuse => return Err(Fault::Refused(Box::new(decision))),
        Outcome::Accept => accepted(decision)?,
    };
    if let Some(assertion) = &client.assertion {
        let is_first = app
            .decider
            .directory()
            .first_use(&client.client_id, assertion)
            .await
            .map_err(|error| answer::refusal(error.into()))?;
        if !is_first {
            return Err(Fault::ASSERTION_REUSED);
        }
    }
    Ok(client)
}

/// The client of a decision that accepts one.
fn accepted(decision: Decision) -> Result<Client, Refusal> {
    answer::note(&decision);
    decision.client.ok_or_else(|| {
        tracing::error!("the plugin accepted a client and did not say which");
        Refusal::Failed
    })
}

/// The resources that are asked for (RFC 8707 §2), as the directory keeps them. Which of them there
/// are, the plugin knows.
fn resources(parameters: &Parameters<'_>) -> Result<String, Fault> {
    let mut resources: Vec<&str> = Vec::new();
    for resource in parameters.all("resource") {
        let is_uri = !resource.contains(|c: char| c.is_whitespace() || c == '#')
            && url::Url::parse(resource).is_ok();
        if !is_uri {
            return Err(Fault::RESOURCE_MALFORMED);
        }
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    Ok(resources.join(" "))
}

/// Whether all of these words are among those; both have spaces between them.
fn is_part(words: &str, of: &str) -> bool {
    let mut words = words.split_ascii_whitespace();
    words.all(|word| of.split_ascii_whitespace().any(|known| known == word))
}
