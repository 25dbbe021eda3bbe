//! Reads settings and terms from TOML or JSON, and reports every mistake at once.

use crate::diagnostic::{Findings, Severity};
use crate::document::{self, Json, Limits, Object};

use super::finding::{SettingFinding, SettingsError};
use super::relations::relations;
use super::settings::{Policy, TABLE};
use super::terms::Terms;

/// The limits for settings. An administrator wrote them, so the limits only stop accidents.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 16,
    values: 100_000,
    members: 10_000,
    string: 1 << 16,
};

/// Reads settings: TOML, or JSON if the text starts with a brace, which no TOML document does.
pub(crate) fn compile(text: &str) -> Result<(Policy, Vec<SettingFinding>), SettingsError> {
    let root = if text.trim_start().starts_with('{') {
        json(text)?
    } else {
        toml(text)?
    };

    let mut findings = Vec::new();
    let mut policy = match table(&root, &mut findings) {
        Some(table) => Policy::read_table(table, &TABLE.join("."), &mut findings),
        None => Policy::default(),
    };
    policy.protect_own_names();
    relations(&policy, &mut findings);
    if findings.iter().any(|f| f.severity == Severity::Error) {
        findings.retain(|f| f.severity == Severity::Error);
        return Err(SettingsError(findings));
    }
    Ok((policy, findings))
}

/// Reads the terms of an API key: a JSON object.
pub(crate) fn terms(text: &str) -> Result<Terms, SettingsError> {
    let object = json(text)?;
    let mut findings = Vec::new();
    let terms = Terms::read_table(&object, "", &mut findings);
    if findings.is_empty() {
        Ok(terms)
    } else {
        Err(SettingsError(findings))
    }
}

/// Finds Gatepost's table in the mail server's file.
fn table<'a>(root: &'a Object<'a>, findings: &mut Vec<SettingFinding>) -> Option<&'a Object<'a>> {
    let mut object = root;
    for (depth, key) in TABLE.iter().enumerate() {
        match object.member(key) {
            Some(Json::Object(inner)) => object = inner,
            Some(_) => {
                findings.push(SettingFinding {
                    path: TABLE[..=depth].join("."),
                    message: "This must be a table.".to_owned(),
                    allowed: None,
                    severity: Severity::Error,
                });
                return None;
            }
            None => {
                if root.iter().next().is_some() {
                    findings.push(SettingFinding {
                        path: TABLE.join("."),
                        message: "The table is missing, so that the defaults are in force."
                            .to_owned(),
                        allowed: None,
                        severity: Severity::Warning,
                    });
                }
                return None;
            }
        }
    }
    Some(object)
}

fn json(text: &str) -> Result<Object<'_>, SettingsError> {
    let mut findings = Findings::default();
    document::read(text.as_bytes(), &LIMITS, &mut findings).ok_or_else(|| {
        let findings = findings.into_diagnostics().into_iter();
        SettingsError(
            findings
                .map(|d| SettingFinding {
                    path: d.pointer,
                    message: d.message.into_owned(),
                    allowed: None,
                    severity: Severity::Error,
                })
                .collect(),
        )
    })
}

fn toml(text: &str) -> Result<Object<'static>, SettingsError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        SettingsError(vec![SettingFinding {
            path: String::new(),
            message: format!("Line {line} is not TOML: {}.", error.message()),
            allowed: None,
            severity: Severity::Error,
        }])
    })?;
    Ok(object_from(table))
}

fn object_from(table: toml::Table) -> Object<'static> {
    table
        .into_iter()
        .map(|(key, value)| (key.into(), json_from(value)))
        .collect()
}

fn json_from(value: toml::Value) -> Json<'static> {
    match value {
        toml::Value::String(text) => Json::Text(text.into()),
        toml::Value::Integer(number) => u64::try_from(number).map_or(Json::Number, Json::Integer),
        toml::Value::Float(_) | toml::Value::Datetime(_) => Json::Number,
        toml::Value::Boolean(flag) => Json::Bool(flag),
        toml::Value::Array(items) => Json::Array(items.into_iter().map(json_from).collect()),
        toml::Value::Table(table) => Json::Object(object_from(table)),
    }
}

#[cfg(test)]
mod tests;
