use serde_json::{Value, json};

use crate::config;
use crate::diagnostic::Severity;
use crate::facts::{Caller, Usage};

use super::*;

const ENTROPY: [u8; 32] = [7; 32];
const OTHER_ENTROPY: [u8; 32] = [8; 32];
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

fn native() -> Value {
    json!({
        "client_name": "A",
        "redirect_uris": ["http://127.0.0.1/cb"],
        "software_version": "1",
        "token_endpoint_auth_method": "none",
    })
}

fn with(changes: Value) -> Value {
    let mut document = native();
    for (member, value) in changes.as_object().unwrap() {
        document[member] = value.clone();
    }
    document
}

fn decide(context: &Context<'_>, entropy: &[u8], document: &Value, policy: &Policy) -> Decision {
    let body = document.to_string();
    register(context, NOW, entropy, body.as_bytes(), policy).unwrap()
}

fn by<'a>(caller: Caller<'a>) -> Context<'a> {
    Context {
        caller,
        ..Context::default()
    }
}

fn answer(decision: &Decision) -> Value {
    serde_json::from_str(&decision.response.body).unwrap()
}

fn id(decision: &Decision) -> String {
    answer(decision)["client_id"].as_str().unwrap().to_owned()
}

#[test]
fn who_is_given_the_same_id() {
    let stranger = by(Caller::anonymous());
    let key = by(Caller::with_permissions(KEY));
    let same = json!({});
    for (name, settings, context, change, shared) in [
        ("the same", "", &stranger, same.clone(), true),
        (
            "another version",
            "",
            &stranger,
            json!({"software_version": "2"}),
            true,
        ),
        (
            "no version",
            "",
            &stranger,
            json!({"software_version": null}),
            true,
        ),
        (
            "another port",
            "",
            &stranger,
            json!({"redirect_uris": ["http://127.0.0.1:49152/cb"]}),
            true,
        ),
        (
            "another path",
            "",
            &stranger,
            json!({"redirect_uris": ["http://127.0.0.1/cb2"]}),
            false,
        ),
        (
            "another name",
            "",
            &stranger,
            json!({"client_name": "B"}),
            false,
        ),
        (
            "another language",
            "",
            &stranger,
            json!({"client_name#de": "A"}),
            false,
        ),
        ("a key", "", &key, same.clone(), false),
        (
            "a key, by setting",
            "share-identical = 'public'",
            &key,
            same.clone(),
            true,
        ),
        (
            "a secret",
            "share-identical = 'public'",
            &key,
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            false,
        ),
        ("off", "share-identical = 'off'", &stranger, same, false),
    ] {
        let policy = policy(settings);
        let document = with(change);
        let mut first = native();
        if document["token_endpoint_auth_method"] != "none" {
            first = document.clone();
        }
        let first = decide(context, &ENTROPY, &first, &policy);
        let second = decide(context, &OTHER_ENTROPY, &document, &policy);
        assert_eq!(id(&first) == id(&second), shared, "{name}");
        let effect_is_shared = matches!(first.effect, Effect::Share(_));
        let may_be = settings.contains("public")
            || settings.is_empty() && context.caller.permissions.is_empty();
        let public = answer(&first)["token_endpoint_auth_method"] == "none";
        assert_eq!(effect_is_shared, may_be && public, "{name}");
        let managed = answer(&first).get("registration_access_token").is_some();
        assert_eq!(managed, !effect_is_shared, "{name}");
        assert!(id(&first).starts_with("gpc_"));
        assert_eq!(id(&first).len(), 28);
    }
}

#[test]
fn what_an_id_depends_on() {
    let stranger = by(Caller::anonymous());
    let ids: Vec<_> = [
        "",
        "issuer = 'https://mail.example.com'",
        "anonymous-profile = 'none'",
        "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']",
        "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE']",
    ]
    .into_iter()
    .map(|settings| {
        let full = with(json!({"grant_types": ["authorization_code", "refresh_token"]}));
        id(&decide(&stranger, &ENTROPY, &full, &policy(settings)))
    })
    .collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(!ids[..at].contains(id), "{at}");
    }
}

