//! What was found, in words, where a code alone does not help whoever reads a log.

use gatepost_plugin::Decision;

/// Findings whose sentence names what was presented and what would be right. No secret is in them.
const TELLING: &[&str] = &["redirect-uri-compared", "client-method-wrong"];

/// How much of a sentence is written down, in bytes: there are texts of a stranger's in it.
const LONGEST: usize = 1000;

/// The sentence of the first finding that says more than its code does.
pub fn reason(decision: &Decision) -> Option<&str> {
    let mut findings = decision.diagnostics.iter();
    let telling = findings.find(|finding| TELLING.contains(&&*finding.code))?;
    let message = &*telling.message;
    Some(&message[..message.floor_char_boundary(LONGEST)])
}

#[cfg(test)]
mod tests {
    use gatepost_plugin::{Diagnostic, Effect, Outcome, Response, Severity};

    use super::*;

    #[test]
    fn what_says_more_than_its_code() {
        let finding = |code: &str, message: &str| Diagnostic {
            code: code.into(),
            pointer: String::new(),
            message: message.into(),
            reference: String::new(),
            severity: Severity::Error,
        };
        let long = "é".repeat(LONGEST);
        for (name, findings, expected) in [
            ("none", Vec::new(), None),
            (
                "a code that says all",
                vec![finding("client-unknown", "Unknown.")],
                None,
            ),
            (
                "the second",
                vec![
                    finding("redirect-uri-unregistered", "None of those."),
                    finding("redirect-uri-compared", "Asked for: x Registered: y"),
                ],
                Some("Asked for: x Registered: y"),
            ),
            (
                "a long one",
                vec![finding("client-method-wrong", &long)],
                Some(&long[..LONGEST]),
            ),
        ] {
            let decision = Decision {
                outcome: Outcome::Refuse,
                response: Response {
                    status: 400,
                    headers: Vec::new(),
                    body: String::new(),
                },
                effect: Effect::None,
                diagnostics: findings,
                fetches: Vec::new(),
                client_id: None,
                client: None,
                client_secret: None,
                registration_access_token: None,
            };
            assert_eq!(reason(&decision), expected, "{name}");
        }
    }
}
