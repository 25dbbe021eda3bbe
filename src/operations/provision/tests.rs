use serde_json::{Value, json};

use crate::config;
use crate::decision::Outcome;
use crate::facts::Caller;

use super::*;

const ENTROPY: [u8; 32] = [7; 32];
const NOW: u64 = 1_790_000_000;
const KEY: &[&str] = &["authenticate", "oauth-client-registration"];

fn policy(settings: &str) -> Policy {
    let text = format!(
        "[oauth.client-registration]
         anonymous = true
         registration-endpoint = 'https://mail.example.com/auth/register'
         {settings}"
    );
    config::compile(&text).unwrap().policy
}

fn by<'a>(caller: Caller<'a>) -> Context<'a> {
    Context {
        caller,
        ..Context::default()
    }
}

#[test]
fn by_hand() {
    let policy = policy(
        "protected-names = ['Example']\nredirect-schemes = ['https']\nredirect-hosts = ['b.example.com']",
    );
    let may: &[&str] = &["authenticate", "oauth-client-create"];
    let webadmin = json!({
        "client_name": "Example",
        "redirect_uris": ["stalwart://auth"],
        "token_endpoint_auth_method": "none",
    });
    let secret = json!({"redirect_uris": ["https://a.example.com/cb"]});
    let bare = json!({"redirect_uris": ["https://a.example.com"]});
    let inside = json!({"redirect_uris": ["https://webmail.lan/cb"]});
    let forbidden =
        json!({"redirect_uris": ["javascript:alert(1)"], "token_endpoint_auth_method": "none"});
    for (name, caller, id, document, status, code) in [
        (
            "webadmin",
            Caller::with_permissions(may),
            Some("webadmin"),
            &webadmin,
            201,
            None,
        ),
        (
            "no path",
            Caller::with_permissions(may),
            Some("bare"),
            &bare,
            201,
            None,
        ),
        (
            "a host of an internal network",
            Caller::with_permissions(may),
            Some("inside"),
            &inside,
            201,
            Some("redirect-uri-host-internal"),
        ),
        (
            "an id that is made",
            Caller::with_permissions(may),
            None,
            &secret,
            201,
            None,
        ),
        (
            "a scheme of its own",
            Caller::with_permissions(may),
            Some("x"),
            &forbidden,
            400,
            Some("redirect-uri-scheme-forbidden"),
        ),
        (
            "a made-up id",
            Caller::with_permissions(may),
            Some("gpc_x"),
            &webadmin,
            400,
            Some("client-id-syntax"),
        ),
        (
            "a dot segment",
            Caller::with_permissions(may),
            Some(".."),
            &webadmin,
            400,
            Some("client-id-syntax"),
        ),
        (
            "an empty id",
            Caller::with_permissions(may),
            Some(""),
            &webadmin,
            400,
            Some("client-id-syntax"),
        ),
        (
            "a URL",
            Caller::with_permissions(may),
            Some("https://a.example/"),
            &webadmin,
            400,
            Some("client-id-syntax"),
        ),
        (
            "may register only",
            Caller::with_permissions(KEY),
            Some("webadmin"),
            &webadmin,
            403,
            Some("permission-create-missing"),
        ),
        (
            "may not sign in",
            Caller::with_permissions(&may[1..]),
            Some("webadmin"),
            &webadmin,
            403,
            Some("permission-create-missing"),
        ),
        (
            "nobody",
            Caller::anonymous(),
            Some("webadmin"),
            &webadmin,
            401,
            Some("credential-missing"),
        ),
    ] {
        let body = document.to_string();
        let decision = provision(&by(caller), NOW, &ENTROPY, id, body.as_bytes(), &policy).unwrap();
        assert_eq!(decision.response.status, status, "{name}");
        assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{name}");
        let Effect::Store(record) = decision.effect else {
            assert_eq!(decision.outcome, Outcome::Refuse, "{name}");
            continue;
        };
        assert!(id.is_none_or(|id| id == record.client_id), "{name}");
        let stored = Stored::read(&record.document).unwrap();
        assert_eq!(stored.registered_by.by, By::Administrator, "{name}");
        assert!(stored.registration_access_token.is_none(), "{name}");
        let answer: Value = serde_json::from_str(&decision.response.body).unwrap();
        assert_eq!(
            answer.get("client_secret").is_some(),
            document.get("token_endpoint_auth_method").is_none(),
            "{name}"
        );
    }
}

