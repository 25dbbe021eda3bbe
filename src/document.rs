//! The strict reader for submitted JSON (RFC 8259). It refuses a document that two readers could
//! understand differently.
//!
//! `serde_json` parses the syntax. This reader adds what it does not check: duplicate members, and
//! limits on size and depth.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use crate::diagnostic::{Findings, Place, Rule, rule};

/// The limits for a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The size of the document, in bytes.
    pub(crate) bytes: usize,
    /// The depth of objects and arrays inside each other.
    pub(crate) depth: usize,
    /// The number of values.
    pub(crate) values: usize,
    /// The number of members of all objects together.
    pub(crate) members: usize,
    /// The length of one string or member name, in bytes.
    pub(crate) string: usize,
}

/// A JSON value. Client metadata use only whole numbers that are not negative. Of any other number
/// only its presence is stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Integer(u64),
    Number,
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// The members of an object, in the order of the document, without duplicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    pub(crate) fn member(&self, name: &str) -> Option<&Json<'a>> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

impl<'a> FromIterator<(Cow<'a, str>, Json<'a>)> for Object<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, Json<'a>)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

/// Reads a document that is one JSON object, or reports all that is wrong with it.
pub(crate) fn read<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    findings: &mut Findings,
) -> Option<Object<'a>> {
    if bytes.len() > limits.bytes {
        findings.error_saying(
            &rule::DOCUMENT_TOO_LARGE,
            Place::Document,
            format!("The document is larger than {} bytes.", limits.bytes),
        );
        return None;
    }
    let text = match str::from_utf8(bytes) {
        Ok(text) if !text.starts_with('\u{feff}') => text,
        _ => {
            findings.error(&rule::DOCUMENT_ENCODING, Place::Document);
            return None;
        }
    };

    let mut budget = Budget {
        limits,
        values: 0,
        members: 0,
        stopped: false,
        findings,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let top = Value {
        budget: &mut budget,
        place: Place::Document,
        depth: 0,
    };
    let result = top
        .deserialize(&mut json)
        .and_then(|value| json.end().map(|()| value));
    match result {
        Ok(Json::Object(object)) if !budget.stopped => Some(object),
        Ok(_) => None,
        Err(_) if budget.stopped => None,
        Err(error) => {
            findings.error_saying(
                &rule::DOCUMENT_SYNTAX,
                Place::Document,
                format!(
                    "The document is not JSON: it goes wrong in line {}, column {}.",
                    error.line(),
                    error.column()
                ),
            );
            None
        }
    }
}

/// Reports that a member has the wrong type.
pub(crate) fn wrong_type(findings: &mut Findings, place: Place<'_>, expected: &str) {
    findings.error_saying(
        &rule::MEMBER_TYPE,
        place,
        format!("The member must be {expected}."),
    );
}

/// The counters of one document, which are compared with the limits, and its findings.
struct Budget<'f, 'l> {
    limits: &'l Limits,
    values: usize,
    members: usize,
    /// Whether a finding already refuses the document.
    stopped: bool,
    findings: &'f mut Findings,
}

impl Budget<'_, '_> {
    fn stop<E: Error>(&mut self, rule: &'static Rule, place: Place<'_>, message: String) -> E {
        self.stopped = true;
        self.findings.error_saying(rule, place, message);
        E::custom("stopped")
    }

    fn text<E: Error>(&mut self, text: &str, place: Place<'_>) -> Result<(), E> {
        if text.len() > self.limits.string {
            let message = format!(
                "The document has a string of more than {} bytes.",
                self.limits.string
            );
            return Err(self.stop(&rule::DOCUMENT_STRING_TOO_LONG, place, message));
        }
        Ok(())
    }
}

struct Value<'b, 'f, 'l, 'p> {
    budget: &'b mut Budget<'f, 'l>,
    place: Place<'p>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_, '_, '_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.budget.values += 1;
        if self.budget.values > self.budget.limits.values {
            let message = format!(
                "The document has more than {} values.",
                self.budget.limits.values
            );
            return Err(self.budget.stop(
                &rule::DOCUMENT_TOO_MANY_VALUES,
                Place::Document,
                message,
            ));
        }
        deserializer.deserialize_any(self)
    }
}

impl Value<'_, '_, '_, '_> {
    /// Checks that the top value is an object, and that the depth is within its limit.
    fn enter<E: Error>(&mut self, is_object: bool) -> Result<(), E> {
        if self.depth == 0 && !is_object {
            let message = rule::DOCUMENT_NOT_OBJECT.message.to_owned();
            return Err(self
                .budget
                .stop(&rule::DOCUMENT_NOT_OBJECT, self.place, message));
        }
        if self.depth > self.budget.limits.depth {
            let message = format!(
                "The document is nested more than {} levels deep.",
                self.budget.limits.depth
            );
            return Err(self
                .budget
                .stop(&rule::DOCUMENT_TOO_DEEP, Place::Document, message));
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Value<'_, '_, '_, '_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(mut self) -> Result<Json<'de>, E> {
        self.enter(false)?;
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(mut self, value: bool) -> Result<Json<'de>, E> {
        self.enter(false)?;
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<Json<'de>, E> {
        self.enter(false)?;
        Ok(Json::Integer(value))
    }

    fn visit_i64<E: Error>(mut self, _: i64) -> Result<Json<'de>, E> {
        self.enter(false)?;
        Ok(Json::Number)
    }

