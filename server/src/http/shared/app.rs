//! What every request is answered from.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use axum::extract::MatchedPath;
use axum::http::{HeaderMap, Method};
use gatepost_directory::{DirectoryError, Store};
use gatepost_plugin::{Plugin, SettingFinding};
use ipnet::IpNet;

use crate::config::{Config, Lifetimes, Limits, Overrides, PluginChoice, PublicUrl, WebOrigin};
use crate::decide::{Decider, warnings};
use crate::http::shared::allowance::{Admittance, Allowances, Spent};
use crate::http::shared::look::LastLook;
use crate::http::shared::metadata::{Metadata, MetadataError};
use crate::http::shared::sign_ins::SignIns;
use crate::observe::watch::Watch;
use crate::origin::attempts::Attempts;
use crate::origin::place::{Origin, Peer};
use crate::origin::proxies::{Proxies, Untold};
use crate::shell::quoted;

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
    proxies: Proxies,
    /// Whether it was said that somebody forwards requests who is not declared.
    is_undeclared_said: AtomicBool,
    /// How often, and how much at once, a network may ask.
    pub(in crate::http) allowances: Allowances,
    pub(in crate::http) sign_ins: SignIns,
    pub(in crate::http) health: LastLook,
    /// Codes of devices that nobody was given.
    pub(in crate::http) user_codes: Attempts,
    /// Where the directory is.
    pub(in crate::http) store: Store,
    /// When this server began, in seconds since 1970.
    pub(in crate::http) begun: u64,
    /// How this server was started, for the commands that pages show.
    started: Overrides,
    /// The settings in force.
    config: ArcSwap<Config>,
}

impl App {
    /// What answers requests, with the metadata documents of this plugin's settings.
    pub fn new(
        decider: Arc<Decider>,
        watch: Arc<Watch>,
        config: &Config,
        started: &Overrides,
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
            proxies: config.proxies.clone().unwrap_or_default(),
            is_undeclared_said: AtomicBool::new(false),
            allowances: Allowances::new(&config.limits),
            sign_ins: SignIns::default(),
            health: LastLook::default(),
            user_codes: Attempts::default(),
            limits: config.limits.clone(),
            store: config.store.clone(),
            begun: gatepost_directory::now(),
            started: started.clone(),
            config: ArcSwap::from_pointee(config.clone()),
        })
    }

    /// What this plugin's settings have to be warned of, with the clients that there are.
    pub async fn warnings(
        &self,
        plugin: &dyn Plugin,
    ) -> Result<Vec<SettingFinding>, DirectoryError> {
        warnings(plugin, self.decider.directory(), gatepost_directory::now()).await
    }

    /// Decides with another plugin from now on, and says what follows from its settings.
    pub fn replace(&self, plugin: Arc<dyn Plugin>, config: &Config) -> Result<(), MetadataError> {
        let of_plugin = plugin.server_metadata()?;
        let resources = config.resources();
        let metadata = Metadata::new(&of_plugin, &self.public_url, &self.provider, resources)?;
        self.decider.replace(plugin)?;
        self.metadata.store(Arc::new(metadata));
        self.config.store(Arc::new(config.clone()));
        Ok(())
    }

    /// The settings in force. Those that a running server cannot change are as they are in the file by now.
    pub(in crate::http) fn config(&self) -> Arc<Config> {
        self.config.load_full()
    }

    /// What the provider is called.
    pub(in crate::http) fn provider(&self) -> &str {
        &self.provider
    }

    /// A command of this program as an administrator types it, for this server's settings and data.
    pub(in crate::http) fn command(&self, words: &[&str]) -> String {
        let path = |path: &Path| match std::path::absolute(path) {
            Ok(path) => path.display().to_string(),
            Err(_) => path.display().to_string(),
        };
        let Overrides {
            config,
            data,
            plugin,
            ..
        } = &self.started;
        let plugin = plugin
            .as_ref()
            .map(|written| match PluginChoice::from(written.clone()) {
                PluginChoice::File(file) => path(&file),
                PluginChoice::Linked | PluginChoice::Component => written.display().to_string(),
            });
        let of_this_server = [
            ("--config", config.as_deref().map(path)),
            ("--data", data.as_deref().map(path)),
            ("--plugin", plugin),
        ];
        let of_this_server = of_this_server
            .into_iter()
            .filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
        let words = words.iter().map(|&word| word.to_owned());
        let words: Vec<String> = words.chain(of_this_server.flatten()).collect();
        command(&words)
    }

    /// Drops what was counted and is over.
    pub fn forget(&self) {
        self.allowances.forget();
    }

    /// Who issues the tokens (RFC 8414 §2).
    pub(in crate::http) fn issuer(&self) -> String {
        self.metadata.load().issuer.clone()
    }

    /// Where a request comes from.
    pub(in crate::http) fn origin(&self, peer: Option<Peer>, headers: &HeaderMap) -> Origin {
        let Some(peer) = peer else {
            return Origin::Unknown;
        };
        match self.proxies.origin(peer, headers) {
            Ok(address) => Origin::of(address),
            Err(untold) => {
                if untold == Untold::Undeclared {
                    self.say_undeclared(peer);
                }
                Origin::Unknown
            }
        }
    }

    /// Once: whoever wants to could fill a log with it.
    fn say_undeclared(&self, peer: Peer) {
        if !self.is_undeclared_said.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                ?peer,
                "a request says that it was forwarded, and where it comes from is not believed: if it was a proxy \
                 that forwarded it, add its network to server.trusted-proxies; this is not said again"
            );
        }
    }

    /// Lets a request pass, unless too many come from its network.
    pub(in crate::http) fn admit(
        &self,
        method: &Method,
        route: Option<&MatchedPath>,
        origin: Origin,
    ) -> Result<Admittance, Spent> {
        self.allowances
            .admit(method, route.map(MatchedPath::as_str), origin.network())
    }
}

/// A command of this program as it is typed, which says nothing of this server's files.
pub(in crate::http) fn command(words: &[impl AsRef<str>]) -> String {
    let mut line = "gatepost-server".to_owned();
    for word in words {
        line.push(' ');
        line.push_str(&quoted(word.as_ref()));
    }
    line
}
