//! The configuration file and the command line, made into one checked whole.

mod lifetimes;
mod public_url;
mod section;

use std::error::Error;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gatepost_directory::Store;
use gatepost_plugin::{LoadError, Plugin, SettingFinding, Severity, Source};
use ipnet::IpNet;
use thiserror::Error;
use tracing::level_filters::LevelFilter;

use self::section::Section;
use crate::audit;
use crate::cli::ServeFlags;
use crate::proxies::Proxies;
use crate::tls::TlsFiles;

pub use lifetimes::Lifetimes;
pub use public_url::PublicUrl;

/// How this program is to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the world reaches this program; if unset, the way it listens.
    pub public_url: Option<PublicUrl>,
    /// The certificate for TLS, if there is one.
    pub tls: Option<TlsFiles>,
    /// Proxies that are believed.
    pub proxies: Proxies,
    /// What requests may use up.
    pub limits: Limits,
    /// How often clients that nobody uses are looked for.
    pub sweep_interval: Duration,
    /// Where the directory is.
    pub store: Store,
    /// The folder of what is written beside it.
    pub data: PathBuf,
    /// What is written down of decisions.
    pub audit: audit::Settings,
    /// Who may read the metrics.
    pub metrics_allowed: Vec<IpNet>,
    /// How much is logged, and how.
    pub log: Log,
    /// The plugin's file; if unset, the component this program was built with.
    pub plugin: Option<PathBuf>,
    /// Whether every request gets a fresh instance of the component.
    pub isolate: bool,
    /// How long what is issued is good for.
    pub lifetimes: Lifetimes,
    registration: toml::Table,
}

/// What requests may use up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. More wait in the operating system's queue.
    pub connections: u32,
    /// Decisions made at once. More of them than there are processors gain nothing.
    pub decisions: usize,
    /// Requests a minute from one network to what changes something; 0 for any number.
    pub requests_per_minute: u32,
    /// How long a connection may be idle, or take to send a request's head.
    pub head: Duration,
    /// How long a request's body may take to arrive.
    pub body: Duration,
    /// How long a request may take from its head to its answer.
    pub request: Duration,
    /// How long requests in flight may take to finish when the program is told to stop.
    pub drain: Duration,
}

/// How much is logged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// What is as important as this, or more.
    pub level: LevelFilter,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person.
    #[default]
    Text,
    /// For a program: a JSON object in a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: LevelFilter::INFO,
            format: LogFormat::Text,
        }
    }
}

/// How important something is that is logged.
struct Level(LevelFilter);

impl FromStr for Level {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(Self(match name {
            "error" => LevelFilter::ERROR,
            "warn" => LevelFilter::WARN,
            "info" => LevelFilter::INFO,
            "debug" => LevelFilter::DEBUG,
            _ => return Err(()),
        }))
    }
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

impl Limits {
    /// Those that are set in `[server]`.
    fn of_server(&self) -> Self {
        Self {
            requests_per_minute: 0,
            ..self.clone()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            decisions: thread::available_parallelism()
                .map_or(2, NonZero::get)
                .max(2),
            requests_per_minute: 600,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            request: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// Why there is no configuration to run with.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML", path.display())]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// Where it stops being so.
        source: toml::de::Error,
    },
    /// The file says what it may not say.
    #[error("{} has mistakes{}", path.display(), list(findings))]
    Mistakes {
        /// Which file.
        path: PathBuf,
        /// All of them.
        findings: Vec<SettingFinding>,
    },
}

/// An extension that protects clients, and that this program does not do its part of.
#[derive(Debug, Error)]
#[error(
    "oauth.client-registration.extensions: this server does not do `{0}`, and clients that ask for its \
     protection would not have it"
)]
pub struct Unkept(String);

/// Tokens and requests that are bound to a key.
const UNKEPT: &[&str] = &["dpop", "mutual-tls", "signed-requests"];

