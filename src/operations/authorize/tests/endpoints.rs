//! Tests of the endpoints other than the authorization endpoint.

use super::*;

#[test]
fn other_endpoints() {
    use Endpoint::{DeviceAuthorization, Introspection, Revocation, Token};
    const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let all = record(
        "key",
        "full",
        json!({
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token", DEVICE, "client_credentials"],
        }),
    );
    let public = all.replace("client_secret_basic", "none");
    let native = native();
    let by = |grant: &str| json!({"client_id": "c", "grant_type": grant});
    let plain = json!({"client_id": "c"});
    for (name, settings, endpoint, record, parameters, expected) in [
        (
            "device",
            "",
            DeviceAuthorization,
            Some(&all),
            plain.clone(),
            Ok("a b"),
        ),
        (
            "device, unregistered grant",
            "",
            DeviceAuthorization,
            Some(&native),
            plain.clone(),
            Err((400, "unauthorized_client")),
        ),
        (
            "device, unregistered client",
            "scopes = ['z']",
            DeviceAuthorization,
            None,
            plain.clone(),
            Err((400, "unauthorized_client")),
        ),
        (
            "device, unregistered client, by setting",
            "anonymous-device = true\nscopes = ['z']",
            DeviceAuthorization,
            None,
            plain.clone(),
            Ok("z"),
        ),
        (
            "device, not offered",
            "grant-types = ['authorization_code']",
            DeviceAuthorization,
            None,
            plain.clone(),
            Err((400, "unauthorized_client")),
        ),
        (
            "device, not offered any more",
            "grant-types = ['authorization_code']",
            DeviceAuthorization,
            Some(&all),
            plain.clone(),
            Err((400, "unauthorized_client")),
        ),
        (
            "device, a resource",
            "resources = ['https://x.example']",
            DeviceAuthorization,
            Some(&all),
            json!({"client_id": "c", "resource": "https://y.example"}),
            Err((400, "invalid_target")),
        ),
        (
            "device, unknown client",
            "require = true",
            DeviceAuthorization,
            None,
            plain.clone(),
            Err((401, "invalid_client")),
        ),
        (
            "device, scope",
            "",
            DeviceAuthorization,
            Some(&all),
            json!({"client_id": "c", "scope": "b"}),
            Ok("b"),
        ),
        (
            "code",
            "",
            Token,
            Some(&native),
            by("authorization_code"),
            Ok("a b"),
        ),
        (
            "refresh",
            "",
            Token,
            Some(&native),
            by("refresh_token"),
            Ok("a b"),
        ),
        (
            "refresh, less",
            "",
            Token,
            Some(&native),
            json!({"client_id": "c", "grant_type": "refresh_token", "scope": "a"}),
            Ok("a"),
        ),
        (
            "refresh, other",
            "",
            Token,
            Some(&native),
            json!({"client_id": "c", "grant_type": "refresh_token", "scope": "x"}),
            Err((400, "invalid_scope")),
        ),
        (
            "credentials",
            "",
            Token,
            Some(&all),
            by("client_credentials"),
            Ok("a b"),
        ),
        (
            "credentials, unregistered grant",
            "",
            Token,
            Some(&native),
            by("client_credentials"),
            Err((400, "unauthorized_client")),
        ),
        (
            "credentials, unregistered client",
            "",
            Token,
            None,
            by("client_credentials"),
            Err((400, "unauthorized_client")),
        ),
        (
            "credentials, public client",
            "",
            Token,
            Some(&public),
            by("client_credentials"),
            Err((400, "unauthorized_client")),
        ),
        (
            "device code, public client",
            "",
            Token,
            Some(&public),
            by(DEVICE),
            Ok("a b"),
        ),
        ("device code", "", Token, Some(&all), by(DEVICE), Ok("a b")),
        (
            "device code, unregistered grant",
            "",
            Token,
            Some(&native),
            by(DEVICE),
            Err((400, "unauthorized_client")),
        ),
        (
            "password",
            "",
            Token,
            Some(&all),
            by("password"),
            Err((400, "unsupported_grant_type")),
        ),
        (
            "not offered any more",
            "grant-types = ['authorization_code']",
            Token,
            Some(&all),
            by("refresh_token"),
            Err((400, "unsupported_grant_type")),
        ),
        (
            "no grant type",
            "",
            Token,
            Some(&all),
            plain.clone(),
            Err((400, "invalid_request")),
        ),
        (
            "shared",
            "require = true\nstatic-client = 'c'\nscopes = ['z']",
            Token,
            None,
            by("refresh_token"),
            Ok("z"),
        ),
        (
            "shared, by device",
            "require = true\nstatic-client = 'c'",
            Token,
            None,
            by(DEVICE),
            Err((400, "unauthorized_client")),
        ),
        (
            "unknown",
            "require = true",
            Token,
            None,
            by("refresh_token"),
            Err((401, "invalid_client")),
        ),
        (
            "a resource",
            "resources = ['https://x.example']",
            Token,
            Some(&native),
            json!({"client_id": "c", "grant_type": "refresh_token", "resource": "https://y.example"}),
            Err((400, "invalid_target")),
        ),
        (
            "introspection",
            "",
            Introspection,
            Some(&native),
            plain.clone(),
            Ok(""),
        ),
        (
            "introspection is about no scope",
            "resources = ['https://x.example']",
            Introspection,
            Some(&native),
            json!({"client_id": "c", "scope": "x", "resource": "https://y.example"}),
            Ok(""),
        ),
        (
            "revocation",
            "resources = ['https://x.example']",
            Revocation,
            None,
            json!({"client_id": "c", "scope": "x", "resource": "https://y.example"}),
            Ok(""),
        ),
        (
            "revocation, unknown",
            "require = true",
            Revocation,
            None,
            plain,
            Err((401, "invalid_client")),
        ),
    ] {
        let record = record.map(String::as_str);
        let decision = at(
            endpoint,
            &encode(&parameters),
            record,
            &[],
            &policy(settings),
        );
        match expected {
            Ok(scope) => {
                let client = decision
                    .client
                    .unwrap_or_else(|| panic!("{name}: {:?}", decision.diagnostics));
                assert_eq!(client.scope.unwrap_or_default(), scope, "{name}");
                assert_eq!(client.redirect_uri, None, "{name}");
            }
            Err((status, error)) => {
                assert_eq!(decision.response.status, status, "{name}");
                let body = format!("{{\"error\":\"{error}\"");
                assert!(
                    decision.response.body.starts_with(&body),
                    "{name}: {}",
                    decision.response.body
                );
            }
        }
    }
}

