//! Every case of `tests/cases/register.jsonl` through the Rust library.

#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files; its tests have their tables in some"
)]

#[path = "support/cases.rs"]
mod cases;
#[path = "support/root.rs"]
mod root;

use std::collections::BTreeSet;
use std::path::Path;

use gatepost::{Caller, Context, Effect, Outcome, Registrar};
use serde_json::Value;

use cases::Expected;

const NOW: u64 = 1_790_000_000;
const ENTROPY: [u8; 32] = [7; 32];

fn context() -> Context<'static> {
    Context {
        now: Some(NOW),
        entropy: Some(&ENTROPY),
        caller: Caller::with_permissions(&cases::PERMISSIONS),
        ..Context::default()
    }
}

#[test]
fn every_case_is_decided_as_it_should_be() {
    let registrar = Registrar::compile(cases::SETTINGS).unwrap();
    let mut wrong = Vec::new();
    for case in cases::register() {
        let decision = registrar.register(&context(), &case.body).unwrap();
        let body: Value = serde_json::from_str(&decision.response.body).unwrap();
        let first = decision.diagnostics.first().map(|d| d.code);
        let checked = case.check(decision.response.status, &body);
        if let Err(why) = checked.and_then(|()| case.check_first(first)) {
            wrong.push(format!("{} ({}): {why}: {body}", case.id, case.note));
            continue;
        }
        match case.expected {
            Expected::Accept => {
                assert_eq!(decision.outcome, Outcome::Accept, "{}", case.id);
                assert!(matches!(decision.effect, Effect::Store(_)), "{}", case.id);
            }
            Expected::Reject(_) => {
                assert_eq!(decision.effect, Effect::None, "{}", case.id);
                assert!(!decision.diagnostics.is_empty(), "{}", case.id);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A new rule is a new row: every code of `docs/diagnostics.md` is in some case's decision, or, if the
/// cases' caller cannot meet it, in a table of tests beside the rule.
#[test]
fn every_code_has_a_case() {
    let registrar = Registrar::compile(cases::SETTINGS).unwrap();
    let mut found = BTreeSet::new();
    for case in cases::register() {
        let decision = registrar.register(&context(), &case.body).unwrap();
        found.extend(decision.diagnostics.iter().map(|d| d.code));
    }
    let page = std::fs::read_to_string(root::root().join("docs/diagnostics.md")).unwrap();
    let codes = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let tests = unit_tests(&root::root().join("src"));
    let is_named = |code: &str| {
        let mut places = tests.match_indices(code);
        places.any(|(at, _)| {
            tests[..at].ends_with('"') && tests[at + code.len()..].starts_with(['"', ' '])
        })
    };
    let without_case: Vec<_> = codes
        .filter(|code| !found.contains(code) && !is_named(code))
        .collect();
    assert_eq!(without_case, [""; 0]);
}

/// The tests that stand beside what they test.
fn unit_tests(folder: &Path) -> String {
    let mut tests = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests.push_str(&unit_tests(&path));
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let is_beside = path.file_name().is_some_and(|name| name == "tests.rs")
                || folder.file_name().is_some_and(|name| name == "tests");
            match is_beside {
                true => tests.push_str(&text),
                false => tests.push_str(
                    text.split_once("#[cfg(test)]\nmod tests")
                        .map_or("", |t| t.1),
                ),
            }
        }
    }
    tests
}

/// What was registered today is accepted tomorrow, unchanged.
#[test]
fn what_is_registered_is_registered_again_unchanged() {
    let registrar = Registrar::compile(cases::SETTINGS).unwrap();
    let register = |body: &[u8]| -> Value {
        let decision = registrar.register(&context(), body).unwrap();
        assert_eq!(decision.response.status, 201, "{}", decision.response.body);
        serde_json::from_str(&decision.response.body).unwrap()
    };
    for case in cases::register() {
        if matches!(case.expected, Expected::Accept) {
            let once = register(&case.body);
            let again = register(once.to_string().as_bytes());
            assert_eq!(once, again, "{}", case.id);
        }
    }
}

#[test]
fn every_redirect_uri_matches_as_it_should() {
    for case in cases::redirect_match() {
        let found = case
            .registered
            .iter()
            .any(|registered| gatepost::redirect_uri_matches(registered, &case.requested));
        assert_eq!(found, case.expected, "{}", case.id);
    }
}