impl Config {
    /// Reads the file, if one is named, and lets the flags win over it.
    pub fn load(flags: &ServeFlags) -> Result<Self, ConfigError> {
        let mut config = match &flags.places.config {
            Some(path) => Self::read(path)?,
            None => Self::defaults(),
        };
        if let Some(listen) = flags.listen {
            config.listen = listen;
        }
        if let Some(folder) = &flags.places.data {
            config.data.clone_from(folder);
            // A database is where its address says.
            if matches!(config.store, Store::Sqlite(_)) {
                config.store = Store::in_folder(folder);
            }
        }
        if let Some(plugin) = &flags.plugin {
            config.plugin = Some(plugin.clone());
        }
        config.isolate |= flags.isolate;
        Ok(config)
    }

    /// Whether the server does what its policy would have it offer. A client that asks for a protection must
    /// not be registered as if it had it.
    pub fn is_kept(&self) -> Result<(), Unkept> {
        let offered = self.registration.get("extensions");
        let offered = offered
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        let mut names = offered.filter_map(toml::Value::as_str);
        match names.find(|name| UNKEPT.contains(name)) {
            Some(name) => Err(Unkept(name.to_owned())),
            None => Ok(()),
        }
    }

    /// Where decisions are written down, if they are.
    pub fn audit_log(&self) -> Option<PathBuf> {
        let beside = || self.data.join("audit.jsonl");
        let path = self.audit.path.clone();
        self.audit.is_enabled.then(|| path.unwrap_or_else(beside))
    }

    /// The plugin, with its settings compiled.
    pub fn load_plugin(&self, public_url: &PublicUrl) -> Result<Arc<dyn Plugin>, LoadError> {
        let source = match &self.plugin {
            Some(path) => Source::recognise(path)?,
            None => Source::default(),
        };
        let options = gatepost_plugin::Options {
            isolate: self.isolate,
            ..gatepost_plugin::Options::default()
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
        let mut registration = self.registration.clone();
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
            ("metrics", self.metrics_allowed != other.metrics_allowed),
            ("log", self.log != other.log),
            ("store", self.store != other.store),
            ("oauth.tokens", self.lifetimes != other.lifetimes),
        ];
        let differ = differ.into_iter().filter(|(_, differs)| *differs);
        differ.map(|(name, _)| name).collect()
    }

