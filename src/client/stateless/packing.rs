//! Packs metadata into few bytes. The dictionary is part of the format: entries may only be
//! appended to it.

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
pub(super) struct Packed {
    by: By,
    profile: Profile,
    /// The day on which the id was made, in days since 1970; 0 if it does not contain the day.
    pub(super) day: u64,
    members: Vec<(Text, Value)>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Text {
    Phrase(u8),
    Begun(u8, String),
    Plain(String),
}

#[derive(Debug, Serialize, Deserialize)]
enum Value {
    Text(Text),
    List(Vec<Text>),
    /// Texts separated by one space each.
    Words(Vec<Text>),
    Flag(bool),
    Number(u64),
    Json(String),
}

impl Packed {
    /// Packs metadata; `None` if they are not a JSON object.
    pub(super) fn new(
        metadata: &RawValue,
        registered_by: &Registrant<'_>,
        day: u64,
    ) -> Option<Self> {
        let Ordered(members) = serde_json::from_str(metadata.get()).ok()?;
        let members = members
            .into_iter()
            .map(|(name, value)| (Text::new(&name), Value::new(&name, value)))
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

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
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
struct Unpacked<'a>(&'a Packed);

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

fn all(texts: &[Text]) -> Option<Vec<String>> {
    texts.iter().map(Text::unpacked).collect()
}

impl Text {
    fn new(text: &str) -> Self {
        let place = |list: &[&str], test: &dyn Fn(&str) -> bool| {
            let longest = |at: &usize| list.get(*at).map_or(0, |entry| entry.len());
            let found = (0..list.len()).filter(|at| list.get(*at).is_some_and(|entry| test(entry)));
            found
                .max_by_key(longest)
                .and_then(|at| u8::try_from(at).ok())
        };
        if let Some(phrase) = place(PHRASES, &|phrase| phrase == text) {
            return Self::Phrase(phrase);
        }
        match place(BEGINNINGS, &|beginning| text.starts_with(beginning)) {
            Some(beginning) => {
                let rest = BEGINNINGS
                    .get(usize::from(beginning))
                    .and_then(|begun| text.strip_prefix(begun));
                Self::Begun(beginning, rest.unwrap_or_default().to_owned())
            }
            None => Self::Plain(text.to_owned()),
        }
    }

    fn unpacked(&self) -> Option<String> {
        Some(match self {
            Self::Phrase(at) => (*PHRASES.get(usize::from(*at))?).to_owned(),
            Self::Begun(at, rest) => format!("{}{rest}", BEGINNINGS.get(usize::from(*at))?),
            Self::Plain(text) => text.clone(),
        })
    }
}

impl Value {
    fn new(name: &str, value: &RawValue) -> Self {
        let json = value.get();
        let packed = match json.bytes().next() {
            Some(b'"') if name == "scope" => serde_json::from_str(json)
                .map(|text: String| Self::Words(text.split(' ').map(Text::new).collect())),
            Some(b'"') => {
                serde_json::from_str(json).map(|text: String| Self::Text(Text::new(&text)))
            }
            Some(b'[') => serde_json::from_str(json)
                .map(|texts: Vec<String>| Self::List(texts.iter().map(|t| Text::new(t)).collect())),
            Some(b't' | b'f') => serde_json::from_str(json).map(Self::Flag),
            _ => serde_json::from_str(json).map(Self::Number),
        };
        packed.unwrap_or_else(|_| Self::Json(json.to_owned()))
    }
}

/// The members of a JSON object, in their order.
struct Ordered<'a>(Vec<(String, &'a RawValue)>);

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
