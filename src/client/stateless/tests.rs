use proptest::prelude::*;
use serde_json::{Value, json};

use crate::client::record::By;
use crate::config;
use crate::metadata::Profile;
use crate::oauth::client_id::is_stateless;

use super::*;

const NOW: u64 = 1_790_000_000;
const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const B: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";

fn policy(settings: &str) -> Policy {
    let text = format!("[oauth.client-registration]\n{settings}");
    config::compile(&text).unwrap().policy
}

fn keys(keys: &[&str]) -> Policy {
    policy(&format!("client-id-keys = {keys:?}"))
}

fn stranger() -> Registrant<'static> {
    Registrant {
        by: By::Stranger,
        profile: Profile::Mail,
        account: None,
        terms: None,
    }
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

/// What a mail client registers.
fn typical() -> Box<RawValue> {
    raw(concat!(
        r#"{"redirect_uris":["http://127.0.0.1/callback","org.example.mail:/oauth"],"application_type":"native","#,
        r#""token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"],"response_types":["code"],"#,
        r#""scope":"urn:ietf:params:oauth:scope:mail urn:ietf:params:oauth:scope:contacts urn:ietf:params:oauth:scope:calendars offline_access","#,
        r#""client_name":"Example Mail","client_uri":"https://mail.example.org/","logo_uri":"https://mail.example.org/logo.svg","#,
        r#""tos_uri":"https://mail.example.org/terms","policy_uri":"https://mail.example.org/privacy","#,
        r#""software_id":"4b4a1f5e-7c0e-4a3c-9a53-0b1a6f0e7c11"}"#
    ))
}

#[test]
fn a_typical_client_has_a_short_id() {
    let policy = keys(&[A]);
    let id = seal(&typical(), &stranger(), NOW, &policy).unwrap();
    assert!(id.len() < 400, "{}", id.len());
    assert!(
        id.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    );
    let stored = open(&id, NOW, &policy).unwrap();
    assert_eq!(stored.metadata.get(), typical().get());
    assert_eq!(stored.client_id, id);
    assert_eq!(stored.registered_by.by, By::Stranger);
    assert_eq!(stored.registered_by.profile, Profile::Mail);
    assert_eq!(stored.issued_at, 0);
}

