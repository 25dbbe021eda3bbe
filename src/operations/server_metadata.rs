//! Makes the authorization server metadata (RFC 8414 §2) that follow from the policy, so that the
//! server advertises what it accepts (requirements J1).

use serde_json::{Map, Value, json};

use crate::config::Policy;
use crate::decision::response;
use crate::oauth::{AuthMethod, Extension, GrantType, ResponseType};

/// Returns the members as a JSON object. Empty lists are left out (RFC 8414 §3.2).
pub(crate) fn advertise(policy: &Policy) -> String {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| {
        if !matches!(&value, Value::Null) && value.as_array().is_none_or(|list| !list.is_empty()) {
            members.insert(name.to_owned(), value);
        }
    };

    add("issuer", json!(policy.issuer.as_ref().map(|url| &url.0)));
    let endpoint = policy.registration_endpoint.as_ref();
    add("registration_endpoint", json!(endpoint.map(|url| &url.0)));
    let endpoint = policy.token_endpoint.as_ref();
    add("token_endpoint", json!(endpoint.map(|url| &url.0)));
    if policy.client_documents {
        add("client_id_metadata_document_supported", json!(true));
    }
    add("scopes_supported", json!(policy.scopes.0));
    let by_code = policy.grant_types.contains(&GrantType::AuthorizationCode);
    add(
        "response_types_supported",
        json!(by_code.then(|| names(&ResponseType::ALL, ResponseType::name))),
    );
    add(
        "response_modes_supported",
        json!(by_code.then_some(["query"])),
    );
    add(
        "grant_types_supported",
        names(&policy.grant_types, GrantType::name),
    );
    let methods = names(&policy.auth_methods, AuthMethod::name);
    add("token_endpoint_auth_methods_supported", methods.clone());
    add("revocation_endpoint_auth_methods_supported", methods);
    let signing = json!(policy.assertion_algs());
    if policy.auth_methods.contains(&AuthMethod::PrivateKeyJwt) {
        add(
            "token_endpoint_auth_signing_alg_values_supported",
            signing.clone(),
        );
        add(
            "revocation_endpoint_auth_signing_alg_values_supported",
            signing.clone(),
        );
    }
    add("code_challenge_methods_supported", json!(["S256"]));
    add(
        "authorization_response_iss_parameter_supported",
        json!(true),
    );

    // OpenID Connect Discovery 1.0 §3: if it is absent, it means true.
    let offers = |extension| policy.extensions.contains(&extension);
    add(
        "request_uri_parameter_supported",
        json!(offers(Extension::SignedRequests)),
    );
    for extension in &policy.extensions {
        for (name, value) in members_of(*extension, policy) {
            add(name, value);
        }
    }
    response::to_json(&members)
}

/// Returns the members of an extension.
fn members_of(extension: Extension, policy: &Policy) -> Vec<(&'static str, Value)> {
    let signing = json!(policy.signing_algs.names());
    let encryption = json!(policy.encryption_algs.names());
    let content = json!(policy.content_encryption_algs.names());
    match extension {
        Extension::OpenId => vec![
            ("subject_types_supported", json!(["public", "pairwise"])),
            ("id_token_signing_alg_values_supported", signing.clone()),
            (
                "id_token_encryption_alg_values_supported",
                encryption.clone(),
            ),
            ("id_token_encryption_enc_values_supported", content.clone()),
            ("userinfo_signing_alg_values_supported", signing),
            ("userinfo_encryption_alg_values_supported", encryption),
            ("userinfo_encryption_enc_values_supported", content),
        ],
        Extension::SignedRequests => vec![
            ("request_parameter_supported", json!(true)),
            ("require_request_uri_registration", json!(true)),
            ("request_object_signing_alg_values_supported", signing),
            ("request_object_encryption_alg_values_supported", encryption),
            ("request_object_encryption_enc_values_supported", content),
        ],
        Extension::FrontChannelLogout => vec![
            ("frontchannel_logout_supported", json!(true)),
            ("frontchannel_logout_session_supported", json!(true)),
        ],
        Extension::BackChannelLogout => vec![
            ("backchannel_logout_supported", json!(true)),
            ("backchannel_logout_session_supported", json!(true)),
        ],
        Extension::MutualTls => vec![("tls_client_certificate_bound_access_tokens", json!(true))],
        Extension::Dpop => vec![("dpop_signing_alg_values_supported", signing)],
        Extension::JwtIntrospection => vec![
            ("introspection_signing_alg_values_supported", signing),
            ("introspection_encryption_alg_values_supported", encryption),
            ("introspection_encryption_enc_values_supported", content),
        ],
        Extension::AuthorizationDetails => vec![(
            "authorization_details_types_supported",
            json!(policy.authorization_details_types.0),
        )],
        Extension::Ciba => vec![
            (
                "backchannel_token_delivery_modes_supported",
                json!(["poll", "ping", "push"]),
            ),
            (
                "backchannel_authentication_request_signing_alg_values_supported",
                signing,
            ),
            ("backchannel_user_code_parameter_supported", json!(true)),
        ],
        // The host adds their endpoints.
        Extension::RpInitiatedLogout | Extension::PushedRequests => Vec::new(),
    }
}

fn names<T: Copy>(items: &[T], name: fn(T) -> &'static str) -> Value {
    items.iter().map(|item| name(*item)).collect()
}

#[cfg(test)]
mod tests;
