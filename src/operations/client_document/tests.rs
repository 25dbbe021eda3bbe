use serde_json::{Value, json};

use crate::config;

use super::*;

const URL: &str = "https://a.example.com/client";
const NOW: u64 = 1_790_000_000;

fn policy(settings: &str) -> Policy {
    let text = format!(
        "[oauth.client-registration]
         client-id-metadata-documents = true
         auth-methods = ['none', 'client_secret_basic', 'private_key_jwt']
         issuer = 'https://mail.example.com'
         {settings}"
    );
    config::compile(&text).unwrap().policy
}

fn document(changes: Value) -> String {
    let mut document = json!({
        "client_id": URL,
        "client_name": "A",
        "redirect_uris": ["http://127.0.0.1/cb"],
    });
    for (name, value) in changes.as_object().unwrap() {
        document[name] = value.clone();
    }
    document.to_string()
}

fn decide(url: &str, document: Option<&str>, record: Option<&str>, policy: &Policy) -> Decision {
    let context = Context {
        record,
        ..Context::default()
    };
    judge(&context, NOW, url, document.map(str::as_bytes), policy).unwrap()
}

fn codes(decision: &Decision) -> Vec<&'static str> {
    decision.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn urls() {
    for (name, settings, url, expected) in [
        (
            "sound",
            "max-client-id-metadata-document-bytes = 99",
            URL,
            None,
        ),
        (
            "no path",
            "",
            "https://a.example.com/",
            Some("client-url-path"),
        ),
        (
            "another host",
            "client-id-metadata-document-hosts = ['b.example.com']",
            URL,
            Some("client-url-host"),
        ),
        (
            "denied",
            "denied-clients = ['https://a.example.com/client']",
            URL,
            Some("client-denied"),
        ),
    ] {
        let decision = decide(url, None, None, &policy(settings));
        assert_eq!(codes(&decision).first().copied(), expected, "{name}");
        assert_eq!(decision.effect, Effect::None, "{name}");
        if expected.is_none() {
            let [fetch] = decision.fetches.as_slice() else {
                panic!("{name}")
            };
            assert_eq!((fetch.uri.as_str(), fetch.max_bytes), (URL, 99));
            assert_eq!(fetch.due, Due::BeforeEffect);
        } else {
            assert!(decision.fetches.is_empty(), "{name}");
        }
    }
    let off = config::compile("").unwrap().policy;
    assert_eq!(codes(&decide(URL, None, None, &off)), ["documents-off"]);
    assert_eq!(
        codes(&decide(URL, Some(&document(json!({}))), None, &off)),
        ["documents-off"]
    );
}

#[test]
fn documents() {
    let key = crate::jose::jws::tests::es256(7, &json!({}), &json!({})).0;
    let large = "x".repeat(5120);
    for (name, changes, expected) in [
        ("sound", json!({}), &[][..]),
        (
            "its key",
            json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key]}}),
            &[],
        ),
        ("unknown members", json!({"x": 1}), &[]),
        (
            "another id",
            json!({"client_id": "https://a.example.com/client2"}),
            &["document-of-another"],
        ),
        (
            "an id in another spelling",
            json!({"client_id": "https://a.example.com:443/client"}),
            &["document-of-another"],
        ),
        (
            "no id",
            json!({"client_id": null}),
            &["document-of-another"],
        ),
        (
            "no name",
            json!({"client_name": null}),
            &["document-name-missing"],
        ),
        (
            "a secret",
            json!({"client_secret": "x"}),
            &["document-with-secret"],
        ),
        (
            "the end of a secret",
            json!({"client_secret_expires_at": 0}),
            &["document-with-secret"],
        ),
        ("no secret", json!({"client_secret": null}), &[]),
        (
            "a method with a secret",
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            &["document-method"],
        ),
        (
            "no redirect URI",
            json!({"redirect_uris": null}),
            &["redirect-uris-missing"],
        ),
        (
            "a redirect URI without a path",
            json!({"redirect_uris": ["https://a.example.com", "http://127.0.0.1"]}),
            &[],
        ),
        (
            "a redirect URI of an internal network",
            json!({"redirect_uris": ["https://webmail.lan/"]}),
            &["redirect-uri-host-local"],
        ),
        (
            "a redirect URI in clear",
            json!({"redirect_uris": ["http://a.example.com/"]}),
            &["redirect-uri-http"],
        ),
        ("too much", json!({"x": large}), &["document-too-large"]),
    ] {
        let decision = decide(URL, Some(&document(changes)), None, &policy(""));
        assert_eq!(codes(&decision), expected, "{name}");
        let stored = matches!(&decision.effect, Effect::Store(record) if record.client_id == URL);
        assert_eq!(stored, expected.is_empty(), "{name}");
        assert_eq!(decision.client.is_some(), expected.is_empty(), "{name}");
    }
}

#[test]
fn documents_that_are_read_again() {
    let policy = policy("");
    let refreshes = json!({"grant_types": ["authorization_code", "refresh_token"]});
    let first = decide(URL, Some(&document(refreshes.clone())), None, &policy);
    let client = first.client.unwrap();
    assert_eq!(client.standing, Standing::Document);
    assert!(client.scope.unwrap().contains("offline_access"));
    assert!(
        client
            .metadata
            .contains("\"token_endpoint_auth_method\":\"none\"")
    );
    let Effect::Store(record) = first.effect else {
        panic!()
    };
    let record = record.document.replace(&NOW.to_string(), "5");
    for (changes, expected) in [
        (refreshes, &[][..]),
        (json!({"client_name": "B"}), &["document-changed"]),
    ] {
        let again = decide(URL, Some(&document(changes)), Some(&record), &policy);
        assert_eq!(codes(&again), expected);
        let Effect::Replace(replaced) = again.effect else {
            panic!()
        };
        assert!(replaced.document.contains("\"issued_at\":5,"));
    }
    let denied = record.replace("\"metadata\"", "\"denied\":true,\"metadata\"");
    assert_eq!(
        codes(&decide(URL, None, Some(&denied), &policy)),
        ["client-denied"]
    );
    let context = Context {
        record: Some(&record),
        ..Context::default()
    };
    let mismatch = judge(&context, NOW, "https://a.example.com/other", None, &policy);
    assert_eq!(mismatch, Err(Misuse::RecordMismatch));
}
