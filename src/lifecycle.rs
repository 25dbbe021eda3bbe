//! Whether a client is kept: never authorised, never used, idle, its secret expired (requirements G5).

use crate::config::{MIN_PROVISIONAL, Policy};
use crate::context::Activity;
use crate::decision::{Decision, Effect, Response};
use crate::diagnostic::{Findings, Place, Rule, rule};
use crate::record::{By, Stored};
use crate::{Context, Misuse, stateless};

/// Decides whether the client with this id is kept. One without a record has nothing to be removed.
pub(crate) fn judge(
    context: &Context<'_>,
    now: u64,
    client_id: &str,
    activity: &Activity,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let stored = context.record.map(Stored::read).transpose()?;
    if stored.as_ref().is_some_and(|s| s.client_id != client_id) {
        return Err(Misuse::RecordMismatch);
    }
    let mut findings = Findings::default();
    let reason = stored.and_then(|stored| reason_to_remove(&stored, activity, now, policy));
    if let Some(reason) = reason {
        findings.note(reason, Place::Document);
    }
    let effect = match reason {
        Some(_) => Effect::Remove(client_id.to_owned()),
        None => Effect::None,
    };
    Ok(Decision::accept(Response::none(), effect, findings))
}

/// Why a client is removed, if it is. A time that is 0 in the settings is no reason; a clock that went
/// back makes nothing older.
fn reason_to_remove(
    stored: &Stored<'_>,
    activity: &Activity,
    now: u64,
    policy: &Policy,
) -> Option<&'static Rule> {
    let Stored {
        client_id,
        issued_at,
        registered_by,
        client_secret,
        ..
    } = stored;
    if stored.is_shut_out() {
        // What is shut out stays so, unless its id says nothing any more: it could register again.
        let is_over =
            stateless::is_stateless(client_id) && stateless::open(client_id, now, policy).is_none();
        return is_over.then_some(&rule::CLIENT_DENIAL_OVER);
    }
    // An administrator's client is an administrator's to remove, and a document's is read again.
    if matches!(registered_by.by, By::Administrator | By::Document) {
        return None;
    }
    let passed = |since: u64, lifetime: u64| lifetime != 0 && now >= since.saturating_add(lifetime);
    // A client id is good for an hour, and for as long as it has a valid refresh token.
    if !passed(*issued_at, MIN_PROVISIONAL) || activity.refresh_tokens.is_some_and(|n| n > 0) {
        return None;
    }
    let authorised = activity.authorised_at.is_some();
    let last_used = activity.last_used.max(activity.authorised_at);
    let secret_end = client_secret.as_ref().map(|secret| secret.expires_at);
    if registered_by.by == By::Stranger
        && !authorised
        && passed(*issued_at, policy.provisional_lifetime.max(MIN_PROVISIONAL))
    {
        Some(&rule::CLIENT_NEVER_AUTHORISED)
    } else if last_used.is_none() && passed(*issued_at, policy.unused_lifetime) {
        Some(&rule::CLIENT_NEVER_USED)
    } else if activity.refresh_tokens == Some(0)
        && passed(last_used.unwrap_or(*issued_at), policy.idle_lifetime)
    {
        Some(&rule::CLIENT_IDLE)
    } else if secret_end.is_some_and(|end| end != 0 && passed(end, policy.expired_secret_lifetime))
    {
        Some(&rule::CLIENT_SECRET_LONG_OVER)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Outcome;
    use crate::config;

    use super::*;

    const ISSUED: u64 = 1_790_000_000;
    const HOUR: u64 = 3600;
    const DAY: u64 = 86_400;

    fn policy(settings: &str) -> Policy {
        let text = format!("[oauth.client-registration]\n{settings}");
        config::compile(&text).unwrap().0
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
                "a document's",
                all,
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
        let settings = "client-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']";
        let with_key = policy(settings);
        let metadata = serde_json::value::RawValue::from_string("{}".to_owned()).unwrap();
        let registrant = crate::record::Registrant {
            by: By::Stranger,
            profile: crate::metadata::Profile::Mail,
            account: None,
            terms: None,
        };
        let id = stateless::seal(&metadata, &registrant, ISSUED, &with_key).unwrap();
        for (name, id, policy, removed) in [
            ("its key is there", id.as_str(), &with_key, false),
            ("its key is gone", &id, &policy(""), true),
            ("one that was stored", "c", &policy(""), false),
        ] {
            let record = deny(id);
            let context = Context {
                record: Some(&record),
                ..Context::default()
            };
            let decision = judge(
                &context,
                ISSUED + 999 * DAY,
                id,
                &Activity::default(),
                policy,
            );
            let decision = decision.unwrap();
            let is_removal = decision.effect == Effect::Remove(id.to_owned());
            assert_eq!(is_removal, removed, "{name}");
            let code = decision.diagnostics.first().map(|d| d.code);
            assert_eq!(code, removed.then_some("client-denial-over"), "{name}");
        }
        let record = record("key", None);
        let context = Context {
            record: Some(&record),
            ..Context::default()
        };
        let found = judge(&context, ISSUED, "d", &Activity::default(), &with_key);
        assert_eq!(found, Err(Misuse::RecordMismatch));
    }
}