    fn defaults() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            public_url: None,
            tls: None,
            proxies: Proxies::default(),
            limits: Limits::default(),
            sweep_interval: Duration::from_secs(3600),
            store: Store::in_folder(Path::new(DATA)),
            data: DATA.into(),
            audit: audit::Settings::default(),
            metrics_allowed: vec![
                IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8),
                IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128),
            ],
            log: Log::default(),
            plugin: None,
            isolate: false,
            lifetimes: Lifetimes::default(),
            registration: toml::Table::new(),
        }
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let table = text.parse().map_err(|source| ConfigError::NotToml {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(table).map_err(|findings| ConfigError::Mistakes {
            path: path.to_owned(),
            findings,
        })
    }

    fn parse(table: toml::Table) -> Result<Self, Vec<SettingFinding>> {
        let mut config = Self::defaults();
        let mut root = Section::root(table);

        let mut server = root.section("server");
        if let Some(listen) =
            server.parsed("listen", "an address and a port, such as `127.0.0.1:8080`")
        {
            config.listen = listen;
        }
        config.public_url = server.parsed("public-url", PublicUrl::ALLOWED);
        let limits = &mut config.limits;
        if let Some(connections) = server.number("max-connections", 1..=1_000_000) {
            limits.connections = connections;
        }
        for (key, limit) in [
            ("head-timeout", &mut limits.head),
            ("body-timeout", &mut limits.body),
            ("request-timeout", &mut limits.request),
        ] {
            if let Some(seconds) = server.number(key, 1..=3600) {
                *limit = Duration::from_secs(u64::from(seconds));
            }
        }
        if let Some(seconds) = server.number("sweep-interval", 1..=86_400) {
            config.sweep_interval = Duration::from_secs(u64::from(seconds));
        }
        config.proxies = Proxies {
            trusted: server
                .all_parsed(
                    "trusted-proxies",
                    "a list of networks, such as `10.0.0.0/8`",
                )
                .unwrap_or_default(),
            header: server.parsed("forwarded-header", "`forwarded` or `x-forwarded-for`"),
            protocol: server.boolean("proxy-protocol").unwrap_or_default(),
        };
        config.tls = match (server.string("tls-certificate"), server.string("tls-key")) {
            (Some(certificate), Some(key)) => Some(TlsFiles {
                certificate: certificate.into(),
                key: key.into(),
            }),
            (None, None) => None,
            (Some(_), None) => {
                server.missing("tls-key", "the file of the certificate's private key");
                None
            }
            (None, Some(_)) => {
                server.missing("tls-certificate", "the file of the key's certificate");
                None
            }
        };
        root.finish(server);

        let mut limits = root.section("limits");
        if let Some(requests) = limits.number("requests-per-minute", 0..=10_000_000) {
            config.limits.requests_per_minute = requests;
        }
        root.finish(limits);

        let mut store = root.section("store");
        // It may have a password in it, which a mistake does not show.
        if let Some(store) = store.secretly_parsed("url", Store::ALLOWED) {
            config.store = store;
            if let Store::Sqlite(path) = &config.store {
                config.data = path.parent().unwrap_or(Path::new("")).to_owned();
            }
        }
        if let Some(authority) = store.string("tls-authority") {
            match &mut config.store {
                Store::Postgres(database) if database.is_encrypted() => {
                    database.trust(authority.into());
                }
                _ => store.idle(
                    "tls-authority",
                    "beside the `url` of a database that TLS is spoken to",
                ),
            }
        }
        root.finish(store);

        let mut audit = root.section("audit");
        config.audit.path = audit.string("path").map(PathBuf::from);
        if let Some(is_enabled) = audit.boolean("enabled") {
            config.audit.is_enabled = is_enabled;
        }
        if let Some(mebibytes) = audit.number("max-size", 1..=1_048_576) {
            config.audit.max_bytes = u64::from(mebibytes) << 20;
        }
        root.finish(audit);

        let mut metrics = root.section("metrics");
        if let Some(allowed) =
            metrics.all_parsed("allow", "a list of networks, such as `10.0.0.0/8`")
        {
            config.metrics_allowed = allowed;
        }
        root.finish(metrics);

        let mut log = root.section("log");
        if let Some(Level(level)) = log.parsed("level", "`error`, `warn`, `info` or `debug`") {
            config.log.level = level;
        }
        if let Some(format) = log.parsed("format", "`text` or `json`") {
            config.log.format = format;
        }
        root.finish(log);

        let mut plugin = root.section("plugin");
        config.plugin = plugin.string("path").map(PathBuf::from);
        config.isolate = plugin.boolean("isolate").unwrap_or_default();
        root.finish(plugin);

        let mut oauth = root.section("oauth");
        config.registration = oauth.table("client-registration").unwrap_or_default();
        let mut tokens = oauth.section("tokens");
        config.lifetimes = Lifetimes::read(&mut tokens);
        oauth.finish(tokens);
        root.finish(oauth);

        root.into_result().map(|()| config)
    }
}

/// The data folder, if nobody names one.
const DATA: &str = "gatepost-data";

/// Findings as a person reads them, a line each.
pub fn list(findings: &[SettingFinding]) -> String {
    findings
        .iter()
        .map(|finding| format!("\n  {}", line(finding)))
        .collect()
}

