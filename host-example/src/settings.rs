//! The settings: a TOML file with the plugin's own table in it.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Table;

/// What the file says. A key that is not here is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub server: Server,
    oauth: OAuth,
}

/// The table `[server]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Server {
    /// The address and the port to listen on.
    pub listen: Option<SocketAddr>,
    /// The folder of the database.
    pub data: Option<PathBuf>,
    /// The URL that clients use, without a slash at its end. It is the issuer too.
    public_url: Option<String>,
    /// The mail server's own endpoints, for the metadata document.
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct OAuth {
    /// The plugin reads it, and says what is wrong with it.
    client_registration: Table,
}

impl Settings {
    /// Reads the file, or takes the defaults.
    pub fn load(path: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let cannot = |error: &dyn Error| format!("cannot read {}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| cannot(&error))?;
        Ok(toml::from_str(&text).map_err(|error| cannot(&error))?)
    }

    /// The plugin's settings: its own table, and the URLs that follow from `[server]`.
    pub fn of_plugin(&self, listening: &str) -> String {
        let url = self.server.public_url.as_deref().unwrap_or(listening);
        let mut registration = self.oauth.client_registration.clone();
        let mut add = |key: &str, url: String| {
            registration.entry(key).or_insert(url.into());
        };
        add("issuer", url.to_owned());
        add("registration-endpoint", format!("{url}/auth/register"));
        if let Some(url) = &self.server.token_endpoint {
            add("token-endpoint", url.clone());
        }
        let oauth = Table::from_iter([("client-registration".to_owned(), registration.into())]);
        Table::from_iter([("oauth".to_owned(), oauth.into())]).to_string()
    }

    /// The metadata document (RFC 8414 §2): what the plugin says of its settings, with the token endpoint
    /// among it, and the authorization endpoint. Without both there is none.
    pub fn metadata(&self, of_plugin: &str) -> Result<Option<String>, serde_json::Error> {
        let server = &self.server;
        let endpoints = (&server.authorization_endpoint, &server.token_endpoint);
        let (Some(authorization), Some(_)) = endpoints else {
            return Ok(None);
        };
        let mut members: Map<String, Value> = serde_json::from_str(of_plugin)?;
        let name = "authorization_endpoint".to_owned();
        members.insert(name, authorization.clone().into());
        // There is no such endpoint.
        members.retain(|name, _| !name.starts_with("revocation_endpoint"));
        serde_json::to_string(&members).map(Some)
    }
}
