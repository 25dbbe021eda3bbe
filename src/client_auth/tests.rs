use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Outcome;
use crate::config;
use crate::context::Caller;
use crate::credentials::Generator;
use crate::jws::tests::es256;
use crate::request::Endpoint;

use super::*;

const NOW: u64 = 1_790_000_000;
const ISSUER: &str = "https://mail.example.com";
const OVERRIDE: &[&str] = &["authenticate", "oauth-client-override"];

fn policy(settings: &str) -> Policy {
    let text = format!(
        "[oauth.client-registration]
         require = true
         issuer = '{ISSUER}'
         token-endpoint = '{ISSUER}/auth/token'
         auth-methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
         {settings}"
    );
    // The last setting of a name counts, as it does nowhere else.
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let key = line.split('=').next().unwrap_or_default().trim();
        lines.retain(|known| known.split('=').next().unwrap_or_default().trim() != key);
        lines.push(line);
    }
    config::compile(&lines.join("\n")).unwrap().0
}

/// A secret, and its hash as a record has it.
fn secret(seed: u8) -> (String, Value) {
    let secret = Generator::new(&[seed; 32]).client_secret();
    let hash = serde_json::to_value(secret.hash()).unwrap();
    (secret.reveal().to_owned(), hash)
}

/// The record of client `c` with this method and these members.
fn record(method: &str, members: Value) -> String {
    let mut record = json!({
        "version": 1,
        "client_id": "c",
        "issued_at": 1,
        "registered_by": {"by": "key", "profile": "full"},
        "metadata": {"token_endpoint_auth_method": method, "grant_types": ["authorization_code"], "response_types": ["code"]},
    });
    for (name, value) in members.as_object().unwrap() {
        match record.get_mut("metadata") {
            Some(metadata) if name.starts_with("jwks") || name.starts_with("token_") => {
                metadata[name] = value.clone();
            }
            _ => record[name] = value.clone(),
        }
    }
    record.to_string()
}

fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

struct Asked<'a> {
    authorization: Option<&'a str>,
    parameters: &'a str,
    record: Option<&'a str>,
    permissions: &'a [&'a str],
    jwks: Option<&'a str>,
}

fn ask(asked: &Asked<'_>, policy: &Policy) -> Decision {
    let context = Context {
        caller: match asked.permissions {
            [] => Caller::anonymous(),
            permissions => Caller::with_permissions(permissions),
        },
        record: asked.record,
        ..Context::default()
    };
    let request = Request {
        endpoint: Endpoint::Token,
        authorization: asked.authorization,
        parameters: asked.parameters.as_bytes(),
        jwks: asked.jwks,
    };
    let decision = authenticate(&context, NOW, &request, policy).unwrap();
    let accepted = decision.outcome == Outcome::Accept;
    assert_eq!(accepted, decision.client.is_some());
    assert_eq!(accepted, decision.response.status == 200);
    assert_eq!(decision.effect, Effect::None);
    decision
}

fn code(decision: &Decision) -> Option<&'static str> {
    let mut errors = decision.diagnostics.iter();
    errors
        .find(|d| d.severity == crate::Severity::Error)
        .map(|d| d.code)
}