/// An error with its causes and every mistake in the plugin's settings.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    if let Some(LoadError::Settings(findings)) = error.downcast_ref() {
        text.push_str(&list(findings));
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// A finding as a person reads it.
pub fn line(finding: &SettingFinding) -> String {
    let SettingFinding {
        path,
        message,
        allowed,
        severity,
    } = finding;
    let weight = match severity {
        Severity::Error => "",
        Severity::Warning => "warning: ",
        Severity::Note => "note: ",
    };
    match allowed {
        Some(allowed) => format!("{weight}{path}: {message}; allowed: {allowed}"),
        None => format!("{weight}{path}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        match Config::parse(text.parse().expect("the case is TOML")) {
            Ok(_) => Vec::new(),
            Err(findings) => findings.iter().map(line).collect(),
        }
    }

    #[test]
    fn mistakes_are_named_by_path_all_at_once() {
        let found = mistakes(
            r#"
            colour = "red"
            [server]
            lisen = "127.0.0.1:1"
            listen = "localhost"
            public-url = "ftp://mail.example.org"
            max-connections = 0
            body-timeout = "10s"
            [store]
            url = "mysql://db"
            tls-authority = "ca.pem"
            [plugin]
            path = 1
            isolate = "yes"
            [oauth]
            client-registraton = {}
            "#,
        );
        let expected = [
            "colour: there is no such key; allowed: server, limits, store, audit, metrics, log, plugin, oauth",
            "server.lisen: there is no such key, did you mean `listen`?; allowed: listen, public-url, max-connections, head-timeout, body-timeout, request-timeout, sweep-interval, trusted-proxies, forwarded-header, proxy-protocol, tls-certificate, tls-key",
            "server.listen: `localhost` is not understood; allowed: an address and a port, such as `127.0.0.1:8080`",
            "server.public-url: `ftp://mail.example.org` is not understood; allowed: `https://` and a host, or `http://` and a loopback address, and nothing after it but a port",
            "server.max-connections: not the right kind of value; allowed: a whole number from 1 to 1000000",
            "server.body-timeout: not the right kind of value; allowed: a whole number from 1 to 3600",
            "store.url: this is not understood; allowed: `sqlite:` and the path of a file, or `postgres://` and a database",
            "store.tls-authority: there is nothing to do with it here; allowed: beside the `url` of a database that TLS is spoken to",
            "plugin.path: not the right kind of value; allowed: a string",
            "plugin.isolate: not the right kind of value; allowed: true or false",
            "oauth.client-registraton: there is no such key, did you mean `client-registration`?; allowed: client-registration, tokens",
        ];
        let mut found_sorted = found.clone();
        let mut expected_sorted = expected.map(String::from).to_vec();
        found_sorted.sort();
        expected_sorted.sort();
        assert_eq!(found_sorted, expected_sorted);
    }

    /// What is read is described.
    #[test]
    fn every_setting_is_in_the_manual() {
        let manual = include_str!("../../../docs/operation.md");
        let found = mistakes(
            "[server]\n_ = 1\n[limits]\n_ = 1\n[store]\n_ = 1\n[audit]\n_ = 1\n[metrics]\n_ = 1\n\
             [log]\n_ = 1\n[plugin]\n_ = 1\n[oauth.tokens]\n_ = 1\n",
        );
        assert_eq!(found.len(), 8);
        for line in found {
            let (section, _) = line.split_once("._:").expect("a path");
            let (_, keys) = line.split_once("allowed: ").expect("what there is");
            for key in keys.split(", ") {
                let row = manual.lines().find(|row| {
                    let is_named = row.contains(&format!("{section}.{key}`"));
                    row.starts_with(&format!("| `{section}."))
                        && (is_named || row.contains(&format!("`{key}`")))
                });
                assert!(row.is_some(), "{section}.{key}");
            }
        }
    }

    #[test]
    fn the_plugin_is_told_where_it_is_reached_unless_the_admin_says_otherwise() {
        let public_url: PublicUrl = "https://mail.example.org"
            .parse()
            .expect("the case is right");
        let config = Config::parse(
            "[oauth.client-registration]\nrequire = true\nissuer = \"https://example.org\""
                .parse()
                .expect("the case is TOML"),
        )
        .expect("the case is right");
        let settings: toml::Table = config
            .plugin_settings(&public_url)
            .parse()
            .expect("what is written can be read");
        let registration = &settings["oauth"]["client-registration"];
        assert_eq!(registration["require"].as_bool(), Some(true));
        assert_eq!(registration["issuer"].as_str(), Some("https://example.org"));
        assert_eq!(
            registration["registration-endpoint"].as_str(),
            Some("https://mail.example.org/auth/register")
        );
    }
}
