//! Tests of reading a registration, and of what an update changes.

use crate::decision::Outcome;

use super::*;

#[test]
fn what_is_read() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    let read_by_client = read(
        &client(&own.token, Some(&own.record)),
        NOW + 9,
        &own.id,
        &policy,
    );
    let answer = body(&read_by_client.unwrap());
    assert_eq!(answer["client_id"], own.id.as_str());
    assert_eq!(answer["client_id_issued_at"], NOW);
    assert_eq!(answer["client_name"], "A");
    assert_eq!(answer["registration_access_token"], own.token.as_str());
    let uri = format!("https://mail.example.com/auth/register/{}", own.id);
    assert_eq!(answer["registration_client_uri"], uri.as_str());
    // Only its hash is known.
    assert_eq!(answer.get("client_secret"), None);
    assert_eq!(answer.get("client_secret_expires_at"), None);

    let get = ["authenticate", "oauth-client-get"];
    let context = administrator(&get, Some(&own.record));
    let answer = body(&read(&context, NOW, &own.id, &policy).unwrap());
    assert_eq!(answer["client_name"], "A");
    assert_eq!(answer.get("registration_access_token"), None);
}

#[test]
fn what_an_update_must_have() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    for (name, changes, expected) in [
        ("as it was", json!({}), &[][..]),
        ("its own secret", json!({"client_secret": own.secret}), &[]),
        (
            "no id",
            json!({"client_id": null}),
            &["client-id-missing /client_id"],
        ),
        (
            "another id",
            json!({"client_id": "x"}),
            &["client-id-other /client_id"],
        ),
        (
            "a number for an id",
            json!({"client_id": 1}),
            &["client-id-other /client_id"],
        ),
        (
            "another secret",
            json!({"client_secret": "x"}),
            &["client-secret-other /client_secret"],
        ),
        (
            "a number for a secret",
            json!({"client_secret": 1}),
            &["client-secret-other /client_secret"],
        ),
        ("no secret", json!({"client_secret": null}), &[]),
        (
            "the token",
            json!({"registration_access_token": own.token}),
            &["member-of-server /registration_access_token"],
        ),
        (
            "the URI",
            json!({"registration_client_uri": "x"}),
            &["member-of-server /registration_client_uri"],
        ),
        (
            "the secret's end",
            json!({"client_secret_expires_at": 0}),
            &["member-of-server /client_secret_expires_at"],
        ),
        (
            "the time of issue",
            json!({"client_id_issued_at": 1}),
            &["member-of-server /client_id_issued_at"],
        ),
        (
            "nothing of the server's",
            json!({"registration_access_token": null, "client_id_issued_at": null}),
            &[],
        ),
        (
            "no redirect URIs",
            json!({"redirect_uris": null}),
            &["redirect-uris-missing /redirect_uris"],
        ),
        (
            "several mistakes",
            json!({"client_id": "x", "redirect_uris": ["http://a.example.com/"]}),
            &[
                "redirect-uri-http /redirect_uris/0",
                "client-id-other /client_id",
            ],
        ),
    ] {
        let mut document = web();
        document["client_id"] = own.id.as_str().into();
        for (member, value) in changes.as_object().unwrap() {
            document[member] = value.clone();
        }
        let document = document.to_string();
        let context = client(&own.token, Some(&own.record));
        let decision = update(
            &context,
            NOW,
            &ENTROPY,
            &own.id,
            document.as_bytes(),
            &policy,
        )
        .unwrap();
        assert_eq!(codes(&decision), expected, "{name}");
        assert_eq!(
            decision.outcome == Outcome::Accept,
            expected.is_empty(),
            "{name}"
        );
    }
    for raw in ["", "[]", "null", "{"] {
        let context = client(&own.token, Some(&own.record));
        let decision = update(&context, NOW, &ENTROPY, &own.id, raw.as_bytes(), &policy).unwrap();
        assert_eq!(decision.response.status, 400, "{raw}");
    }
}