#[test]
fn limits() {
    let full = Usage {
        anonymous_clients: Some(10_000),
        ..Usage::default()
    };
    let room = Usage {
        anonymous_clients: Some(9_999),
        ..Usage::default()
    };
    let policy = policy("");
    let new = decide(&by(Caller::anonymous()), &ENTROPY, &native(), &policy);
    let Effect::Share(record) = &new.effect else {
        panic!("{new:?}")
    };
    let other = decide(
        &by(Caller::anonymous()),
        &ENTROPY,
        &with(json!({"client_name": "B"})),
        &policy,
    );
    let Effect::Share(other) = &other.effect else {
        panic!("{other:?}")
    };
    let context = |usage, record| Context {
        usage,
        record,
        ..by(Caller::anonymous())
    };
    let within = decide(&context(room, None), &ENTROPY, &native(), &policy);
    assert_eq!(within.effect, new.effect);

    let refused = decide(&context(full, None), &ENTROPY, &native(), &policy);
    assert_eq!(refused.response.status, 429);
    assert_eq!(refused.effect, Effect::None);
    let retry = refused
        .response
        .headers
        .iter()
        .find(|h| h.name == "Retry-After");
    assert_eq!(retry.unwrap().value, "3600");
    let named = refused.client.unwrap().client_id;
    assert_eq!(named, record.client_id);

    let known = decide(
        &context(full, Some(&record.document)),
        &OTHER_ENTROPY,
        &native(),
        &policy,
    );
    assert_eq!(known.response.status, 201);
    assert_eq!(known.effect, Effect::None);
    assert_eq!(id(&known), record.client_id);

    let body = native().to_string();
    let mismatch = register(
        &context(full, Some(&other.document)),
        NOW,
        &ENTROPY,
        body.as_bytes(),
        &policy,
    );
    assert_eq!(mismatch.unwrap_err(), Misuse::RecordMismatch);
    let unreadable = register(
        &context(full, Some("{}")),
        NOW,
        &ENTROPY,
        body.as_bytes(),
        &policy,
    );
    assert_eq!(unreadable.unwrap_err(), Misuse::RecordUnreadable);

    let own = decide(
        &Context {
            usage: Usage {
                total_clients: Some(1),
                ..Usage::default()
            },
            ..by(Caller::with_permissions(KEY))
        },
        &ENTROPY,
        &native(),
        &self::policy("max-clients = 1"),
    );
    assert_eq!(own.response.status, 429);
    assert_eq!(own.client, None, "nobody else has its id");
}

const SEALING: &str = "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']";

