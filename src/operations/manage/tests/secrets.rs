//! Tests of secrets and tokens that change.

use crate::client::Stored;

use super::*;

/// The secrets that a record has after an update under these settings, and whether a new one was
/// handed out: (current kept, previous kept, until when).
#[test]
fn secrets_and_tokens_change() {
    for (name, settings, method, at, new_secret, previous, new_token) in [
        (
            "by default",
            "",
            "client_secret_basic",
            NOW + 9,
            false,
            None,
            false,
        ),
        (
            "rotated",
            "rotate-secret = true",
            "client_secret_basic",
            NOW + 9,
            true,
            None,
            false,
        ),
        (
            "rotated with an overlap",
            "rotate-secret = true\nsecret-overlap = 60",
            "client_secret_post",
            NOW + 9,
            true,
            Some(NOW + 69),
            false,
        ),
        (
            "an overlap never outlives the secret",
            "rotate-secret = true\nsecret-overlap = 60\nsecret-lifetime = 30",
            "client_secret_post",
            NOW + 9,
            true,
            Some(NOW + 30),
            false,
        ),
        (
            "an overlap without rotation",
            "secret-overlap = 60",
            "client_secret_basic",
            NOW + 9,
            false,
            None,
            false,
        ),
        (
            "just before its end",
            "secret-lifetime = 30\nsecret-overlap = 60",
            "client_secret_basic",
            NOW + 29,
            false,
            None,
            false,
        ),
        (
            "at its end",
            "secret-lifetime = 30\nsecret-overlap = 60",
            "client_secret_basic",
            NOW + 30,
            true,
            None,
            false,
        ),
        (
            "becomes public",
            "rotate-secret = true\nsecret-overlap = 60",
            "none",
            NOW + 9,
            false,
            None,
            false,
        ),
        (
            "token rotated",
            "rotate-registration-access-token = true",
            "client_secret_basic",
            NOW + 9,
            false,
            None,
            true,
        ),
    ] {
        let policy = policy(settings);
        let own = registered(&web(), &policy);
        let mut document = web();
        document["client_id"] = own.id.as_str().into();
        document["token_endpoint_auth_method"] = method.into();
        let context = client(&own.token, Some(&own.record));
        let document = document.to_string();
        let decision = update(
            &context,
            at,
            &OTHER_ENTROPY,
            &own.id,
            document.as_bytes(),
            &policy,
        );
        let decision = decision.unwrap();
        let answer = body(&decision);
        let stored = Stored::read(replaced(&decision)).unwrap();
        assert_eq!(answer.get("client_secret").is_some(), new_secret, "{name}");
        assert_eq!(
            answer.get("client_secret_expires_at").is_some(),
            new_secret,
            "{name}"
        );
        let current = stored.client_secret.as_ref();
        assert_eq!(current.is_some(), method != "none", "{name}");
        if method != "none" {
            let secret = match new_secret {
                true => answer["client_secret"].as_str().unwrap(),
                false => &own.secret,
            };
            assert!(current.unwrap().sha256.is_of(secret), "{name}");
        }
        let kept = stored.previous_client_secret.as_ref();
        assert_eq!(kept.map(|s| s.expires_at), previous, "{name}");
        assert!(kept.is_none_or(|s| s.sha256.is_of(&own.secret)), "{name}");
        let token = answer["registration_access_token"].as_str().unwrap();
        assert_eq!(token != own.token, new_token, "{name}");
        let hash = stored.registration_access_token.unwrap().sha256;
        assert!(hash.is_of(token), "{name}");
    }
}