#[test]
fn secrets() {
    let (now, now_hash) = secret(1);
    let (old, old_hash) = secret(2);
    let (other, _) = secret(3);
    let current =
        |expires_at: u64| json!({"client_secret": {"sha256": now_hash, "expires_at": expires_at}});
    let both = |end: u64, old_end: u64| {
        let mut members = current(end);
        members["previous_client_secret"] = json!({"sha256": old_hash, "expires_at": old_end});
        members
    };
    let basic_client = record("client_secret_basic", current(0));
    let post_client = record("client_secret_post", current(0));
    let public = record("none", json!({}));
    let by_header = basic("c", &now);
    let encoded = basic("%63", &now.replace('_', "%5F"));
    let by_body = format!("client_id=c&client_secret={now}");
    for (name, record, authorization, parameters, expected) in [
        ("basic", &basic_client, Some(&by_header), "", None),
        (
            "basic, form-encoded",
            &basic_client,
            Some(&encoded),
            "",
            None,
        ),
        (
            "basic, with empty parameters",
            &basic_client,
            Some(&by_header),
            "client_id=&client_secret=&token=x",
            None,
        ),
        (
            "basic, named again",
            &basic_client,
            Some(&by_header),
            "client_id=c",
            None,
        ),
        (
            "basic, with another name",
            &basic_client,
            Some(&by_header),
            "client_id=d",
            Some("client-named-twice"),
        ),
        (
            "basic, another secret",
            &basic_client,
            Some(&basic("c", &other)),
            "",
            Some("client-secret-wrong"),
        ),
        (
            "basic, no secret",
            &basic_client,
            Some(&basic("c", "")),
            "",
            Some("client-secret-wrong"),
        ),
        (
            "basic, malformed",
            &basic_client,
            Some(&"Basic *".to_owned()),
            "client_id=c",
            Some("client-header-malformed"),
        ),
        (
            "basic for post",
            &post_client,
            Some(&by_header),
            "",
            Some("client-method-wrong"),
        ),
        ("post", &post_client, None, by_body.as_str(), None),
        (
            "post for basic",
            &basic_client,
            None,
            &by_body,
            Some("client-method-wrong"),
        ),
        (
            "post, another secret",
            &post_client,
            None,
            "client_id=c&client_secret=x",
            Some("client-secret-wrong"),
        ),
        (
            "both",
            &basic_client,
            Some(&by_header),
            &by_body,
            Some("client-methods-several"),
        ),
        ("none", &public, None, "client_id=c", None),
        (
            "none, another scheme",
            &public,
            Some(&"Bearer x".to_owned()),
            "client_id=c",
            None,
        ),
        (
            "none for basic",
            &basic_client,
            None,
            "client_id=c",
            Some("client-method-wrong"),
        ),
        (
            "a secret for none",
            &public,
            None,
            &by_body,
            Some("client-method-wrong"),
        ),
        (
            "a header for none",
            &public,
            Some(&by_header),
            "",
            Some("client-method-wrong"),
        ),
        (
            "just before its end",
            &record("client_secret_basic", current(NOW + 1)),
            Some(&by_header),
            "",
            None,
        ),
        (
            "at its end",
            &record("client_secret_basic", current(NOW)),
            Some(&by_header),
            "",
            Some("client-secret-expired"),
        ),
        (
            "the one before",
            &record("client_secret_basic", both(0, NOW + 1)),
            Some(&basic("c", &old)),
            "",
            None,
        ),
        (
            "the one before, over",
            &record("client_secret_basic", both(0, NOW)),
            Some(&basic("c", &old)),
            "",
            Some("client-secret-expired"),
        ),
        (
            "the new one beside it",
            &record("client_secret_basic", both(0, NOW)),
            Some(&by_header),
            "",
            None,
        ),
        (
            "neither",
            &record("client_secret_basic", both(0, 0)),
            Some(&basic("c", &other)),
            "",
            Some("client-secret-wrong"),
        ),
        ("nobody", &public, None, "", Some("client-unnamed")),
        (
            "a parameter twice",
            &public,
            None,
            "client_id=c&client_id=c",
            Some("parameter-twice"),
        ),
    ] {
        let asked = Asked {
            authorization: authorization.map(String::as_str),
            parameters,
            record: Some(record),
            permissions: &[],
            jwks: None,
        };
        let decision = ask(&asked, &policy(""));
        assert_eq!(code(&decision), expected, "{name}");
        let is_request = matches!(
            expected,
            Some("client-methods-several" | "client-unnamed" | "parameter-twice")
        );
        if let Some(expected) = expected {
            assert_eq!(
                decision.response.status,
                if is_request { 400 } else { 401 },
                "{name}"
            );
            let mut headers = decision.response.headers.iter();
            let challenged = headers.any(|h| h.name == "WWW-Authenticate");
            let used_header = authorization.is_some_and(|a| a.starts_with("Basic"));
            assert_eq!(challenged, used_header && !is_request, "{name}");
            assert_eq!(
                decision.response.body.contains(expected),
                is_request,
                "{name}"
            );
        }
    }
}