#[test]
fn the_same_is_the_same() {
    let policy = keys(&[A]);
    let sealed = |metadata: &str, by: &Registrant<'_>| seal(&raw(metadata), by, NOW, &policy);
    let first = sealed(r#"{"client_name":"A"}"#, &stranger()).unwrap();
    assert_eq!(
        sealed(r#"{"client_name":"A"}"#, &stranger()),
        Some(first.clone())
    );
    assert_eq!(
        seal(
            &raw(r#"{"client_name":"A"}"#),
            &stranger(),
            NOW + 9_999_999,
            &policy
        ),
        Some(first.clone())
    );
    assert_ne!(
        sealed(r#"{"client_name":"B"}"#, &stranger()),
        Some(first.clone())
    );
    let key = Registrant {
        by: By::Key,
        ..stranger()
    };
    assert_ne!(sealed(r#"{"client_name":"A"}"#, &key), Some(first.clone()));
    assert_ne!(
        seal(
            &raw(r#"{"client_name":"A"}"#),
            &stranger(),
            NOW,
            &keys(&[B])
        ),
        Some(first)
    );
    let bound = Registrant {
        terms: Some(Members::Owned(raw("{}"))),
        ..stranger()
    };
    assert_eq!(sealed("{}", &bound), None, "terms are not carried");
    assert_eq!(
        seal(&raw("{}"), &stranger(), NOW, &super::tests::policy("")),
        None,
        "no key"
    );
    assert_eq!(sealed("[]", &stranger()), None);
}

#[test]
fn keys_rotate() {
    let id = seal(&typical(), &stranger(), NOW, &keys(&[A])).unwrap();
    for (accepted, opens) in [
        (&[A][..], true),
        (&[B, A], true),
        (&[A, B], true),
        (&[B], false),
        (&[], false),
    ] {
        assert_eq!(
            open(&id, NOW, &keys(accepted)).is_some(),
            opens,
            "{accepted:?}"
        );
    }
}

#[test]
fn ids_end() {
    const DAYS: u64 = 3;
    let settings = |days: u64| {
        policy(&format!(
            "client-id-keys = ['{A}']\nstateless-lifetime-days = {days}"
        ))
    };
    let made = NOW / DAY * DAY;
    let id = seal(&typical(), &stranger(), made + 5, &settings(DAYS)).unwrap();
    for (at, opens) in [
        (made, true),
        (made + DAY - 1, true),
        (made + DAYS * DAY - 1, true),
        (made + DAYS * DAY, false),
        // Another machine's clock is behind, but not by more than a day.
        (made - DAY, true),
        (made - DAY - 1, false),
    ] {
        let stored = open(&id, at, &settings(DAYS));
        assert_eq!(stored.is_some(), opens, "{at}");
        assert!(stored.is_none_or(|s| s.issued_at == made));
    }
    assert!(
        open(&id, made + 999 * DAY, &settings(0)).is_some(),
        "ids end no more"
    );
    assert_eq!(
        seal(&typical(), &stranger(), made + DAY - 1, &settings(DAYS)),
        Some(id.clone())
    );
    assert_ne!(
        seal(&typical(), &stranger(), made + DAY, &settings(DAYS)),
        Some(id)
    );
    let endless = seal(&typical(), &stranger(), NOW, &settings(0)).unwrap();
    assert!(
        open(&endless, NOW, &settings(DAYS)).is_none(),
        "nobody knows how old it is"
    );
}

#[test]
fn what_is_no_id() {
    let sound = keys(&[A]);
    let id = seal(&typical(), &stranger(), NOW, &sound).unwrap();
    let exact = policy(&format!(
        "client-id-keys = ['{A}']\nmax-stateless-id = {}",
        id.len()
    ));
    let short = policy(&format!(
        "client-id-keys = ['{A}']\nmax-stateless-id = {}",
        id.len() - 1
    ));
    assert!(open(&id, NOW, &exact).is_some());
    assert!(open(&id, NOW, &short).is_none());
    assert!(is_stateless(&id));
    assert!(!is_stateless("gpc_AAAA"));
    let mut version = URL_SAFE_NO_PAD.decode(&id[4..]).unwrap();
    version[0] = 2;
    let version = format!("gpx_{}", URL_SAFE_NO_PAD.encode(version));
    for bent in [
        "",
        "gpx_",
        "gpx_AAAA",
        "gpx_AQAAAA",
        &id[4..],
        &format!("{id}="),
        &format!("{id}AA"),
        &id[..id.len() - 1],
        &version,
    ] {
        assert!(open(bent, NOW, &sound).is_none(), "{bent}");
    }
    // Every single character counts.
    for at in 4..id.len() {
        let mut bent = id.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bent).unwrap();
        assert!(open(&bent, NOW, &sound).is_none(), "{at}");
    }
}

/// The format is fixed: an id that was made once is good for as long as its key is.
#[test]
fn an_id_of_old() {
    let policy = keys(&[A]);
    let metadata = r#"{"redirect_uris":["http://127.0.0.1/cb"],"token_endpoint_auth_method":"none","scope":"offline_access x"}"#;
    let id = seal(&raw(metadata), &stranger(), NOW, &policy).unwrap();
    assert_eq!(
        id,
        "gpx_ARYIOiMcSkPWVqtGhKvb6eQFWlEXsnELiIWSZZIgr-QIt-eZIwxnwY1xl7Q5GcVX"
    );
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::collection::vec(
            "(https://|http://127.0.0.1/|com\\.)?[a-z./é\"\\\\]{0,12}",
            0..4
        )
        .prop_map(Value::from),
        "[a-c]{0,3}( [a-c]{1,3}){0,3}".prop_map(Value::from),
        Just(json!({"keys": [{"kty": "EC", "n": 1.5}]})),
        Just(json!([1, {}])),
        Just(json!(-1)),
    ]
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened(
        members in prop::collection::vec(("(scope|client_name|client_name#de|jwks|[a-z_]{1,8})", value()), 0..8),
        day in any::<u64>(),
    ) {
        let mut seen = Vec::new();
        let mut text = String::from("{");
        for (name, value) in members {
            if !seen.contains(&name) {
                if !seen.is_empty() {
                    text.push(',');
                }
                text.push_str(&format!("{}:{value}", json!(name)));
                seen.push(name);
            }
        }
        text.push('}');
        let policy = policy(&format!("client-id-keys = ['{A}']\nmax-stateless-id = 100000"));
        let id = seal(&raw(&text), &stranger(), day, &policy).unwrap();
        let stored = open(&id, day, &policy).unwrap();
        prop_assert_eq!(stored.metadata.get(), text);
    }

    #[test]
    fn nothing_else_opens(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let policy = keys(&[A]);
        let mut named = vec![1];
        named.extend(policy.client_id_keys.current().unwrap().id);
        named.extend(&bytes);
        for bytes in [bytes, named] {
            let id = format!("gpx_{}", URL_SAFE_NO_PAD.encode(bytes));
            prop_assert!(open(&id, NOW, &policy).is_none());
        }
    }

    #[test]
    fn unpacking_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(packed) = Packed::from_bytes(&bytes) {
            let _ = packed.metadata();
        }
    }
}
