//! What every request is answered from.

use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::extract::Request;
use axum::http::Method;
use gatepost_plugin::Plugin;
use ipnet::IpNet;

use crate::config::{Config, Lifetimes, Limits, PublicUrl, WebOrigin};
use crate::decide::Decider;
use crate::http::shared::metadata::{Metadata, MetadataError};
use crate::http::shared::sign_ins::SignIns;
use crate::observe::watch::Watch;
use crate::origin::attempts::Attempts;
use crate::origin::pace::{Known, Pace};
use crate::origin::proxies::Proxies;

/// What every request is answered from.
pub struct App {
    pub(in crate::http) decider: Arc<Decider>,
    pub(in crate::http) limits: Limits,
    pub(in crate::http) lifetimes: Lifetimes,
    pub(in crate::http) public_url: PublicUrl,
    /// What the provider is called.
    provider: String,
    /// Whose web pages may use more than what all may.
    pub(in crate::http) cors_origins: Vec<WebOrigin>,
    /// What the server says of itself under the settings in force.
    pub(in crate::http) metadata: ArcSwap<Metadata>,
    pub(in crate::http) watch: Arc<Watch>,
    pub(in crate::http) metrics_allowed: Vec<IpNet>,
    pub(in crate::http) proxies: Proxies,
    pub(in crate::http) pace: Pace,
    /// How often a network of a resource server may ask about tokens.
    pub(in crate::http) questions: Pace,
    /// Where clients ask from that an administrator registered, and that proved who they are.
    pub(in crate::http) resource_servers: Known,
    pub(in crate::http) sign_ins: SignIns,
    /// Codes of devices that nobody was given.
    pub(in crate::http) user_codes: Attempts,
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl App {
    /// What answers requests, with the metadata documents of this plugin's settings.
    pub fn new(
        decider: Arc<Decider>,
        watch: Arc<Watch>,
        config: &Config,
        public_url: &PublicUrl,
    ) -> Result<Self, MetadataError> {
        let provider = match &config.provider_name {
            Some(name) => name.to_string(),
            None => public_url.host().to_owned(),
        };
        let of_plugin = decider.plugin().server_metadata()?;
        let metadata = Metadata::new(&of_plugin, public_url, &provider, config.resources())?;
        Ok(Self {
            watch,
            metrics_allowed: config.metrics_allowed.clone(),
            metadata: ArcSwap::from_pointee(metadata),
            decider,
            lifetimes: config.lifetimes.clone(),
            public_url: public_url.clone(),
            provider,
            cors_origins: config.cors_origins.clone(),
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
    pub fn replace(&self, plugin: Arc<dyn Plugin>, config: &Config) -> Result<(), MetadataError> {
        let of_plugin = plugin.server_metadata()?;
        let resources = config.resources();
        let metadata = Metadata::new(&of_plugin, &self.public_url, &self.provider, resources)?;
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
    pub(in crate::http) fn issuer(&self) -> String {
        self.metadata.load().issuer.clone()
    }

    /// Lets a request pass, unless too many come from its network: then it says how many seconds to
    /// wait. What only reads is not counted, unless it is written down what was decided about it: a flood
    /// of that would push out all else.
    pub(in crate::http) fn admit(&self, request: &Request, origin: SocketAddr) -> Result<(), u64> {
        let path = request.uri().path();
        // A mail server asks at each sign-in of all its users.
        if path == "/auth/introspect" && self.resource_servers.has(origin.ip()) {
            return self.questions.check(origin.ip());
        }
        let is_decided = path == "/auth/authorize" || path.starts_with("/auth/register/");
        // A browser's question whether it may ask comes with each question of its own.
        let is_read = request.method().is_safe() && request.method() != Method::OPTIONS;
        match is_read && !is_decided {
            true => Ok(()),
            false => self.pace.check(origin.ip()),
        }
    }
}

/// How many questions about tokens there may be for each other request.
const QUESTIONS: u32 = 100;
