//! The endpoints: a request becomes facts, and a decision becomes a response.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use gatepost_plugin::{
    Activity, BearerCredential, Caller, Context, Credential, Decision, Due, Effect, Endpoint,
    Operation, Outcome, Plugin, Standing,
};
use rand::TryRng;
use rand::rngs::SysRng;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::message::{self, Refusal, UNFETCHED};
use crate::store::{Registrant, Store, Tables};

/// What requests are answered from.
struct Host {
    plugin: Arc<dyn Plugin>,
    store: Store,
    metadata: Option<String>,
}

/// The routes. Requests carry the peer's [`SocketAddr`] as an extension.
pub fn router(plugin: Arc<dyn Plugin>, store: Store, metadata: Option<String>) -> Router {
    let host = Host {
        plugin,
        store,
        metadata,
    };
    let client = get(manage).put(manage).delete(manage);
    Router::new()
        .route("/auth/register", post(register))
        .route("/auth/register/{client_id}", client)
        .route("/decide", post(decide))
        .route("/.well-known/oauth-authorization-server", get(discovery))
        .route("/healthz", get(health))
        .method_not_allowed_fallback(async || message::METHOD)
        .fallback(async || message::NOT_FOUND)
        .layer(from_fn(require_host))
        .with_state(Arc::new(host))
}

/// Refuses a request that does not name one host (RFC 9112 §3.2).
async fn require_host(request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let is_host = |host: &HeaderValue| Authority::try_from(host.as_bytes()).is_ok();
    match hosts.next().is_some_and(is_host) && hosts.next().is_none() {
        true => next.run(request).await,
        false => message::HOST.into_response(),
    }
}

type Answer = Result<Response, Refusal>;

/// `POST /auth/register` (RFC 7591 §3.1).
async fn register(State(host): State<Arc<Host>>, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let metadata = message::read(&head.headers, body).await?;
    host.answer(&head, &Operation::Register { metadata }).await
}

/// `GET`, `PUT` and `DELETE /auth/register/{client_id}` (RFC 7592 §2).
async fn manage(
    State(host): State<Arc<Host>>,
    client_id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Answer {
    let Path(client_id) = client_id.map_err(|_| message::NOT_FOUND)?;
    let (head, body) = request.into_parts();
    let operation = match head.method {
        Method::PUT => {
            let metadata = message::read(&head.headers, body).await?;
            Operation::Update {
                client_id,
                metadata,
            }
        }
        Method::DELETE => Operation::Remove { client_id },
        _ => Operation::Read { client_id },
    };
    host.answer(&head, &operation).await
}

/// `POST /decide`: the mail server asks whether a client may be used for an account, with what it asks for or now.
async fn decide(State(host): State<Arc<Host>>, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let body = message::read(&head.headers, body).await?;
    let verdict = host.store.transaction(|tables| {
        let (asking, _) = caller(&*host.plugin, tables, &head)?;
        let has = |needed: &str| asking.permissions.iter().any(|name| name == needed);
        if asking.credential != Credential::Accepted {
            return Err(message::NO_KEY);
        } else if !has("authenticate") || !has("oauth-client-decide") {
            return Err(message::NO_PERMISSION);
        }
        let question: Question = serde_json::from_slice(&body).map_err(|_| message::QUESTION)?;
        let operation = match (question.request, question.client_id) {
            (Some(query), None) => Operation::Authorize(gatepost_plugin::Request {
                endpoint: Endpoint::Authorization,
                authorization: None,
                parameters: query.into_bytes(),
                jwks: None,
            }),
            (None, Some(client_id)) => Operation::Usable {
                client_id,
                scope: question.scope,
            },
            _ => return Err(message::QUESTION),
        };
        let mut account = Caller::default();
        if question.account.is_some() {
            account.credential = Credential::Accepted;
            account.account = question.account;
            account.permissions = question.permissions;
        }
        let decision = host.ask(tables, &operation, now(), account, None)?;
        // The effect is due when the user has agreed, not when the user is asked.
        if question.agreed {
            tables.carry_out(&decision.effect, None)?;
        }
        Ok(verdict(&decision))
    });
    Ok((message::NO_STORE, Json(verdict.await?)).into_response())
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414 §3).
async fn discovery(State(host): State<Arc<Host>>) -> Answer {
    let document = host.metadata.clone().ok_or(message::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response())
}

/// `GET /healthz`: whether the store works.
async fn health(State(host): State<Arc<Host>>) -> Result<&'static str, Refusal> {
    host.store.transaction(|_| Ok("ok\n")).await
}

impl Host {
    /// Answers a client: facts, decision, effect, response.
    async fn answer(&self, head: &Parts, operation: &Operation) -> Answer {
        let answered = self.store.transaction(|tables| {
            let (caller, key) = caller(&*self.plugin, tables, head)?;
            let now = now();
            let registrant = match operation {
                Operation::Register { .. } => Some(self.registrant(&caller, key, now)?),
                _ => None,
            };
            let decision = self.ask(tables, operation, now, caller, registrant.as_ref())?;
            // Before the effect: what cannot be answered must not have one.
            let response = message::response(decision.response)?;
            tables.carry_out(&decision.effect, registrant.as_ref())?;
            Ok(response)
        });
        answered.await
    }

