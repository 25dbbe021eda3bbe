//! Clients that sign, and whose keys are at their `jwks_uri`.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::common::browser::ask;
use crate::common::{Answer, Folder, Host};
use crate::program;
use crate::site::{HOST, Says, Site};

/// A key for ES256 (RFC 7518 §3.4).
struct Key {
    id: &'static str,
    pair: EcdsaKeyPair,
}

impl Key {
    fn new(id: &'static str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("there is randomness");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random);
        Self {
            id,
            pair: pair.expect("it was just made"),
        }
    }

    /// A key set with this key alone.
    fn set(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id,
            "x": encoded(x), "y": encoded(y),
        }]})
    }

    /// An assertion that is good for a minute (RFC 7523 §3).
    fn sign(&self, client_id: &str, audience: &str) -> String {
        let random = SystemRandom::new();
        let now = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970");
        let id = ring::rand::generate::<[u8; 16]>(&random).expect("there is randomness");
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience,
            "exp": (now + Duration::from_secs(60)).as_secs(),
            "jti": URL_SAFE_NO_PAD.encode(id.expose()),
        });
        let header = json!({"alg": "ES256", "kid": self.id});
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = self.pair.sign(&random, signed.as_bytes());
        let signature = signature.expect("there is randomness");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// A client that signs, registered at a server.
struct Signer {
    site: Site,
    host: Host,
    client_id: String,
}

impl Signer {
    fn register(keys: &Value) -> Self {
        let site = Site::start();
        let kind = [
            "Content-Type: application/jwk-set+json",
            "Cache-Control: max-age=3600",
        ];
        site.has("/keys", &kind, &keys.to_string());
        let authority = site.certificates.authority();
        let settings = format!(
            "[oauth.client-registration]\nauth-methods = ['none', 'private_key_jwt']\n\
             [fetch]\ninternal-hosts = ['{HOST}']\ntls-authority = {authority:?}\n"
        );
        let host = program::start(Folder::new(), &format!("{HOST}: 127.0.0.1"), &settings);
        let metadata = json!({
            "client_name": "Archive",
            "redirect_uris": ["https://app.example.com/callback"],
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["authorization_code", "client_credentials"],
            "jwks_uri": site.at("/keys"),
        });
        let key = host.first_key("registration");
        let registered = host.register_with_key(key, &metadata.to_string());
        assert_eq!(registered.status, 201, "{registered:?}");
        assert_eq!(site.connections(), 0, "keys are read when they are used");
        Self {
            client_id: registered.client_id(),
            site,
            host,
        }
    }

    fn ask(&self, path: &str, key: &Key, more: &[(&str, &str)]) -> Answer {
        let assertion = key.sign(&self.client_id, &format!("http://{}", self.host.address));
        let fields = [
            ("client_id", &*self.client_id),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &assertion),
        ];
        let fields: Vec<_> = fields.iter().chain(more).copied().collect();
        ask(&self.host, path, &[], &fields)
    }

    fn token(&self, key: &Key) -> Answer {
        self.ask("/auth/token", key, &[("grant_type", "client_credentials")])
    }

    fn reads(&self) -> usize {
        self.site.asked("/keys").len()
    }
}

#[test]
fn a_client_signs_at_every_endpoint_with_keys_that_its_site_has() {
    let key = Key::new("one");
    let client = Signer::register(&key.set());
    let answer = client.token(&key);
    assert_eq!(answer.status, 200, "{answer:?}");
    let issued = answer.json();
    let token = [("token", issued["access_token"].as_str().expect("a token"))];
    let answer = client.ask("/auth/introspect", &key, &token);
    assert_eq!(answer.json()["active"], true, "{answer:?}");
    assert_eq!(client.ask("/auth/revoke", &key, &token).status, 200);
    let answer = client.ask("/auth/introspect", &key, &token);
    assert_eq!(answer.json()["active"], false, "{answer:?}");
    assert_eq!(client.reads(), 1);
}

#[test]
fn new_keys_are_found_at_once_and_the_site_is_not_asked_by_every_stranger() {
    let (first, second, third) = (Key::new("one"), Key::new("two"), Key::new("three"));
    let client = Signer::register(&first.set());
    assert_eq!(client.token(&first).status, 200);
    client.site.has_json("/keys", &second.set());
    assert_eq!(client.token(&second).status, 200);
    assert_eq!(client.reads(), 2);
    let refused = client.token(&first);
    assert_eq!(refused.status, 401, "{refused:?}");
    assert_eq!(refused.json()["error"], "invalid_client");
    client.site.has_json("/keys", &third.set());
    for _ in 0..3 {
        assert_eq!(client.token(&third).status, 401, "it was renewed just now");
        assert_eq!(client.token(&second).status, 200);
    }
    assert_eq!(client.reads(), 2);
}

#[test]
fn keys_that_cannot_be_read_are_a_refusal_whose_reason_is_in_the_log() {
    let key = Key::new("one");
    let client = Signer::register(&key.set());
    let moved = "HTTP/1.1 302 Found\r\nLocation: https://app.example.com/\r\n\r\n";
    client.site.says("/keys", Says::Bytes(moved.into()));
    for path in ["/auth/token", "/auth/introspect", "/auth/revoke"] {
        let fields = [("grant_type", "client_credentials"), ("token", "x")];
        let answer = client.ask(path, &key, &fields);
        assert_eq!(answer.status, 401, "{path}: {answer:?}");
        let expected = json!({
            "error": "invalid_client",
            "error_description": "The client could not be authenticated.",
        });
        assert_eq!(answer.json(), expected, "{path}");
    }
    assert_eq!(client.reads(), 1);
    let logged = client.host.folder.logged();
    assert!(
        logged.contains("is not fetched: the answer is a redirect (302)"),
        "{logged}"
    );
    assert!(
        logged.contains(r#"["keys-unread", "fetch-redirect"]"#),
        "{logged}"
    );
}
