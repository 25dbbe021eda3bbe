//! What a registration answers, member by member: what was asked for, what was put in its place, and
//! what only the server gives.

use gatepost::{Caller, Context, Effect, Endpoint, Outcome, Registrar, Request};
use serde_json::{Value, json};

const NOW: u64 = 1_790_000_000;
const ENDPOINT: &str = "https://mail.example.com/auth/register";
const KEY: Caller<'static> =
    Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
const NONE: Caller<'static> = Caller::anonymous();

/// The scopes that are offered by default.
const SCOPES: &str = "urn:ietf:params:oauth:scope:mail urn:ietf:params:oauth:scope:contacts \
                      urn:ietf:params:oauth:scope:calendars offline_access";

fn register(settings: &str, caller: Caller<'_>, document: &Value) -> (Value, Value) {
    let settings = format!("[oauth.client-registration]\n{settings}");
    let registrar = Registrar::compile(&settings).unwrap();
    let context = Context {
        now: Some(NOW),
        entropy: Some(&[7; 32]),
        caller,
        ..Context::default()
    };
    let decision = registrar
        .register(&context, document.to_string().as_bytes())
        .unwrap();
    assert_eq!(decision.response.status, 201, "{}", decision.response.body);
    let (Effect::Store(record) | Effect::Share(record)) = decision.effect else {
        panic!("{:?}", decision.effect);
    };
    (
        serde_json::from_str(&decision.response.body).unwrap(),
        serde_json::from_str(&record.document).unwrap(),
    )
}

#[test]
fn what_is_answered() {
    let endpoint = format!("registration-endpoint = '{ENDPOINT}'");
    let native = json!({ "redirect_uris": ["http://127.0.0.1/cb"] });
    let with = |document: &Value, member: &str, value: Value| {
        let mut document = document.clone();
        document[member] = value;
        document
    };
    // Each member with its value; null for one that must not be there.
    let table = [
        (
            "defaults with a key",
            "",
            KEY,
            native.clone(),
            json!({
                "redirect_uris": ["http://127.0.0.1/cb"],
                "application_type": "native",
                "token_endpoint_auth_method": "client_secret_basic",
                "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "scope": SCOPES.trim_end_matches(" offline_access"),
                "client_id_issued_at": NOW,
                "client_secret_expires_at": 0,
            }),
        ),
        (
            "defaults of the mail profile",
            "anonymous = true",
            NONE,
            native.clone(),
            json!({
                "redirect_uris": ["http://127.0.0.1/cb"],
                "application_type": "native",
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "scope": SCOPES,
                "client_secret": null,
                "client_secret_expires_at": null,
            }),
        ),
        (
            "a key lifts the mail profile",
            "anonymous = true",
            KEY,
            json!({ "redirect_uris": ["https://a.example.com/cb"] }),
            json!({ "token_endpoint_auth_method": "client_secret_basic" }),
        ),
        (
            "strangers without the mail profile",
            "anonymous = true\nanonymous-profile = 'none'",
            NONE,
            json!({ "redirect_uris": ["https://a.example.com/cb"] }),
            json!({ "token_endpoint_auth_method": "client_secret_basic" }),
        ),
        (
            "a default method that is not offered",
            "auth-methods = ['none']",
            KEY,
            native.clone(),
            json!({ "token_endpoint_auth_method": "none", "client_secret": null }),
        ),
        (
            "no secret for a public client",
            "",
            KEY,
            with(&native, "token_endpoint_auth_method", json!("none")),
            json!({ "client_secret": null, "client_secret_expires_at": null }),
        ),
        (
            "no secret for a client with keys",
            "auth-methods = ['private_key_jwt']",
            KEY,
            with(&native, "jwks_uri", json!("https://a.example.com/jwks")),
            json!({
                "token_endpoint_auth_method": "private_key_jwt",
                "jwks_uri": "https://a.example.com/jwks",
                "client_secret": null,
            }),
        ),
        (
            "a secret that expires",
            "secret-lifetime = 60",
            KEY,
            native.clone(),
            json!({ "client_secret_expires_at": NOW + 60 }),
        ),
        (
            "a secret whose end no clock reaches",
            "secret-lifetime = 9223372036854775807",
            KEY,
            native.clone(),
            json!({ "client_secret_expires_at": NOW + 9_223_372_036_854_775_807 }),
        ),
        (
            "no management without an endpoint",
            "",
            KEY,
            native.clone(),
            json!({ "registration_access_token": null, "registration_client_uri": null }),
        ),
        (
            "what only a server sets",
            endpoint.as_str(),
            KEY,
            json!({
                "redirect_uris": ["http://127.0.0.1/cb"],
                "client_id": null,
                "client_id_issued_at": 1,
                "client_secret_expires_at": 1,
                "x_vendor": "x",
            }),
            json!({
                "client_id_issued_at": NOW,
                "client_secret_expires_at": 0,
                "x_vendor": null,
            }),
        ),
        (
            "no redirect URIs without the code grant",
            "",
            KEY,
            json!({ "grant_types": ["client_credentials"] }),
            json!({
                "redirect_uris": null,
                "application_type": null,
                "grant_types": ["client_credentials"],
                "response_types": [],
            }),
        ),
        (
            "https makes a web client",
            "",
            KEY,
            json!({ "redirect_uris": ["https://a.example.com/cb"] }),
            json!({ "application_type": "web" }),
        ),
        (
            "https and loopback make a native client",
            "",
            KEY,
            json!({ "redirect_uris": ["https://a.example.com/cb", "http://127.0.0.1/cb"] }),
            json!({ "application_type": "native" }),
        ),
        (
            "each language keeps its tag",
            "",
            KEY,
            with(&native, "client_name#ja-Jpan-JP", json!(" メール ")),
            json!({ "client_name": null, "client_name#ja-Jpan-JP": "メール" }),
        ),
        (
            "the string as it was sent",
            "",
            KEY,
            json!({ "redirect_uris": ["https://a.example.com/%7Ea?b='c'&d=%3d"] }),
            json!({ "redirect_uris": ["https://a.example.com/%7Ea?b='c'&d=%3d"] }),
        ),
    ];
    for (name, settings, caller, document, expected) in table {
        let (answer, record) = register(settings, caller, &document);
        assert!(
            answer["client_id"]
                .as_str()
                .is_some_and(|id| !id.is_empty())
        );
        for (member, value) in expected.as_object().unwrap() {
            match answer.get(member) {
                None => assert!(value.is_null(), "{name}: no {member} in {answer}"),
                Some(found) => assert_eq!(found, value, "{name}: {member}"),
            }
        }
        // The record holds the metadata that were answered, and no secret.
        for (member, value) in record["metadata"].as_object().unwrap() {
            assert_eq!(answer[member], *value, "{name}: {member}");
        }
        for secret in ["client_secret", "registration_access_token"] {
            if let Some(secret) = answer[secret].as_str() {
                assert!(!record.to_string().contains(secret), "{name}");
            }
        }
    }
}

