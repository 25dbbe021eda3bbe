//! How this program is to run, in checked values.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gatepost_directory::Store;
use gatepost_plugin::{LoadError, Options, Plugin};
use ipnet::IpNet;

use crate::config::files::{AuditLog, TlsFiles};
use crate::config::lifetimes::Lifetimes;
use crate::config::limits::Limits;
use crate::config::log::Log;
use crate::config::origin::WebOrigin;
use crate::config::plugin::PluginChoice;
use crate::config::provider_name::ProviderName;
use crate::config::public_url::PublicUrl;
use crate::config::written::Written;
use crate::fetch::FetchSettings;
use crate::origin::proxies::Proxies;

/// How this program is to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the world reaches this program; if unset, the way it listens.
    pub public_url: Option<PublicUrl>,
    /// What mail clients show their users as the name of this provider; if unset, the host of the public URL.
    pub provider_name: Option<ProviderName>,
    /// Whose web pages may register clients, ask about tokens and read a JMAP session in a browser.
    pub cors_origins: Vec<WebOrigin>,
    /// The certificate for TLS, if there is one.
    pub tls: Option<TlsFiles>,
    /// Proxies that are believed, perhaps none; `None` if nobody has said.
    pub proxies: Option<Proxies>,
    /// What requests may use up.
    pub limits: Limits,
    /// How often clients that nobody uses are looked for.
    pub sweep_interval: Duration,
    /// Where the directory is.
    pub store: Store,
    /// The folder of what is written beside it.
    pub data: PathBuf,
    /// What is written down of decisions.
    pub audit: AuditLog,
    /// What is fetched of what clients name.
    pub fetch: FetchSettings,
    /// Who may read the metrics.
    pub metrics_allowed: Vec<IpNet>,
    /// How much is logged, and how.
    pub log: Log,
    /// Which plugin decides.
    pub plugin: PluginChoice,
    /// Whether every request gets a fresh instance of the component.
    pub isolate: bool,
    /// How long what is issued is good for.
    pub lifetimes: Lifetimes,
    pub(super) registration: Registration,
    /// The file that says so, to show what is wrong in it.
    pub(super) file: Option<Arc<Written>>,
}

impl Config {
    /// Where decisions are written down, if they are. A path that is relative begins at the data folder.
    pub fn audit_log(&self) -> Option<PathBuf> {
        let path = self.audit.path.as_deref();
        let path = path.unwrap_or(Path::new("audit.jsonl"));
        self.audit.is_enabled.then(|| self.data.join(path))
    }

    /// The file that these settings are from, if there is one.
    pub fn file(&self) -> Option<Arc<Written>> {
        self.file.clone()
    }

    /// What is written in the table `[oauth.client-registration]`.
    pub const fn written(&self) -> &toml::Table {
        &self.registration.0
    }

    /// Whether a setting in that table is a secret, which is shown to nobody.
    pub fn is_secret(&self, key: &str) -> bool {
        let path = format!("oauth.client-registration.{key}");
        self.secrets().iter().any(|secret| *secret == path)
    }

    /// The same, with these settings in place of all that are written there. The secrets stay that they do not replace.
    pub fn with_settings(&self, settings: toml::Table) -> Self {
        let mut registration = self.registration.clone();
        registration.0.retain(|key, _| self.is_secret(key));
        registration.0.extend(settings);
        Self {
            registration,
            ..self.clone()
        }
    }

    /// The resources that an administrator listed (RFC 8707).
    pub fn resources(&self) -> Vec<String> {
        let listed = self
            .written()
            .get("resources")
            .and_then(toml::Value::as_array);
        let listed = listed.into_iter().flatten().filter_map(toml::Value::as_str);
        listed.map(str::to_owned).collect()
    }

    /// The plugin, with its settings compiled.
    pub fn load_plugin(&self, public_url: &PublicUrl) -> Result<Arc<dyn Plugin>, LoadError> {
        let source = self.plugin.source()?;
        let options = Options {
            isolate: self.isolate,
            ..Options::default()
        };
        gatepost_plugin::load(&source, &self.plugin_settings(public_url), &options)
    }

    /// How the world reaches this program when it listens there.
    pub fn public_url(&self, listening: SocketAddr) -> PublicUrl {
        match &self.public_url {
            Some(said) => said.clone(),
            None => self.listener_url(listening),
        }
    }

    /// Whether clients may come by another way than the one that this program tells them, because it only
    /// knows where it listens: behind a proxy, or on all addresses.
    pub fn is_address_unsaid(&self) -> bool {
        let proxies = self.proxies.as_ref();
        let has_proxy = proxies.is_some_and(|proxies| !proxies.trusted.is_empty());
        self.public_url.is_none() && (has_proxy || self.listen.ip().is_unspecified())
    }

