use serde_json::{Value, json};

use crate::config;
use crate::decision::Effect;
use crate::diagnostic::Severity;
use crate::facts::Caller;
use crate::operations::register;

use super::*;

const NOW: u64 = 1_790_000_000;
const KEY: &[&str] = &["authenticate", "oauth-client-registration"];

fn policy(settings: &str) -> Policy {
    let text = format!("[oauth.client-registration]\n{settings}");
    config::compile(&text).unwrap().policy
}

/// The record of a client that this caller registers under these settings.
fn record(caller: Caller<'_>, settings: &str, metadata: &Value) -> (String, String) {
    let context = Context {
        caller,
        ..Context::default()
    };
    let body = metadata.to_string();
    let policy = policy(settings);
    let decision = register::register(&context, NOW, &[7; 32], body.as_bytes(), &policy);
    match decision.unwrap().effect {
        Effect::Store(record) | Effect::Share(record) => (record.client_id, record.document),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_policy_that_changes() {
    let web = json!({"redirect_uris": ["https://a.example.com/cb"], "client_name": "Example"});
    let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
    let key = || Caller::with_permissions(KEY);
    let bound = Caller {
        terms: Some(r#"{"redirect-hosts": ["a.example.com"]}"#),
        ..key()
    };
    let open = "anonymous = true";
    for (name, caller, before, metadata, at, after, expected) in [
        ("nothing changed", key(), "", &web, NOW, "", &[][..]),
        ("terms", bound, "", &web, NOW, "", &[]),
        (
            "a method gone",
            key(),
            "",
            &web,
            NOW,
            "auth-methods = ['none']",
            &["auth-method-not-offered"],
        ),
        (
            "a grant gone",
            key(),
            "",
            &web,
            NOW,
            "grant-types = ['client_credentials']",
            &["grant-type-not-offered"],
        ),
        (
            "a name protected",
            key(),
            "",
            &web,
            NOW,
            "protected-names = ['example']",
            &["client-name-protected"],
        ),
        (
            "a host no more",
            key(),
            "",
            &web,
            NOW,
            "redirect-hosts = ['b.example.com']",
            &["redirect-uri-host-not-allowed"],
        ),
        (
            "a scope dropped",
            key(),
            "",
            &web,
            NOW,
            "scopes = ['urn:ietf:params:oauth:scope:mail']",
            &["scope-not-offered"],
        ),
        (
            "all scopes dropped that give access",
            key(),
            "",
            &web,
            NOW,
            "scopes = ['offline_access']",
            &["scope-none-offered"],
        ),
        (
            "before its secret ends",
            key(),
            "secret-lifetime = 9",
            &web,
            NOW + 8,
            "",
            &[],
        ),
        (
            "after its secret ended",
            key(),
            "secret-lifetime = 9",
            &web,
            NOW + 9,
            "",
            &["client-secret-over"],
        ),
        (
            "a stranger",
            Caller::anonymous(),
            open,
            &native,
            NOW,
            open,
            &[],
        ),
        (
            "strangers closed out",
            Caller::anonymous(),
            open,
            &native,
            NOW,
            "",
            &[],
        ),
        (
            "strangers' terms",
            Caller::anonymous(),
            open,
            &native,
            NOW,
            "anonymous = true\nanonymous-terms = { redirect-schemes = ['https'] }",
            &["redirect-uri-scheme-not-allowed"],
        ),
    ] {
        let (id, record) = record(caller, before, metadata);
        let context = Context {
            record: Some(&record),
            ..Context::default()
        };
        let verdict = client(&context, at, &id, &policy(after)).unwrap();
        let found: Vec<_> = verdict.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(found, expected, "{name}");
        let acceptable = verdict
            .diagnostics
            .iter()
            .all(|d| d.severity != Severity::Error);
        assert_eq!(verdict.outcome == Outcome::Accept, acceptable, "{name}");
        let answer: Value = serde_json::from_str(&verdict.response.body).unwrap();
        assert_eq!(answer["acceptable"], acceptable, "{name}");
        assert_eq!(answer["client_id"], id.as_str(), "{name}");
        assert_eq!(answer.get("metadata").is_some(), acceptable, "{name}");
        assert_eq!(verdict.effect, Effect::None, "{name}");
    }
}

#[test]
fn shut_out_or_not_there() {
    let native =
        json!({"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none"});
    let (id, record) = record(Caller::with_permissions(KEY), "", &native);
    let known = Context {
        record: Some(&record),
        ..Context::default()
    };
    let denied = record.replace("\"metadata\"", "\"denied\":true,\"metadata\"");
    let tombstone = Context {
        record: Some(&denied),
        ..Context::default()
    };
    let settings = format!("denied-clients = ['{id}']");
    for (context, settings, code) in [
        (&known, settings.as_str(), "client-denied"),
        (&tombstone, "", "client-denied"),
        (&Context::default(), "", "client-not-found"),
    ] {
        let verdict = client(context, NOW, &id, &policy(settings)).unwrap();
        assert_eq!(verdict.diagnostics[0].code, code);
        assert_eq!(verdict.outcome, Outcome::Refuse);
    }
}

/// It may be registered as it is, and the administrator is told that it cannot be used yet.
#[test]
fn a_client_that_waits() {
    let native =
        json!({"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none"});
    let settings = "require = true\napproval = 'all'";
    let (id, record) = record(Caller::with_permissions(KEY), settings, &native);
    let context = Context {
        record: Some(&record),
        ..Context::default()
    };
    for settings in [settings, ""] {
        let verdict = client(&context, NOW, &id, &policy(settings)).unwrap();
        assert_eq!(verdict.outcome, Outcome::Accept);
        let found = verdict.diagnostics.iter().map(|d| (d.code, d.severity));
        let warned = Vec::from_iter(found.filter(|(_, s)| *s == Severity::Warning));
        assert_eq!(warned, [("client-waits", Severity::Warning)]);
    }
}

#[test]
fn drafts() {
    let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]}).to_string();
    let web = json!({"redirect_uris": ["https://a.example.com/cb"]}).to_string();
    let open = policy("anonymous = true");
    for (name, caller, policy, body, code) in [
        ("a key", Caller::with_permissions(KEY), &open, &web, None),
        (
            "a stranger",
            Caller::anonymous(),
            &open,
            &native,
            Some("refresh-token-completed"),
        ),
        (
            "a stranger's web page",
            Caller::anonymous(),
            &open,
            &web,
            Some("redirect-uri-not-native"),
        ),
        (
            "nobody",
            Caller::anonymous(),
            &policy(""),
            &native,
            Some("credential-missing"),
        ),
    ] {
        let context = Context {
            caller,
            ..Context::default()
        };
        let verdict = draft(&context, NOW, body.as_bytes(), policy).unwrap();
        assert_eq!(verdict.diagnostics.first().map(|d| d.code), code, "{name}");
        assert_eq!(verdict.effect, Effect::None, "{name}");
        assert_eq!(verdict.response.status, 200, "{name}");
        assert!(!verdict.response.body.contains("client_id"), "{name}");
    }
}