#[test]
fn an_administrator_gives_a_new_secret() {
    let policy = policy("secret-overlap = 60");
    let own = registered(&web(), &policy);
    let public = json!({"redirect_uris": ["https://a.example.com/cb"], "token_endpoint_auth_method": "none"});
    let public = registered(&public, &policy);
    let may: &[&str] = &["authenticate", "oauth-client-update"];
    let rotate = |context: &Context<'_>, id: &str| {
        rotate_secret(context, NOW, &OTHER_ENTROPY, id, &policy).unwrap()
    };
    for (name, context, id, status, code) in [
        (
            "may",
            administrator(may, Some(&own.record)),
            &own.id,
            200,
            None,
        ),
        (
            "may not",
            administrator(KEY, Some(&own.record)),
            &own.id,
            403,
            Some("permission-update-missing"),
        ),
        (
            "the client itself",
            client(&own.token, Some(&own.record)),
            &own.id,
            401,
            Some("credential-rejected"),
        ),
        (
            "nobody",
            Context::default(),
            &own.id,
            401,
            Some("credential-missing"),
        ),
        (
            "no such client",
            administrator(may, None),
            &own.id,
            404,
            Some("client-not-found"),
        ),
        (
            "no secret",
            administrator(may, Some(&public.record)),
            &public.id,
            400,
            Some("secret-unused"),
        ),
    ] {
        let decision = rotate(&context, id);
        assert_eq!(decision.response.status, status, "{name}");
        assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{name}");
    }
    let decision = rotate(&administrator(may, Some(&own.record)), &own.id);
    let stored = Stored::read(replaced(&decision)).unwrap();
    let answer = body(&decision);
    let fresh = answer["client_secret"].as_str().unwrap();
    assert!(stored.client_secret.unwrap().sha256.is_of(fresh));
    assert!(
        stored
            .previous_client_secret
            .unwrap()
            .sha256
            .is_of(&own.secret)
    );
    assert_eq!(answer["client_secret_expires_at"], 0);
}

#[test]
fn an_administrator_gives_a_new_token() {
    let policy = policy("anonymous = true\nshare-identical = 'off'");
    let sharing = super::policy("anonymous = true");
    let without_endpoint = crate::config::compile("").unwrap().policy;
    let own = registered(&web(), &policy);
    let public =
        json!({"redirect_uris": ["com.example:/cb"], "token_endpoint_auth_method": "none"});
    let stranger = register_with(Caller::anonymous(), &public, &policy);
    let shared = register_with(Caller::anonymous(), &public, &sharing);
    let mut waiting: Value = serde_json::from_str(&own.record).unwrap();
    waiting["waiting_since"] = NOW.into();
    let waiting = waiting.to_string();
    let by = |by: &str| {
        let mut record: Value = serde_json::from_str(&own.record).unwrap();
        record["registered_by"] = json!({"by": by, "profile": by});
        record.to_string()
    };
    let (chosen, described) = (by("administrator"), by("document"));
    let may: &[&str] = &["authenticate", "oauth-client-update"];
    for (name, context, id, policy, status, code) in [
        (
            "may",
            administrator(may, Some(&own.record)),
            &own.id,
            &policy,
            200,
            None,
        ),
        (
            "a stranger's",
            administrator(may, Some(&stranger.record)),
            &stranger.id,
            &policy,
            200,
            None,
        ),
        (
            "one that waits",
            administrator(may, Some(&waiting)),
            &own.id,
            &policy,
            200,
            None,
        ),
        (
            "may not",
            administrator(KEY, Some(&own.record)),
            &own.id,
            &policy,
            403,
            Some("permission-update-missing"),
        ),
        (
            "the client itself",
            client(&own.token, Some(&own.record)),
            &own.id,
            &policy,
            401,
            Some("credential-rejected"),
        ),
        (
            "no such client",
            administrator(may, None),
            &own.id,
            &policy,
            404,
            Some("client-not-found"),
        ),
        (
            "a shared id",
            administrator(may, Some(&shared.record)),
            &shared.id,
            &policy,
            400,
            Some("token-unused"),
        ),
        (
            "an administrator's",
            administrator(may, Some(&chosen)),
            &own.id,
            &policy,
            400,
            Some("token-unused"),
        ),
        (
            "one with a document",
            administrator(may, Some(&described)),
            &own.id,
            &policy,
            400,
            Some("token-unused"),
        ),
        (
            "no endpoint",
            administrator(may, Some(&own.record)),
            &own.id,
            &without_endpoint,
            400,
            Some("token-without-endpoint"),
        ),
    ] {
        let decision = rotate_registration_access_token(&context, NOW, &OTHER_ENTROPY, id, policy);
        let decision = decision.unwrap();
        assert_eq!(decision.response.status, status, "{name}");
        assert_eq!(decision.diagnostics.first().map(|d| d.code), code, "{name}");
        let token = decision.secrets.registration_access_token.as_deref();
        assert_eq!(token.is_some(), status == 200, "{name}");
        let Some(token) = token else { continue };
        assert_eq!(
            body(&decision)["registration_access_token"],
            token,
            "{name}"
        );
        assert_eq!(body(&decision).get("client_secret"), None, "{name}");
        let record = Some(replaced(&decision));
        for (presented, status) in [(token, 200), (&*own.token, 401), (&*stranger.token, 401)] {
            let read = read(&client(presented, record), NOW, id, policy).unwrap();
            assert_eq!(read.response.status, status, "{name}");
        }
    }
}
