use serde_json::json;

use crate::client::{Registrant, stateless};
use crate::config;
use crate::decision::Outcome;
use crate::facts::Usage;
use crate::metadata::Profile;

use super::*;

const ISSUED: u64 = 1_790_000_000;
const HOUR: u64 = 3600;
const DAY: u64 = 86_400;

fn policy(settings: &str) -> Policy {
    let text = format!("[oauth.client-registration]\n{settings}");
    config::compile(&text).unwrap().policy
}

fn record(by: &str, secret_end: Option<u64>) -> String {
    let mut record = json!({
        "version": 1,
        "client_id": "c",
        "issued_at": ISSUED,
        "registered_by": {"by": by, "profile": "full"},
        "metadata": {},
    });
    if let Some(end) = secret_end {
        record["client_secret"] = json!({"sha256": "x", "expires_at": end});
    }
    record.to_string()
}

fn decide(
    record: Option<&str>,
    activity: &Activity,
    now: u64,
    policy: &Policy,
) -> Option<&'static str> {
    let context = Context {
        record,
        ..Context::default()
    };
    let decision = judge(&context, now, "c", activity, policy).unwrap();
    assert_eq!(decision.outcome, Outcome::Accept);
    let code = decision.diagnostics.first().map(|d| d.code);
    let expected = match code {
        Some(_) => Effect::Remove("c".to_owned()),
        None => Effect::None,
    };
    assert_eq!(decision.effect, expected);
    code
}

