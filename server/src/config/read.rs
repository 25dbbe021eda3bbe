//! The configuration file, made into checked values.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gatepost_directory::Store;
use gatepost_plugin::{LoadError, Plugin, SettingFinding, Severity};

use crate::config::error::ConfigError;
use crate::config::files::TlsFiles;
use crate::config::lifetimes::Lifetimes;
use crate::config::log::Level;
use crate::config::origin::WebOrigin;
use crate::config::provider_name::ProviderName;
use crate::config::proxies;
use crate::config::public_url::PublicUrl;
use crate::config::section::Section;
use crate::config::settings::{Config, Registration};
use crate::config::similar::similar;
use crate::config::written::{Mistake, Written};
use crate::fetch::{FetchSettings, InternalHost};

/// What is said beside the configuration file, and wins over it.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The configuration file, TOML; without one, every setting has its default.
    pub config: Option<PathBuf>,
    /// The data folder.
    pub data: Option<PathBuf>,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// The plugin: its file, or the word for the built-in component.
    pub plugin: Option<PathBuf>,
    /// Whether every request gets a fresh instance of the component.
    pub isolate: bool,
}

impl Config {
    /// Reads the file, if one is named, and lets what is said beside it win.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut config = match &overrides.config {
            Some(path) => read(path)?,
            None => Self::defaults(),
        };
        if let Some(listen) = overrides.listen {
            config.listen = listen;
        }
        if let Some(folder) = &overrides.data {
            config.data.clone_from(folder);
            // A database is where its address says.
            if matches!(config.store, Store::Sqlite(_)) {
                config.store = Store::in_folder(folder);
            }
        }
        if let Some(plugin) = &overrides.plugin {
            config.plugin = plugin.clone().into();
        }
        config.isolate |= overrides.isolate;
        Ok(config)
    }
}

fn read(path: &Path) -> Result<Config, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        nearest: nearest(path),
        source,
    })?;
    Config::from_text(path, text)
}

impl Config {
    /// What the text of a configuration file says, or every mistake in it: also those that the plugin finds.
    pub fn from_text(path: &Path, text: String) -> Result<Self, ConfigError> {
        let file = Arc::new(Written {
            path: path.to_owned(),
            text,
        });
        let wrong = |mistakes| ConfigError::Mistakes {
            file: Some(Arc::clone(&file)),
            mistakes,
        };
        let (mut config, mut findings) = parse(file.table().map_err(wrong)?);
        config.file = Some(Arc::clone(&file));
        if findings.is_empty() {
            return Ok(config);
        }
        // What is wrong with the rest is said at once, as far as it can be known.
        findings.extend(config.unkept());
        let public_url = config.public_url(config.listen);
        if let Err(LoadError::Settings(of_plugin)) = config.load_plugin(&public_url) {
            findings.extend(of_plugin);
        }
        Err(wrong(file.place(findings)))
    }

    /// The plugin, with its settings compiled; or every mistake in the configuration that there still is.
    pub fn compile(&self, public_url: &PublicUrl) -> Result<Arc<dyn Plugin>, ConfigError> {
        let mut findings = self.unkept();
        match self.load_plugin(public_url) {
            Ok(plugin) if findings.is_empty() => return Ok(plugin),
            Ok(_) => {}
            Err(LoadError::Settings(of_plugin)) => findings.extend(of_plugin),
            Err(error @ (LoadError::LinkedIsolated | LoadError::LibraryIsolated)) => {
                findings.push(SettingFinding {
                    allowed: Some(ISOLATED.to_owned()),
                    ..SettingFinding::new("plugin.isolate", error.to_string(), Severity::Error)
                });
            }
            Err(error) => return Err(ConfigError::Plugin(error)),
        }
        let mistakes = Mistake::all(self.file.as_deref(), findings);
        Err(ConfigError::Mistakes {
            file: self.file.clone(),
            mistakes,
        })
    }
}

/// What can be isolated.
const ISOLATED: &str =
    "with a component: `plugin.path` (or --plugin) is `component`, or the file of one";

/// The configuration file that is most likely meant by a path that cannot be read.
fn nearest(path: &Path) -> Option<PathBuf> {
    let inside = [path.join("gatepost.toml")];
    let candidates = inside.into_iter().chain(similar(path));
    candidates
        .chain([PathBuf::from("gatepost.toml"), OF_SERVICE.into()])
        .find(|candidate| candidate.is_file() && candidate != path)
}

