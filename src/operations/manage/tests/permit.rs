//! Tests of who may manage a registration, and of what a refusal says.

use crate::decision::Outcome;
use crate::facts::Misuse;

use super::*;

#[test]
fn who_may() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    let get: &[&str] = &["authenticate", "oauth-client-get"];
    let change: &[&str] = &["authenticate", "oauth-client-update"];
    let delete: &[&str] = &["authenticate", "oauth-client-delete"];
    let shortened = &own.token[..own.token.len() - 1];
    let malformed = Context {
        caller: Caller {
            credential: Credential::Malformed,
            ..Caller::default()
        },
        record: Some(&own.record),
        ..Context::default()
    };
    let anonymous = Context {
        record: Some(&own.record),
        ..Context::default()
    };
    let record = Some(own.record.as_str());
    for (name, context, read_status, update_status, delete_status, reason) in [
        ("its token", client(&own.token, record), 200, 200, 204, None),
        (
            "another token",
            client("x", record),
            401,
            401,
            401,
            Some("token-wrong"),
        ),
        (
            "a shortened token",
            client(shortened, record),
            401,
            401,
            401,
            Some("token-wrong"),
        ),
        (
            "an empty token",
            client("", record),
            401,
            401,
            401,
            Some("token-wrong"),
        ),
        (
            "its secret",
            client(&own.secret, record),
            401,
            401,
            401,
            Some("token-wrong"),
        ),
        (
            "no such client",
            client(&own.token, None),
            401,
            401,
            401,
            Some("token-of-nobody"),
        ),
        ("no token", anonymous, 401, 401, 401, Some("token-missing")),
        (
            "a malformed token",
            malformed,
            400,
            400,
            400,
            Some("credential-malformed"),
        ),
        ("may read", administrator(get, record), 200, 403, 403, None),
        (
            "may change",
            administrator(change, record),
            403,
            200,
            403,
            None,
        ),
        (
            "may delete",
            administrator(delete, record),
            403,
            403,
            204,
            None,
        ),
        (
            "may register",
            administrator(KEY, record),
            403,
            403,
            403,
            None,
        ),
        (
            "may not sign in",
            administrator(&get[1..], record),
            403,
            403,
            403,
            None,
        ),
        (
            "nothing there to read",
            administrator(get, None),
            404,
            403,
            403,
            None,
        ),
        (
            "nothing there to change",
            administrator(change, None),
            403,
            404,
            403,
            None,
        ),
        (
            "nothing there to delete",
            administrator(delete, None),
            403,
            403,
            404,
            None,
        ),
    ] {
        let mut document = web();
        document["client_id"] = own.id.as_str().into();
        let document = document.to_string();
        let read = read(&context, NOW, &own.id, &policy).unwrap();
        let update = update(
            &context,
            NOW,
            &ENTROPY,
            &own.id,
            document.as_bytes(),
            &policy,
        )
        .unwrap();
        let remove = remove(&context, NOW, &own.id, &policy).unwrap();
        let statuses = [&read, &update, &remove].map(|decision| decision.response.status);
        assert_eq!(
            statuses,
            [read_status, update_status, delete_status],
            "{name}"
        );
        if let Some(reason) = reason {
            for decision in [&read, &update, &remove] {
                assert_eq!(decision.diagnostics[0].code, reason, "{name}");
            }
        }
        for decision in [&read, &update, &remove] {
            let refused = decision.outcome == Outcome::Refuse;
            assert_eq!(refused, decision.response.status >= 400, "{name}");
            assert!(!refused || decision.effect == Effect::None, "{name}");
            let asks = decision
                .response
                .headers
                .iter()
                .any(|h| h.name == "WWW-Authenticate");
            assert_eq!(
                asks,
                matches!(decision.response.status, 401 | 403)
                    || reason == Some("credential-malformed"),
                "{name}"
            );
        }
    }
}

#[test]
fn what_an_administrator_lacks() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    let context = administrator(KEY, Some(&own.record));
    let code = |decision: Decision| decision.diagnostics[0].code;
    let read = read(&context, NOW, &own.id, &policy).unwrap();
    assert_eq!(code(read), "permission-get-missing");
    let change = update(&context, NOW, &ENTROPY, &own.id, b"{}", &policy).unwrap();
    assert_eq!(code(change), "permission-update-missing");
    let remove = remove(&context, NOW, &own.id, &policy).unwrap();
    let challenge = remove
        .response
        .headers
        .iter()
        .find(|h| h.name == "WWW-Authenticate");
    let needed = "scope=\"authenticate oauth-client-delete\"";
    assert!(challenge.unwrap().value.contains(needed));
    assert_eq!(code(remove), "permission-delete-missing");
}

#[test]
fn nobody_learns_which_clients_there_are() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    let known = read(&client("x", Some(&own.record)), NOW, &own.id, &policy).unwrap();
    let unknown = read(&client("x", None), NOW, "gpc_nobody", &policy).unwrap();
    assert_eq!(known.response, unknown.response);
    assert_ne!(known.diagnostics, unknown.diagnostics);
    let text = "\"error\":\"invalid_token\"";
    assert!(
        known.response.body.contains(text),
        "{}",
        known.response.body
    );
    assert!(!known.response.body.contains("diagnostics"));
}

#[test]
fn a_record_of_another_client_is_misuse() {
    let policy = policy("");
    let own = registered(&web(), &policy);
    let context = client(&own.token, Some(&own.record));
    let mismatch = Some(Misuse::RecordMismatch);
    assert_eq!(read(&context, NOW, "gpc_other", &policy).err(), mismatch);
    assert_eq!(remove(&context, NOW, "gpc_other", &policy).err(), mismatch);
    for record in ["", "{}", "{\"version\":2}", "[1]"] {
        let context = client(&own.token, Some(record));
        let unreadable = Some(Misuse::RecordUnreadable);
        assert_eq!(
            read(&context, NOW, &own.id, &policy).err(),
            unreadable,
            "{record}"
        );
    }
    let later = own.record.replace("\"version\":1", "\"version\":2");
    let found = read(&client(&own.token, Some(&later)), NOW, &own.id, &policy);
    assert_eq!(found.err(), Some(Misuse::RecordUnreadable));
}
