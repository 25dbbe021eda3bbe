//! Tests of clients that wait for an administrator's approval.

use crate::client::Stored;

use super::*;

const WAITS: &str = "require = true\napproval = 'all'\nanonymous = true";
const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

/// A record with this member changed.
fn with(record: &str, member: &str, value: Value) -> String {
    let mut record: Value = serde_json::from_str(record).unwrap();
    record[member] = value;
    record.to_string()
}

/// What an effect does, and the record that it writes.
fn effect(decision: &Decision) -> (&'static str, Option<Stored<'_>>) {
    match &decision.effect {
        Effect::None => ("none", None),
        Effect::Store(record) => ("store", Some(Stored::read(&record.document).unwrap())),
        Effect::Share(_) => panic!("nothing is registered here"),
        Effect::Replace(record) => ("replace", Some(Stored::read(&record.document).unwrap())),
        Effect::Remove(_) => ("remove", None),
    }
}

#[test]
fn who_approves_and_denies_whom() {
    let policy = policy(WAITS);
    let own = registered(&web(), &policy);
    let disabled = with(&own.record, "disabled", true.into());
    let denied = with(&own.record, "denied", true.into());
    let approved = with(&own.record, "waiting_since", Value::Null);
    let update: &[&str] = &["authenticate", "oauth-client-update"];
    let delete: &[&str] = &["authenticate", "oauth-client-delete"];
    type Decide = fn(&Context<'_>, u64, &str, &Policy) -> Result<Decision, crate::facts::Misuse>;
    for (name, decide, context, id, expected) in [
        (
            "approved",
            approve as Decide,
            administrator(update, Some(&own.record)),
            &*own.id,
            (204, "replace", None),
        ),
        (
            "approved while it is disabled",
            approve,
            administrator(update, Some(&disabled)),
            &own.id,
            (204, "replace", None),
        ),
        (
            "approved before",
            approve,
            administrator(update, Some(&approved)),
            &own.id,
            (204, "none", None),
        ),
        (
            "approved although it was deleted",
            approve,
            administrator(update, Some(&denied)),
            &own.id,
            (404, "none", Some("client-not-found")),
        ),
        (
            "approved, and there is none",
            approve,
            administrator(update, None),
            "nobody",
            (404, "none", Some("client-not-found")),
        ),
        (
            "approved by one who only deletes",
            approve,
            administrator(delete, Some(&own.record)),
            &own.id,
            (403, "none", Some("permission-update-missing")),
        ),
        (
            "approved by itself",
            approve,
            client(&own.token, Some(&own.record)),
            &own.id,
            (401, "none", Some("credential-rejected")),
        ),
        (
            "denied",
            deny,
            administrator(delete, Some(&own.record)),
            &own.id,
            (204, "remove", None),
        ),
        (
            "denied while it is disabled",
            deny,
            administrator(delete, Some(&disabled)),
            &own.id,
            (204, "remove", None),
        ),
        (
            "denied after its approval",
            deny,
            administrator(delete, Some(&approved)),
            &own.id,
            (409, "none", Some("client-not-waiting")),
        ),
        (
            "denied, and there is none",
            deny,
            administrator(delete, None),
            "nobody",
            (404, "none", Some("client-not-found")),
        ),
        (
            "denied by one who only changes",
            deny,
            administrator(update, Some(&own.record)),
            &own.id,
            (403, "none", Some("permission-delete-missing")),
        ),
        (
            "denied by itself",
            deny,
            client(&own.token, Some(&own.record)),
            &own.id,
            (401, "none", Some("credential-rejected")),
        ),
    ] {
        let decision = decide(&context, NOW + 5, id, &policy).unwrap();
        let (made, stored) = effect(&decision);
        let code = decision.diagnostics.first().map(|d| d.code);
        assert_eq!((decision.response.status, made, code), expected, "{name}");
        if let Some(stored) = stored {
            assert_eq!(stored.waiting_since, None, "{name}");
            assert_eq!(stored.approved_at, Some(NOW + 5), "{name}");
            assert_eq!(stored.disabled, name.contains("disabled"), "{name}");
        }
    }
}

/// Switching a client off and on is no approval.
#[test]
fn enabled_is_not_approved() {
    let policy = policy(WAITS);
    let own = registered(&web(), &policy);
    let update: &[&str] = &["authenticate", "oauth-client-update"];
    let context = administrator(update, Some(&own.record));
    let off = disable(&context, NOW, &own.id, &policy).unwrap();
    let context = administrator(update, Some(replaced(&off)));
    let on = enable(&context, NOW, &own.id, &policy).unwrap();
    let stored = Stored::read(replaced(&on)).unwrap();
    assert_eq!(stored.waiting_since, Some(NOW));
    assert!(!stored.disabled);
}

#[test]
fn an_id_without_a_record_waits() {
    let key = "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']";
    let before = policy(&format!("anonymous = true\nstateless = 'anonymous'\n{key}"));
    let native =
        json!({"redirect_uris": ["com.example:/cb"], "token_endpoint_auth_method": "none"});
    let body = native.to_string();
    let made = register::register(&Context::default(), NOW, &ENTROPY, body.as_bytes(), &before);
    let id = made.unwrap().client.unwrap().client_id;
    let after = policy(&format!("{WAITS}\n{key}"));
    let update: &[&str] = &["authenticate", "oauth-client-update"];
    let delete: &[&str] = &["authenticate", "oauth-client-delete"];
    let approved = approve(&administrator(update, None), NOW, &id, &after).unwrap();
    let (made, stored) = effect(&approved);
    assert_eq!(made, "store");
    assert_eq!(stored.unwrap().approved_at, Some(NOW));

    let disabled = disable(&administrator(update, None), NOW, &id, &after).unwrap();
    let (made, stored) = effect(&disabled);
    assert_eq!(made, "store");
    assert_eq!(stored.unwrap().waiting_since, Some(NOW));

    let denied = deny(&administrator(delete, None), NOW, &id, &after).unwrap();
    let (made, stored) = effect(&denied);
    assert_eq!(made, "store");
    assert!(stored.unwrap().denied);

    let context = administrator(delete, None);
    let denied = deny(&context, NOW, &id, &before).unwrap();
    let code = denied.diagnostics.first().map(|d| d.code);
    assert_eq!(code, Some("client-not-waiting"));
}

/// Whether an approved client waits again after a change of its own.
#[test]
fn what_waits_again() {
    let policy = policy(WAITS);
    let metadata = json!({
        "redirect_uris": ["https://a.example.com/cb", "http://127.0.0.1:1/cb", "com.example:/cb"],
        "client_name": "A",
        "client_name#de": "B",
        "client_uri": "https://a.example.com/",
        "scope": "urn:ietf:params:oauth:scope:mail",
        "software_version": "1",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://a.example.com/keys",
    });
    let own = registered(&metadata, &policy);
    let approved = with(&own.record, "waiting_since", Value::Null);
    let keys: Value = serde_json::from_str(KEYS).unwrap();
    for (name, changes, waits) in [
        ("nothing", json!({}), false),
        ("another version", json!({"software_version": "2"}), false),
        ("no version", json!({"software_version": null}), false),
        (
            "its keys elsewhere",
            json!({"jwks_uri": "https://a.example.com/new"}),
            false,
        ),
        (
            "its keys inside",
            json!({"jwks_uri": null, "jwks": keys}),
            false,
        ),
        (
            "another loopback port, another order",
            json!({"redirect_uris": ["com.example:/cb", "http://127.0.0.1:2/cb", "https://a.example.com/cb"]}),
            false,
        ),
        (
            "a redirect URI less",
            json!({"redirect_uris": ["https://a.example.com/cb"]}),
            false,
        ),
        (
            "a redirect URI more",
            json!({"redirect_uris": ["https://a.example.com/cb", "https://b.example.com/cb"]}),
            true,
        ),
        (
            "another redirect URI",
            json!({"redirect_uris": ["https://b.example.com/cb"]}),
            true,
        ),
        ("another name", json!({"client_name": "Bank"}), true),
        (
            "no name",
            json!({"client_name": null, "client_name#de": null}),
            true,
        ),
        (
            "another name in one language",
            json!({"client_name#de": "Bank"}),
            true,
        ),
        (
            "another home page",
            json!({"client_uri": "https://b.example.com/"}),
            true,
        ),
        (
            "a logo",
            json!({"logo_uri": "https://a.example.com/logo"}),
            true,
        ),
        (
            "a scope more",
            json!({"scope": "urn:ietf:params:oauth:scope:mail offline_access"}),
            true,
        ),
        (
            "another grant type",
            json!({"grant_types": ["authorization_code", "client_credentials"]}),
            true,
        ),
        (
            "another way to authenticate",
            json!({"token_endpoint_auth_method": "none", "jwks_uri": null}),
            true,
        ),
    ] {
        let mut changed = metadata.clone();
        changed["client_id"] = own.id.as_str().into();
        for (member, value) in changes.as_object().unwrap() {
            changed[member] = value.clone();
        }
        let change = |context: &Context<'_>, policy: &Policy| {
            let body = changed.to_string();
            let decision = update(
                context,
                NOW + 9,
                &OTHER_ENTROPY,
                &own.id,
                body.as_bytes(),
                policy,
            );
            let decision = decision.unwrap();
            assert_eq!(decision.response.status, 200, "{name}: {decision:?}");
            let stored = Stored::read(replaced(&decision)).unwrap();
            let noted = codes(&decision).contains(&"client-waits ".to_owned());
            assert_eq!(noted, stored.waiting_since.is_some(), "{name}");
            (stored.waiting_since, stored.approved_at)
        };
        let long_approved = with(&approved, "approved_at", NOW.into());
        let by_client = client(&own.token, Some(&long_approved));
        let expected = match waits {
            true => (Some(NOW + 9), None),
            false => (None, Some(NOW)),
        };
        assert_eq!(change(&by_client, &policy), expected, "{name}");
        let may: &[&str] = &["authenticate", "oauth-client-update"];
        let by_administrator = administrator(may, Some(&approved));
        assert_eq!(change(&by_administrator, &policy).0, None, "{name}");
        let off = super::policy("");
        assert_eq!(change(&by_client, &off).0, None, "{name}");
        let strangers = super::policy("require = true\napproval = 'anonymous'\nanonymous = true");
        assert_eq!(change(&by_client, &strangers).0, None, "{name}");
        // It has waited since it was registered, and no change makes that shorter or longer.
        let while_waiting = [
            client(&own.token, Some(&own.record)),
            administrator(may, Some(&own.record)),
        ];
        for context in while_waiting {
            assert_eq!(change(&context, &policy).0, Some(NOW), "{name}");
            assert_eq!(change(&context, &off).0, Some(NOW), "{name}");
        }
    }
}

#[test]
fn it_is_read_while_it_waits() {
    let policy = policy(WAITS);
    let own = registered(&web(), &policy);
    let context = client(&own.token, Some(&own.record));
    let decision = read(&context, NOW, &own.id, &policy).unwrap();
    assert_eq!(decision.response.status, 200);
    assert_eq!(codes(&decision), ["client-waits "]);
    assert_eq!(body(&decision).get("diagnostics"), None);
}