#[test]
fn an_update_replaces_the_whole() {
    let policy = policy("");
    let mut first = web();
    first["client_name#de"] = "Ä".into();
    let own = registered(&first, &policy);
    let document = json!({
        "client_id": own.id,
        "redirect_uris": ["https://b.example.com/cb"],
    });
    let context = client(&own.token, Some(&own.record));
    let decision = update(
        &context,
        NOW + 9,
        &OTHER_ENTROPY,
        &own.id,
        document.to_string().as_bytes(),
        &policy,
    );
    let decision = decision.unwrap();
    let answer = body(&decision);
    assert_eq!(answer["redirect_uris"], json!(["https://b.example.com/cb"]));
    assert_eq!(answer["client_id_issued_at"], NOW);
    assert_eq!(answer["registration_access_token"], own.token.as_str());
    for gone in ["client_name", "client_name#de", "client_secret"] {
        assert_eq!(answer.get(gone), None, "{gone}");
    }
    let record = replaced(&decision);
    let again = read(&client(&own.token, Some(record)), NOW, &own.id, &policy).unwrap();
    assert_eq!(body(&again), answer);
}

#[test]
fn an_update_says_what_was_found_and_what_to_fetch() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    let mut document = web();
    document["client_id"] = own.id.as_str().into();
    document["scope"] = "urn:ietf:params:oauth:scope:mail x".into();
    document["jwks_uri"] = "https://a.example.com/keys".into();
    let document = document.to_string();
    let context = client(&own.token, Some(&own.record));
    let decision = update(
        &context,
        NOW,
        &ENTROPY,
        &own.id,
        document.as_bytes(),
        &policy,
    )
    .unwrap();
    assert_eq!(codes(&decision), ["scope-not-offered /scope"]);
    assert_eq!(decision.fetches.len(), 1);
    assert_eq!(decision.fetches[0].pointer, "/jwks_uri");
}

#[test]
fn an_update_stays_within_the_terms() {
    let policy = policy("anonymous = true\nshare-identical = 'off'");
    let terms = Caller {
        terms: Some(r#"{"redirect-hosts": ["a.example.com"], "scopes": ["offline_access"]}"#),
        ..Caller::with_permissions(KEY)
    };
    let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
    let bound = register_with(terms, &web(), &policy);
    let free = registered(&web(), &policy);
    let stranger = register_with(Caller::anonymous(), &native, &policy);
    let elsewhere = json!({"redirect_uris": ["https://b.example.com/cb"]});
    let scope = json!({"redirect_uris": ["https://a.example.com/cb"], "scope": "urn:ietf:params:oauth:scope:mail"});
    for (name, own, change, code) in [
        ("free", &free, &elsewhere, None),
        (
            "another host",
            &bound,
            &elsewhere,
            Some("redirect-uri-host-not-allowed"),
        ),
        ("another scope", &bound, &scope, Some("scope-none-offered")),
        (
            "a stranger's web page",
            &stranger,
            &elsewhere,
            Some("redirect-uri-not-native"),
        ),
    ] {
        let mut document = change.clone();
        document["client_id"] = own.id.as_str().into();
        let document = document.to_string();
        let update_by = |context: &Context<'_>| {
            update(
                context,
                NOW,
                &ENTROPY,
                &own.id,
                document.as_bytes(),
                &policy,
            )
            .unwrap()
        };
        let may = ["authenticate", "oauth-client-update"];
        let by_client = update_by(&client(&own.token, Some(&own.record)));
        let by_administrator = update_by(&administrator(&may, Some(&own.record)));
        for decision in [by_client, by_administrator] {
            assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{name}");
        }
    }
}

#[test]
fn what_is_shared_stays() {
    let policy = policy("anonymous = true");
    let native = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
    let own = register_with(Caller::anonymous(), &native, &policy);
    assert_eq!(own.token, "", "what is shared is nobody's to manage");
    let may = ["authenticate", "oauth-client-update", "oauth-client-delete"];
    let context = administrator(&may, Some(&own.record));
    let changed = update(&context, NOW, &ENTROPY, &own.id, b"{}", &policy).unwrap();
    assert_eq!(codes(&changed), ["client-fixed "]);
    let removed = remove(&context, NOW, &own.id, &policy).unwrap();
    assert_eq!(removed.effect, Effect::Remove(own.id));
    assert_eq!(removed.response.body, "");
    assert!(
        removed
            .response
            .headers
            .iter()
            .all(|h| h.name != "Content-Type")
    );
}
