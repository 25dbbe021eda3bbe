use serde_json::{Value, json};

use crate::config;
use crate::document;
use crate::jose::jws::tests::{encode, es256};
use crate::metadata;

use super::*;

const NOW: u64 = 1_790_000_000;
const VENDOR: &str = "https://vendor.example";
const ENDPOINT: &str = "https://mail.example.com/auth/register";

fn policy(settings: Value) -> Policy {
    let (key, _) = es256(7, &json!({}), &json!({}));
    let rsa: Value = serde_json::from_str(include_str!("../../../tests/vectors/rsa.json")).unwrap();
    let mut table = json!({"trusted-issuers": [
        {"issuer": VENDOR, "jwks": {"keys": [key]}},
        {"issuer": "rsa", "jwks": {"keys": [rsa["key"]]}, "algs": ["RS256"]},
    ]});
    table["registration-endpoint"] = json!(ENDPOINT);
    for (name, value) in settings.as_object().unwrap() {
        table[name] = value.clone();
    }
    let settings = json!({"oauth": {"client-registration": table}});
    config::compile(&settings.to_string()).unwrap().policy
}

fn statement(claims: &Value) -> String {
    es256(7, &json!({"alg": "ES256"}), claims).1
}

/// What is registered of a document with this statement, and the findings.
fn register(document: &Value, profile: Profile, policy: &Policy) -> (Option<Value>, Vec<String>) {
    let body = document.to_string();
    let mut findings = Findings::default();
    let object = document::read(body.as_bytes(), &policy.document_limits(), &mut findings);
    let metadata = metadata::accept(&object.unwrap(), profile, NOW, policy, &mut findings);
    let found = findings.into_diagnostics().into_iter();
    let found = found.map(|d| format!("{} {}", d.code, d.pointer)).collect();
    (
        metadata.map(|m| serde_json::from_str(m.to_raw().get()).unwrap()),
        found,
    )
}

