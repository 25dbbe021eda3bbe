//! What the server says of itself.

use axum::body::Bytes;
use gatepost_plugin::PluginError;
use serde_json::{Map, Value, json};
use thiserror::Error;
use url::Url;

use crate::config::PublicUrl;
use crate::http::shared::resource::Resources;

/// Where a mail client finds its session (RFC 8620 §2): the resource that tokens are for.
pub(in crate::http) const SESSION: &str = "/jmap/session";

/// What a token has to be good for there.
pub(in crate::http) const SCOPE: &str = "urn:ietf:params:oauth:scope:mail";

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

/// The documents, made once.
pub(in crate::http) struct Metadata {
    pub(in crate::http) server: Bytes,
    pub(in crate::http) host: Bytes,
    pub(in crate::http) mail: Bytes,
    pub(in crate::http) user_agents: Bytes,
    /// What tokens can be for.
    pub(in crate::http) resources: Resources,
    /// Who issues the tokens, character by character (RFC 8414 §2).
    pub(in crate::http) issuer: String,
    /// The path in the issuer, without a slash at its end.
    pub(in crate::http) issuer_path: String,
}

impl Metadata {
    /// Joins what follows from the plugin's settings, as a JSON object, with where things are.
    pub(in crate::http) fn new(
        of_plugin: &str,
        public_url: &PublicUrl,
        provider: &str,
        resources: Vec<String>,
    ) -> Result<Self, serde_json::Error> {
        let of_plugin: Map<String, Value> = serde_json::from_str(of_plugin)?;
        let lists = |name: &str, value: &str| {
            let list = of_plugin.get(name).and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|listed| listed == value))
        };
        let resource = public_url.at(SESSION);
        let resources = Resources::new(public_url, resources);
        let mut members: Map<String, Value> = Map::new();
        let mut add = |name: &str, value: Value| {
            members.insert(name.to_owned(), value);
        };
        add("issuer", public_url.to_string().into());
        add(
            "registration_endpoint",
            public_url.registration_endpoint().into(),
        );
        add("token_endpoint", public_url.at("/auth/token").into());
        if lists("grant_types_supported", "authorization_code") {
            add(
                "authorization_endpoint",
                public_url.at("/auth/authorize").into(),
            );
        }
        if lists(
            "grant_types_supported",
            "urn:ietf:params:oauth:grant-type:device_code",
        ) {
            add(
                "device_authorization_endpoint",
                public_url.at("/auth/device").into(),
            );
        }
        add("revocation_endpoint", public_url.at("/auth/revoke").into());
        // RFC 7662 §2.1: who asks has to authenticate, so that `none` will not do.
        let methods = of_plugin.get("token_endpoint_auth_methods_supported");
        let methods: Vec<Value> = methods
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter(|method| *method != "none")
            .cloned()
            .collect();
        if !methods.is_empty() {
            add(
                "introspection_endpoint",
                public_url.at("/auth/introspect").into(),
            );
            add(
                "introspection_endpoint_auth_methods_supported",
                methods.into(),
            );
            let algorithms = of_plugin.get("token_endpoint_auth_signing_alg_values_supported");
            if let Some(algorithms) = algorithms {
                add(
                    "introspection_endpoint_auth_signing_alg_values_supported",
                    algorithms.clone(),
                );
            }
        }
        // RFC 9728 §4
        add("protected_resources", resources.all().into());
        let scopes = of_plugin.get("scopes_supported").cloned();
        let scope = lists("scopes_supported", SCOPE).then(|| json!([SCOPE]));
        members.extend(of_plugin);
        let issuer = members["issuer"].as_str().unwrap_or_default().to_owned();

        let protected = |resource: &str, scopes: Option<Value>| {
            let mut document = json!({
                "resource": resource,
                "authorization_servers": [issuer],
                "bearer_methods_supported": ["header"],
                "resource_name": "Mail",
            });
            if let Some(scopes) = scopes {
                document["scopes_supported"] = scopes;
            }
            serde_json::to_vec(&document)
        };
        let user_agents = json!({
            "protocols": { "jmap": { "url": resource } },
            "authentication": { "oauth-public": { "issuer": issuer } },
            "info": { "provider": { "name": provider } },
        });
        Ok(Self {
            host: protected(&public_url.to_string(), scopes)?.into(),
            mail: protected(&resource, scope)?.into(),
            user_agents: serde_json::to_vec(&user_agents)?.into(),
            server: serde_json::to_vec(&members)?.into(),
            resources,
            issuer_path: Url::parse(&issuer)
                .map(|issuer| issuer.path().trim_end_matches('/').to_owned())
                .unwrap_or_default(),
            issuer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_has_an_address() {
        let public_url: PublicUrl = "https://mail.example.org".parse().expect("a URL");
        let members = |of_plugin: &str| -> Value {
            let metadata = Metadata::new(of_plugin, &public_url, "Example Mail", Vec::new())
                .expect("it is JSON");
            serde_json::from_slice(&metadata.server).expect("it is JSON")
        };
        let all = members(
            r#"{"grant_types_supported":["authorization_code","urn:ietf:params:oauth:grant-type:device_code"],
                "token_endpoint_auth_methods_supported":["none","private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported":["ES256"]}"#,
        );
        let some = members(
            r#"{"grant_types_supported":["client_credentials"],
                "token_endpoint_auth_methods_supported":["none"]}"#,
        );
        for member in [
            "authorization_endpoint",
            "device_authorization_endpoint",
            "introspection_endpoint",
        ] {
            assert!(all[member].is_string(), "{member}");
            assert_eq!(some.get(member), None, "{member}");
        }
        assert_eq!(
            all["introspection_endpoint_auth_methods_supported"],
            json!(["private_key_jwt"])
        );
        assert_eq!(
            all["introspection_endpoint_auth_signing_alg_values_supported"],
            json!(["ES256"])
        );
    }

    #[test]
    fn the_issuer_is_the_same_everywhere() {
        let public_url: PublicUrl = "https://mail.example.org".parse().expect("a URL");
        let metadata = Metadata::new(
            r#"{"issuer":"https://example.org"}"#,
            &public_url,
            "Example Mail",
            Vec::new(),
        );
        let metadata = metadata.expect("it is JSON");
        assert_eq!(metadata.issuer, "https://example.org");
        let read = |bytes: &Bytes| -> Value { serde_json::from_slice(bytes).expect("it is JSON") };
        assert_eq!(read(&metadata.server)["issuer"], "https://example.org");
        assert_eq!(
            read(&metadata.mail)["authorization_servers"],
            json!(["https://example.org"])
        );
        assert_eq!(
            read(&metadata.user_agents)["authentication"]["oauth-public"]["issuer"],
            "https://example.org"
        );
    }
}
