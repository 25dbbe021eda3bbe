//! An OAuth server on axum and oxide-auth, whose clients register by Gatepost.
//!
//! usage: rust-oauth [FOLDER [PORT]]      settings.toml, keys.json and clients.json are in the folder
//!
//! It listens on the loopback interface. A proxy in front of it does TLS, signs users in, and says whom in the header
//! `Remote-User`, which it removes from what it receives.

mod clients;
mod gate;

use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use gatepost::Registrar;
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::endpoint::{AccessTokenFlow, AuthorizationFlow, OwnerConsent, Solicitation};
use oxide_auth::frontends::simple::endpoint::{FnSolicitor, Generic, Vacant};
use oxide_auth::frontends::simple::extensions::{AddonList, Extended};
use oxide_auth::primitives::authorizer::AuthMap;
use oxide_auth::primitives::generator::RandomGenerator;
use oxide_auth::primitives::issuer::TokenMap;
use oxide_auth_axum::{OAuthRequest, OAuthResponse, WebError};
use tokio::time::timeout;

use clients::Clients;
use gate::{Failure, Gate, Managed};

const BODY_LIMIT: usize = 64 << 10;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

struct Server {
    gate: Gate,
    codes: Mutex<AuthMap<RandomGenerator>>,
    tokens: Mutex<TokenMap<RandomGenerator>>,
}

type Shared = State<Arc<Server>>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| ".".into()));
    let port = arguments.next().map_or(Ok(8080), |port| port.parse())?;
    let policy = Registrar::compile(&fs::read_to_string(folder.join("settings.toml"))?)?;
    let keys = serde_json::from_slice(&fs::read(folder.join("keys.json"))?)?;
    let server = Server {
        gate: Gate::new(policy, Clients::open(folder.join("clients.json"))?, keys),
        codes: Mutex::new(AuthMap::new(RandomGenerator::new(32))),
        tokens: Mutex::new(TokenMap::new(RandomGenerator::new(32))),
    };
    let router = Router::new()
        .route("/auth/register", post(manage))
        .route(
            "/auth/register/{client_id}",
            get(manage).put(manage).delete(manage),
        )
        .route("/auth/register/{client_id}/{act}", post(manage))
        .route("/auth/authorize", get(authorize).post(authorize))
        .route("/auth/token", post(token))
        .with_state(Arc::new(server))
        .into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

