//! What a registration is worth: users sign in, clients get tokens, and the tokens work.

#[path = "../common/mod.rs"]
mod common;

mod account;
mod administration;
mod clock;
mod code;
mod deleted;
mod device;
mod discovery;
mod ends;
mod forms;
mod own_pages;
mod pages;
mod path;
mod refresh;
mod require;
mod tokens;

use common::browser::{Browser, VERIFIER, ask, basic, location, query};
use common::{Answer, Host, NATIVE, text};
use serde_json::{Value, json};

const LOOPBACK: &str = "http://127.0.0.1:4321/callback";
const WEB: &str = "https://webmail.example.com/callback";
const MAIL: &str = "urn:ietf:params:oauth:scope:mail";
const CONTACTS: &str = "urn:ietf:params:oauth:scope:contacts";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A plain user.
const ALICE: &str = "alice@example.org";
const PASSWORD: &str = "correct horse battery staple";

/// A plain user signs in, in a browser of her own.
fn alice(host: &Host) -> Browser<'_> {
    host.folder.create_account(ALICE, PASSWORD);
    Browser::signed_in(host, ALICE, PASSWORD)
}

fn register(host: &Host, metadata: &Value) -> Value {
    let answer = host.register_with_key(host.first_key("registration"), &metadata.to_string());
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn native(host: &Host) -> String {
    host.register_with_key(host.first_key("registration"), NATIVE)
        .client_id()
}

/// A client with a secret.
struct Webmail {
    client_id: String,
    secret: String,
}

impl Webmail {
    fn register(host: &Host, method: &str) -> Self {
        let registered = register(
            host,
            &json!({
                "client_name": "Webmail",
                "redirect_uris": [WEB],
                "token_endpoint_auth_method": method,
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            }),
        );
        let of = |name: &str| registered[name].as_str().expect("a string").to_owned();
        Self {
            client_id: of("client_id"),
            secret: of("client_secret"),
        }
    }

    fn basic(&self) -> String {
        basic(&self.client_id, &self.secret)
    }
}

fn token(host: &Host, fields: &[(&str, &str)]) -> Answer {
    ask(host, "/auth/token", &[], fields)
}

/// What a public client sends with its code.
fn with_code(host: &Host, client_id: &str, code: &str) -> Answer {
    token(
        host,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("code", code),
            ("redirect_uri", LOOPBACK),
            ("code_verifier", VERIFIER),
        ],
    )
}

fn with_refresh(host: &Host, client_id: &str, refresh_token: &str) -> Answer {
    token(
        host,
        &[
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", refresh_token),
        ],
    )
}

/// What a client holds.
#[derive(Clone, Debug)]
struct Tokens {
    access: String,
    refresh: String,
    scope: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert!(body["expires_in"].as_u64() >= Some(3600));
        let of = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self {
            access: of("access_token"),
            refresh: of("refresh_token"),
            scope: of("scope"),
        }
    }

    /// Those of a client that a user lets in.
    fn granted(host: &Host, browser: &mut Browser<'_>, client_id: &str) -> Self {
        let code = browser.code(&query(client_id, LOOPBACK, &[]));
        Self::of(&with_code(host, client_id, &code))
    }
}

fn jmap(host: &Host, access_token: &str) -> Answer {
    host.send(
        format!(
            "GET /jmap/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access_token}\r\n\r\n"
        )
        .as_bytes(),
    )
}

fn works(host: &Host, access_token: &str) -> bool {
    let answer = jmap(host, access_token);
    match answer.status {
        200 => true,
        401 => {
            let challenge = answer.header("www-authenticate").expect("a challenge");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
            false
        }
        _ => panic!("{answer:?}"),
    }
}

fn assert_error(name: &str, answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{name}: {answer:?}");
    assert_eq!(answer.json()["error"], error, "{name}: {answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
}
