//! What the policy may offer: what this program does its part of.
//!
//! The plugin decides about more than that. What a client is promised, and nobody does, is worse than what it is
//! refused: it believes that its tokens are bound, or waits for a notification that nobody sends.

use gatepost_plugin::{SettingFinding, Severity};

use crate::config::settings::Config;

/// What this program does, by the settings that offer it. A new name of the plugin's is not among them.
const KEPT: [(&str, &[&str]); 3] = [
    ("extensions", &[]),
    (
        "grant-types",
        &[
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "client_credentials",
        ],
    ),
    (
        "auth-methods",
        &[
            "none",
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ],
    ),
];

impl Config {
    /// What the policy would have this program offer, and it does not do.
    pub(super) fn unkept(&self) -> Vec<SettingFinding> {
        let mut findings = Vec::new();
        for (key, kept) in KEPT {
            let offered = self.written().get(key).and_then(toml::Value::as_array);
            let offered = offered.into_iter().flatten();
            for name in offered.filter_map(toml::Value::as_str) {
                if !kept.contains(&name) {
                    findings.push(SettingFinding {
                        allowed: Some(match kept {
                            [] => "none; leave it empty".to_owned(),
                            kept => kept.join(", "),
                        }),
                        ..SettingFinding::new(
                            format!("oauth.client-registration.{key}"),
                            format!("this server does not do `{name}`"),
                            Severity::Error,
                        )
                    });
                }
            }
        }
        let documents = self.written().get("client-id-metadata-documents");
        if documents.and_then(toml::Value::as_bool) == Some(true) && !self.fetch.is_enabled {
            findings.push(SettingFinding {
                allowed: Some("true only with fetch.enabled".to_owned()),
                ..SettingFinding::new(
                    "oauth.client-registration.client-id-metadata-documents",
                    "this server would have to read the documents, and fetch.enabled is false",
                    Severity::Error,
                )
            });
        }
        findings
    }
}