#[test]
fn ids_that_carry_the_registration() {
    let full = Usage {
        anonymous_clients: Some(u64::MAX),
        address_registrations: Some(u64::MAX),
        wider_registrations: Some(u64::MAX),
        total_clients: Some(u64::MAX),
        ..Usage::default()
    };
    let stranger = Context {
        usage: full,
        ..by(Caller::anonymous())
    };
    let key = by(Caller::with_permissions(KEY));
    for (name, settings, context, sealed) in [
        ("a stranger", "stateless = 'anonymous'", &stranger, true),
        ("a key", "stateless = 'anonymous'", &key, false),
        ("a key, by setting", "stateless = 'public'", &key, true),
    ] {
        let policy = policy(&format!("{SEALING}\n{settings}"));
        let decision = decide(context, &ENTROPY, &native(), &policy);
        assert_eq!(decision.response.status, 201, "{name}");
        assert_eq!(id(&decision).starts_with("gpx_"), sealed, "{name}");
        assert_eq!(decision.effect == Effect::None, sealed, "{name}");
        let managed = answer(&decision).get("registration_access_token").is_some();
        assert_eq!(managed, !sealed, "{name}");
        let again =
            with(json!({"software_version": "2", "redirect_uris": ["http://127.0.0.1:9/cb"]}));
        let again = decide(context, &OTHER_ENTROPY, &again, &policy);
        assert_eq!(id(&again) == id(&decision), sealed, "{name}");
    }
    let sealed = policy(&format!("{SEALING}\nstateless = 'anonymous'"));
    let first = decide(&stranger, &ENTROPY, &native(), &sealed);
    let named = first.client.as_ref().map(|client| client.client_id.clone());
    assert_eq!(named, Some(id(&first)));
    let denied = json!({
        "version": 1,
        "client_id": named,
        "issued_at": NOW,
        "registered_by": {"by": "stranger", "profile": "mail"},
        "denied": true,
        "metadata": {},
    });
    let denied = denied.to_string();
    let known = Context {
        record: Some(&denied),
        ..stranger
    };
    let again = decide(&known, &ENTROPY, &native(), &sealed);
    assert_eq!(again.diagnostics[0].code, "client-denied");

    let length = {
        let policy = policy(&format!("{SEALING}\nstateless = 'anonymous'"));
        id(&decide(&stranger, &ENTROPY, &native(), &policy)).len()
    };
    for (most, code) in [(length, None), (length - 1, Some("client-id-too-long"))] {
        let settings = format!("{SEALING}\nstateless = 'anonymous'\nmax-stateless-id = {most}");
        let decision = decide(&stranger, &ENTROPY, &native(), &policy(&settings));
        let mut errors = decision.diagnostics.iter();
        let error = errors.find(|d| d.severity == Severity::Error);
        assert_eq!(error.map(|d| d.code), code);
    }
}

/// Refusing a client that is not there takes as long as refusing one that is, because the record that is read instead is
/// one of the same kind.
#[test]
fn the_record_of_nobody_is_that_of_a_registration() {
    let policy = policy("");
    let document = json!({"redirect_uris": ["https://a.example.com/cb"]});
    let key = by(Caller::with_permissions(KEY));
    let decision = decide(&key, &ENTROPY, &document, &policy);
    let Effect::Store(record) = &decision.effect else {
        panic!("it is registered: {decision:?}");
    };
    let nobody = crate::client::NOBODY.stored.record();
    let form = |document: &str| {
        let mut document: Value = serde_json::from_str(document).unwrap();
        document["issued_at"] = Value::Null;
        for (member, value) in [
            ("/client_id", "id"),
            ("/client_secret/sha256", "secret"),
            ("/registration_access_token/sha256", "token"),
        ] {
            *document.pointer_mut(member).unwrap() = value.into();
        }
        document
    };
    assert_eq!(form(&record.document), form(&nobody.document));
    assert_eq!(record.document.len(), nobody.document.len(), "{record:?}");
}

/// The same entropy gives a client the same credentials, in every version.
#[test]
fn what_is_issued_never_changes() {
    let policy = policy("");
    let web = json!({"redirect_uris": ["https://a.example.com/cb"]});
    for (name, document, secret, token) in [
        (
            "a client with a secret",
            &web,
            Some("gps_wf5JFRPEEkvd2yBjnXqryiDrRAjYRXLKJfX_JX9j_34"),
            "gpr_Uxn5w_Q9ThCFNNWr2S7VRvpAvGeygOxg9y7ex1FrJKU",
        ),
        (
            "a public client",
            &native(),
            None,
            "gpr_wf5JFRPEEkvd2yBjnXqryiDrRAjYRXLKJfX_JX9j_34",
        ),
    ] {
        let context = by(Caller::with_permissions(KEY));
        let answer = answer(&decide(&context, &ENTROPY, document, &policy));
        assert_eq!(
            answer["client_id"], "gpc_ZjR-omfPJAegqGxFgJOgy8GZ",
            "{name}"
        );
        let issued = answer.get("client_secret").and_then(Value::as_str);
        assert_eq!(issued, secret, "{name}");
        assert_eq!(answer["registration_access_token"], token, "{name}");
    }
}

