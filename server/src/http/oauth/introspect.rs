//! `POST /auth/introspect` (RFC 7662): a resource server asks what a token stands for.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::secret::SecretHash;
use gatepost_directory::{Token, TokenKind};
use gatepost_plugin::{Client, Endpoint, Operation, Request, Standing};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::oauth::bearer::live;
use crate::http::oauth::fault::{Fault, with_challenge};
use crate::http::oauth::request::Form;
use crate::http::oauth::{consult, request};
use crate::http::shared::allowance::Spent;
use crate::http::shared::app::App;
use crate::http::shared::form::Parameters;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::{refusal, session};
use crate::origin::place::Origin;

pub(super) async fn introspect(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    form: Result<Form, Fault>,
) -> Response {
    with_challenge(answered(&app, origin, form).await)
}

async fn answered(app: &App, origin: Origin, form: Result<Form, Fault>) -> Result<Response, Fault> {
    let question = match form {
        Ok(form) => Question::read(origin, form),
        Err(fault) => Err(fault),
    };
    // What is none is counted too.
    let presented = question.as_ref().ok().map(|question| question.presented);
    app.allowances
        .admit_question(origin.network(), presented, gatepost_directory::now())
        .map_err(|Spent { wait }| Refusal::TooMany(wait))?;
    let Question {
        asked,
        presented,
        now,
    } = question?;
    let body = asked.parameters.clone();
    let caller = session::caller(None, Some(origin));
    let client = consult::client(app, caller, asked, Operation::Authenticate, now).await?;
    // RFC 7662 §2.1. A client that cannot prove who it is is nobody.
    if is_public(&client) {
        return Err(Fault::INTROSPECTION_BY_NOBODY);
    }
    if client.standing == Standing::Provisioned {
        let party = format!("{} {}", origin.network(), client.client_id);
        let party = SecretHash::of(&party);
        app.allowances.note_proven(presented, party, now);
    }
    let parameters = Parameters::read(&body);
    let Some(token) = parameters.get("token") else {
        return Err(Fault::request("The token is missing."));
    };
    let token = live(app, token, now).await?;
    let answer = match token.filter(|token| may_see(&client, token)) {
        Some(token) => described(&token, &app.issuer()),
        // Of others, it is not even said that there are any.
        None => json!({ "active": false }),
    };
    Ok(refusal::json(StatusCode::OK, &answer))
}

/// A question about a token, of which it is not known yet who asks it.
struct Question {
    asked: Request,
    /// What is presented to prove who asks, and where from. Of an assertion, which is another each time, that it is one and
    /// for which client is all that is the same.
    presented: SecretHash,
    /// Seconds since 1970.
    now: u64,
}

impl Question {
    fn read(origin: Origin, form: Form) -> Result<Self, Fault> {
        let Form { headers, body, now } = form;
        request::is_of_somebody(&headers, &body)?;
        let asked = request::read(Endpoint::Introspection, &headers, body)?;
        let parameters = Parameters::read(&asked.parameters);
        let parts = [
            Some(&*origin.network().to_string()),
            asked.authorization.as_deref(),
            parameters.get("client_id"),
            parameters.get("client_secret"),
            parameters.get("client_assertion_type"),
        ];
        let presented = SecretHash::of(&parts.map(Option::unwrap_or_default).join("\0"));
        Ok(Self {
            asked,
            presented,
            now,
        })
    }
}

/// Whether nobody can tell a client from another that uses its id.
fn is_public(client: &Client) -> bool {
    match client.standing {
        Standing::Shared | Standing::Unregistered | Standing::Overridden => true,
        Standing::Provisioned | Standing::Registered | Standing::Document => {
            let registered: Registered = serde_json::from_str(&client.metadata).unwrap_or_default();
            registered.token_endpoint_auth_method.as_deref() == Some("none")
        }
    }
}

/// What matters here of a client's metadata. Nobody reads the rest.
#[derive(Default, Deserialize)]
struct Registered {
    token_endpoint_auth_method: Option<String>,
}

/// A client sees its own tokens. One that an administrator registered may be a resource server, and sees
/// the access tokens of all; a refresh token would be good for nothing there, and must not pass for an
/// access token.
fn may_see(client: &Client, token: &Token) -> bool {
    token.grant.client_id == client.client_id
        || client.standing == Standing::Provisioned && token.kind == TokenKind::Access
}

/// RFC 7662 §2.2
fn described(token: &Token, issuer: &str) -> Value {
    let grant = &token.grant;
    let mut answer = json!({
        "active": true,
        "client_id": grant.client_id,
        "exp": token.expires_at,
        "iat": token.issued_at,
        "iss": issuer,
    });
    if token.kind == TokenKind::Access {
        answer["token_type"] = "Bearer".into();
    }
    if !grant.scope.is_empty() {
        answer["scope"] = grant.scope.as_str().into();
    }
    // A token that a client has for itself has no subject. RFC 9068 §2.2 would have the client's id there; but an
    // administrator may choose one that is the name of an account, and a mail server that looks at `sub`
    // would then take the client for that account (RFC 9068 §5).
    if let Some(account) = &grant.account {
        answer["sub"] = account.name.as_str().into();
        answer["username"] = account.name.as_str().into();
    }
    let resources: Vec<&str> = grant.resources.split_ascii_whitespace().collect();
    match resources.as_slice() {
        [] => {}
        [only] => answer["aud"] = (*only).into(),
        several => answer["aud"] = json!(several),
    }
    answer
}