#[test]
fn management_is_answered_whole() {
    let settings = format!("registration-endpoint = '{ENDPOINT}'");
    let document = json!({ "redirect_uris": ["http://127.0.0.1/cb"] });
    let (answer, record) = register(&settings, KEY, &document);
    let id = answer["client_id"].as_str().unwrap();
    assert_eq!(
        answer["registration_client_uri"],
        format!("{ENDPOINT}/{id}")
    );
    assert!(answer["registration_access_token"].is_string());
    assert!(record["registration_access_token"]["sha256"].is_string());
}

/// No document makes an answer many times its own size.
#[test]
fn answers_stay_in_proportion() {
    let name = "~".repeat(16_000);
    let mut nested = String::new();
    for n in 0..64 {
        nested.push_str(&format!(
            r#"{}"{}":1,"{}":1"#,
            if n == 0 { "" } else { "," },
            n,
            n
        ));
    }
    let many = (0..64)
        .map(|n| format!(r#""client_name#{}":1,"#, "\u{1}".repeat(30 + n)))
        .collect::<String>();
    for document in [
        format!(r#"{{"{name}":{{"{name}":{{"{name}":{{{nested}}}}}}}}}"#),
        format!(r#"{{{many}"x":1}}"#),
        format!(
            r#"{{"redirect_uris":[{}"javascript:1"]}}"#,
            r#""javascript:0","#.repeat(9)
        ),
    ] {
        let registrar = Registrar::compile("").unwrap();
        let context = Context {
            caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
            ..Context::default()
        };
        let decision = registrar.register(&context, document.as_bytes()).unwrap();
        assert_eq!(decision.response.status, 400);
        let size = decision.response.body.len();
        assert!(
            size < 4096 + 2 * document.len(),
            "{size} for {}",
            document.len()
        );
    }
}

#[test]
fn a_decision_names_its_client() {
    let registrar = Registrar::compile("[oauth.client-registration]\nrequire = true").unwrap();
    let refused = |client_id: &str| {
        let context = Context::default();
        let request = format!("client_id={client_id}&response_type=code");
        let request = Request {
            endpoint: Endpoint::Authorization,
            authorization: None,
            parameters: request.as_bytes(),
            jwks: None,
        };
        let named = [
            registrar.usable(&context, client_id, None),
            registrar.authorize(&context, &request),
            registrar.authenticate(&context, &request),
            registrar.read(&context, client_id),
            registrar.remove(&context, client_id),
            registrar.review(&context, client_id),
        ];
        named.map(|decision| {
            let decision = decision.unwrap();
            assert_eq!(decision.outcome, Outcome::Refuse, "{client_id:?}");
            assert_eq!(decision.client, None);
            decision.client_id
        })
    };
    for client_id in ["mail", "with a space", &"x".repeat(512)] {
        assert_eq!(
            refused(client_id),
            [(); 6].map(|()| Some(client_id.to_owned()))
        );
    }
    // None of these is a client id.
    for client_id in ["", "\u{e4}", "a\n", &"x".repeat(513)] {
        assert_eq!(refused(client_id), [const { None }; 6], "{client_id:?}");
    }
    let context = Context {
        caller: KEY,
        ..Context::default()
    };
    let refused = registrar.register(&context, b"{}").unwrap();
    assert_eq!(refused.client_id, None);
    let body = br#"{"redirect_uris":["https://webmail.example.com/cb"]}"#;
    let accepted = registrar.register(&context, body).unwrap();
    let Effect::Store(record) = accepted.effect else {
        panic!("it is new")
    };
    assert_eq!(accepted.client_id, Some(record.client_id));
    let secret = accepted.secrets.client_secret.expect("it has one");
    assert!(accepted.response.body.contains(&secret));
    assert_eq!(accepted.secrets.registration_access_token, None);
}
