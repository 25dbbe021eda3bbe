//! The findings for a program: one JSON object in a line for every document.

use std::fmt::Write;

use gatepost_plugin::Outcome;
use serde_json::Value;

use super::locate::line_and_column;
use super::report::{Finding, Report, Stopping, severity_name};
use crate::config::{Mistake, Written};

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

pub(super) fn settings(file: Option<&Written>, found: &[Mistake]) -> String {
    let diagnostics = found.iter().map(|Mistake { finding, span }| {
        let place = file.zip(span.as_ref());
        let place = place.map(|(file, span)| line_and_column(file.text.as_bytes(), span.start));
        let (line, column) = match place {
            Some((line, column)) => (Value::from(line), Value::from(column)),
            None => (Value::Null, Value::Null),
        };
        format!(
            r#"{{"path":{},"line":{line},"column":{column},"message":{},"allowed":{},"severity":{}}}"#,
            quoted(&finding.path),
            quoted(&finding.message),
            finding.allowed.as_deref().map_or("null".to_owned(), quoted),
            quoted(severity_name(finding.severity)),
        )
    });
    format!(
        "{{\"settings\":{},\"diagnostics\":[{}]}}\n",
        quoted(&file.map_or_else(String::new, |file| file.path.to_string_lossy().into_owned())),
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

fn quoted(text: &str) -> String {
    ascii(&Value::from(text))
}

/// JSON of ASCII characters: whoever looks at it in a terminal is not fooled by its strings.
pub(in crate::commands) fn ascii(value: &Value) -> String {
    let mut quoted = String::new();
    for c in value.to_string().chars() {
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