#[test]
fn what_is_kept() {
    let never = Activity::default();
    let idle = |last_used: u64| Activity {
        authorised_at: Some(ISSUED),
        last_used: Some(last_used),
        refresh_tokens: Some(0),
    };
    let stranger = record("stranger", None);
    let key = record("key", None);
    let administrator = record("administrator", Some(ISSUED));
    let document = record("document", None);
    let secret = record("key", Some(ISSUED + DAY));
    let endless = record("key", Some(0));
    let all = "unused-lifetime = 1\nidle-lifetime = 1\nexpired-secret-lifetime = 1";
    let authorised = Activity {
        authorised_at: Some(ISSUED),
        ..never
    };
    let used = Activity {
        last_used: Some(ISSUED + 1),
        ..never
    };
    let unknown = Activity {
        refresh_tokens: None,
        ..idle(ISSUED)
    };
    let valid = Activity {
        refresh_tokens: Some(1),
        ..idle(ISSUED)
    };
    let unauthorised = Some("client-never-authorised");
    let unused = Some("client-never-used");
    let over = Some("client-secret-long-over");
    for (name, settings, record, activity, after, expected) in [
        ("a day, by default", "", &stranger, never, DAY - 1, None),
        ("a day later", "", &stranger, never, DAY, unauthorised),
        ("authorised", "", &stranger, authorised, 99 * DAY, None),
        (
            "used but not authorised",
            "",
            &stranger,
            used,
            DAY,
            unauthorised,
        ),
        (
            "an hour at least",
            "provisional-lifetime = 1",
            &stranger,
            never,
            HOUR - 1,
            None,
        ),
        (
            "an hour",
            "provisional-lifetime = 1",
            &stranger,
            never,
            HOUR,
            unauthorised,
        ),
        (
            "two hours",
            "provisional-lifetime = 7200",
            &stranger,
            never,
            2 * HOUR - 1,
            None,
        ),
        (
            "two hours later",
            "provisional-lifetime = 7200",
            &stranger,
            never,
            2 * HOUR,
            unauthorised,
        ),
        ("a key is not provisional", "", &key, never, 99 * DAY, None),
        (
            "unused",
            "unused-lifetime = 7200",
            &key,
            never,
            2 * HOUR,
            unused,
        ),
        (
            "unused, not yet",
            "unused-lifetime = 7200",
            &key,
            never,
            2 * HOUR - 1,
            None,
        ),
        (
            "unused, for an hour at least",
            "unused-lifetime = 1",
            &key,
            never,
            HOUR - 1,
            None,
        ),
        ("used", "unused-lifetime = 7200", &key, used, 99 * DAY, None),
        (
            "authorised is used",
            "unused-lifetime = 7200",
            &key,
            authorised,
            99 * DAY,
            None,
        ),
        (
            "idle",
            "idle-lifetime = 86400",
            &key,
            idle(ISSUED + HOUR),
            DAY + HOUR,
            Some("client-idle"),
        ),
        (
            "idle, not yet",
            "idle-lifetime = 86400",
            &key,
            idle(ISSUED + HOUR),
            DAY + HOUR - 1,
            None,
        ),
        (
            "idle, and nobody counts tokens",
            "idle-lifetime = 86400",
            &key,
            unknown,
            99 * DAY,
            None,
        ),
        (
            "idle with a token",
            "idle-lifetime = 86400",
            &key,
            valid,
            99 * DAY,
            None,
        ),
        ("idle, by default", "", &key, idle(ISSUED), 999 * DAY, None),
        (
            "idle from the start",
            "idle-lifetime = 7200",
            &key,
            Activity {
                refresh_tokens: Some(0),
                ..never
            },
            2 * HOUR,
            Some("client-idle"),
        ),
        (
            "idle since it was authorised",
            "idle-lifetime = 86400",
            &key,
            Activity {
                authorised_at: Some(ISSUED + HOUR),
                last_used: None,
                refresh_tokens: Some(0),
            },
            DAY + HOUR - 1,
            None,
        ),
        (
            "its secret over",
            "expired-secret-lifetime = 60",
            &secret,
            never,
            DAY + 60,
            over,
        ),
        (
            "its secret over, not yet",
            "expired-secret-lifetime = 60",
            &secret,
            never,
            DAY + 59,
            None,
        ),
        (
            "its secret over, by default",
            "",
            &secret,
            never,
            999 * DAY,
            None,
        ),
        (
            "a secret that does not end",
            "expired-secret-lifetime = 60",
            &endless,
            never,
            999 * DAY,
            None,
        ),
        (
            "its secret over, with a token",
            "expired-secret-lifetime = 60",
            &secret,
            valid,
            99 * DAY,
            None,
        ),
        (
            "no secret",
            "expired-secret-lifetime = 60",
            &key,
            never,
            99 * DAY,
            None,
        ),
        (
            "an administrator's",
            all,
            &administrator,
            idle(ISSUED),
            999 * DAY,
            None,
        ),
        (
            "a document's, idle",
            all,
            &document,
            idle(ISSUED),
            999 * DAY,
            Some("client-idle"),
        ),
        (
            "a document's, by default",
            "",
            &document,
            idle(ISSUED),
            999 * DAY,
            None,
        ),
    ] {
        // The shortest provisional lifetime is a mistake only where strangers may register.
        let found = decide(Some(record), &activity, ISSUED + after, &policy(settings));
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(
        decide(Some(&stranger), &never, 0, &policy("")),
        None,
        "a clock that went back"
    );
    assert_eq!(
        decide(None, &never, ISSUED, &policy("")),
        None,
        "nothing there"
    );
}

#[test]
fn how_long_a_client_waits() {
    let since = |by: &str, member: &str, time: u64| {
        let mut record: serde_json::Value = serde_json::from_str(&record(by, None)).unwrap();
        record[member] = time.into();
        record
    };
    let waiting = since("stranger", "waiting_since", ISSUED);
    let of_key = since("key", "waiting_since", ISSUED);
    let again = since("key", "waiting_since", ISSUED + 9 * DAY);
    let approved = since("stranger", "approved_at", ISSUED + 9 * DAY);
    let mut disabled = waiting.clone();
    disabled["disabled"] = true.into();
    let [never, in_use] = [None, Some(1)].map(|refresh_tokens| Activity {
        refresh_tokens,
        ..Activity::default()
    });
    let waited = Some("client-waited");
    for (name, settings, record, activity, after, expected) in [
        (
            "two weeks, by default",
            "",
            &waiting,
            never,
            14 * DAY - 1,
            None,
        ),
        ("two weeks later", "", &waiting, never, 14 * DAY, waited),
        ("with a key", "", &of_key, never, 14 * DAY, waited),
        ("again", "", &again, never, 23 * DAY - 1, None),
        ("again, for as long", "", &again, never, 23 * DAY, waited),
        ("with a valid token", "", &again, in_use, 99 * DAY, None),
        ("disabled", "", &disabled, never, 99 * DAY, None),
        (
            "without an end",
            "waiting-lifetime = 0",
            &waiting,
            never,
            999 * DAY,
            None,
        ),
        (
            "an hour at least",
            "waiting-lifetime = 1",
            &waiting,
            never,
            HOUR - 1,
            None,
        ),
        (
            "an hour",
            "waiting-lifetime = 1",
            &waiting,
            never,
            HOUR,
            waited,
        ),
        (
            "the other lifetimes do not count",
            "unused-lifetime = 1\nidle-lifetime = 1",
            &of_key,
            Activity {
                refresh_tokens: Some(0),
                ..never
            },
            13 * DAY,
            None,
        ),
        ("just approved", "", &approved, never, 10 * DAY - 1, None),
        (
            "approved, and nobody authorised it",
            "",
            &approved,
            never,
            10 * DAY,
            Some("client-never-authorised"),
        ),
        (
            "approved, and used in time",
            "unused-lifetime = 172800",
            &since("key", "approved_at", ISSUED + 9 * DAY),
            never,
            11 * DAY - 1,
            None,
        ),
        (
            "approved, and never used",
            "unused-lifetime = 172800",
            &since("key", "approved_at", ISSUED + 9 * DAY),
            never,
            11 * DAY,
            Some("client-never-used"),
        ),
    ] {
        let record = record.to_string();
        let decided = decide(Some(&record), &activity, ISSUED + after, &policy(settings));
        assert_eq!(decided, expected, "{name}");
    }
}

#[test]
fn who_gives_way() {
    let [never, authorised] = [None, Some(ISSUED)].map(|authorised_at| Activity {
        authorised_at,
        ..Activity::default()
    });
    let valid = Activity {
        refresh_tokens: Some(1),
        ..never
    };
    let gave_way = Some("client-gave-way");
    for (name, by, activity, clients, after, expected) in [
        ("there is room", "stranger", never, Some(9), HOUR, None),
        ("nobody counted", "stranger", never, None, HOUR, None),
        ("there is none", "stranger", never, Some(10), HOUR, gave_way),
        ("one is not enough", "stranger", never, Some(11), HOUR, None),
        (
            "an hour at least",
            "stranger",
            never,
            Some(10),
            HOUR - 1,
            None,
        ),
        ("authorised", "stranger", authorised, Some(10), DAY, None),
        ("in use", "stranger", valid, Some(10), HOUR, None),
        ("it waits", "waiting_since", never, Some(10), HOUR, gave_way),
        (
            "it was just approved",
            "approved_at",
            never,
            Some(10),
            HOUR - 1,
            None,
        ),
        (
            "it was approved an hour ago",
            "approved_at",
            never,
            Some(10),
            HOUR,
            gave_way,
        ),
        ("with a key", "key", never, Some(10), HOUR, None),
        (
            "an administrator's",
            "administrator",
            never,
            Some(10),
            HOUR,
            None,
        ),
    ] {
        // What became of its approval happened a day after it was registered.
        let (record, after) = match by {
            "waiting_since" | "approved_at" => {
                let mut record: serde_json::Value =
                    serde_json::from_str(&record("stranger", None)).unwrap();
                record[by] = (ISSUED + DAY).into();
                (record.to_string(), after + DAY)
            }
            by => (record(by, None), after),
        };
        let context = Context {
            record: Some(&record),
            usage: Usage {
                anonymous_clients: clients,
                ..Usage::default()
            },
            ..Context::default()
        };
        let policy = policy("max-anonymous-clients = 10");
        let decision = judge(&context, ISSUED + after, "c", &activity, &policy).unwrap();
        let code = decision.diagnostics.first().map(|d| d.code);
        assert_eq!(code, expected, "{name}");
        assert_eq!(decision.effect != Effect::None, code.is_some(), "{name}");
    }
}

#[test]
fn denials() {
    let deny = |id: &str| {
        json!({
            "version": 1,
            "client_id": id,
            "issued_at": ISSUED,
            "registered_by": {"by": "stranger", "profile": "mail"},
            "denied": true,
            "metadata": {},
        })
        .to_string()
    };
    let with_key = policy("client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']");
    let short = policy(
        "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']
         stateless-lifetime-days = 1",
    );
    let all = policy("unused-lifetime = 1\nidle-lifetime = 1\nexpired-secret-lifetime = 1");
    let metadata = serde_json::value::RawValue::from_string("{}".to_owned()).unwrap();
    let registrant = Registrant {
        by: By::Stranger,
        profile: Profile::Mail,
        account: None,
        terms: None,
    };
    let id = stateless::seal(&metadata, &registrant, ISSUED, &with_key).unwrap();
    let dated = stateless::seal(&metadata, &registrant, ISSUED, &short).unwrap();
    for (name, id, policy) in [
        ("its key is there", id.as_str(), &with_key),
        // The key and a longer lifetime can come back, and with them the id.
        ("its key is gone", &id, &policy("")),
        ("it has expired", &dated, &short),
        ("one that was stored", "c", &policy("")),
        ("whatever the lifetimes", "c", &all),
    ] {
        let record = deny(id);
        let context = Context {
            record: Some(&record),
            ..Context::default()
        };
        let later = ISSUED + 999 * DAY;
        let decision = judge(&context, later, id, &Activity::default(), policy).unwrap();
        assert_eq!(decision.effect, Effect::None, "{name}");
        assert_eq!(decision.diagnostics, [], "{name}");
    }
    let record = record("key", None);
    let context = Context {
        record: Some(&record),
        ..Context::default()
    };
    let found = judge(&context, ISSUED, "d", &Activity::default(), &with_key);
    assert_eq!(found, Err(Misuse::RecordMismatch));
}