#[test]
fn one_id_for_everybody() {
    let settings = "static-client = 'mail'";
    let full = Usage {
        anonymous_clients: Some(u64::MAX),
        ..Usage::default()
    };
    let context = Context {
        usage: full,
        ..by(Caller::anonymous())
    };
    let stranger = decide(&context, &ENTROPY, &native(), &policy(settings));
    assert_eq!(id(&stranger), "mail");
    assert_eq!(stranger.effect, Effect::None);
    assert_eq!(answer(&stranger).get("registration_access_token"), None);
    let key = decide(
        &by(Caller::with_permissions(KEY)),
        &ENTROPY,
        &native(),
        &policy(settings),
    );
    assert_ne!(id(&key), "mail");
    let wrong = with(json!({"redirect_uris": ["https://a.example.com/cb"]}));
    let refused = decide(&context, &ENTROPY, &wrong, &policy(settings));
    assert_eq!(refused.response.status, 400);
}

#[test]
fn shut_out() {
    let open = policy("");
    let first = decide(&by(Caller::anonymous()), &ENTROPY, &native(), &open);
    let closed = policy(&format!("denied-clients = ['{}']", id(&first)));
    let second = decide(&by(Caller::anonymous()), &ENTROPY, &native(), &closed);
    assert_eq!(second.response.status, 403);
    assert_eq!(
        second.diagnostics.first().map(|d| d.code),
        Some("client-denied")
    );

    let Effect::Share(record) = &first.effect else {
        panic!("{first:?}")
    };
    let denied = record
        .document
        .replace("\"shared\":true", "\"shared\":true,\"denied\":true");
    let context = Context {
        record: Some(&denied),
        ..by(Caller::anonymous())
    };
    assert_eq!(
        decide(&context, &ENTROPY, &native(), &open).response.status,
        403
    );
}

#[test]
fn what_is_stored_of_the_registrant() {
    let policy = policy("share-identical = 'off'");
    let terms = r#" {"scopes": ["urn:ietf:params:oauth:scope:mail"]} "#;
    let caller = Caller {
        account: Some("desk"),
        terms: Some(terms),
        ..Caller::with_permissions(KEY)
    };
    let decision = decide(&by(caller), &ENTROPY, &native(), &policy);
    assert_eq!(
        answer(&decision)["scope"],
        "urn:ietf:params:oauth:scope:mail"
    );
    let Effect::Store(record) = decision.effect else {
        panic!("{decision:?}")
    };
    let stored = Stored::read(&record.document).unwrap();
    assert_eq!(stored.registered_by.by, By::Key);
    assert_eq!(stored.registered_by.account.as_deref(), Some("desk"));
    assert_eq!(
        stored.registered_by.terms.as_ref().unwrap().get(),
        terms.trim()
    );
    assert_eq!(
        stored.record(),
        record,
        "a record is written as it was read"
    );

    let stranger = Caller {
        terms: Some(terms),
        ..Caller::anonymous()
    };
    let decision = decide(&by(stranger), &ENTROPY, &native(), &policy);
    let Effect::Store(record) = decision.effect else {
        panic!("{decision:?}")
    };
    let stored = Stored::read(&record.document).unwrap();
    assert_eq!(stored.registered_by.by, By::Stranger);
    assert!(stored.registered_by.terms.is_none());
}

