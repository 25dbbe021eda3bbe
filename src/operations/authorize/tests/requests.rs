//! Tests of what an authorization request can ask for.

use super::*;

#[test]
fn what_may_be_asked_for() {
    let none = Value::Null;
    let longer = format!("{CHALLENGE}A");
    let confidential = web("key", &["http://127.0.0.1/cb"]);
    let pushes = record(
        "key",
        "full",
        json!({"require_pushed_authorization_requests": true}),
    );
    let by_device = record(
        "key",
        "full",
        json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "response_types": []}),
    );
    let without_code = record("key", "full", json!({"response_types": []}));
    let without_grant = record("key", "full", json!({"grant_types": ["refresh_token"]}));
    let native = native();
    let lax = "pkce = 'public'";
    let resources = "resources = ['https://mail.example.com/jmap', 'imap://mail.example.com']";
    for (name, settings, record, changes, expected) in [
        ("sound", "", &native, json!({}), &[][..]),
        (
            "no response type",
            "",
            &native,
            json!({"response_type": none}),
            &["response-type-missing"],
        ),
        (
            "an implicit one",
            "",
            &native,
            json!({"response_type": "token"}),
            &["response-type-unknown"],
        ),
        (
            "two",
            "",
            &native,
            json!({"response_type": "code token"}),
            &["response-type-unknown"],
        ),
        (
            "no code grant",
            "",
            &by_device,
            json!({}),
            &["response-type-unregistered"],
        ),
        (
            "no code type",
            "",
            &without_code,
            json!({}),
            &["response-type-unregistered"],
        ),
        (
            "no grant",
            "",
            &without_grant,
            json!({}),
            &["response-type-unregistered"],
        ),
        (
            "a grant that is not offered any more",
            "grant-types = ['refresh_token', 'client_credentials']",
            &native,
            json!({}),
            &["response-type-unregistered"],
        ),
        ("query", "", &native, json!({"response_mode": "query"}), &[]),
        (
            "fragment",
            "",
            &native,
            json!({"response_mode": "fragment"}),
            &["response-mode"],
        ),
        (
            "no challenge",
            "",
            &native,
            json!({"code_challenge": none}),
            &["pkce-missing"],
        ),
        (
            "no PKCE at all",
            "",
            &native,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &["pkce-missing"],
        ),
        (
            "no method",
            "",
            &native,
            json!({"code_challenge_method": none}),
            &["pkce-method"],
        ),
        (
            "plain",
            "",
            &native,
            json!({"code_challenge_method": "plain"}),
            &["pkce-method"],
        ),
        (
            "another case",
            "",
            &native,
            json!({"code_challenge_method": "s256"}),
            &["pkce-method"],
        ),
        (
            "bits beyond the digest",
            "",
            &native,
            json!({"code_challenge": CHALLENGE.replace("-cM", "-cN")}),
            &["pkce-syntax"],
        ),
        (
            "padding",
            "",
            &native,
            json!({"code_challenge": format!("{CHALLENGE}=")}),
            &["pkce-syntax"],
        ),
        (
            "too short",
            "",
            &native,
            json!({"code_challenge": &CHALLENGE[1..]}),
            &["pkce-syntax"],
        ),
        (
            "too long",
            "",
            &native,
            json!({"code_challenge": longer}),
            &["pkce-syntax"],
        ),
        (
            "other characters",
            "",
            &native,
            json!({"code_challenge": CHALLENGE.replace('-', "+")}),
            &["pkce-syntax"],
        ),
        (
            "a confidential client",
            "",
            &confidential,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &["pkce-missing"],
        ),
        (
            "a confidential client, by setting",
            lax,
            &confidential,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &[],
        ),
        (
            "a method alone",
            lax,
            &confidential,
            json!({"code_challenge": none}),
            &["pkce-missing"],
        ),
        (
            "what is sent is checked",
            lax,
            &confidential,
            json!({"code_challenge_method": "plain"}),
            &["pkce-method"],
        ),
        (
            "a public client, by setting",
            lax,
            &native,
            json!({"code_challenge": none, "code_challenge_method": none}),
            &["pkce-missing"],
        ),
        (
            "a request object",
            "",
            &native,
            json!({"request": "x"}),
            &["request-object"],
        ),
        (
            "a request object's URI",
            "",
            &native,
            json!({"request_uri": "x"}),
            &["request-object-uri"],
        ),
        ("not pushed", "", &pushes, json!({}), &["push-required"]),
        (
            "resources that nobody knows of",
            "",
            &native,
            json!({"resource": ["https://x.example", "https://y.example"]}),
            &[],
        ),
        (
            "known resources",
            resources,
            &native,
            json!({"resource": ["https://mail.example.com/jmap", "imap://mail.example.com"]}),
            &[],
        ),
        (
            "an unknown resource",
            resources,
            &native,
            json!({"resource": ["https://mail.example.com/jmap", "https://x.example"]}),
            &["resource-unknown"],
        ),
        (
            "a malformed scope",
            "",
            &native,
            json!({"scope": "a  b"}),
            &["scope-malformed"],
        ),
        (
            "a quote in a scope",
            "",
            &native,
            json!({"scope": "a \""}),
            &["scope-malformed"],
        ),
        (
            "no scope left",
            "",
            &native,
            json!({"scope": "x y"}),
            &["scope-none"],
        ),
        (
            "several mistakes",
            "",
            &native,
            json!({"scope": "x", "response_type": "token", "code_challenge": none}),
            &["response-type-unknown", "pkce-missing", "scope-none"],
        ),
    ] {
        let decision = at(
            Endpoint::Authorization,
            &asking(changes.clone()),
            Some(record),
            &[],
            &policy(settings),
        );
        assert_eq!(errors(&decision), expected, "{name}");
        let is_redirect = location(&decision).is_some();
        assert_eq!(
            is_redirect,
            !expected.is_empty(),
            "{name}: the client is known"
        );
        assert_eq!(is_redirect, decision.response.status == 303, "{name}");

        let pushed = at(
            Endpoint::PushedAuthorization,
            &asking(changes),
            Some(record),
            &[],
            &policy(settings),
        );
        assert_eq!(location(&pushed), None, "{name}");
        if name != "not pushed" {
            assert_eq!(errors(&pushed), expected, "{name}");
        } else {
            assert_eq!(errors(&pushed), [""; 0], "{name}");
        }
    }
}