    /// Asks the plugin, with all the facts.
    fn ask(
        &self,
        tables: &Tables<'_>,
        operation: &Operation,
        now: u64,
        caller: Caller,
        registrant: Option<&Registrant>,
    ) -> Result<Decision, Refusal> {
        let mut entropy = vec![0; 32];
        let drawn = SysRng.try_fill_bytes(&mut entropy);
        drawn.map_err(|_| message::FAILED)?;
        let usage = registrant.map(|who| tables.usage(who));
        let mut context = Context {
            now,
            entropy,
            caller,
            usage: usage.transpose()?.unwrap_or_default(),
            record: None,
        };
        let mut client_id = match operation {
            Operation::Authorize(request) => self.plugin.identify(request)?,
            operation => operation.client_id().map(str::to_owned),
        };
        let decision = loop {
            if let Some(client_id) = &client_id {
                context.record = tables.record(client_id)?;
            }
            let decision = operation.ask(&*self.plugin, &context, &Activity::default())?;
            match (&client_id, named(&decision)) {
                // It may be a client that is there already: it is decided again, with the record.
                (None, Some(found)) => client_id = Some(found.to_owned()),
                _ => break decision,
            }
        };
        let findings = decision.diagnostics.iter();
        let codes: Vec<&str> = findings.map(|found| &*found.code).collect();
        // What was decided, and no more: the rest is a client's own words, or a secret.
        tracing::info!(?codes, "{} {}", operation.name(), decision.response.status);
        let mut fetches = decision.fetches.iter();
        match decision.outcome {
            // This program fetches no documents, so that what depends on one is not done.
            Outcome::Accept if fetches.any(|it| it.due == Due::BeforeEffect) => Err(UNFETCHED),
            Outcome::Refuse if decision.effect != Effect::None => Err(message::FAILED),
            Outcome::Accept | Outcome::Refuse => Ok(decision),
        }
    }

    /// Who registers with this key, or with none.
    fn registrant(&self, by: &Caller, key: Option<i64>, now: u64) -> Result<Registrant, Refusal> {
        let (address, plugin) = (by.address.as_deref().unwrap_or_default(), &self.plugin);
        let counted = |network: Option<String>, window: u64| {
            let network = network.as_deref().unwrap_or("unknown");
            format!("{network} in window {}", now / window.max(1))
        };
        Ok(Registrant {
            key,
            account: by.account.clone(),
            network: counted(plugin.network(address)?, plugin.window()?),
            wider: counted(plugin.wider_network(address)?, plugin.wider_window()?),
        })
    }
}

/// The id of the client that a decision is about, which may be there already.
fn named(decision: &Decision) -> Option<&str> {
    match (&decision.client, &decision.effect) {
        (Some(client), _) => Some(&client.client_id),
        (None, Effect::Share(record)) => Some(&record.client_id),
        (None, _) => None,
    }
}

/// Who asks, and the id of the API key that was presented.
fn caller(
    plugin: &dyn Plugin,
    tables: &Tables<'_>,
    head: &Parts,
) -> Result<(Caller, Option<i64>), Refusal> {
    let header = message::authorization(&head.headers);
    let BearerCredential { credential, token } = plugin.bearer(header)?;
    let found = token
        .as_deref()
        .map(|token| tables.key(token))
        .transpose()?;
    let (key, owner) = found.flatten().unzip();
    let mut caller: Caller = owner.unwrap_or_default();
    if key.is_none() {
        caller.credential = credential;
    }
    // It may be a registration access token, which only the plugin knows.
    caller.token = token;
    // Behind a proxy this is the proxy: see README.md.
    let peer = head.extensions.get::<SocketAddr>();
    caller.address = peer.map(|peer| peer.ip().to_canonical().to_string());
    Ok((caller, key))
}

/// Seconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// What the mail server asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The account that signed in, if one did, and its permissions.
    account: Option<String>,
    #[serde(default)]
    permissions: Vec<String>,
    /// The query of an authorization request, as it arrived.
    request: Option<String>,
    /// Or, at a sign-in, the client that the token is for, and the scope that the use needs.
    client_id: Option<String>,
    scope: Option<String>,
    /// Whether the user has agreed.
    #[serde(default)]
    agreed: bool,
}

/// What the mail server is told.
fn verdict(decision: &Decision) -> Value {
    let client = decision.client.as_ref();
    let client = client.filter(|_| decision.outcome == Outcome::Accept);
    let client = client.map(|client| {
        json!({
            "client_id": client.client_id,
            "standing": standing(client.standing),
            "redirect_uri": client.redirect_uri,
            "scope": client.scope,
            "metadata": serde_json::from_str::<Value>(&client.metadata).unwrap_or_default(),
        })
    });
    let findings = decision.diagnostics.iter();
    let findings = findings.map(|found| json!({ "code": found.code, "message": found.message }));
    let mut headers = decision.response.headers.iter();
    let location = headers.find(|field| field.name.eq_ignore_ascii_case("location"));
    json!({
        "allowed": client.is_some(),
        "client": client,
        "diagnostics": findings.collect::<Vec<_>>(),
        "status": decision.response.status,
        "location": location.map(|field| &field.value),
        "body": decision.response.body,
    })
}

const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Provisioned => "provisioned",
        Standing::Registered => "registered",
        Standing::Document => "document",
        Standing::Shared => "shared",
        Standing::Unregistered => "unregistered",
        Standing::Overridden => "overridden",
    }
}