#[test]
fn every_refusal_looks_the_same() {
    let (_, hash) = secret(1);
    let known = record(
        "client_secret_basic",
        json!({"client_secret": {"sha256": hash, "expires_at": 1}}),
    );
    let (expired, _) = secret(1);
    let public = record("none", json!({}));
    let mut answers = Vec::new();
    for (name, record, secret) in [
        ("wrong", Some(&known), "x"),
        ("expired", Some(&known), &expired),
        ("unknown", None, "x"),
        ("method", Some(&public), "x"),
    ] {
        let header = basic("c", secret);
        let asked = Asked {
            authorization: Some(&header),
            parameters: "",
            record: record.map(String::as_str),
            permissions: &[],
            jwks: None,
        };
        answers.push((name, ask(&asked, &policy("")).response));
    }
    let body = r#"{"error":"invalid_client","error_description":"The client could not be authenticated."}"#;
    for (name, answer) in &answers {
        assert_eq!(answer, &answers[0].1, "{name}");
        assert_eq!(answer.body, body);
        let challenge = answer.headers.iter().find(|h| h.name == "WWW-Authenticate");
        assert!(challenge.unwrap().value.starts_with("Basic realm="));
        assert!(answer.headers.iter().any(|h| h.value == "no-store"));
    }
}

#[test]
fn clients_that_nobody_registered() {
    let public = record("none", json!({}));
    let denied = public.replace("\"version\"", "\"denied\":true,\"version\"");
    let off = "require = false";
    let on = "require = true";
    let unregistered = Ok(Standing::Unregistered);
    for (name, settings, record, permissions, parameters, expected) in [
        (
            "nothing required",
            off,
            None,
            &[][..],
            "client_id=c",
            unregistered,
        ),
        (
            "with a secret",
            off,
            None,
            &[],
            "client_id=c&client_secret=x",
            Err("client-has-no-secret"),
        ),
        (
            "required",
            on,
            None,
            &[],
            "client_id=c",
            Err("client-unknown"),
        ),
        (
            "overridden",
            on,
            None,
            OVERRIDE,
            "client_id=c",
            Ok(Standing::Overridden),
        ),
        (
            "overridden with a secret",
            on,
            None,
            OVERRIDE,
            "client_id=c&client_secret=x",
            Err("client-has-no-secret"),
        ),
        (
            "denied",
            off,
            Some(denied.as_str()),
            &[],
            "client_id=c",
            Err("client-unknown"),
        ),
        (
            "shared",
            "static-client = 'c'",
            None,
            &[],
            "client_id=c",
            Ok(Standing::Shared),
        ),
        (
            "shared with a secret",
            "static-client = 'c'",
            None,
            &[],
            "client_id=c&client_secret=x",
            Err("client-method-wrong"),
        ),
        (
            "registered",
            on,
            Some(&public),
            &[],
            "client_id=c",
            Ok(Standing::Registered),
        ),
        (
            "public clients are off",
            "auth-methods = ['client_secret_basic']",
            Some(&public),
            &[],
            "client_id=c",
            Err("client-method-gone"),
        ),
    ] {
        let asked = Asked {
            authorization: None,
            parameters,
            record,
            permissions,
            jwks: None,
        };
        let decision = ask(&asked, &policy(settings));
        let found = match &decision.client {
            Some(client) => Ok(client.standing),
            None => Err(code(&decision).unwrap()),
        };
        assert_eq!(found, expected, "{name}");
        let said = decision.diagnostics.first().map(|d| d.code);
        match expected {
            Ok(Standing::Unregistered) => assert_eq!(said, Some("client-unregistered")),
            Ok(Standing::Overridden) => assert_eq!(said, Some("client-overridden")),
            Ok(_) => assert_eq!(said, None, "{name}"),
            Err(_) => {}
        }
    }
}

