//! One table of the configuration file, read key by key.
//!
//! Every key that is asked for is thereby known; what is left over at the end is refused. So the
//! list of what is allowed cannot fall behind the code.

use std::ops::RangeInclusive;
use std::str::FromStr;

use gatepost_plugin::{SettingFinding, Severity};
use toml::{Table, Value};

use crate::config::written::has_credentials;

pub(super) struct Section {
    path: String,
    table: Table,
    known: Vec<&'static str>,
    findings: Vec<SettingFinding>,
}

impl Section {
    pub(super) fn root(table: Table) -> Self {
        Self {
            path: String::new(),
            table,
            known: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Takes a table out as a section of its own, which [`finish`](Self::finish) takes back.
    pub(super) fn section(&mut self, key: &'static str) -> Self {
        let table = self.table(key).unwrap_or_default();
        Self {
            path: self.path_of(key),
            ..Self::root(table)
        }
    }

    pub(super) fn finish(&mut self, section: Self) {
        if let Err(findings) = section.into_result() {
            self.findings.extend(findings);
        }
    }

    /// Every mistake, or nothing.
    pub(super) fn into_result(mut self) -> Result<(), Vec<SettingFinding>> {
        for key in std::mem::take(&mut self.table).keys() {
            let nearest = self
                .known
                .iter()
                .map(|known| (strsim::damerau_levenshtein(known, key), known))
                .min()
                .filter(|(distance, known)| distance * 3 <= known.len());
            let message = match nearest {
                Some((_, known)) => format!("there is no such key, did you mean `{known}`?"),
                None => "there is no such key".to_owned(),
            };
            // For a typing mistake a list of all keys is no help.
            let allowed = nearest.is_none().then(|| self.known.join(", "));
            self.found(key, message, allowed);
        }
        if self.findings.is_empty() {
            Ok(())
        } else {
            Err(self.findings)
        }
    }

    pub(super) fn table(&mut self, key: &'static str) -> Option<Table> {
        self.typed(key, "a table", |value| match value {
            Value::Table(table) => Some(table),
            _ => None,
        })
    }

    pub(super) fn string(&mut self, key: &'static str) -> Option<String> {
        self.typed(key, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.typed(key, "true or false", |value| value.as_bool())
    }

    pub(super) fn number(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        self.typed(key, &allowed, |value| {
            value
                .as_integer()
                .and_then(|number| u32::try_from(number).ok())
                .filter(|number| range.contains(number))
        })
    }

    /// A list of strings that have to be more than strings.
    pub(super) fn all_parsed<T: FromStr>(
        &mut self,
        key: &'static str,
        allowed: &str,
    ) -> Option<Vec<T>> {
        let texts = self.typed(key, allowed, |value| match value {
            Value::Array(values) => values
                .into_iter()
                .map(|value| value.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>(),
            _ => None,
        })?;
        let mut all = Vec::new();
        for text in texts {
            match text.parse() {
                Ok(parsed) => all.push(parsed),
                Err(_) => self.not_understood(key, &text, allowed),
            }
        }
        Some(all)
    }

    /// The same for a string that may be a secret, and is not shown.
    pub(super) fn secretly_parsed<T: FromStr>(
        &mut self,
        key: &'static str,
        allowed: &str,
    ) -> Option<T> {
        let parsed = self.string(key)?.parse().ok();
        if parsed.is_none() {
            self.mistake(key, "this is not understood".to_owned(), allowed);
        }
        parsed
    }

    /// A string that has to be more than a string.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &'static str, allowed: &str) -> Option<T> {
        let text = self.string(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.not_understood(key, &text, allowed);
        }
        parsed
    }

    fn not_understood(&mut self, key: &str, text: &str, allowed: &str) {
        let message = match has_credentials(text) {
            true => "this is not understood".to_owned(),
            false => format!("`{text}` is not understood"),
        };
        self.mistake(key, message, allowed);
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        allowed: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Option<T> {
        self.known.push(key);
        let read = read(self.table.remove(key)?);
        if read.is_none() {
            self.mistake(key, "not the right kind of value".to_owned(), allowed);
        }
        read
    }

    /// A key that has to be there because another is.
    pub(super) fn missing(&mut self, key: &str, allowed: &str) {
        self.mistake(key, "this is missing".to_owned(), allowed);
    }

    /// A key that has no meaning beside the others.
    pub(super) fn idle(&mut self, key: &str, allowed: &str) {
        self.mistake(
            key,
            "there is nothing to do with it here".to_owned(),
            allowed,
        );
    }

    pub(super) fn mistake(&mut self, key: &str, message: String, allowed: &str) {
        self.found(key, message, Some(allowed.to_owned()));
    }

    fn found(&mut self, key: &str, message: String, allowed: Option<String>) {
        self.findings.push(SettingFinding {
            allowed,
            ..SettingFinding::new(self.path_of(key), message, Severity::Error)
        });
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}