#[test]
fn an_id_that_is_taken() {
    let policy = policy("");
    let body = json!({
        "client_name": "A",
        "redirect_uris": ["http://127.0.0.1/cb"],
        "software_version": "1",
        "token_endpoint_auth_method": "none",
    })
    .to_string();
    let may = ["authenticate", "oauth-client-create"];
    let hand = |id: Option<&str>, record: Option<&str>| {
        let context = Context {
            record,
            ..by(Caller::with_permissions(&may))
        };
        provision(&context, NOW, &ENTROPY, id, body.as_bytes(), &policy)
    };
    let Effect::Store(first) = hand(Some("a"), None).unwrap().effect else {
        panic!()
    };
    let again = hand(Some("a"), Some(&first.document)).unwrap();
    assert_eq!(again.response.status, 409);
    assert_eq!(again.diagnostics[0].code, "client-id-taken");
    let mismatch = Some(Misuse::RecordMismatch);
    assert_eq!(hand(Some("b"), Some(&first.document)).err(), mismatch);
    assert_eq!(hand(None, Some(&first.document)).err(), mismatch);
}

/// A client that an administrator deleted leaves its id to administrators.
#[test]
fn an_id_that_was_deleted() {
    use crate::facts::{Endpoint, Request};
    use crate::operations::{authorize, manage, review};

    let policy = policy("");
    let body = json!({
        "redirect_uris": ["http://127.0.0.1/cb"],
        "token_endpoint_auth_method": "none",
    })
    .to_string();
    let may = [
        "authenticate",
        "oauth-client-create",
        "oauth-client-get",
        "oauth-client-update",
        "oauth-client-delete",
        "oauth-client-override",
    ];
    let context = |record| Context {
        record,
        ..by(Caller::with_permissions(&may))
    };
    let hand = |id, record| {
        let body = body.as_bytes();
        provision(&context(record), NOW, &ENTROPY, id, body, &policy).unwrap()
    };
    let (Effect::Store(chosen), Effect::Store(made)) =
        (hand(Some("a"), None).effect, hand(None, None).effect)
    else {
        panic!()
    };
    // Nobody can use an id that is made here after its client is deleted.
    let removed = manage::remove(
        &context(Some(&made.document)),
        NOW,
        &made.client_id,
        &policy,
    );
    assert_eq!(removed.unwrap().effect, Effect::Remove(made.client_id));

    let removed = manage::remove(&context(Some(&chosen.document)), NOW, "a", &policy).unwrap();
    assert_eq!(removed.response.status, 204);
    let Effect::Replace(removed) = removed.effect else {
        panic!()
    };
    let gone = Some(removed.document.as_str());
    let request = Request {
        endpoint: Endpoint::Introspection,
        authorization: None,
        parameters: b"client_id=a",
        jwks: None,
    };
    for caller in [Caller::anonymous(), Caller::with_permissions(&may)] {
        let context = Context {
            record: gone,
            ..by(caller)
        };
        let used = authorize::authorize(&context, NOW, &request, &policy).unwrap();
        assert_eq!(used.diagnostics[0].code, "client-unknown");
    }
    let context = context(gone);
    for (name, decision) in [
        ("read", manage::read(&context, NOW, "a", &policy)),
        (
            "update",
            manage::update(&context, NOW, &ENTROPY, "a", body.as_bytes(), &policy),
        ),
        ("remove", manage::remove(&context, NOW, "a", &policy)),
        ("enable", manage::enable(&context, NOW, "a", &policy)),
        ("disable", manage::disable(&context, NOW, "a", &policy)),
        (
            "rotate",
            manage::rotate_secret(&context, NOW, &ENTROPY, "a", &policy),
        ),
    ] {
        let decision = decision.unwrap();
        assert_eq!(decision.response.status, 404, "{name}");
        assert_eq!(decision.effect, Effect::None, "{name}");
    }
    let reviewed = review::client(&context, NOW, "a", &policy).unwrap();
    assert_eq!(reviewed.diagnostics[0].code, "client-denied");

    let again = hand(Some("a"), gone);
    assert_eq!(again.response.status, 201);
    let Effect::Replace(again) = again.effect else {
        panic!()
    };
    assert!(!Stored::read(&again.document).unwrap().denied);
}
