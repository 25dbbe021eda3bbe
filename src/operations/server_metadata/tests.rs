use crate::config;
use crate::facts::{Caller, Context};
use crate::operations::register::register;

use super::*;

const SETTINGS: &str = "
    [oauth.client-registration]
    issuer = 'https://mail.example.com'
    registration-endpoint = 'https://mail.example.com/auth/register'
    extensions = ['openid', 'signed-requests', 'mutual-tls', 'dpop', 'authorization-details']
    authorization-details-types = ['mailbox']
    auth-methods = ['none', 'client_secret_basic', 'private_key_jwt']
    scopes = ['mail', 'files']
    grant-types = ['authorization_code', 'refresh_token', 'client_credentials']
    signing-algs = ['ES256', 'PS256', 'ES512', 'Ed448']";

fn advertised(settings: &str) -> Map<String, Value> {
    let policy = config::compile(settings).unwrap().policy;
    serde_json::from_str(&advertise(&policy)).unwrap()
}

/// Registers a client with one member more, and says whether that was taken as it is.
fn takes(member: &str, value: &Value) -> bool {
    let policy = config::compile(SETTINGS).unwrap().policy;
    let mut document = json!({
        "redirect_uris": ["https://a.example.com/cb"],
        "grant_types": ["authorization_code", "client_credentials", "refresh_token"],
        "jwks_uri": "https://a.example.com/jwks",
    });
    document[member] = value.clone();
    if member == "token_endpoint_auth_method" {
        document["grant_types"] = json!(["authorization_code"]);
    }
    if member == "token_endpoint_auth_signing_alg" {
        document["token_endpoint_auth_method"] = json!("private_key_jwt");
    }
    if member == "grant_types" {
        document["response_types"] = Value::Null;
    }
    let context = Context {
        caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
        ..Context::default()
    };
    let document = document.to_string();
    let decision = register(&context, 0, &[7; 32], document.as_bytes(), &policy).unwrap();
    let body: Value = serde_json::from_str(&decision.response.body).unwrap();
    decision.response.status == 201 && body[member] == *value
}

#[test]
fn what_is_advertised_is_what_is_accepted() {
    let metadata = advertised(SETTINGS);
    for (list, member, others) in [
        ("scopes_supported", "scope", &["contacts"][..]),
        (
            "grant_types_supported",
            "grant_types",
            &["implicit", "password", "urn:openid:params:grant-type:ciba"],
        ),
        (
            "response_types_supported",
            "response_types",
            &["token", "id_token"],
        ),
        (
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_method",
            &["client_secret_post", "client_secret_jwt", "tls_client_auth"],
        ),
        (
            "token_endpoint_auth_signing_alg_values_supported",
            "token_endpoint_auth_signing_alg",
            // The last two are offered, and cannot be verified here.
            &["RS256", "none", "ES512", "Ed448"],
        ),
        ("subject_types_supported", "subject_type", &["x"]),
        (
            "id_token_signing_alg_values_supported",
            "id_token_signed_response_alg",
            &["RS256", "none"],
        ),
        (
            "userinfo_encryption_alg_values_supported",
            "userinfo_encrypted_response_alg",
            &["dir"],
        ),
        (
            "request_object_signing_alg_values_supported",
            "request_object_signing_alg",
            &["HS256"],
        ),
        (
            "authorization_details_types_supported",
            "authorization_details_types",
            &["x"],
        ),
    ] {
        let value = |name: &str| match member {
            "grant_types" if name == "refresh_token" => json!(["authorization_code", name]),
            "grant_types" | "response_types" | "authorization_details_types" => json!([name]),
            _ => json!(name),
        };
        let listed = metadata[list].as_array().unwrap();
        assert!(!listed.is_empty());
        for name in listed {
            assert!(
                takes(member, &value(name.as_str().unwrap())),
                "{member} {name}"
            );
        }
        for name in others {
            assert!(!takes(member, &value(name)), "{member} {name}");
        }
    }
    assert!(takes("dpop_bound_access_tokens", &json!(true)));
    assert!(takes(
        "tls_client_certificate_bound_access_tokens",
        &json!(true)
    ));
    assert!(!takes(
        "require_pushed_authorization_requests",
        &json!(true)
    ));
}

#[test]
fn what_is_not_offered_is_not_advertised() {
    let metadata = advertised("");
    for absent in [
        "issuer",
        "registration_endpoint",
        "subject_types_supported",
        "dpop_signing_alg_values_supported",
    ] {
        assert!(!metadata.contains_key(absent), "{absent}");
    }
    let without = advertised("[oauth.client-registration]\nauth-methods = ['none']\n");
    assert!(!without.contains_key("token_endpoint_auth_signing_alg_values_supported"));
    assert_eq!(metadata["request_uri_parameter_supported"], json!(false));
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        json!(["S256"])
    );
}