#[test]
fn what_strangers_may_not_register() {
    let settings = "anonymous-profile = 'none'\nanonymous-terms = { redirect-hosts = ['.example.com'], redirect-schemes = ['https', 'http'] }";
    let policy = policy(settings);
    for (uri, code) in [
        ("https://a.example.com/cb", None),
        ("http://127.0.0.1/cb", None),
        (
            "https://a.example.org/cb",
            Some("redirect-uri-host-not-allowed"),
        ),
        (
            "com.example.app:/cb",
            Some("redirect-uri-scheme-not-allowed"),
        ),
    ] {
        let document = with(json!({"redirect_uris": [uri]}));
        let decision = decide(&by(Caller::anonymous()), &ENTROPY, &document, &policy);
        assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{uri}");
        let by_key = decide(
            &by(Caller::with_permissions(KEY)),
            &ENTROPY,
            &document,
            &policy,
        );
        assert_eq!(by_key.response.status, 201, "{uri}");
    }
}

/// Redirect URIs that match are one registration, and each answer repeats what was sent (requirements
/// E2).
#[test]
fn spellings_of_a_redirect_uri_share_an_id() {
    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let stateless = format!("stateless = 'anonymous'\nclient-id-keys = ['{key}']");
    for settings in ["", &stateless] {
        let policy = policy(settings);
        let ids = [
            "http://127.0.0.1",
            "http://127.0.0.1/",
            "http://127.0.0.1:80",
            "http://127.0.0.1:50123/",
        ]
        .map(|uri| {
            let document = with(json!({"redirect_uris": [uri]}));
            let decision = decide(&by(Caller::anonymous()), &ENTROPY, &document, &policy);
            let answer = answer(&decision);
            assert_eq!(answer["redirect_uris"], json!([uri]));
            answer["client_id"].clone()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{settings} {ids:?}");
    }
}

#[test]
fn who_waits() {
    let stranger = by(Caller::anonymous());
    let key = by(Caller::with_permissions(KEY));
    for (approval, context, waits) in [
        ("off", &stranger, false),
        ("off", &key, false),
        ("anonymous", &stranger, true),
        ("anonymous", &key, false),
        ("all", &stranger, true),
        ("all", &key, true),
    ] {
        let settings = format!("require = true\napproval = '{approval}'\nshare-identical = 'off'");
        let decision = decide(context, &ENTROPY, &native(), &policy(&settings));
        assert_eq!(decision.response.status, 201, "{approval}");
        let Effect::Store(record) = &decision.effect else {
            panic!("{approval}: {decision:?}");
        };
        let stored = Stored::read(&record.document).unwrap();
        assert_eq!(stored.waiting_since, waits.then_some(NOW), "{approval}");
        let noted = decision.diagnostics.iter().map(|d| (d.code, d.severity));
        let noted = Vec::from_iter(noted.filter(|(code, _)| *code == "client-waits"));
        let expected = waits.then_some(("client-waits", Severity::Note));
        assert_eq!(noted, Vec::from_iter(expected), "{approval}");
        // It is what RFC 7591 says, and no more.
        assert_eq!(answer(&decision).get("diagnostics"), None, "{approval}");
    }
}

/// One approval is for all who share an id, and whoever registers the same later changes nothing.
#[test]
fn those_who_share_an_id_wait_together() {
    let policy = policy("require = true\napproval = 'anonymous'");
    let stranger = by(Caller::anonymous());
    let first = decide(&stranger, &ENTROPY, &native(), &policy);
    let Effect::Share(record) = first.effect else {
        panic!("{first:?}");
    };
    let mut approved: Value = serde_json::from_str(&record.document).unwrap();
    approved.as_object_mut().unwrap().remove("waiting_since");
    let approved = approved.to_string();
    for (name, document, waits) in [
        ("waiting", &record.document, true),
        ("approved", &approved, false),
    ] {
        let context = Context {
            record: Some(document),
            ..by(Caller::anonymous())
        };
        let again = decide(&context, &OTHER_ENTROPY, &native(), &policy);
        assert_eq!(again.response.status, 201, "{name}");
        assert_eq!(again.effect, Effect::None, "{name}");
        let mut codes = again.diagnostics.iter().map(|d| d.code);
        assert_eq!(codes.any(|code| code == "client-waits"), waits, "{name}");
    }
}
