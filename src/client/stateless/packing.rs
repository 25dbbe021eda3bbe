//! Packs metadata into few bytes. The dictionary is part of the format: entries may only be
//! appended to it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::client::record::{By, Registrant};
use crate::metadata::Profile;

/// Texts that are packed into one byte.
const PHRASES: &[&str] = &[
    "redirect_uris",
    "application_type",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "scope",
    "client_name",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "contacts",
    "software_id",
    "jwks_uri",
    "jwks",
    "native",
    "web",
    "none",
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "code",
    "urn:ietf:params:oauth:scope:mail",
    "urn:ietf:params:oauth:scope:contacts",
    "urn:ietf:params:oauth:scope:calendars",
    "offline_access",
    "openid",
    "dpop_bound_access_tokens",
    "software_statement",
];

/// Frequent beginnings of texts, which are packed into one byte.
const BEGINNINGS: &[&str] = &[
    "https://",
    "https://www.",
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://localhost/",
    "client_name#",
    "mailto:",
    "com.",
    "org.",
    "net.",
];

/// The content of an id.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Packed<'a> {
    by: By,
    profile: Profile,
    /// The day on which the id was made, in days since 1970; 0 if it does not contain the day.
    pub(super) day: u64,
    #[serde(borrow)]
    members: Vec<(Text<'a>, Value<'a>)>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Text<'a> {
    Phrase(u8),
    Begun(u8, #[serde(borrow)] Cow<'a, str>),
    Plain(#[serde(borrow)] Cow<'a, str>),
}

#[derive(Debug, Serialize, Deserialize)]
enum Value<'a> {
    #[serde(borrow)]
    Text(Text<'a>),
    List(Vec<Text<'a>>),
    /// Texts separated by one space each.
    Words(Vec<Text<'a>>),
    Flag(bool),
    Number(u64),
    Json(#[serde(borrow)] Cow<'a, str>),
}

/// A text in JSON, which is where it was if nothing in it is escaped.
#[derive(Deserialize)]
#[serde(transparent)]
struct Written<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Packed<'a> {
    /// Packs metadata; `None` if they are not a JSON object.
    pub(super) fn new(
        metadata: &'a RawValue,
        registered_by: &Registrant<'_>,
        day: u64,
    ) -> Option<Self> {
        let Ordered(members) = serde_json::from_str(metadata.get()).ok()?;
        let members = members
            .into_iter()
            .map(|(Written(name), value)| {
                let value = Value::new(&name, value);
                (Text::new(name), value)
            })
            .collect();
        Some(Self {
            by: registered_by.by,
            profile: registered_by.profile,
            day,
            members,
        })
    }

    pub(super) fn to_bytes(&self) -> Option<Vec<u8>> {
        postcard::to_allocvec(self).ok()
    }

    pub(super) fn from_bytes(bytes: &'a [u8]) -> Option<Self> {
        match postcard::take_from_bytes(bytes) {
            Ok((packed, [])) => Some(packed),
            _ => None,
        }
    }

    pub(super) const fn registrant(&self) -> Registrant<'static> {
        Registrant {
            by: self.by,
            profile: self.profile,
            account: None,
            terms: None,
        }
    }

    /// Returns the metadata as they were before packing; `None` if the dictionary lacks an entry.
    pub(super) fn metadata(&self) -> Option<Box<RawValue>> {
        to_raw_value(&Unpacked(self)).ok()
    }
}

/// Writes packed metadata as the JSON object that they were made from.
struct Unpacked<'a>(&'a Packed<'a>);

impl Serialize for Unpacked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.0.members {
            let name = name.unpacked().ok_or_else(unknown)?;
            match value {
                Value::Text(text) => {
                    map.serialize_entry(&name, &text.unpacked().ok_or_else(unknown)?)
                }
                Value::List(texts) => map.serialize_entry(&name, &all(texts).ok_or_else(unknown)?),
                Value::Words(texts) => {
                    map.serialize_entry(&name, &all(texts).ok_or_else(unknown)?.join(" "))
                }
                Value::Flag(flag) => map.serialize_entry(&name, flag),
                Value::Number(number) => map.serialize_entry(&name, number),
                Value::Json(json) => {
                    let raw: &RawValue = serde_json::from_str(json).map_err(|_| unknown())?;
                    map.serialize_entry(&name, raw)
                }
            }?;
        }
        map.end()
    }
}

fn unknown<E: serde::ser::Error>() -> E {
    E::custom("the dictionary is that of a later version")
}

fn all<'a>(texts: &'a [Text<'_>]) -> Option<Vec<Cow<'a, str>>> {
    texts.iter().map(Text::unpacked).collect()
}

impl<'a> Text<'a> {
    fn new(text: Cow<'a, str>) -> Self {
        let phrase = PHRASES.iter().position(|phrase| *phrase == text);
        if let Some(phrase) = phrase.and_then(|at| u8::try_from(at).ok()) {
            return Self::Phrase(phrase);
        }
        let begun = (0..).zip(BEGINNINGS).filter_map(|(at, beginning)| {
            let rest = text.strip_prefix(beginning)?;
            Some((at, rest.len()))
        });
        // The longest beginning leaves the shortest rest.
        match begun.min_by_key(|(_, rest)| *rest) {
            Some((at, rest)) => Self::Begun(at, ending(text, rest)),
            None => Self::Plain(text),
        }
    }

    fn unpacked(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Phrase(at) => Cow::Borrowed(*PHRASES.get(usize::from(*at))?),
            Self::Begun(at, rest) => {
                Cow::Owned(format!("{}{rest}", BEGINNINGS.get(usize::from(*at))?))
            }
            Self::Plain(text) => Cow::Borrowed(text),
        })
    }
}

/// The last bytes of a text.
fn ending(text: Cow<'_, str>, length: usize) -> Cow<'_, str> {
    let from = text.len() - length;
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[from..]),
        Cow::Owned(mut text) => Cow::Owned(text.split_off(from)),
    }
}

impl<'a> Value<'a> {
    fn new(name: &str, value: &'a RawValue) -> Self {
        let json = value.get();
        let packed = match json.bytes().next() {
            Some(b'"') => serde_json::from_str(json).map(|Written(text)| match name {
                "scope" => Self::Words(words(text)),
                _ => Self::Text(Text::new(text)),
            }),
            Some(b'[') => serde_json::from_str(json).map(|texts: Vec<Written<'_>>| {
                Self::List(texts.into_iter().map(|Written(t)| Text::new(t)).collect())
            }),
            Some(b't' | b'f') => serde_json::from_str(json).map(Self::Flag),
            _ => serde_json::from_str(json).map(Self::Number),
        };
        packed.unwrap_or(Self::Json(Cow::Borrowed(json)))
    }
}

fn words(text: Cow<'_, str>) -> Vec<Text<'_>> {
    match text {
        Cow::Borrowed(text) => text.split(' ').map(|w| Text::new(w.into())).collect(),
        Cow::Owned(text) => {
            let words = text.split(' ').map(str::to_owned);
            words.map(|word| Text::new(word.into())).collect()
        }
    }
}

/// The members of a JSON object, in their order.
struct Ordered<'a>(Vec<(Written<'a>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Ordered<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Ordered<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Ordered(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
