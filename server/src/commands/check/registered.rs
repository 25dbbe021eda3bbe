//! What would be registered, where it is not what was submitted.

use serde_json::{Map, Value};

use crate::commands::printable::printable;

/// How the metadata in a registration's answer differs from the document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Members that are registered and were not submitted, most of them defaults.
    pub(super) added: Vec<String>,
    /// Members that are registered with another value.
    pub(super) changed: Vec<String>,
    /// Members that are not registered.
    pub(super) left_out: Vec<String>,
}

impl Difference {
    /// Compares a document that was accepted with the body of the answer.
    pub(super) fn new(document: &[u8], answer: &str) -> Self {
        let mut difference = Self::default();
        let submitted: Map<String, Value> = serde_json::from_slice(document).unwrap_or_default();
        let answer: Map<String, Value> = serde_json::from_str(answer).unwrap_or_default();
        let is_registered = |name: &str| answer.contains_key(name) && !ISSUED.contains(&name);

        for (name, value) in &answer {
            match submitted.get(name).filter(|value| !value.is_null()) {
                _ if !is_registered(name) => {}
                Some(before) if before == value => {}
                Some(_) => difference.changed.push(with_value(name, value)),
                None if DEFAULTED.contains(&&**name) => {
                    difference.added.push(with_value(name, value));
                }
                None => difference.added.push(printable(name, COLUMNS)),
            }
        }
        difference.left_out = submitted
            .iter()
            .filter(|(name, value)| !value.is_null() && !is_registered(name))
            .map(|(name, _)| printable(name, COLUMNS))
            .collect();
        difference
    }
}

fn with_value(name: &str, value: &Value) -> String {
    printable(&format!("{name}: {value}"), COLUMNS)
}

/// What a registration issues (RFC 7591 §3.2.1, RFC 7592 §3). It is no metadata, half of it is
/// secret, and none of it holds after a check.
const ISSUED: &[&str] = &[
    "client_id",
    "client_id_issued_at",
    "client_secret",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
];

/// Members whose default is shown. Of others that a plugin adds, only the name is: it could issue
/// a secret that this program does not know of.
const DEFAULTED: &[&str] = &[
    "application_type",
    "grant_types",
    "id_token_signed_response_alg",
    "require_auth_time",
    "require_pushed_authorization_requests",
    "response_types",
    "scope",
    "subject_type",
    "token_endpoint_auth_method",
];

/// How many columns a member may take.
const COLUMNS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        let cases: &[(&str, &str, &str, [&[&str]; 3])] = &[
            (
                "nothing",
                r#"{"client_name":"X","contacts":null}"#,
                r#"{"client_id":"1","client_name":"X"}"#,
                [&[], &[], &[]],
            ),
            (
                "order and white space are nothing",
                r#"{"jwks":{"keys":[], "a":1}}"#,
                r#"{"jwks":{"a":1,"keys":[]}}"#,
                [&[], &[], &[]],
            ),
            (
                "of every kind",
                r#"{"client_name":" X","unknown":1,"grant_types":null}"#,
                r#"{"client_name":"X","grant_types":["authorization_code"]}"#,
                [
                    &[r#"grant_types: ["authorization_code"]"#],
                    &[r#"client_name: "X""#],
                    &["unknown"],
                ],
            ),
            (
                "what is issued is never shown",
                r#"{"client_secret":"mine","client_id":"me"}"#,
                r#"{"client_secret":"fresh","client_id":"1","registration_access_token":"t"}"#,
                [&[], &[], &["client_id", "client_secret"]],
            ),
            (
                "nor what this program does not know",
                "{}",
                r#"{"client_password":"fresh"}"#,
                [&["client_password"], &[], &[]],
            ),
            (
                "hostile names",
                "{\"\\u202e\\u001b\":1}",
                "{}",
                [&[], &[], &["\\u{202e}\\u{1b}"]],
            ),
        ];
        for (name, document, answer, [added, changed, left_out]) in cases {
            let difference = Difference::new(document.as_bytes(), answer);
            assert_eq!(difference.added, *added, "{name}");
            assert_eq!(difference.changed, *changed, "{name}");
            assert_eq!(difference.left_out, *left_out, "{name}");
        }
    }
}
