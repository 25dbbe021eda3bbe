//! The terms of an API key, in a form. What they mean, and whether they are sound, the plugin says.

use gatepost_plugin::SettingFinding;
use serde_json::{Map, Value, json};

use crate::http::pages::mistakes::{Field, Mistake};
use crate::http::shared::form::Parameters;

/// A term, and the field for it.
pub(super) struct Term {
    /// Its name in the terms, and in the form.
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    kind: Kind,
    /// What is typed.
    pub(super) typed: String,
}

/// How a term is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Words with a space between them.
    List,
    Number,
    /// Yes or no.
    Switch,
}

const TERMS: [(&str, &str, &str, Kind); 8] = [
    (
        "max-registrations",
        "Registrations in all",
        "How many clients can be registered with it. Empty: any number.",
        Kind::Number,
    ),
    (
        "redirect-hosts",
        "Hosts of redirect URIs",
        "Such as webmail.example.com, or .example.com for all hosts below that. Empty: any that the settings allow.",
        Kind::List,
    ),
    (
        "redirect-schemes",
        "Schemes of redirect URIs",
        "Such as https, or com.example.mail for a program. Empty: any that the settings allow.",
        Kind::List,
    ),
    (
        "networks",
        "Networks it works from",
        "Such as 192.0.2.0/24 or 2001:db8::/32. Empty: any.",
        Kind::List,
    ),
    (
        "scopes",
        "Scopes",
        "What its clients can ask for. Empty: all that the settings offer.",
        Kind::List,
    ),
    (
        "grant-types",
        "Grant types",
        "Such as authorization_code refresh_token. Empty: all that the settings offer.",
        Kind::List,
    ),
    (
        "auth-methods",
        "Authentication methods",
        "Such as none or client_secret_basic. Empty: all that the settings offer.",
        Kind::List,
    ),
    (
        "internal-hosts",
        "Hosts of internal networks",
        "Whether redirect URIs can lead there.",
        Kind::Switch,
    ),
];

impl Term {
    /// All of them, as they are typed into a form.
    pub(super) fn all(form: &Parameters<'_>) -> Vec<Self> {
        let terms = TERMS.into_iter();
        terms
            .map(|(key, label, hint, kind)| Self {
                key,
                label,
                hint,
                kind,
                typed: form.get(key).unwrap_or_default().to_owned(),
            })
            .collect()
    }

    /// The id of the hint in a page.
    pub(super) fn hint_id(&self) -> String {
        format!("{}_hint", self.key)
    }

    pub(super) fn is_switch(&self) -> bool {
        self.kind == Kind::Switch
    }

    /// What is typed, as it is in the terms; `None` if nothing is.
    fn value(&self) -> Option<Value> {
        let typed = self.typed.trim();
        if typed.is_empty() {
            return None;
        }
        Some(match (self.kind, typed) {
            (Kind::List, _) => {
                let words = typed.split([' ', ',', '\t', '\r', '\n']);
                json!(words.filter(|word| !word.is_empty()).collect::<Vec<_>>())
            }
            (Kind::Switch, "yes") => true.into(),
            (Kind::Switch, "no") => false.into(),
            // What is no number is not one to the plugin either.
            (Kind::Number | Kind::Switch, _) => match typed.parse::<u64>() {
                Ok(number) => number.into(),
                Err(_) => typed.into(),
            },
        })
    }
}

/// The terms that are typed into a form, in JSON; `None` if there are none.
pub(super) fn typed(form: &Parameters<'_>) -> Option<String> {
    let terms = Term::all(form);
    let terms = terms.iter();
    let terms: Map<String, Value> = terms
        .filter_map(|term| Some((term.key.to_owned(), term.value()?)))
        .collect();
    (!terms.is_empty()).then(|| Value::Object(terms).to_string())
}

/// A finding of the plugin, beside its field.
pub(super) fn mistake(finding: &SettingFinding) -> Mistake {
    let member = finding.path.split(['.', '[']).next().unwrap_or_default();
    let known = TERMS.iter().find(|(key, ..)| *key == member);
    let field: Option<Field> = known.map(|(key, label, ..)| (*key, *label));
    Mistake {
        message: match field {
            Some(_) => finding.message.clone(),
            None => crate::config::line(finding),
        },
        field,
        severity: finding.severity,
    }
}

/// Terms as a person reads them, one after the other.
pub(super) fn described(terms: &str) -> Vec<String> {
    let Ok(terms) = serde_json::from_str::<Map<String, Value>>(terms) else {
        return vec![terms.to_owned()];
    };
    let label = |key: &str| {
        let known = TERMS.iter().find(|(known, ..)| *known == key);
        known.map_or_else(|| key.to_owned(), |(_, label, ..)| (*label).to_owned())
    };
    let text = |value: &Value| match value {
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => {
            let words = values.iter().map(|value| match value.as_str() {
                Some(text) => text.to_owned(),
                None => value.to_string(),
            });
            words.collect::<Vec<_>>().join(", ")
        }
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let terms = terms.iter();
    terms
        .map(|(key, value)| format!("{}: {}", label(key), text(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed() {
        for (form, expected) in [
            ("", None),
            ("networks=+&max-registrations=", None),
            ("max-registrations=5", Some(r#"{"max-registrations":5}"#)),
            (
                "max-registrations=many",
                Some(r#"{"max-registrations":"many"}"#),
            ),
            (
                "networks=192.0.2.0/24,+2001:db8::/32%0D%0A198.51.100.0/24",
                Some(r#"{"networks":["192.0.2.0/24","2001:db8::/32","198.51.100.0/24"]}"#),
            ),
            ("internal-hosts=yes", Some(r#"{"internal-hosts":true}"#)),
            ("internal-hosts=no", Some(r#"{"internal-hosts":false}"#)),
        ] {
            let form = Parameters::read(form.as_bytes());
            assert_eq!(typed(&form).as_deref(), expected);
        }
    }

    #[test]
    fn how_they_are_read() {
        for (terms, expected) in [
            (r#"{"max-registrations":5}"#, "Registrations in all: 5"),
            (r#"{"networks":[]}"#, "Networks it works from: none"),
            (r#"{"scopes":["a","b"],"x":true}"#, "Scopes: a, b; x: yes"),
            ("no JSON", "no JSON"),
        ] {
            assert_eq!(described(terms).join("; "), expected);
        }
    }
}
