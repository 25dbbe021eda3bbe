//! What is served over HTTP.

mod administration;
pub(crate) mod answer;
mod api;
mod attempts;
mod body;
mod caller;
mod discovery;
mod form;
mod jmap;
mod manage;
mod oauth;
mod pace;
mod page;
mod pages;
mod refusal;
mod register;
mod session;

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::{Extension, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use gatepost_plugin::{Plugin, PluginError};
use ipnet::IpNet;
use thiserror::Error;
use tracing::Instrument;

use self::attempts::Attempts;
use self::discovery::Metadata;
use self::oauth::SignIns;
use self::pace::{Known, Pace};
use self::refusal::{Allowed, Refusal};
use crate::config::{Config, Lifetimes, Limits, PublicUrl};
use crate::decide::Decider;
use crate::metrics::CONTENT_TYPE;
use crate::proxies::Proxies;
use crate::watch::{REQUEST, Watch};

/// What every request is answered from.
pub struct App {
    decider: Arc<Decider>,
    limits: Limits,
    lifetimes: Lifetimes,
    public_url: PublicUrl,
    /// What the server says of itself under the settings in force.
    metadata: ArcSwap<Metadata>,
    watch: Arc<Watch>,
    metrics_allowed: Vec<IpNet>,
    proxies: Proxies,
    pace: Pace,
    /// How often a network of a resource server may ask about tokens.
    questions: Pace,
    /// Where clients ask from that an administrator registered, and that proved who they are.
    resource_servers: Known,
    sign_ins: SignIns,
    /// Codes of devices that nobody was given.
    user_codes: Attempts,
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Why there can be no authorization server metadata document.
#[derive(Debug, Error)]
pub enum MetadataError {
    /// The plugin failed.
    #[error("the plugin gave no server metadata")]
    Plugin(#[from] PluginError),
    /// The plugin's answer is no JSON object.
    #[error("the plugin's server metadata is not a JSON object")]
    NotAnObject(#[from] serde_json::Error),
}

impl App {
    /// What answers requests, with the metadata documents of this plugin's settings.
    pub fn new(
        decider: Arc<Decider>,
        watch: Arc<Watch>,
        config: &Config,
        public_url: &PublicUrl,
    ) -> Result<Self, MetadataError> {
        let metadata = Metadata::new(&decider.plugin().server_metadata()?, public_url)?;
        Ok(Self {
            watch,
            metrics_allowed: config.metrics_allowed.clone(),
            metadata: ArcSwap::from_pointee(metadata),
            decider,
            lifetimes: config.lifetimes.clone(),
            public_url: public_url.clone(),
            proxies: config.proxies.clone(),
            pace: Pace::new(config.limits.requests_per_minute),
            resource_servers: Known::default(),
            questions: Pace::new(config.limits.requests_per_minute.saturating_mul(QUESTIONS)),
            sign_ins: SignIns::default(),
            user_codes: Attempts::default(),
            limits: config.limits.clone(),
        })
    }

    /// Decides with another plugin from now on, and says what follows from its settings.
    pub fn replace(&self, plugin: Arc<dyn Plugin>) -> Result<(), MetadataError> {
        let metadata = Metadata::new(&plugin.server_metadata()?, &self.public_url)?;
        self.decider.replace(plugin)?;
        self.metadata.store(Arc::new(metadata));
        Ok(())
    }

    /// Drops what was counted and is over.
    pub fn forget(&self) {
        self.pace.forget();
        self.questions.forget();
        self.resource_servers.forget();
    }

    /// Who issues the tokens (RFC 8414 §2).
    fn issuer(&self) -> String {
        self.metadata.load().issuer.clone()
    }

    /// The routes.
    pub fn router(self: Arc<Self>) -> Router {
        let app = self;
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
                    .head(async || Refusal::Method(Allowed::Manage))
                    .fallback(async || Refusal::Method(Allowed::Manage)),
            )
            .route(
                "/healthz",
                get(health).fallback(async || Refusal::Method(Allowed::Read)),
            )
            .route(
                "/metrics",
                get(metrics).fallback(async || Refusal::Method(Allowed::Read)),
            )
            .merge(oauth::routes())
            .merge(discovery::routes())
            .merge(jmap::routes())
            .merge(api::routes())
            .merge(pages::routes())
            .fallback(async || (StatusCode::NOT_FOUND, "There is nothing here.\n"))
            .layer(middleware::from_fn_with_state(Arc::clone(&app), around))
            .with_state(app)
    }
}

async fn health(State(app): State<Arc<App>>) -> Response {
    let (status, text) = match app.decider.directory().check().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "the directory is not healthy");
            (StatusCode::SERVICE_UNAVAILABLE, "the directory failed\n")
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// For Prometheus, and for nobody else: it says how busy the server is.
async fn metrics(State(app): State<Arc<App>>, Extension(Peer(peer)): Extension<Peer>) -> Response {
    let address = peer.ip().to_canonical();
    if !app.metrics_allowed.iter().any(|net| net.contains(&address)) {
        return Refusal::NotFound.into_response();
    }
    let instances = app.decider.plugin().instances();
    let text = app.watch.metrics.text(instances, app.watch.audit.lost());
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}

/// What holds for every request: where it comes from, a number in the logs, a time limit, no guessing
/// of types.
async fn around(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::draw();
    let peer = request.extensions().get().map(|Peer(peer)| *peer);
    let origin = peer.map(|peer| app.proxies.origin(peer, request.headers()));
    let address = origin.map(|origin| tracing::field::display(origin.ip().to_canonical()));
    let span = tracing::info_span!("request", %id, address);
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let is_page = page::is_wanted(request.headers());
    // Only routes there are: whatever else somebody asks for is one.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = match origin.map(|origin| app.admit(&request, origin)) {
        Some(Err(wait)) => {
            let mut refused = in_form_of(&path, is_page, Refusal::TooMany(wait));
            refused
                .headers_mut()
                .insert(header::RETRY_AFTER, wait.into());
            refused
        }
        _ => {
            if let Some(origin) = origin {
                request.extensions_mut().insert(Peer(origin));
            }
            let answer = REQUEST.scope(id.to_string(), next.run(request));
            let answer = tokio::time::timeout(app.limits.request, answer);
            match answer.instrument(span.clone()).await {
                Ok(response) => response,
                Err(_) => span.in_scope(|| {
                    tracing::warn!("gave up on a request that took too long");
                    in_form_of(&path, is_page, Refusal::Unavailable)
                }),
            }
        }
    };
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let status = response.status().as_u16();
    let metrics = &app.watch.metrics;
    metrics.answered(route, method.as_str(), status, begun.elapsed());
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Who reports a fault can say which it was. Other answers are alike where they should be.
    if status >= 500
        && let Ok(id) = HeaderValue::try_from(id.to_string())
    {
        headers.insert("x-request-id", id);
    }
    response
}

impl App {
    /// Lets a request pass, unless too many come from its network: then it says how many seconds to
    /// wait. What only reads is not counted, unless it is written down what was decided about it: a flood
    /// of that would push out all else.
    fn admit(&self, request: &Request, origin: SocketAddr) -> Result<(), u64> {
        let path = request.uri().path();
        // A mail server asks at each sign-in of all its users.
        if path == "/auth/introspect" && self.resource_servers.has(origin.ip()) {
            return self.questions.check(origin.ip());
        }
        let is_decided = path == "/auth/authorize" || path.starts_with("/auth/register/");
        match request.method().is_safe() && !is_decided {
            true => Ok(()),
            false => self.pace.check(origin.ip()),
        }
    }
}

/// How many questions about tokens there may be for each other request.
const QUESTIONS: u32 = 100;

/// A refusal in the form in which others are answered there.
fn in_form_of(path: &str, is_page: bool, refusal: Refusal) -> Response {
    let is_below = |root: &str| path.strip_prefix(root).is_some_and(|r| r.starts_with('/'));
    if is_below("/api") {
        api::Problem::from(refusal).into_response()
    } else if is_page || is_below("/admin") {
        page::Failure::from(refusal).into_response()
    } else {
        refusal.into_response()
    }
}

/// What a request is known by in the log.
#[derive(Clone, Copy)]
struct RequestId {
    start: u32,
    number: u64,
}

impl RequestId {
    /// The next number since the start of this program, which has a number of its own: of several
    /// hosts, or of one that was started again, no two say the same.
    fn draw() -> Self {
        static START: LazyLock<u32> = LazyLock::new(|| getrandom::u32().unwrap_or_default());
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Self {
            start: *START,
            number: COUNT.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:x}", self.start, self.number)
    }
}
