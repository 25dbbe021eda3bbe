//! `POST /auth/token` (RFC 6749 §3.2).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use gatepost_directory::secret::SecretHash;
use gatepost_directory::{Change, NewGrant, Poll, Token, TokenKind};
use gatepost_plugin::{Caller, Client, Endpoint, Operation, Outcome};

use crate::http::oauth::fault::Fault;
use crate::http::oauth::issue::{Extent, Issue, refreshes};
use crate::http::oauth::request::{Form, is_part};
use crate::http::oauth::{code, consult, presented, request};
use crate::http::shared::app::App;
use crate::http::shared::form;
use crate::http::shared::form::Parameters;
use crate::http::shared::{answer, session};
use crate::origin::place::Origin;

/// The grants this program knows. Which of them a client may use, and what else there is, is for the
/// plugin to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GrantType {
    Code,
    Refresh,
    DeviceCode,
    ClientCredentials,
    Other,
}

impl GrantType {
    fn of(parameters: &Parameters<'_>) -> Self {
        match parameters.get("grant_type") {
            Some("authorization_code") => Self::Code,
            Some("refresh_token") => Self::Refresh,
            Some("urn:ietf:params:oauth:grant-type:device_code") => Self::DeviceCode,
            Some("client_credentials") => Self::ClientCredentials,
            _ => Self::Other,
        }
    }

    /// The parameter with what was issued before.
    const fn presented(self) -> Option<&'static str> {
        match self {
            Self::Code => Some("code"),
            Self::Refresh => Some("refresh_token"),
            Self::DeviceCode => Some("device_code"),
            Self::ClientCredentials | Self::Other => None,
        }
    }
}

pub(super) async fn token(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    form: Form,
) -> Result<Response, Fault> {
    let Form { headers, body, now } = form;
    let parameters = Parameters::read(&body);
    let grant_type = GrantType::of(&parameters);
    let hash = grant_type
        .presented()
        .and_then(|name| parameters.get(name))
        .map(SecretHash::of);
    // The user who granted it may use clients that others may not.
    let known = presented::look_up(&app, hash, now).await?;
    let account = known.as_ref().and_then(|t| t.grant.account.as_ref());
    let caller = session::caller(account, Some(origin));

    // What was granted is asked for by name, so that it is cut to what the client may have by now. Less can
    // be asked for with a refresh token alone (RFC 6749 §6).
    let mut judged = body.clone();
    let is_less = grant_type == GrantType::Refresh && parameters.get("scope").is_some();
    if let Some(token) = &known
        && !is_less
    {
        let others = parameters.without(&["scope"]);
        judged = match &*token.grant.scope {
            "" => others,
            scope => format!("{others}&{}", form::encode(&[("scope", scope)])),
        }
        .into_bytes();
    }
    let asked = request::read(Endpoint::Token, &headers, judged)?;
    let client = consult::client(
        &app,
        caller.clone(),
        asked.clone(),
        Operation::AuthenticateAndAuthorize,
        now,
    )
    .await?;
    let resources = request::resources(&app, &parameters)?;

    match (grant_type, hash) {
        (GrantType::ClientCredentials, _) => {
            for_itself(&app, caller, asked, client, resources, now).await
        }
        (GrantType::Other, _) => Err(Fault::bad(
            "unsupported_grant_type",
            "This server knows no such grant.",
        )),
        (_, None) => Err(Fault::request("What was issued before is missing.")),
        (GrantType::Code, Some(hash)) => {
            let code = code::check(known, &client.client_id, &parameters, now)?;
            exchange(&app, &caller, &client, hash, &code, resources, now).await
        }
        (GrantType::DeviceCode, Some(hash)) => {
            let code = poll(&app, hash, &client.client_id, now).await?;
            let kind = TokenKind::DeviceCode;
            let code = presented::checked(Some(code), kind, &client.client_id, now)?;
            exchange(&app, &caller, &client, hash, &code, resources, now).await
        }
        (GrantType::Refresh, Some(hash)) => {
            let kind = TokenKind::Refresh;
            let refresh = presented::checked(known, kind, &client.client_id, now)?;
            exchange(&app, &caller, &client, hash, &refresh, resources, now).await
        }
    }
}

/// Issues tokens for one that is good for one use.
async fn exchange(
    app: &App,
    caller: &Caller,
    client: &Client,
    spent: SecretHash,
    token: &Token,
    resources: String,
    now: u64,
) -> Result<Response, Fault> {
    let scope = match &*token.grant.scope {
        "" => String::new(),
        _ => client.scope.clone().unwrap_or_default(),
    };
    if !is_part(&scope, &token.grant.scope) {
        return Err(Fault::bad(
            "invalid_scope",
            "The scope is more than what was granted.",
        ));
    }
    let extent = Extent {
        scope,
        resources: code::narrowed(resources, &token.grant)?,
    };
    let refreshes = token.kind == TokenKind::Refresh || refreshes(client);
    let issue = Issue::draw(app, extent, refreshes, now)?;
    presented::spend(app, caller, token, spent, issue.tokens(), now).await?;
    Ok(issue.answer())
}

/// RFC 8628 §3.5
async fn poll(
    app: &App,
    device_code: SecretHash,
    client_id: &str,
    now: u64,
) -> Result<Token, Fault> {
    let directory = app.decider.directory();
    let poll = directory.poll_device(device_code, client_id, now).await;
    match poll.map_err(|error| answer::refusal(error.into()))? {
        Poll::Approved(token) => Ok(*token),
        Poll::Pending => Err(Fault::bad(
            "authorization_pending",
            "The user has not answered yet.",
        )),
        Poll::SlowDown => Err(Fault::bad(
            "slow_down",
            "Ask less often: five seconds longer between two requests.",
        )),
        Poll::Denied => Err(Fault::bad("access_denied", "The user said no.")),
        Poll::Expired => Err(Fault::bad("expired_token", "The device code has expired.")),
        Poll::Gone => Err(Fault::grant("The device code is not this client's.")),
    }
}

/// RFC 6749 §4.4: the client acts for itself, and what it may is decided again in the transaction that
/// grants it.
async fn for_itself(
    app: &App,
    caller: Caller,
    asked: gatepost_plugin::Request,
    client: Client,
    resources: String,
    now: u64,
) -> Result<Response, Fault> {
    let extent = Extent {
        scope: client.scope.unwrap_or_default(),
        resources: resources.clone(),
    };
    let issue = Issue::draw(app, extent, false, now)?;
    let tokens = issue.tokens();
    let inquiry = consult::inquiry(app, &asked, now).await?;
    let decided = app
        .decider
        .decide_and(
            inquiry,
            caller,
            Operation::Authorize(asked),
            move |decision| {
                let grant = decision.client.as_ref().map(|client| NewGrant {
                    client_id: client.client_id.clone(),
                    account: None,
                    scope: client.scope.clone().unwrap_or_default(),
                    resources: resources.clone(),
                    created_at: now,
                });
                let tokens = tokens.clone();
                grant
                    .map(|grant| Change::Grant { grant, tokens })
                    .into_iter()
                    .collect()
            },
        )
        .await
        .map_err(answer::refusal)?;
    match decided.outcome {
        Outcome::Accept => Ok(issue.answer()),
        Outcome::Refuse => Err(Fault::Refused(Box::new(decided))),
    }
}