    fn visit_f64<E: Error>(mut self, _: f64) -> Result<Json<'de>, E> {
        self.enter(false)?;
        Ok(Json::Number)
    }

    fn visit_borrowed_str<E: Error>(mut self, text: &'de str) -> Result<Json<'de>, E> {
        self.enter(false)?;
        self.budget.text(text, self.place)?;
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<Json<'de>, E> {
        self.enter(false)?;
        self.budget.text(text, self.place)?;
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Json<'de>, A::Error> {
        self.enter(false)?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Value {
            budget: &mut *self.budget,
            place: self.place.item(array.len()),
            depth: self.depth + 1,
        })? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Json<'de>, A::Error> {
        self.enter(true)?;
        // Most documents have about this many members, and the objects inside them fewer.
        let room = if self.depth == 0 { 16 } else { 4 };
        let mut members: Vec<(Cow<'de, str>, Json<'de>)> = Vec::with_capacity(room);
        while let Some(name) = map.next_key_seed(Name)? {
            self.budget.text(&name, self.place)?;
            self.budget.members += 1;
            if self.budget.members > self.budget.limits.members {
                let message = format!(
                    "The document has more than {} members.",
                    self.budget.limits.members
                );
                return Err(self.budget.stop(
                    &rule::DOCUMENT_TOO_MANY_MEMBERS,
                    Place::Document,
                    message,
                ));
            }
            let place = self.place.member(&name);
            if members.iter().any(|(n, _)| *n == name) {
                // The rest of the document is still read, so that every duplicate is reported at
                // once.
                self.budget.stopped = true;
                self.budget.findings.error(&rule::MEMBER_DUPLICATE, place);
            }
            let value = map.next_value_seed(Value {
                budget: &mut *self.budget,
                place,
                depth: self.depth + 1,
            })?;
            members.push((name, value));
        }
        Ok(Json::Object(Object(members)))
    }
}

/// The name of a member. It is borrowed from the document if it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        bytes: 200,
        depth: 3,
        values: 20,
        members: 10,
        string: 30,
    };

    fn codes(document: &[u8]) -> Vec<(&'static str, String)> {
        let mut findings = Findings::default();
        let object = read(document, &LIMITS, &mut findings);
        assert_eq!(object.is_none(), findings.has_errors());
        findings
            .into_diagnostics()
            .into_iter()
            .map(|d| (d.code, d.pointer))
            .collect()
    }

    #[test]
    fn what_is_refused() {
        let long_name = format!(r#"{{"{}":1}}"#, "n".repeat(31));
        let table: &[(&str, &[u8], &[(&str, &str)])] = &[
            ("an object", b" {} \n", &[]),
            ("borrowed and owned text", br#"{"a":"b","c":"\u0064"}"#, &[]),
            (
                "numbers",
                br#"{"a":[1,-1,1.5,1e3,-0,123456789012345678901234567890]}"#,
                &[],
            ),
            ("nothing", b"", &[("document-syntax", "")]),
            ("null at the top", b"null", &[("document-not-object", "")]),
            (
                "an array at the top",
                b"[{}]",
                &[("document-not-object", "")],
            ),
            (
                "text at the top",
                br#""{}""#,
                &[("document-not-object", "")],
            ),
            ("two documents", b"{}{}", &[("document-syntax", "")]),
            ("trailing comma", br#"{"a":1,}"#, &[("document-syntax", "")]),
            ("not a number", br#"{"a":NaN}"#, &[("document-syntax", "")]),
            (
                "number without end",
                br#"{"a":1e999}"#,
                &[("document-syntax", "")],
            ),
            (
                "byte order mark",
                b"\xef\xbb\xbf{}",
                &[("document-encoding", "")],
            ),
            ("Latin-1", b"{\"a\":\"\xe4\"}", &[("document-encoding", "")]),
            ("UTF-16", b"\xff\xfe{\0}\0", &[("document-encoding", "")]),
            (
                "lone surrogate",
                br#"{"a":"\ud800"}"#,
                &[("document-syntax", "")],
            ),
            (
                "control character",
                b"{\"a\":\"\x01\"}",
                &[("document-syntax", "")],
            ),
            ("twice", br#"{"a":1,"a":1}"#, &[("member-duplicate", "/a")]),
            (
                "twice by escape",
                br#"{"a":1,"\u0061":1}"#,
                &[("member-duplicate", "/a")],
            ),
            (
                "two twice, one inside",
                br#"{"a":{"b":1,"b":1},"a":1}"#,
                &[("member-duplicate", "/a/b"), ("member-duplicate", "/a")],
            ),
            ("deep", br#"{"a":[[1]]}"#, &[]),
            (
                "too deep",
                br#"{"a":[[[1]]]}"#,
                &[("document-too-deep", "")],
            ),
            (
                "too many values",
                br#"{"a":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}"#,
                &[("document-too-many-values", "")],
            ),
            (
                "too many members",
                br#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":{"j":1,"k":1}}"#,
                &[("document-too-many-members", "")],
            ),
            (
                "string too long",
                br#"{"a":["1234567890123456789012345678901"]}"#,
                &[("document-string-too-long", "/a/0")],
            ),
            (
                "name too long",
                long_name.as_bytes(),
                &[("document-string-too-long", "")],
            ),
            ("too large", &[b' '; 201], &[("document-too-large", "")]),
        ];
        for (name, document, expected) in table {
            let found = codes(document);
            let found: Vec<_> = found.iter().map(|(c, p)| (*c, p.as_str())).collect();
            assert_eq!(&found, expected, "{name}");
        }
    }

    #[test]
    fn what_is_kept() {
        let mut findings = Findings::default();
        let document = br#"{"b":1,"a":[true,null,-1,"x"]}"#;
        let object = read(document, &LIMITS, &mut findings).unwrap();
        let names: Vec<_> = object.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(object.member("b"), Some(&Json::Integer(1)));
        assert_eq!(
            object.member("a"),
            Some(&Json::Array(vec![
                Json::Bool(true),
                Json::Null,
                Json::Number,
                Json::Text("x".into())
            ]))
        );
        assert_eq!(object.member("c"), None);
    }
}