#[test]
fn which_grant_is_wrong() {
    let native = native();
    for (parameters, code) in [
        ("client_id=c", "grant-type-missing"),
        ("client_id=c&grant_type=password", "grant-type-unknown"),
        (
            "client_id=c&grant_type=client_credentials",
            "grant-type-unregistered",
        ),
    ] {
        let decision = at(Endpoint::Token, parameters, Some(&native), &[], &policy(""));
        assert_eq!(errors(&decision), [code]);
    }
}

#[test]
fn ciba_needs_a_client_that_authenticates() {
    let settings = "extensions = ['ciba']\ngrant-types = ['urn:openid:params:grant-type:ciba']";
    let parameters = "client_id=c&grant_type=urn:openid:params:grant-type:ciba";
    let decision = at(Endpoint::Token, parameters, None, &[], &policy(settings));
    assert_eq!(errors(&decision), ["grant-type-unregistered"]);
}

/// RFC 6749 §5.2
#[test]
fn who_failed_by_header_is_challenged() {
    let required = policy("require = true");
    for (endpoint, authorization, parameters, status, challenged) in [
        (Endpoint::Token, Some("Basic Yzp4"), "", 401, true),
        (Endpoint::Token, Some("Bearer x"), "client_id=c", 401, false),
        (Endpoint::Token, None, "client_id=c", 401, false),
        (Endpoint::Introspection, Some("basic Yzp4"), "", 401, true),
        (
            Endpoint::Token,
            Some("Basic Yzp4"),
            "client_id=d",
            400,
            false,
        ),
        (
            Endpoint::Authorization,
            Some("Basic Yzp4"),
            "client_id=c",
            400,
            false,
        ),
    ] {
        let request = Request {
            endpoint,
            authorization,
            parameters: parameters.as_bytes(),
            jwks: None,
        };
        let decision = authorize(&Context::default(), NOW, &request, &required).unwrap();
        let name = format!("{endpoint:?} {authorization:?} {parameters}");
        assert_eq!(decision.response.status, status, "{name}");
        let mut headers = decision.response.headers.iter();
        let challenge = headers.find(|h| h.name == "WWW-Authenticate");
        let challenge = challenge.map(|h| h.value.as_ref());
        assert_eq!(
            challenge,
            challenged.then_some("Basic realm=\"clients\""),
            "{name}"
        );
    }
}

/// The record of a client whose id contains its registration, and the requests that store it.
#[test]
fn a_registration_is_stored_when_a_user_is_asked() {
    use Endpoint::{
        Authorization, DeviceAuthorization, Introspection, PushedAuthorization, Revocation, Token,
    };
    const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let document = record(
        "stranger",
        "mail",
        json!({"grant_types": ["authorization_code", "refresh_token", DEVICE]}),
    );
    let parameters = asking(json!({"grant_type": "refresh_token"}));
    let parameters = Parameters::read(parameters.as_bytes()).unwrap();
    for (endpoint, stateless, is_stored) in [
        (Authorization, true, true),
        (PushedAuthorization, true, true),
        (DeviceAuthorization, true, true),
        (Token, true, false),
        (Introspection, true, false),
        (Revocation, true, false),
        (Authorization, false, false),
    ] {
        let usable = Usable::Known(Box::new(client::Known {
            standing: Standing::Registered,
            stored: crate::client::Stored::read(&document).unwrap(),
            stateless,
        }));
        let request = Request {
            endpoint,
            authorization: None,
            parameters: b"",
            jwks: None,
        };
        let policy = policy("anonymous-device = true");
        let judged = judge("c".to_owned(), &usable, NOW, &request, &parameters, &policy);
        let decision = judged.unwrap();
        assert_eq!(decision.outcome, Outcome::Accept, "{endpoint:?}");
        match decision.effect {
            Effect::Share(record) if is_stored => {
                assert_eq!(record.client_id, "c");
                let stored: Value = serde_json::from_str(&record.document).unwrap();
                let given: Value = serde_json::from_str(&document).unwrap();
                assert_eq!(stored["issued_at"], NOW);
                assert_eq!(stored["metadata"], given["metadata"]);
                assert_eq!(stored["registered_by"], given["registered_by"]);
            }
            effect => {
                assert_eq!(effect, Effect::None, "{endpoint:?}");
                assert!(!is_stored, "{endpoint:?}");
            }
        }
    }
}
