//! Tests of clients with a secret, and of public clients.

use super::*;

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
        ("basic for post", &post_client, Some(&by_header), "", None),
        ("post", &post_client, None, by_body.as_str(), None),
        ("post for basic", &basic_client, None, &by_body, None),
        (
            "post for basic, another secret",
            &basic_client,
            None,
            "client_id=c&client_secret=x",
            Some("client-secret-wrong"),
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

/// RFC 6749 §2.3.1
#[test]
fn the_header_and_the_body_stand_for_each_other() {
    let (now, hash) = secret(1);
    let stored = json!({"client_secret": {"sha256": hash, "expires_at": 0}});
    let by_header = basic("c", &now);
    let by_body = format!("client_id=c&client_secret={now}");
    let strict = "any-secret-method = false";
    let without_post = "auth-methods = ['none', 'client_secret_basic']";
    let without_basic = "auth-methods = ['none', 'client_secret_post']";
    for (registered, by, settings, sound) in [
        ("client_secret_basic", "header", "", true),
        ("client_secret_basic", "body", "", true),
        ("client_secret_post", "header", "", true),
        ("client_secret_post", "body", "", true),
        ("client_secret_basic", "header", strict, true),
        ("client_secret_basic", "body", strict, false),
        ("client_secret_post", "header", strict, false),
        ("client_secret_basic", "body", without_post, false),
        ("client_secret_post", "header", without_basic, false),
        // A secret stands for nothing else.
        ("none", "header", "", false),
        ("none", "body", "", false),
        ("private_key_jwt", "header", "", false),
        ("private_key_jwt", "body", "", false),
    ] {
        let record = record(registered, stored.clone());
        let (authorization, parameters) = match by {
            "header" => (Some(by_header.as_str()), ""),
            _ => (None, by_body.as_str()),
        };
        let asked = Asked {
            authorization,
            parameters,
            record: Some(&record),
            permissions: &[],
            jwks: None,
        };
        let decision = ask(&asked, &policy(settings));
        let name = format!("{registered} by the {by}, {settings}");
        assert_eq!(code(&decision).is_none(), sound, "{name}");
        if let Some(found) = decision.diagnostics.first() {
            assert_eq!(found.code, "client-method-wrong", "{name}");
            let used = match by {
                "header" => "client_secret_basic",
                _ => "client_secret_post",
            };
            let expected =
                format!("The client registered the method {registered}, and used {used}.");
            assert_eq!(found.message, expected, "{name}");
            assert!(!decision.response.body.contains(registered), "{name}");
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
        (
            "public clients are off, unregistered",
            "require = false\nauth-methods = ['client_secret_basic']",
            None,
            &[],
            "client_id=c",
            Err("client-method-gone"),
        ),
        (
            "public clients are off, overridden",
            "auth-methods = ['client_secret_basic']",
            None,
            OVERRIDE,
            "client_id=c",
            Err("client-method-gone"),
        ),
        (
            "public clients are off, shared",
            "static-client = 'c'\nauth-methods = ['client_secret_basic']",
            None,
            &[],
            "client_id=c",
            Err("client-method-gone"),
        ),
        (
            "strangers must not be public, unregistered",
            "require = false\nanonymous-terms = { auth-methods = ['client_secret_basic'] }",
            None,
            &[],
            "client_id=c",
            Err("client-method-gone"),
        ),
        (
            "strangers must not be public, overridden",
            "anonymous-terms = { auth-methods = ['client_secret_basic'] }",
            None,
            OVERRIDE,
            "client_id=c",
            Ok(Standing::Overridden),
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

/// A client that waits is told so if it is the client, and no more than anybody if it is not.
#[test]
fn clients_that_wait() {
    let (right, hash) = secret(1);
    let with_secret = |method: &str| {
        let members =
            json!({"waiting_since": 1, "client_secret": {"sha256": hash, "expires_at": 0}});
        record(method, members)
    };
    let by_secret = with_secret("client_secret_basic");
    let public = record("none", json!({"waiting_since": 1}));
    let keys = json!({"waiting_since": 1, "jwks_uri": "https://a.example.com/keys"});
    let elsewhere = record("private_key_jwt", keys);
    let right = basic("c", &right);
    let wrong = basic("c", "wrong");
    let claims = json!({"iss": "c", "sub": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "1"});
    let assertion = format!(
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={}",
        es256(7, &json!({"alg": "ES256"}), &claims).1
    );
    for (name, settings, record, authorization, parameters, expected) in [
        (
            "with its secret",
            "",
            &by_secret,
            Some(&*right),
            "",
            (400, "unauthorized_client", "client-waits"),
        ),
        (
            "with another secret",
            "",
            &by_secret,
            Some(&wrong),
            "",
            (401, "invalid_client", "client-secret-wrong"),
        ),
        (
            "public",
            "",
            &public,
            None,
            "client_id=c",
            (400, "unauthorized_client", "client-waits"),
        ),
        (
            "with keys that would have to be fetched",
            "",
            &elsewhere,
            None,
            &assertion,
            (401, "invalid_client", "client-waits"),
        ),
    ] {
        let decision = ask(
            &Asked {
                authorization,
                parameters,
                record: Some(record),
                permissions: OVERRIDE,
                jwks: None,
            },
            &policy(settings),
        );
        let body: Value = serde_json::from_str(&decision.response.body).unwrap();
        let error = body["error"].as_str().unwrap();
        let found = (decision.response.status, error, code(&decision).unwrap());
        assert_eq!(found, expected, "{name}");
        assert_eq!(decision.fetches, [], "{name}");
    }
    // It can end the tokens that it has, and nobody else can.
    for (name, authorization, expected) in [("right", &right, true), ("wrong", &wrong, false)] {
        let context = Context {
            record: Some(&by_secret),
            ..Context::default()
        };
        let request = Request {
            endpoint: Endpoint::Revocation,
            authorization: Some(authorization),
            parameters: b"token=t",
            jwks: None,
        };
        let decision = authenticate(&context, NOW, &request, &policy("")).unwrap();
        assert_eq!(decision.outcome == Outcome::Accept, expected, "{name}");
    }
}