/// Where packages have the configuration file of the service.
const OF_SERVICE: &str = "/etc/gatepost/gatepost.toml";

/// The settings, and every mistake in them. A setting that is wrong has its default.
fn parse(table: toml::Table) -> (Config, Vec<SettingFinding>) {
    let mut config = Config::defaults();
    let mut root = Section::root(table);

    let mut server = root.section("server");
    if let Some(listen) = server.parsed("listen", "an address and a port, such as `127.0.0.1:8080`")
    {
        config.listen = listen;
    }
    config.public_url = server.parsed("public-url", PublicUrl::ALLOWED);
    config.provider_name = server.parsed("provider-name", ProviderName::ALLOWED);
    config.cors_origins = server
        .all_parsed("cors-origins", WebOrigin::ALLOWED)
        .unwrap_or_default();
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
    config.proxies = proxies::read(&mut server);
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
    let (public_url, declared) = (config.public_url.as_ref(), config.proxies.as_ref());
    proxies::require(&mut server, public_url, config.tls.is_some(), declared);
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

    let mut fetch = root.section("fetch");
    read_fetch(&mut fetch, &mut config.fetch);
    root.finish(fetch);

    let mut metrics = root.section("metrics");
    if let Some(allowed) = metrics.all_parsed("allow", "a list of networks, such as `10.0.0.0/8`") {
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
    if let Some(lines) = log.number("lines-per-minute", 0..=1_000_000) {
        config.log.lines_per_minute = lines;
    }
    root.finish(log);

    let mut plugin = root.section("plugin");
    if let Some(path) = plugin.string("path") {
        config.plugin = PathBuf::from(path).into();
    }
    config.isolate = plugin.boolean("isolate").unwrap_or_default();
    root.finish(plugin);

    let mut oauth = root.section("oauth");
    config.registration = Registration(oauth.table("client-registration").unwrap_or_default());
    let mut tokens = oauth.section("tokens");
    config.lifetimes = Lifetimes::read(&mut tokens);
    oauth.finish(tokens);
    root.finish(oauth);

    (config, root.into_result().err().unwrap_or_default())
}

fn read_fetch(section: &mut Section, fetch: &mut FetchSettings) {
    if let Some(is_enabled) = section.boolean("enabled") {
        fetch.is_enabled = is_enabled;
    }
    if let Some(hosts) = section.all_parsed("internal-hosts", InternalHost::ALLOWED) {
        fetch.internal_hosts = hosts;
    }
    fetch.tls_authority = section.string("tls-authority").map(PathBuf::from);
    if let Some(at_once) = section.number("max-concurrent", 1..=1000) {
        fetch.at_once = at_once;
    }
    if let Some(requests) = section.number("requests-per-minute", 0..=1_000_000) {
        fetch.requests_per_minute = requests;
    }
    for (key, longest, time) in [
        ("timeout", 60, &mut fetch.timeout),
        ("max-age", 30 * 86_400, &mut fetch.max_age),
        ("max-stale", 30 * 86_400, &mut fetch.max_stale),
    ] {
        let shortest = u32::from(key == "timeout");
        if let Some(seconds) = section.number(key, shortest..=longest) {
            *time = Duration::from_secs(u64::from(seconds));
        }
    }
    if let Some(mebibytes) = section.number("cache-size", 1..=4096) {
        fetch.cache_bytes = (mebibytes as usize) << 20;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::error::line;

    fn mistakes(text: &str) -> Vec<String> {
        let (_, findings) = parse(text.parse().expect("the case is TOML"));
        findings.iter().map(line).collect()
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
            provider-name = ""
            cors-origins = ["*"]
            max-connections = 0
            body-timeout = "10s"
            [store]
            url = "mysql://db"
            tls-authority = "ca.pem"
            [plugin]
            path = 1
            isolate = "yes"
            [fetch]
            internal-hosts = ["*.example.org"]
            timeout = 0
            [oauth]
            client-registraton = {}
            "#,
        );
        let expected = [
            "colour: there is no such key; allowed: server, limits, store, audit, fetch, metrics, log, plugin, oauth",
            "server.lisen: there is no such key, did you mean `listen`?",
            "server.listen: `localhost` is not understood; allowed: an address and a port, such as `127.0.0.1:8080`",
            "server.public-url: `ftp://mail.example.org` is not understood; allowed: `https://` and a host, or `http://` and a loopback address; then perhaps a port, and a path of letters, digits and `-`, `.`, `_`, `~` that does not begin with a path of this server, such as `/auth`",
            "server.provider-name: `` is not understood; allowed: 1 to 128 characters in one line",
            "server.cors-origins: `*` is not understood; allowed: a list of origins, each a scheme, a host and perhaps a port, such as `https://webmail.example.org`",
            "server.max-connections: not the right kind of value; allowed: a whole number from 1 to 1000000",
            "server.body-timeout: not the right kind of value; allowed: a whole number from 1 to 3600",
            "store.url: this is not understood; allowed: `sqlite:` and the path of a file, or `postgres://` and a database",
            "store.tls-authority: there is nothing to do with it here; allowed: beside the `url` of a database that TLS is spoken to",
            "plugin.path: not the right kind of value; allowed: a string",
            "plugin.isolate: not the right kind of value; allowed: true or false",
            "fetch.internal-hosts: `*.example.org` is not understood; allowed: a list of host names or addresses, such as `apps.example.org` or `10.0.0.7`",
            "fetch.timeout: not the right kind of value; allowed: a whole number from 1 to 60",
            "oauth.client-registraton: there is no such key, did you mean `client-registration`?",
        ];
        let mut found_sorted = found.clone();
        let mut expected_sorted = expected.map(String::from).to_vec();
        found_sorted.sort();
        expected_sorted.sort();
        assert_eq!(found_sorted, expected_sorted);
    }

    /// Somebody in front who is not declared would be taken for everybody who comes through him.
    #[test]
    fn proxies_are_declared_and_say_it_in_one_way() {
        const TRUSTED: &str = "trusted-proxies = ['127.0.0.1/32']\n";
        const PUBLIC: &str = "public-url = 'https://mail.example.org'\n";
        for (settings, expected) in [
            (
                PUBLIC.to_owned(),
                Some("server.trusted-proxies: this is missing"),
            ),
            (format!("{PUBLIC}trusted-proxies = []"), None),
            (
                format!("{PUBLIC}tls-certificate = 'a.pem'\ntls-key = 'b.pem'"),
                None,
            ),
            ("public-url = 'http://127.0.0.1:8080'".to_owned(), None),
            (
                format!("{PUBLIC}{TRUSTED}"),
                Some("server.forwarded-header: this is missing"),
            ),
            (
                format!("{PUBLIC}{TRUSTED}forwarded-header = 'x-forwarded-for'"),
                None,
            ),
            (format!("{TRUSTED}proxy-protocol = true"), None),
            (
                format!("{TRUSTED}proxy-protocol = true\nforwarded-header = 'forwarded'"),
                Some("server.proxy-protocol: there is nothing to do with it here"),
            ),
            (
                "proxy-protocol = true".to_owned(),
                Some("server.proxy-protocol: there is nothing to do with it here"),
            ),
            (
                "trusted-proxies = []\nforwarded-header = 'forwarded'".to_owned(),
                Some("server.forwarded-header: there is nothing to do with it here"),
            ),
        ] {
            let found = mistakes(&format!("[server]\n{settings}"));
            match expected {
                None => assert_eq!(found, [""; 0], "{settings}"),
                Some(expected) => {
                    assert_eq!(found.len(), 1, "{settings}: {found:?}");
                    assert!(found[0].starts_with(expected), "{settings}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn no_secret_is_printed() {
        let text = "[store]\nurl = 'postgres://gp:SECRET@h/d'\n\
                    [oauth.client-registration]\nrequire = true\nclient-id-keys = ['SECRET']\n";
        let (config, _) = parse(text.parse().expect("the case is TOML"));
        let printed = format!("{config:?}");
        assert!(!printed.contains("SECRET"), "{printed}");
        assert!(printed.contains("\"client-id-keys\""), "{printed}");
        let found = mistakes(
            "[server]\npublic-url = 'https://a:SECRET@h'\ncors-origins = ['x://SECRET@h']",
        );
        assert_eq!(found.len(), 2);
        assert!(!found.concat().contains("SECRET"), "{found:?}");
    }

    /// What is read is described.
    #[test]
    fn every_setting_is_in_the_manual() {
        let manual = include_str!("../../../docs/gatepost.toml");
        let found = mistakes(
            "[server]\n_ = 1\n[limits]\n_ = 1\n[store]\n_ = 1\n[audit]\n_ = 1\n[fetch]\n_ = 1\n\
             [metrics]\n_ = 1\n[log]\n_ = 1\n[plugin]\n_ = 1\n[oauth.tokens]\n_ = 1\n",
        );
        assert_eq!(found.len(), 9);
        for line in found {
            let (section, _) = line.split_once("._:").expect("a path");
            let (_, keys) = line.split_once("allowed: ").expect("what there is");
            let (_, table) = manual
                .split_once(&format!("\n[{section}]\n"))
                .expect("the section has a table");
            let table = table.split("\n[").next().unwrap_or(table);
            for key in keys.split(", ") {
                let is_there = table.contains(&format!("\n#{key} = "));
                assert!(is_there, "{section}.{key}");
            }
        }
    }

    /// Mistakes of this program's tables and of the plugin's are shown together, in the order of the file.
    #[test]
    fn every_mistake_of_the_whole_file_at_once() {
        let text = "[oauth.client-registration]\nrequires = true\nextensions = ['backchannel-logout']\n\
                    [server]\nlisen = 1\n[log]\nlevel = 'loud'\n";
        let found = Config::from_text(Path::new("gatepost.toml"), text.to_owned());
        let Err(ConfigError::Mistakes { file, mistakes }) = found else {
            panic!("it has mistakes");
        };
        let text = &file.expect("there is a file").text;
        let shown: Vec<&str> = mistakes
            .iter()
            .map(|mistake| &text[mistake.span.clone().expect("it is in the file")])
            .collect();
        let expected = [
            "requires = true",
            "extensions = ['backchannel-logout']",
            "lisen = 1",
            "level = 'loud'",
        ];
        let mut once = shown.clone();
        once.dedup();
        assert_eq!(once, expected, "{mistakes:?}");
    }

    /// A mistake in the public URL is never reported as one in the plugin's settings.
    #[test]
    fn the_plugin_takes_every_public_url() {
        for public_url in [
            "https://mail.example.org/",
            "HTTPS://Mail.Example.ORG:443/mail/oauth/",
            "https://b\u{fc}cher.example/~a-b_c.d",
            "https://192.0.2.1:8443",
            "https://127.1",
            "http://[0::1]:8080/a",
            "http://localhost:80",
            "https://intranet",
        ] {
            let public_url: PublicUrl = public_url.parse().expect("the case is right");
            let settings = Config::defaults().plugin_settings(&public_url);
            let compiled = gatepost::Registrar::compile(&settings);
            assert!(compiled.is_ok(), "{public_url}");
        }
    }

    #[test]
    fn when_the_address_is_unsaid() {
        for (settings, expected) in [
            ("", false),
            ("listen = '192.0.2.1:8080'", false),
            ("listen = '0.0.0.0:8080'", true),
            ("listen = '[::]:8080'", true),
            (
                "trusted-proxies = ['127.0.0.1/32']\nproxy-protocol = true",
                true,
            ),
            ("trusted-proxies = []", false),
            (
                "listen = '0.0.0.0:8080'\npublic-url = 'https://mail.example.org'\ntrusted-proxies = []",
                false,
            ),
        ] {
            let table = format!("[server]\n{settings}")
                .parse()
                .expect("the case is TOML");
            let (config, findings) = parse(table);
            assert_eq!(findings, [], "{settings}");
            assert_eq!(config.is_address_unsaid(), expected, "{settings}");
        }
    }

    #[test]
    fn when_nobody_reaches_the_server() {
        for (settings, expected) in [
            ("", false),
            ("public-url = 'http://127.0.0.1:8080'", false),
            ("public-url = 'http://127.0.0.1:18080'", true),
            ("public-url = 'http://localhost'", true),
            (
                "public-url = 'http://localhost:18080'\nlisten = '[::]:18080'",
                false,
            ),
            (
                "public-url = 'http://127.0.0.1:18080'\ntrusted-proxies = []",
                false,
            ),
            (
                "public-url = 'https://localhost:8443'\ntrusted-proxies = []",
                false,
            ),
        ] {
            let table = format!("[server]\n{settings}")
                .parse()
                .expect("the case is TOML");
            let (config, findings) = parse(table);
            assert_eq!(findings, [], "{settings}");
            let said = config.reached_elsewhere(config.listen);
            assert_eq!(said.is_some(), expected, "{settings}: {said:?}");
        }
    }

    #[test]
    fn the_plugin_is_told_where_it_is_reached_unless_the_admin_says_otherwise() {
        let public_url: PublicUrl = "https://mail.example.org"
            .parse()
            .expect("the case is right");
        let (config, findings) = parse(
            "[oauth.client-registration]\nrequire = true\nissuer = \"https://example.org\""
                .parse()
                .expect("the case is TOML"),
        );
        assert_eq!(findings, []);
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
