//! The findings for a program: one JSON object in a line for every document.

use std::fmt::Write;

use gatepost_plugin::{Outcome, SettingFinding};
use serde_json::Value;

use super::report::{Finding, Report, Stopping, severity_name};

pub(super) fn document(report: &Report<'_>) -> String {
    let diagnostics = report.findings.iter().map(|Finding { said, place }| {
        let (line, column) = match place {
            Some(place) => {
                let (line, column) = report.line_and_column(place);
                (Value::from(line), Value::from(column))
            }
            None => (Value::Null, Value::Null),
        };
        format!(
            r#"{{"code":{},"pointer":{},"line":{line},"column":{column},"message":{},"reference":{},"severity":{}}}"#,
            quoted(&said.code),
            quoted(&said.pointer),
            quoted(&said.message),
            quoted(&said.reference),
            quoted(severity_name(said.severity)),
        )
    });
    format!(
        "{{\"document\":{},\"outcome\":\"{}\",\"diagnostics\":[{}]}}\n",
        quoted(report.path),
        match report.outcome {
            Outcome::Accept => "accept",
            Outcome::Refuse => "refuse",
        },
        diagnostics.collect::<Vec<_>>().join(",")
    )
}

pub(super) fn settings(path: &str, findings: &[SettingFinding]) -> String {
    let diagnostics = findings.iter().map(|finding| {
        format!(
            r#"{{"path":{},"message":{},"allowed":{},"severity":{}}}"#,
            quoted(&finding.path),
            quoted(&finding.message),
            finding.allowed.as_deref().map_or("null".to_owned(), quoted),
            quoted(severity_name(finding.severity)),
        )
    });
    format!(
        "{{\"settings\":{},\"diagnostics\":[{}]}}\n",
        quoted(path),
        diagnostics.collect::<Vec<_>>().join(",")
    )
}

pub(in crate::commands) fn client(stopping: &Stopping<'_>) -> String {
    let diagnostics = stopping.findings.iter().map(|said| {
        format!(
            r#"{{"code":{},"pointer":{},"message":{},"reference":{},"severity":{}}}"#,
            quoted(&said.code),
            quoted(&said.pointer),
            quoted(&said.message),
            quoted(&said.reference),
            quoted(severity_name(said.severity)),
        )
    });
    format!(
        "{{\"client_id\":{},\"client_name\":{},\"users\":{},\"diagnostics\":[{}]}}\n",
        quoted(stopping.client_id),
        stopping.name.as_deref().map_or("null".to_owned(), quoted),
        stopping.users,
        diagnostics.collect::<Vec<_>>().join(",")
    )
}

/// A JSON string of ASCII characters: whoever looks at the lines in a terminal is not fooled by
/// them either.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in Value::from(text).to_string().chars() {
        if matches!(c, ' '..='~') {
            quoted.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(quoted, "\\u{unit:04x}").expect("a string takes everything");
            }
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        for (text, expected) in [
            ("plain", r#""plain""#),
            ("\"\\\n\u{1b}", r#""\"\\\n\u001b""#),
            ("é\u{202e}\u{7f}\u{9b}", r#""\u00e9\u202e\u007f\u009b""#),
            ("\u{1f600}", r#""\ud83d\ude00""#),
        ] {
            assert_eq!(quoted(text), expected);
            let read: String = serde_json::from_str(expected).expect("the case is JSON");
            assert_eq!(read, text);
        }
    }
}
