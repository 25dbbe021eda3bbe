//! What holds for every answer of the Rust library, whatever was asked.

use gatepost::{Effect, Outcome, Severity};
use serde_json::Value;
use serde_json::value::RawValue;

use super::step::{Answer, Operation, Replayed, Step};

/// Fails if an answer breaks a promise.
pub fn check(step: &Step, answer: &Answer) {
    match answer {
        Answer::Panicked => panic!("it panicked"),
        Answer::Decision(decision) => check_decision(step, decision),
        Answer::Refused(mistakes) => {
            assert!(mistakes.iter().any(|m| m.severity == Severity::Error))
        }
        Answer::Findings(found) => assert!(found.iter().all(|found| !found.message.is_empty())),
        _ => {}
    }
}

fn check_decision(step: &Step, decision: &Replayed) {
    let is_accepted = decision.outcome == Outcome::Accept;
    assert!(
        is_accepted || decision.effect == Effect::None,
        "a refusal has no effect"
    );
    // A registration that a limit refuses may have an id that is another's already: the host looks.
    let is_registration = matches!(step.operation, Operation::Register(_));
    assert!(
        is_accepted || is_registration || decision.client.is_none(),
        "nobody is let through by a refusal"
    );
    assert!(decision.diagnostics.len() <= 64);
    assert!(
        is_accepted
            || decision
                .diagnostics
                .iter()
                .any(|found| found.severity == Severity::Error)
    );
    for found in &decision.diagnostics {
        assert!(!found.code.is_empty() && !found.reference.is_empty());
        assert!(
            found.message.chars().all(|c| !c.is_control()),
            "{:?}",
            found.message
        );
    }
    assert!((200..600).contains(&decision.status));
    for (name, value) in &decision.headers {
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'-'),
            "{name}"
        );
        assert!(
            value.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{value:?}"
        );
    }
    let body = match decision.body.as_str() {
        "" => Value::Null,
        text => json(text),
    };
    if let Some(words) = body["error_description"].as_str() {
        // RFC 6749 §5.2.
        assert!(
            words
                .bytes()
                .all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte)),
            "{words}"
        );
    }
    for secret in [&decision.client_secret, &decision.registration_access_token]
        .into_iter()
        .flatten()
    {
        assert!(is_accepted && decision.body.contains(secret));
        assert!(
            decision
                .headers
                .iter()
                .any(|header| header.1.contains("no-store")),
            "a secret is not cached"
        );
    }
    match &decision.effect {
        Effect::Store(record) | Effect::Replace(record) | Effect::Share(record) => {
            let stored = json(&record.document);
            assert!(stored.is_null() || stored["client_id"] == record.client_id.as_str());
            for secret in [&decision.client_secret, &decision.registration_access_token]
                .into_iter()
                .flatten()
            {
                assert!(!record.document.contains(secret), "a record has no secrets");
            }
        }
        Effect::None | Effect::Remove(_) => {}
    }
    check_redirects(step, decision);
}

/// What is JSON. A record that a host has changed may have a number in it that is longer than any that can be read: then it
/// is shown as it is, and nothing more is asked of it.
fn json(text: &str) -> Value {
    serde_json::from_str::<&RawValue>(text).expect("it is JSON");
    serde_json::from_str(text).unwrap_or_default()
}

/// A response leads a browser nowhere but to the redirect URI that the request has or the client registered.
fn check_redirects(step: &Step, decision: &Replayed) {
    let location = decision
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("location"));
    let Some((_, location)) = location else {
        return;
    };
    let Operation::Authorize(request) = &step.operation else {
        panic!("only the authorization endpoint redirects");
    };
    let asked: Vec<_> = form(&request.parameters)
        .into_iter()
        .filter(|(name, _)| name == "redirect_uri")
        .collect();
    let begins = |uri: &str| {
        location
            .strip_prefix(uri)
            .is_some_and(|rest| rest.starts_with(if uri.contains('?') { "&" } else { "?" }))
    };
    match &asked[..] {
        [(_, uri)] => assert!(begins(uri), "{location} instead of {uri}"),
        [] => {
            let record = step.facts.record.as_deref().unwrap_or_default();
            let before = location.split(['?']).next().unwrap_or_default();
            assert!(record.is_empty() || record.contains(before), "{location}");
        }
        _ => panic!("it redirects to one of two"),
    }
}

/// The parameters of a form, read once more.
fn form(text: &[u8]) -> Vec<(String, String)> {
    let decode = |part: &[u8]| {
        let mut bytes = Vec::new();
        let mut rest = part;
        while let Some((&byte, after)) = rest.split_first() {
            let encoded = (byte == b'%')
                .then(|| std::str::from_utf8(after.get(..2)?).ok())
                .flatten()
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            rest = if encoded.is_some() {
                &after[2..]
            } else {
                after
            };
            bytes.push(encoded.unwrap_or(if byte == b'+' { b' ' } else { byte }));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let end = pair
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(pair.len());
            (
                decode(&pair[..end]),
                decode(pair.get(end + 1..).unwrap_or_default()),
            )
        })
        .collect()
}