    /// Whether everybody may come from one address: the world comes by https, this program has no certificate, and an
    /// administrator says that there are no proxies to be believed.
    pub fn is_everybody_one(&self) -> bool {
        let has_no_proxy = |proxies: &Proxies| proxies.trusted.is_empty();
        self.tls.is_none()
            && self.public_url.as_ref().is_some_and(PublicUrl::is_https)
            && self.proxies.as_ref().is_some_and(has_no_proxy)
    }

    /// What is wrong if nobody reaches this program by its public URL when it listens there: the URL is on this machine, and
    /// has another port. With proxies, it is that of a proxy.
    pub fn reached_elsewhere(&self, listening: SocketAddr) -> Option<String> {
        let public_url = self.public_url.as_ref()?;
        let reached = public_url.loopback()?;
        (self.proxies.is_none() && reached.port() != listening.port()).then(|| {
            format!(
                "server.public-url is {public_url}, and the server listens on {listening}, so that nobody reaches it by that \
                 address: set server.listen to {reached}, or, if a proxy passes connections on, server.trusted-proxies"
            )
        })
    }

    /// How this machine reaches this program when it listens there.
    pub fn listener_url(&self, listening: SocketAddr) -> PublicUrl {
        let url = PublicUrl::of_listener(listening);
        match self.tls {
            Some(_) => url.with_tls(),
            None => url,
        }
    }

    /// The plugin's settings: the admin's own, and where this program can be reached.
    ///
    /// An exposed address is kept from the plugin: to an address that is given out with a token,
    /// clients would send that token.
    pub fn plugin_settings(&self, public_url: &PublicUrl) -> String {
        let mut registration = self.written().clone();
        let reached = [
            ("issuer", public_url.to_string()),
            ("registration-endpoint", public_url.registration_endpoint()),
            ("token-endpoint", public_url.at("/auth/token")),
        ];
        for (key, value) in reached.into_iter().filter(|_| !public_url.is_exposed()) {
            registration
                .entry(key)
                .or_insert_with(|| toml::Value::String(value));
        }
        // A client must not bear the name that people know this server by.
        if let Some(name) = &self.provider_name
            && name.to_string().chars().any(char::is_alphanumeric)
        {
            registration
                .entry("provider-name")
                .or_insert_with(|| toml::Value::String(name.to_string()));
        }
        // A token that is for this server has to be had here, whatever else tokens can be for.
        if let Some(toml::Value::Array(resources)) = registration.get_mut("resources")
            && !resources.is_empty()
        {
            let session = public_url.at("/jmap/session");
            for own in [public_url.to_string(), session] {
                let own = toml::Value::String(own);
                if !resources.contains(&own) {
                    resources.push(own);
                }
            }
        }
        let mut oauth = toml::Table::new();
        oauth.insert("client-registration".into(), registration.into());
        let mut settings = toml::Table::new();
        settings.insert("oauth".into(), oauth.into());
        settings.to_string()
    }

    /// The sections that a running server cannot change, and in which this differs.
    pub fn fixed_that_differ(&self, other: &Self) -> Vec<&'static str> {
        let differ = [
            (
                "server",
                self.listen != other.listen
                    || self.public_url != other.public_url
                    || self.provider_name != other.provider_name
                    || self.cors_origins != other.cors_origins
                    || self.limits.of_server() != other.limits.of_server()
                    || self.proxies != other.proxies
                    || self.tls != other.tls
                    || self.sweep_interval != other.sweep_interval,
            ),
            (
                "limits",
                self.limits.requests_per_minute != other.limits.requests_per_minute,
            ),
            ("audit", self.audit != other.audit),
            ("fetch", self.fetch != other.fetch),
            ("metrics", self.metrics_allowed != other.metrics_allowed),
            ("log", self.log != other.log),
            ("store", self.store != other.store),
            ("oauth.tokens", self.lifetimes != other.lifetimes),
        ];
        let differ = differ.into_iter().filter(|(_, differs)| *differs);
        differ.map(|(name, _)| name).collect()
    }

    pub(super) fn defaults() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            public_url: None,
            provider_name: None,
            cors_origins: Vec::new(),
            tls: None,
            proxies: None,
            limits: Limits::default(),
            sweep_interval: Duration::from_secs(3600),
            store: Store::in_folder(Path::new(DATA)),
            data: DATA.into(),
            audit: AuditLog::default(),
            fetch: FetchSettings::default(),
            metrics_allowed: vec![
                IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8),
                IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128),
            ],
            log: Log::default(),
            plugin: PluginChoice::default(),
            isolate: false,
            lifetimes: Lifetimes::default(),
            registration: Registration::default(),
            file: None,
        }
    }
}

/// The table `[oauth.client-registration]`.
#[derive(Clone, Default)]
pub(super) struct Registration(pub(super) toml::Table);

/// Without its values, which may be secrets.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The data folder, if nobody names one.
const DATA: &str = "gatepost-data";