#[test]
fn which_are_believed() {
    let policy = policy(json!({}));
    let sound = json!({"iss": VENDOR});
    let (_, forged) = es256(8, &json!({"alg": "ES256"}), &sound);
    let unsigned = format!(
        "{}.{}.",
        encode(r#"{"alg":"none"}"#),
        encode(sound.to_string())
    );
    let by_secret = format!(
        "{}.{}.{}",
        encode(r#"{"alg":"HS256"}"#),
        encode(sound.to_string()),
        encode("x")
    );
    let by_secret_of_another = format!(
        "{}.{}.{}",
        encode(r#"{"alg":"HS256"}"#),
        encode(r#"{"iss":"https://other.example"}"#),
        encode("x")
    );
    for (name, statement, expected) in [
        ("sound", json!(statement(&sound)), None),
        (
            "in time",
            json!(statement(
                &json!({"iss": VENDOR, "exp": NOW, "nbf": NOW, "iat": NOW})
            )),
            None,
        ),
        (
            "over",
            json!(statement(&json!({"iss": VENDOR, "exp": NOW - 60}))),
            Some("statement-time"),
        ),
        (
            "of the future",
            json!(statement(&json!({"iss": VENDOR, "iat": NOW + 61}))),
            Some("statement-time"),
        ),
        (
            "for this server",
            json!(statement(&json!({"iss": VENDOR, "aud": ["a", ENDPOINT]}))),
            None,
        ),
        (
            "for another server",
            json!(statement(
                &json!({"iss": VENDOR, "aud": "https://mail.example.org"})
            )),
            Some("statement-audience"),
        ),
        (
            "for nobody",
            json!(statement(&json!({"iss": VENDOR, "aud": []}))),
            Some("statement-audience"),
        ),
        (
            "another issuer",
            json!(statement(&json!({"iss": "https://other.example"}))),
            Some("statement-not-approved"),
        ),
        (
            "an algorithm that is not this issuer's",
            json!(statement(&json!({"iss": "rsa"}))),
            Some("statement-algorithm"),
        ),
        (
            "no issuer",
            json!(statement(&json!({}))),
            Some("statement-syntax"),
        ),
        ("forged", json!(forged), Some("statement-signature")),
        ("unsigned", json!(unsigned), Some("statement-algorithm")),
        ("by a secret", json!(by_secret), Some("statement-algorithm")),
        (
            "by a secret, of another issuer",
            json!(by_secret_of_another),
            Some("statement-algorithm"),
        ),
        ("no token", json!("a.b.c"), Some("statement-syntax")),
        ("nothing", json!(""), Some("statement-syntax")),
        ("no text", json!(1), Some("member-type")),
        ("none", json!(null), None),
    ] {
        let document =
            json!({"redirect_uris": ["https://a.example.com/cb"], "software_statement": statement});
        let (registered, found) = register(&document, Profile::Full, &policy);
        let expected: Vec<_> = expected
            .map(|code| format!("{code} /software_statement"))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{name}");
        if let Some(registered) = registered {
            let kept = registered.get("software_statement").cloned();
            assert_eq!(kept.unwrap_or_default(), statement, "{name}: unmodified");
        }
    }
}

#[test]
fn claims_take_precedence() {
    let policy = policy(json!({}));
    let claims = json!({
        "iss": VENDOR,
        "sub": "x",
        "client_name": "Vouched",
        "client_name#DE": "Verbürgt",
        "software_id": "v",
        "software_statement": "nested",
        "client_uri": null,
        "LOGO_URI": "https://v.example.com/logo",
        "tos_uri#fr": "https://v.example.com/fr",
        "redirect_uris": ["https://v.example.com/cb"],
    });
    let document = json!({
        "client_name": "Claimed",
        "client_name#de": "Behauptet",
        "client_name#fr": "A",
        "client_uri": "https://a.example.com/",
        "logo_uri": "https://a.example.com/logo",
        "redirect_uris": ["https://a.example.com/cb"],
        "software_statement": statement(&claims),
    });
    let (registered, found) = register(&document, Profile::Full, &policy);
    assert_eq!(found, [""; 0]);
    let registered = registered.unwrap();
    assert_eq!(registered["client_name"], "Vouched");
    assert_eq!(registered["client_name#DE"], "Verbürgt");
    assert_eq!(registered.get("client_name#de"), None);
    assert_eq!(registered["client_name#fr"], "A");
    assert_eq!(registered["software_id"], "v");
    // Null is as if absent, and a name in other letters is another name.
    assert_eq!(registered["client_uri"], document["client_uri"]);
    assert_eq!(registered["logo_uri"], document["logo_uri"]);
    assert_eq!(
        registered["redirect_uris"],
        json!(["https://v.example.com/cb"])
    );
    assert_eq!(
        registered["software_statement"],
        document["software_statement"]
    );

    let again = register(&registered, Profile::Full, &policy);
    assert_eq!(again.0, Some(registered));
}

#[test]
fn claims_keep_the_same_rules() {
    let policy = policy(json!({}));
    for (claims, expected) in [
        (
            json!({"redirect_uris": ["http://v.example.com/cb"]}),
            &["redirect-uri-http /redirect_uris/0"][..],
        ),
        (
            json!({"client_name": 1}),
            &[
                "statement-claim-type /software_statement",
                "member-type /client_name",
            ],
        ),
        (
            json!({"tos_uri#de": []}),
            &[
                "statement-claim-type /software_statement",
                "member-type /tos_uri#de",
            ],
        ),
        (
            json!({"contacts": ["Support"]}),
            &["contact-syntax /contacts/0"],
        ),
        // It is no metadata, and says nothing.
        (json!({"client_id": 1, "x": 1}), &[]),
    ] {
        let mut claims = claims;
        claims["iss"] = json!(VENDOR);
        let document = json!({
            "redirect_uris": ["https://a.example.com/cb"],
            "software_statement": statement(&claims),
        });
        let found = register(&document, Profile::Full, &policy).1;
        assert_eq!(found, expected, "{claims}");
    }
}

#[test]
fn a_member_of_another_type_is_not_the_statements_fault() {
    let document = json!({
        "redirect_uris": ["https://a.example.com/cb"],
        "client_name": 1,
        "software_statement": statement(&json!({"iss": VENDOR, "software_id": "v"})),
    });
    let (_, found) = register(&document, Profile::Full, &policy(json!({})));
    assert_eq!(found, ["member-type /client_name"]);
}

#[test]
fn statements_that_are_required() {
    let policy = policy(json!({"require-software-statement": true}));
    let without = json!({"redirect_uris": ["https://a.example.com/cb"], "token_endpoint_auth_method": "none", "client_name": "A"});
    for (profile, refused) in [
        (Profile::Full, true),
        (Profile::Mail, true),
        (Profile::Administrator, false),
        (Profile::Document, true),
    ] {
        let (_, found) = register(&without, profile, &policy);
        let missing = found
            .iter()
            .any(|f| f == "statement-missing /software_statement");
        assert_eq!(missing, refused, "{profile:?}");
    }
}