#[test]
fn assertions() {
    let header = json!({"alg": "ES256"});
    let (key, _) = es256(7, &header, &json!({}));
    let keys = json!({"keys": [key]});
    let sound = json!({"iss": "c", "sub": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "1"});
    let with = |member: &str, value: Value| {
        let mut claims = sound.clone();
        claims[member] = value;
        claims
    };
    let own = record("private_key_jwt", json!({"jwks": keys}));
    let es384 = record(
        "private_key_jwt",
        json!({"jwks": keys, "token_endpoint_auth_signing_alg": "ES384"}),
    );
    let es256_only = record(
        "private_key_jwt",
        json!({"jwks": keys, "token_endpoint_auth_signing_alg": "ES256"}),
    );
    let elsewhere = record(
        "private_key_jwt",
        json!({"jwks_uri": "https://a.example.com/jwks"}),
    );
    let keyless = record("private_key_jwt", json!({}));
    let by_secret = record("client_secret_basic", json!({"jwks": keys}));
    let read = keys.to_string();
    let long = "x".repeat(257);
    let longest = "x".repeat(256);
    let endpoint = format!("{ISSUER}/auth/token");
    for (name, settings, record, jwks, claims, expected) in [
        ("sound", "", &own, None, sound.clone(), None),
        (
            "in its algorithm",
            "",
            &es256_only,
            None,
            sound.clone(),
            None,
        ),
        (
            "in another algorithm",
            "",
            &es384,
            None,
            sound.clone(),
            Some("assertion-algorithm"),
        ),
        (
            "an algorithm that is gone",
            "signing-algs = ['RS256']",
            &own,
            None,
            sound.clone(),
            Some("assertion-algorithm"),
        ),
        (
            "keys elsewhere",
            "",
            &elsewhere,
            None,
            sound.clone(),
            Some("keys-unread"),
        ),
        (
            "keys elsewhere, for an assertion that is none of this server's",
            "",
            &elsewhere,
            None,
            with("aud", json!("x")),
            Some("assertion-audience"),
        ),
        (
            "keys elsewhere, for an assertion in another algorithm",
            "signing-algs = ['RS256']",
            &elsewhere,
            None,
            sound.clone(),
            Some("assertion-algorithm"),
        ),
        (
            "keys elsewhere, for an assertion that is over",
            "",
            &elsewhere,
            None,
            with("exp", json!(NOW - 60)),
            Some("assertion-time"),
        ),
        (
            "keys that were read",
            "",
            &elsewhere,
            Some(read.as_str()),
            sound.clone(),
            None,
        ),
        (
            "keys that were read are not for those that registered theirs",
            "",
            &own,
            Some("{\"keys\":[]}"),
            sound.clone(),
            None,
        ),
        (
            "no keys",
            "",
            &keyless,
            Some(&read),
            sound.clone(),
            Some("assertion-signature"),
        ),
        (
            "other keys",
            "",
            &elsewhere,
            Some("{\"keys\":[]}"),
            sound.clone(),
            Some("assertion-signature"),
        ),
        (
            "another method",
            "",
            &by_secret,
            None,
            sound.clone(),
            Some("client-method-wrong"),
        ),
        (
            "a method that is gone",
            "auth-methods = ['none']",
            &own,
            None,
            sound.clone(),
            Some("client-method-gone"),
        ),
        (
            "another issuer",
            "",
            &own,
            None,
            with("iss", json!("d")),
            Some("assertion-client"),
        ),
        (
            "no issuer",
            "",
            &own,
            None,
            with("iss", Value::Null),
            Some("assertion-client"),
        ),
        (
            "the endpoint",
            "",
            &own,
            None,
            with("aud", json!(endpoint)),
            None,
        ),
        (
            "several audiences",
            "",
            &own,
            None,
            with("aud", json!(["x", ISSUER])),
            None,
        ),
        (
            "another audience",
            "",
            &own,
            None,
            with("aud", json!("https://mail.example.org")),
            Some("assertion-audience"),
        ),
        (
            "other audiences",
            "",
            &own,
            None,
            with("aud", json!(["x", 1])),
            Some("assertion-audience"),
        ),
        (
            "no audience",
            "",
            &own,
            None,
            with("aud", Value::Null),
            Some("assertion-audience"),
        ),
        (
            "a longer audience",
            "",
            &own,
            None,
            with("aud", json!(format!("{ISSUER}/"))),
            Some("assertion-audience"),
        ),
        (
            "no end",
            "",
            &own,
            None,
            with("exp", Value::Null),
            Some("assertion-time"),
        ),
        (
            "over",
            "",
            &own,
            None,
            with("exp", json!(NOW - 60)),
            Some("assertion-time"),
        ),
        (
            "not quite over",
            "",
            &own,
            None,
            with("exp", json!(NOW - 59)),
            None,
        ),
        (
            "for an hour",
            "",
            &own,
            None,
            with("exp", json!(NOW + 3600)),
            None,
        ),
        (
            "for longer",
            "",
            &own,
            None,
            with("exp", json!(NOW + 3601)),
            Some("assertion-time"),
        ),
        (
            "of the future",
            "",
            &own,
            None,
            with("nbf", json!(NOW + 61)),
            Some("assertion-time"),
        ),
        (
            "issued in the future",
            "",
            &own,
            None,
            with("iat", json!(NOW + 61)),
            Some("assertion-time"),
        ),
        (
            "an end that is no time",
            "",
            &own,
            None,
            with("exp", json!("soon")),
            Some("assertion-time"),
        ),
        (
            "no id",
            "",
            &own,
            None,
            with("jti", Value::Null),
            Some("assertion-id"),
        ),
        (
            "an empty id",
            "",
            &own,
            None,
            with("jti", json!("")),
            Some("assertion-id"),
        ),
        (
            "a long id",
            "",
            &own,
            None,
            with("jti", json!(long)),
            Some("assertion-id"),
        ),
        (
            "the longest id",
            "",
            &own,
            None,
            with("jti", json!(longest)),
            None,
        ),
    ] {
        let (_, token) = es256(7, &header, &claims);
        let parameters = format!(
            "client_assertion_type={}&client_assertion={token}",
            JWT_BEARER
        );
        let asked = Asked {
            authorization: None,
            parameters: &parameters,
            record: Some(record),
            permissions: &[],
            jwks,
        };
        let decision = ask(&asked, &policy(settings));
        assert_eq!(code(&decision), expected, "{name}");
        assert_eq!(
            decision.fetches.len(),
            usize::from(expected == Some("keys-unread")),
            "{name}"
        );
        if let Some(client) = decision.client {
            let assertion = client.assertion.unwrap();
            assert_eq!(claims["jti"], assertion.id.as_str(), "{name}");
            assert_eq!(
                claims["exp"].as_u64().unwrap() + 60,
                assertion.expires_at,
                "{name}"
            );
        }
    }
}

