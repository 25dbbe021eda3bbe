use serde_json::json;

use crate::config;
use crate::decision::{Outcome, Standing};
use crate::facts::Caller;
use crate::operations::{manage, provision};

use super::*;

const MAIL: &str = "urn:ietf:params:oauth:scope:mail";
const CALENDARS: &str = "urn:ietf:params:oauth:scope:calendars";
const NOW: u64 = 1_790_000_000;

/// The record of a client that an administrator registered.
fn record(policy: &Policy, client_id: &str, scope: &str, disabled: bool) -> String {
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
    let stored = document(provision::provision(
        &administrator(None),
        NOW,
        &[7; 32],
        Some(client_id),
        metadata.as_bytes(),
        policy,
    ));
    match disabled {
        false => stored,
        true => document(manage::disable(
            &administrator(Some(&stored)),
            NOW,
            client_id,
            policy,
        )),
    }
}

fn document(decision: Result<Decision, Misuse>) -> String {
    let decision = decision.unwrap();
    match decision.effect {
        Effect::Store(record) | Effect::Replace(record) => record.document,
        other => panic!("{other:?}: {:?}", decision.diagnostics),
    }
}

fn ask(
    policy: &Policy,
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
    usable(&context, NOW, id, scope, policy).unwrap()
}

#[test]
fn who_may_be_used() {
    let settings = |more: &str| format!("[oauth.client-registration]\n{more}");
    let required = config::compile(&settings("require = true\ndenied-clients = ['denied']"))
        .unwrap()
        .policy;
    let open = config::compile("").unwrap().policy;
    let kept = record(&required, "mail", MAIL, false);
    let denied = record(&open, "denied", MAIL, false);
    let disabled = record(&required, "mail", MAIL, true);
    let waiting = kept.replacen('{', r#"{"waiting_since":1,"#, 1);
    let removed = {
        let context = Context {
            now: Some(NOW),
            caller: Caller::with_permissions(&["authenticate", "oauth-client-delete"]),
            record: Some(&kept),
            ..Context::default()
        };
        document(manage::remove(&context, NOW, "mail", &required))
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
            "it waits",
            &required,
            any,
            Some(&waiting),
            "mail",
            Some(MAIL),
            Err("client-waits"),
        ),
        (
            "it waits, and none is required",
            &open,
            plain,
            Some(&waiting),
            "mail",
            None,
            Err("client-waits"),
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
    }
}

#[test]
fn another_clients_record_is_misuse() {
    let policy = config::compile("").unwrap().policy;
    let record = record(&policy, "mail", MAIL, false);
    let context = Context {
        record: Some(&record),
        ..Context::default()
    };
    assert_eq!(
        usable(&context, NOW, "other", None, &policy),
        Err(Misuse::RecordMismatch)
    );
}