/// The registration endpoint, the configuration endpoint, and `POST /auth/register/{client_id}/disable` and
/// `…/enable` for administrators.
async fn manage(
    State(server): Shared,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(about): Path<Vec<(String, String)>>,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = split(request).await?;
    let is_json = head
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"application/json"));
    if !is_json && (about.is_empty() || head.method == Method::PUT) {
        return Err(Problem::Answer(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let about: Vec<&str> = about.iter().map(|(_, value)| value.as_str()).collect();
    let managed = match (&head.method, &about[..]) {
        (&Method::POST, []) => Managed::Register(&body),
        (&Method::PUT, [id]) => Managed::Update(id, &body),
        (&Method::DELETE, [id]) => Managed::Remove(id),
        (&Method::POST, [id, "disable"]) => Managed::Disable(id),
        (&Method::POST, [id, "enable"]) => Managed::Enable(id),
        (_, [id]) => Managed::Read(id),
        _ => return Err(Problem::Answer(StatusCode::NOT_FOUND)),
    };
    let address = peer.ip().to_canonical().to_string();
    answer(
        server
            .gate
            .manage(&managed, authorization(&head.headers).as_deref(), &address)?,
    )
}

/// The authorization endpoint: it asks the user, and then sends a code to the client.
async fn authorize(State(server): Shared, request: Request) -> Result<Response, Problem> {
    let (head, body) = split(request).await?;
    let account = head
        .headers
        .get("remote-user")
        .and_then(|account| account.to_str().ok());
    let account = account
        .ok_or(Problem::Answer(StatusCode::UNAUTHORIZED))?
        .to_owned();
    let asked = match server
        .gate
        .authorization(&account, head.uri.query().unwrap_or_default())?
    {
        Ok(asked) => asked,
        Err(refused) => return answer(refused),
    };
    if head.method == Method::GET {
        return Ok(page(&asked.metadata));
    }
    // Another site cannot answer for the user.
    if head
        .headers
        .get("sec-fetch-site")
        .is_none_or(|site| site != "same-origin")
    {
        return Err(Problem::Answer(StatusCode::FORBIDDEN));
    }
    let agrees = &body[..] == b"allow=yes";
    if agrees {
        server.gate.agreed(&asked)?;
    }
    let request = again(head, body).await?;
    let mut codes = server.codes.lock().unwrap_or_else(PoisonError::into_inner);
    let endpoint = Generic {
        registrar: asked,
        authorizer: &mut *codes,
        issuer: Vacant,
        solicitor: FnSolicitor(
            move |_: &mut OAuthRequest, _: Solicitation<'_>| match agrees {
                true => OwnerConsent::Authorized(account.clone()),
                false => OwnerConsent::Denied,
            },
        ),
        scopes: Vacant,
        response: Vacant,
    };
    let response = AuthorizationFlow::prepare(Extended::extend_with(endpoint, pkce()))
        .and_then(|mut flow| flow.execute(request));
    flowed(response)
}

/// The token endpoint.
async fn token(State(server): Shared, request: Request) -> Result<Response, Problem> {
    let (head, body) = split(request).await?;
    let asked = match server
        .gate
        .token(authorization(&head.headers).as_deref(), &body)?
    {
        Ok(asked) => asked,
        Err(refused) => return answer(refused),
    };
    let request = again(head, body).await?;
    let mut codes = server.codes.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tokens = server.tokens.lock().unwrap_or_else(PoisonError::into_inner);
    let endpoint = Generic {
        registrar: asked,
        authorizer: &mut *codes,
        issuer: &mut *tokens,
        solicitor: Vacant,
        scopes: Vacant,
        response: Vacant,
    };
    let response =
        AccessTokenFlow::prepare(Extended::extend_with(endpoint, pkce())).and_then(|mut flow| {
            // Gatepost has decided how this client may authenticate.
            flow.allow_credentials_in_body(true);
            flow.execute(request)
        });
    flowed(response)
}

/// A code is of use only with its verifier (RFC 7636).
fn pkce() -> AddonList {
    let mut addons = AddonList::new();
    addons.push_code(Pkce::required());
    addons
}

/// Asks the user. What a client says of itself is shown as its own claim.
fn page(metadata: &str) -> Response {
    let metadata: serde_json::Value = serde_json::from_str(metadata).unwrap_or_default();
    let name = metadata["client_name"]
        .as_str()
        .unwrap_or("A program without a name");
    let name = name
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let page = format!(
        "<!doctype html><title>Allow access?</title><p>A program that calls itself <q>{name}</q> asks for access to your mail.\
         <form method=post><button name=allow value=yes>Allow</button><button name=allow value=no>Deny</button></form>"
    );
    let policy = "default-src 'none'; frame-ancestors 'none'";
    (
        [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Html(page),
    )
        .into_response()
}

/// What Gatepost decided, as it is sent.
fn answer(decided: gatepost::Response) -> Result<Response, Problem> {
    let mut response = Response::builder().status(decided.status);
    for field in decided.headers {
        response = response.header(field.name, &*field.value);
    }
    let response = response.body(Body::from(decided.body));
    response.map_err(|error| Problem::Failed(error.into()))
}

/// What oxide-auth answers, as it is sent.
fn flowed(
    answered: Result<OAuthResponse, oxide_auth::frontends::simple::endpoint::Error<OAuthRequest>>,
) -> Result<Response, Problem> {
    let mut response = answered
        .map_err(|error| Problem::Failed(WebError::from(error).into()))?
        .into_response();
    let no_store = header::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

type Head = axum::http::request::Parts;

async fn split(request: Request) -> Result<(Head, Bytes), Problem> {
    let (head, body) = request.into_parts();
    let body = timeout(BODY_TIME, to_bytes(body, BODY_LIMIT)).await;
    let body = body.map_err(|_| Problem::Answer(StatusCode::REQUEST_TIMEOUT))?;
    Ok((
        head,
        body.map_err(|_| Problem::Answer(StatusCode::PAYLOAD_TOO_LARGE))?,
    ))
}

/// The request as oxide-auth reads it.
async fn again(head: Head, body: Bytes) -> Result<OAuthRequest, Problem> {
    let request = OAuthRequest::from_request(Request::from_parts(head, body.into()), &()).await;
    request.map_err(|_| Problem::Answer(StatusCode::BAD_REQUEST))
}

/// The header `Authorization`; several are joined, and so are not a credential (RFC 9110 §5.2).
fn authorization(headers: &HeaderMap) -> Option<String> {
    let fields = headers.get_all(header::AUTHORIZATION).iter();
    let fields: Vec<&str> = fields
        .map(|field| str::from_utf8(field.as_bytes()).unwrap_or_default())
        .collect();
    (!fields.is_empty()).then(|| fields.join(", "))
}

/// Why there is no answer of Gatepost or oxide-auth.
enum Problem {
    Answer(StatusCode),
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Answer(status) => status.into_response(),
            Self::Failed(error) => {
                eprintln!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