/// Requirements H1, H7: a client without a registration must use PKCE too.
#[test]
fn pkce_of_clients_that_nobody_registered() {
    let without = asking(json!({"code_challenge": null, "code_challenge_method": null}));
    for (name, settings, permissions) in [
        ("unregistered", "", &[][..]),
        ("overridden", "require = true", OVERRIDE),
        ("shared", "static-client = 'c'", &[]),
    ] {
        let lax = policy(&format!("pkce = 'public'\n{settings}"));
        for endpoint in [Endpoint::Authorization, Endpoint::PushedAuthorization] {
            let decision = at(endpoint, &without, None, permissions, &lax);
            assert_eq!(errors(&decision), ["pkce-missing"], "{name}");
        }
    }
}

#[test]
fn scopes() {
    let settings = "scopes = ['a', 'b', 'c']\ndefault-scopes = ['c']";
    let native = native();
    let nothing = record("key", "full", json!({"scope": null})).replace("\"scope\":null,", "");
    for (name, record, asked, granted, is_cut) in [
        ("left out", Some(&native), Value::Null, Some("a b"), false),
        ("all", Some(&native), json!("b a"), Some("b a"), false),
        ("some", Some(&native), json!("b"), Some("b"), false),
        ("twice", Some(&native), json!("b b"), Some("b"), false),
        ("too much", Some(&native), json!("b c"), Some("b"), true),
        (
            "nothing that gives access",
            Some(&native),
            json!("offline_access"),
            Some(""),
            true,
        ),
        (
            "unregistered, left out",
            None,
            Value::Null,
            Some("c"),
            false,
        ),
        ("unregistered", None, json!("a x"), Some("a"), true),
        ("none at all", Some(&nothing), Value::Null, None, false),
    ] {
        let parameters = asking(json!({"scope": asked}));
        let record = record.map(String::as_str);
        let decision = at(
            Endpoint::Authorization,
            &parameters,
            record,
            &[],
            &policy(settings),
        );
        let found = decision.diagnostics.iter().any(|d| d.code == "scope-cut");
        assert_eq!(found, is_cut, "{name}");
        assert_eq!(decision.client.unwrap().scope.as_deref(), granted, "{name}");
    }
}
