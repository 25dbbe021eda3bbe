//! `usable`: may a client be used now, as a mail server asks at each sign-in?

use gatepost::{Caller, Context, Decision, Effect, Misuse, Outcome, Registrar, Standing};
use serde_json::json;

const MAIL: &str = "urn:ietf:params:oauth:scope:mail";
const CALENDARS: &str = "urn:ietf:params:oauth:scope:calendars";
const NOW: u64 = 1_790_000_000;

/// The record of a client that an administrator registered.
fn record(policy: &Registrar, client_id: &str, scope: &str, disabled: bool) -> String {
    let administrator = |record| Context {
        now: Some(NOW),
        caller: Caller::with_permissions(&[
            "authenticate",
            "oauth-client-create",
            "oauth-client-update",
        ]),
        record,
        ..Context::default()
    };
    let metadata = json!({"redirect_uris": ["com.example:/cb"], "scope": scope, "token_endpoint_auth_method": "none"});
    let metadata = metadata.to_string();
    let provisioned = policy
        .provision(&administrator(None), Some(client_id), metadata.as_bytes())
        .unwrap();
    let stored = document(provisioned);
    match disabled {
        false => stored,
        true => document(
            policy
                .disable(&administrator(Some(&stored)), client_id)
                .unwrap(),
        ),
    }
}

fn document(decision: Decision) -> String {
    match decision.effect {
        Effect::Store(record) | Effect::Replace(record) => record.document,
        other => panic!("{other:?}: {:?}", decision.diagnostics),
    }
}

fn ask(
    policy: &Registrar,
    permissions: &[&str],
    record: Option<&str>,
    id: &str,
    scope: Option<&str>,
) -> Decision {
    let context = Context {
        now: Some(NOW),
        caller: Caller::with_permissions(permissions),
        record,
        ..Context::default()
    };
    policy.usable(&context, id, scope).unwrap()
}

#[test]
fn who_may_be_used() {
    let settings = |more: &str| format!("[oauth.client-registration]\n{more}");
    let required =
        Registrar::compile(&settings("require = true\ndenied-clients = ['denied']")).unwrap();
    let open = Registrar::compile("").unwrap();
    let kept = record(&required, "mail", MAIL, false);
    let denied = record(&open, "denied", MAIL, false);
    let disabled = record(&required, "mail", MAIL, true);
    let removed = {
        let context = Context {
            now: Some(NOW),
            caller: Caller::with_permissions(&["authenticate", "oauth-client-delete"]),
            record: Some(&kept),
            ..Context::default()
        };
        document(required.remove(&context, "mail").unwrap())
    };
    let (plain, any): (&[&str], &[&str]) = (
        &["authenticate"],
        &["authenticate", "oauth-client-override"],
    );
    let both = format!("{MAIL} {CALENDARS}");
    let twice = format!("{MAIL} {MAIL}");
    for (name, policy, permissions, record, id, scope, expected) in [
        (
            "registered",
            &required,
            plain,
            Some(&kept),
            "mail",
            Some(MAIL),
            Ok((Standing::Provisioned, Some(MAIL))),
        ),
        (
            "no scope asked",
            &required,
            plain,
            Some(&kept),
            "mail",
            None,
            Ok((Standing::Provisioned, Some(MAIL))),
        ),
        (
            "twice the same scope",
            &required,
            plain,
            Some(&kept),
            "mail",
            Some(&*twice),
            Ok((Standing::Provisioned, Some(MAIL))),
        ),
        (
            "another scope",
            &required,
            plain,
            Some(&kept),
            "mail",
            Some(CALENDARS),
            Err("scope-lacking"),
        ),
        (
            "a scope more",
            &required,
            plain,
            Some(&kept),
            "mail",
            Some(&*both),
            Err("scope-lacking"),
        ),
        (
            "an empty scope",
            &required,
            plain,
            Some(&kept),
            "mail",
            Some(""),
            Err("scope-malformed"),
        ),
        (
            "no scope",
            &required,
            plain,
            Some(&kept),
            "mail",
            Some("a  b"),
            Err("scope-malformed"),
        ),
        (
            "disabled",
            &required,
            plain,
            Some(&disabled),
            "mail",
            Some(MAIL),
            Err("client-disabled"),
        ),
        (
            "disabled, and any may be used",
            &required,
            any,
            Some(&disabled),
            "mail",
            None,
            Err("client-disabled"),
        ),
        (
            "disabled, and none is required",
            &open,
            plain,
            Some(&disabled),
            "mail",
            None,
            Err("client-disabled"),
        ),
        (
            "denied by the settings",
            &required,
            any,
            Some(&denied),
            "denied",
            None,
            Err("client-disabled"),
        ),
        (
            "removed",
            &required,
            plain,
            Some(&removed),
            "mail",
            None,
            Err("client-unknown"),
        ),
        (
            "unknown",
            &required,
            plain,
            None,
            "mail",
            Some(MAIL),
            Err("client-unknown"),
        ),
        (
            "overridden",
            &required,
            any,
            None,
            "mail",
            Some(MAIL),
            Ok((Standing::Overridden, Some(MAIL))),
        ),
        (
            "overridden, and no account",
            &required,
            &["oauth-client-override"],
            None,
            "mail",
            None,
            Err("client-unknown"),
        ),
        (
            "unregistered",
            &open,
            plain,
            None,
            "mail",
            Some(MAIL),
            Ok((Standing::Unregistered, Some(MAIL))),
        ),
        (
            "unregistered, and a scope of nobody",
            &open,
            plain,
            None,
            "mail",
            Some("admin"),
            Err("scope-lacking"),
        ),
        (
            "no id",
            &open,
            plain,
            None,
            "",
            None,
            Err("client-id-characters"),
        ),
        (
            "made here, and gone",
            &open,
            any,
            None,
            "gpc_000000000000000000000000",
            None,
            Err("client-unknown"),
        ),
    ] {
        let decision = ask(policy, permissions, record.map(String::as_str), id, scope);
        match expected {
            Ok((standing, scope)) => {
                let client = decision
                    .client
                    .as_ref()
                    .unwrap_or_else(|| panic!("{name}: {decision:?}"));
                assert_eq!(decision.outcome, Outcome::Accept, "{name}");
                assert_eq!(
                    (client.standing, client.scope.as_deref()),
                    (standing, scope),
                    "{name}"
                );
                assert_eq!(client.metadata == "{}", record.is_none(), "{name}");
                assert!(decision.response.body.is_empty(), "{name}");
            }
            Err(code) => {
                assert_eq!(decision.outcome, Outcome::Refuse, "{name}");
                assert_eq!(decision.diagnostics[0].code, code, "{name}");
                assert_eq!(decision.client, None, "{name}");
                // Whoever is sent it does not learn the reason.
                assert_eq!(
                    (decision.response.status, &*decision.response.body),
                    (
                        401,
                        r#"{"error":"invalid_client","error_description":"The client must not be used."}"#
                    ),
                    "{name}"
                );
            }
        }
        assert_eq!(decision.effect, Effect::None, "{name}");
        assert_eq!(
            decision.client_id.as_deref(),
            Some(id).filter(|id| !id.is_empty()),
            "{name}"
        );
    }
}

#[test]
fn another_clients_record_is_misuse() {
    let policy = Registrar::compile("").unwrap();
    let record = record(&policy, "mail", MAIL, false);
    let context = Context {
        record: Some(&record),
        ..Context::default()
    };
    assert_eq!(
        policy.usable(&context, "other", None),
        Err(Misuse::RecordMismatch)
    );
}
