//! Tests of clients that sign assertions.

use super::*;

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
        let policy = config::compile(&text).unwrap().policy;
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