#[test]
fn assertions_need_a_server_to_name() {
    let claims =
        |aud: Value| json!({"iss": "c", "sub": "c", "aud": aud, "exp": NOW + 60, "jti": "1"});
    let (key, _) = es256(7, &json!({}), &json!({}));
    let own = record("private_key_jwt", json!({"jwks": {"keys": [key]}}));
    let endpoint = "https://mail.example.com/auth/token";
    let methods = "auth-methods = ['private_key_jwt']";
    for (settings, audience, expected) in [
        (String::new(), json!(ISSUER), Some("assertion-audience")),
        (String::new(), json!(""), Some("assertion-audience")),
        (format!("issuer = '{ISSUER}'"), json!(ISSUER), None),
        (
            format!("issuer = '{ISSUER}'"),
            json!(endpoint),
            Some("assertion-audience"),
        ),
        (
            format!("token-endpoint = '{endpoint}'"),
            json!(endpoint),
            None,
        ),
        (
            format!("token-endpoint = '{endpoint}'"),
            json!(ISSUER),
            Some("assertion-audience"),
        ),
    ] {
        let text = format!("[oauth.client-registration]\n{methods}\n{settings}");
        let (policy, _) = config::compile(&text).unwrap();
        let (_, token) = es256(7, &json!({"alg": "ES256"}), &claims(audience));
        let asked = Asked {
            authorization: None,
            parameters: &format!("client_assertion_type={JWT_BEARER}&client_assertion={token}"),
            record: Some(&own),
            permissions: &[],
            jwks: None,
        };
        assert_eq!(code(&ask(&asked, &policy)), expected, "{settings}");
    }
}

