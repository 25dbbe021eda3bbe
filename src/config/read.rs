//! Reads settings and terms from TOML or JSON, and reports every mistake at once.

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Findings, SettingFinding, SettingsError, Severity, rule};
use crate::document::{self, Json, Limits, Object};

use super::relations::{relations, web_administration};
use super::settings::{Policy, TABLE};
use super::terms::Terms;
use super::{place, root};

/// The limits for settings. An administrator wrote them, so the limits only stop accidents.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 16,
    values: 100_000,
    members: 10_000,
    string: 1 << 16,
};

/// Settings that have no mistakes.
pub(crate) struct Compiled {
    pub(crate) policy: Policy,
    pub(crate) warnings: Vec<SettingFinding>,
    /// The warning for a host that has a web administration.
    pub(crate) web_administration: Option<SettingFinding>,
}

/// Reads settings: TOML, or JSON if the text starts with a brace, which no TOML document does.
pub(crate) fn compile(text: &str) -> Result<Compiled, SettingsError> {
    if text.trim_start().starts_with('{') {
        return compile_root(&json(text)?, |_| {});
    }
    let document = toml(text)?;
    let root = object_from(&document);
    compile_root(&root, |finding| place::find(&document, text, finding))
}

/// Reads the settings in a document. `find` adds to a finding where its key is.
fn compile_root(
    document: &Object<'_>,
    find: impl Fn(&mut SettingFinding),
) -> Result<Compiled, SettingsError> {
    let mut findings = Vec::new();
    let mut policy = match root::table(document, &mut findings) {
        Some(table) => Policy::read_table(table, &TABLE.join("."), &mut findings),
        None => Policy::default(),
    };
    policy.protect_own_names();
    relations(&policy, &mut findings);
    findings.iter_mut().for_each(&find);
    if findings.iter().any(|f| f.severity == Severity::Error) {
        findings.retain(|f| f.severity == Severity::Error);
        return Err(SettingsError(findings));
    }
    let mut web_administration = web_administration(&policy);
    web_administration.iter_mut().for_each(find);
    Ok(Compiled {
        policy,
        warnings: findings,
        web_administration,
    })
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

fn json(text: &str) -> Result<Object<'_>, SettingsError> {
    let mut findings = Findings::default();
    document::read(text.as_bytes(), &LIMITS, &mut findings).ok_or_else(|| {
        let findings = findings.into_diagnostics().into_iter();
        let findings = findings.map(|d| {
            // The reader's words are about what a client sent.
            let message = match d.code {
                code if code == rule::DOCUMENT_NOT_OBJECT.code => {
                    "This must be one JSON object.".into()
                }
                _ => d.message,
            };
            SettingFinding::new(d.pointer, message, Severity::Error)
        });
        SettingsError(findings.collect())
    })
}

fn toml(text: &str) -> Result<DeTable<'_>, SettingsError> {
    let parsed = DeTable::parse(text).map_err(|error| {
        let message = format!("This is not TOML: {}.", error.message());
        let mut finding = SettingFinding::new("", message, Severity::Error);
        place::put(
            error.span().map_or(0, |span| span.start),
            text,
            &mut finding,
        );
        SettingsError(vec![finding])
    })?;
    Ok(parsed.into_inner())
}

fn object_from<'a>(table: &'a DeTable<'_>) -> Object<'a> {
    let members = table.iter();
    members
        .map(|(key, value)| (key.get_ref().as_ref().into(), json_from(value.get_ref())))
        .collect()
}

fn json_from<'a>(value: &'a DeValue<'_>) -> Json<'a> {
    match value {
        DeValue::String(text) => Json::Text(text.as_ref().into()),
        DeValue::Integer(number) => {
            let number = u64::from_str_radix(number.as_str(), number.radix());
            number.map_or(Json::Number, Json::Integer)
        }
        DeValue::Float(_) | DeValue::Datetime(_) => Json::Number,
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Array(items) => {
            Json::Array(items.iter().map(|item| json_from(item.get_ref())).collect())
        }
        DeValue::Table(table) => Json::Object(object_from(table)),
    }
}

#[cfg(test)]
mod tests;
