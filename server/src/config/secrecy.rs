//! Whether others than its owner can read a settings file that holds secrets.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gatepost_directory::Store;
use gatepost_plugin::{SettingFinding, Severity};

use crate::config::settings::Config;

/// A warning for each secret in the settings, if others than the owner of their file can read it, or write it.
///
/// Credentials that systemd hands over (`LoadCredential`) are the service's own, whatever their mode says.
pub fn exposed(path: &Path, config: &Config) -> Vec<SettingFinding> {
    let is_credential =
        env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|folder| path.starts_with(folder));
    let Ok(found) = fs::metadata(path) else {
        return Vec::new();
    };
    let mode = found.permissions().mode();
    if is_credential || mode & 0o066 == 0 {
        return Vec::new();
    }
    let finding = |setting: &str| {
        let message = format!(
            "This is a secret, and the settings file can be read by others than its owner (mode {:03o}): make it the \
             file of the user that runs the server, with mode 600.",
            mode & 0o777
        );
        SettingFinding::new(setting, message, Severity::Warning)
    };
    config.secrets().into_iter().map(finding).collect()
}

impl Config {
    /// The settings that have secrets in them, by their names.
    pub fn secrets(&self) -> Vec<&'static str> {
        let mut secrets = Vec::new();
        if let Store::Postgres(database) = &self.store
            && database.config().get_password().is_some()
        {
            secrets.push("store.url");
        }
        let keys = self.written().get("client-id-keys");
        if keys
            .and_then(toml::Value::as_array)
            .is_some_and(|keys| !keys.is_empty())
        {
            secrets.push("oauth.client-registration.client-id-keys");
        }
        secrets
    }
}