#[test]
fn clients_with_a_document() {
    let asked = Asked {
        authorization: None,
        parameters: "client_id=https://a.example.com/client",
        record: None,
        permissions: &[],
        jwks: None,
    };
    let unread = ask(&asked, &policy("client-id-metadata-documents = true"));
    assert_eq!(code(&unread), Some("client-document-unread"));
    let unknown = ask(&asked, &policy(""));
    assert_eq!(code(&unknown), Some("client-unknown"));
    assert_eq!(unread.response, unknown.response);
}

#[test]
fn assertions_that_are_none() {
    let header = json!({"alg": "ES256"});
    let claims = json!({"iss": "c", "sub": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "1"});
    let (key, token) = es256(7, &header, &claims);
    let (_, forged) = es256(8, &header, &claims);
    let (_, subject) = es256(
        7,
        &header,
        &json!({"iss": "c", "sub": "d", "aud": ISSUER, "exp": NOW + 60, "jti": "1"}),
    );
    let (_, unnamed) = es256(
        7,
        &header,
        &json!({"iss": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "1"}),
    );
    let own = record("private_key_jwt", json!({"jwks": {"keys": [key]}}));
    let sent = |token: &str| format!("client_assertion_type={JWT_BEARER}&client_assertion={token}");
    let header = basic("c", "x");
    for (name, authorization, parameters, expected) in [
        ("forged", None, sent(&forged), "assertion-signature"),
        (
            "another subject",
            None,
            format!("{}&client_id=c", sent(&subject)),
            "client-named-twice",
        ),
        (
            "no subject",
            None,
            format!("{}&client_id=c", sent(&unnamed)),
            "assertion-client",
        ),
        (
            "cut off",
            None,
            format!("client_id=c&{}", sent(&token[..token.len() - 1])),
            "assertion-syntax",
        ),
        (
            "no type",
            None,
            format!("client_assertion={token}"),
            "assertion-type",
        ),
        (
            "another type",
            None,
            format!("client_assertion={token}&client_assertion_type=x"),
            "assertion-type",
        ),
        (
            "a type alone",
            None,
            format!("client_id=c&client_assertion_type={JWT_BEARER}"),
            "assertion-type",
        ),
        (
            "beside a secret",
            None,
            format!("{}&client_secret=x", sent(&token)),
            "client-methods-several",
        ),
        (
            "beside a header",
            Some(&header),
            sent(&token),
            "client-methods-several",
        ),
        (
            "no assertion",
            None,
            "client_id=c".to_owned(),
            "client-method-wrong",
        ),
    ] {
        let asked = Asked {
            authorization: authorization.map(String::as_str),
            parameters: &parameters,
            record: Some(&own),
            permissions: &[],
            jwks: None,
        };
        assert_eq!(code(&ask(&asked, &policy(""))), Some(expected), "{name}");
    }
}

#[test]
fn certificates_are_the_hosts() {
    for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
        let client = record(method, json!({}));
        for (parameters, expected) in [
            ("client_id=c", "client-method-tls"),
            ("client_id=c&client_secret=x", "client-method-wrong"),
        ] {
            let asked = Asked {
                authorization: None,
                parameters,
                record: Some(&client),
                permissions: &[],
                jwks: None,
            };
            assert_eq!(code(&ask(&asked, &policy(""))), Some(expected), "{method}");
        }
    }
}
