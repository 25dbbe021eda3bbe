//! Faults that are put into a boundary, each of which the generated calls of the short form must find.

use gatepost::{Effect, Outcome, Severity};

use crate::step::{Answer, Boundary, Operation, Replayed, Step};

use super::{SHORT, compiled, sequence};

/// What a faulty boundary does to an answer.
type Fault = fn(&Step, &mut Answer);

const FAULTS: &[(&str, Fault)] = &[
    (
        "one byte of the record of a client that an administrator enables",
        |step, answer| {
            if let (Operation::Enable(_), Some(decision)) = (&step.operation, decision(answer))
                && let Effect::Replace(record) = &mut decision.effect
            {
                record.document.push(' ');
            }
        },
    ),
    ("a redirect URI with a fragment is accepted", |_, answer| {
        if let Some(decision) = decision(answer)
            && decision
                .diagnostics
                .iter()
                .any(|found| found.code == "redirect-uri-fragment")
        {
            decision.outcome = Outcome::Accept;
        }
    }),
    ("one diagnostic is a warning", |_, answer| {
        for found in decision(answer)
            .into_iter()
            .flat_map(|decision| &mut decision.diagnostics)
        {
            if found.code == "jwk-private" {
                found.severity = Severity::Warning;
            }
        }
    }),
    ("diagnostics in another order", |_, answer| {
        if let Some(decision) = decision(answer)
            && decision.diagnostics.len() > 3
        {
            decision.diagnostics.swap(1, 2);
        }
    }),
    ("a header without its value", |_, answer| {
        for (name, value) in decision(answer)
            .into_iter()
            .flat_map(|decision| &mut decision.headers)
        {
            if name == "WWW-Authenticate" && value.contains("invalid_token") {
                value.clear();
            }
        }
    }),
    (
        "an assertion that is remembered for a second less",
        |_, answer| {
            let client = decision(answer).and_then(|decision| decision.client.as_mut());
            if let Some(assertion) = client.and_then(|client| client.assertion.as_mut()) {
                assertion.expires_at -= 1;
            }
        },
    ),
    ("a token that is forgotten", |step, answer| {
        if let (Operation::RotateRegistrationAccessToken(_), Some(decision)) =
            (&step.operation, decision(answer))
        {
            decision.registration_access_token = None;
        }
    }),
    (
        "any port of a loopback address, and of another",
        |step, answer| {
            if let (Operation::RedirectUriMatches(registered, requested), Answer::Number(matches)) =
                (&step.operation, answer)
                && requested.replacen(":8080", "", 1) == *registered
            {
                *matches ^= 1;
            }
        },
    ),
    (
        "a mistake in the settings, one column further",
        |_, answer| {
            if let Answer::Refused(mistakes) = answer
                && let Some(column) = mistakes
                    .iter_mut()
                    .find_map(|mistake| mistake.column.as_mut())
            {
                *column += 1;
            }
        },
    ),
    ("terms whose mistakes are not reported", |step, answer| {
        if let (Operation::CheckTerms(_), Answer::Findings(mistakes)) = (&step.operation, answer) {
            mistakes.clear();
        }
    }),
    ("a record that cannot be read is none", |_, answer| {
        if matches!(answer, Answer::Misuse(gatepost::Misuse::RecordUnreadable)) {
            *answer = Answer::Panicked;
        }
    }),
];

#[test]
fn generated_calls_find_a_planted_fault() {
    for (name, fault) in FAULTS {
        let faulty = |settings: &str| -> Vec<(&'static str, Box<dyn Boundary>)> {
            vec![("a faulty one", Box::new(Faulty(compiled(settings), *fault)))]
        };
        let mut calls = 0;
        let found = (0..).find_map(|seed| match sequence(seed, faulty) {
            Err(difference) => Some(difference),
            Ok(more) => {
                calls += more;
                assert!(calls < SHORT, "not found: {name}");
                None
            }
        });
        let found = found.expect("the seeds do not end");

        // Its seed makes it again, and nothing else does.
        let again = sequence(found.seed, faulty).expect_err(name);
        assert_eq!(again.to_string(), found.to_string(), "{name}");
        assert!(
            found
                .to_string()
                .contains(&format!("GATEPOST_SEED={} ", found.seed)),
            "{name}"
        );
        let sound = |settings: &str| vec![("a sound one", compiled(settings))];
        assert!(sequence(found.seed, sound).is_ok(), "{name}");
    }
}

fn decision(answer: &mut Answer) -> Option<&mut Replayed> {
    match answer {
        Answer::Decision(decision) => Some(decision),
        _ => None,
    }
}

struct Faulty(Box<dyn Boundary>, Fault);

impl Boundary for Faulty {
    fn perform(&mut self, step: &Step) -> Answer {
        let mut answer = self.0.perform(step);
        (self.1)(step, &mut answer);
        answer
    }
}
