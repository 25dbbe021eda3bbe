//! What of a document is not shown: a person may check one that should not have been written, and
//! what is printed ends up in logs.

use std::ops::Range;

use crate::commands::check::locate::Scanner;

/// The values of members that are secret by their name, wherever they stand.
pub(super) fn secrets(document: &[u8]) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    let mut scanner = Scanner { document, at: 0 };
    loop {
        scanner.skip_while(|byte| byte != b'"');
        if scanner.peek().is_none() {
            return secrets;
        }
        let start = scanner.at;
        scanner.skip_string();
        let name = serde_json::from_slice(&document[start..scanner.at]);
        if !name.is_ok_and(|name: String| SECRET.contains(&&*name)) {
            continue;
        }
        scanner.skip_space();
        if scanner.peek() != Some(b':') {
            continue;
        }
        scanner.at += 1;
        scanner.skip_space();
        if scanner.peek() == Some(b'"') {
            let start = scanner.at;
            scanner.skip_string();
            secrets.push(start..scanner.at);
        }
    }
}

/// Of RFC 7591 §3.2.1 and RFC 7592 §3, and of private and symmetric keys (RFC 7518 §6).
const SECRET: &[&str] = &[
    "client_secret",
    "registration_access_token",
    "d",
    "p",
    "q",
    "dp",
    "dq",
    "qi",
    "r",
    "t",
    "k",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name() {
        let cases: &[(&str, &[&str])] = &[
            (r#"{"client_secret":"a","b":"c"}"#, &["\"a\""]),
            (
                r#"{"jwks":{"keys":[{"kty":"oct","k":"a\"b"},{"d" : "e"}]}}"#,
                &["\"a\\\"b\"", "\"e\""],
            ),
            (r#"{"\u0064":"e"}"#, &["\"e\""]),
            (r#"{"d":1,"e":"d","p":["q"]}"#, &[]),
            ("{\"x\":\"y,\n\"d\":\"e", &["\"e"]),
            ("\"d\"", &[]),
            ("", &[]),
        ];
        for (document, expected) in cases {
            let found: Vec<&str> = secrets(document.as_bytes())
                .into_iter()
                .map(|secret| &document[secret])
                .collect();
            assert_eq!(found, *expected, "{document}");
        }
    }
}
