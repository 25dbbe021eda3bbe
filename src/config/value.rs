//! The trait of the types that a setting can have, and the simple ones among them.

use crate::diagnostic::{SettingFinding, mistake};
use crate::document::Json;
use crate::oauth::ClientId;
use crate::uri;

/// The type of a setting.
pub(super) trait Setting: Sized {
    /// Reads a value; `None` if it is not allowed.
    fn read(value: &Json<'_>) -> Option<Self>;

    /// Returns the allowed values, as a phrase that completes "allowed: …".
    fn allowed() -> String;

    /// Reads a value, or reports that it is not allowed.
    fn read_at(value: &Json<'_>, path: &str, findings: &mut Vec<SettingFinding>) -> Option<Self> {
        let read = Self::read(value);
        if read.is_none() {
            findings.push(mistake(path, Self::allowed()));
        }
        read
    }

    /// Returns the value as it is written in TOML; `None` if it is not set.
    #[cfg(test)]
    fn show(&self) -> Option<String> {
        None
    }
}

/// A setting that has no default.
impl<T: Setting> Setting for Option<T> {
    fn read(value: &Json<'_>) -> Option<Self> {
        T::read(value).map(Some)
    }

    fn allowed() -> String {
        T::allowed()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        self.as_ref()?.show()
    }
}

impl Setting for bool {
    fn read(value: &Json<'_>) -> Option<Self> {
        match value {
            Json::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    fn allowed() -> String {
        "true or false".to_owned()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for u64 {
    fn read(value: &Json<'_>) -> Option<Self> {
        match value {
            // TOML has no larger integers.
            Json::Integer(number) => i64::try_from(*number).is_ok().then_some(*number),
            _ => None,
        }
    }

    fn allowed() -> String {
        "a whole number, 0 or more".to_owned()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// A URL of the server itself, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EndpointUrl(pub(crate) String);

impl Setting for EndpointUrl {
    fn read(value: &Json<'_>) -> Option<Self> {
        match value {
            Json::Text(text) => {
                uri::endpoint(text)?;
                Some(Self(text.to_string()))
            }
            _ => None,
        }
    }

    fn allowed() -> String {
        "an https URL, or http on a loopback address, without query, fragment and a slash at its end"
            .to_owned()
    }
}

impl Setting for ClientId {
    fn read(value: &Json<'_>) -> Option<Self> {
        match value {
            Json::Text(text) => Self::new(text),
            _ => None,
        }
    }

    fn allowed() -> String {
        "1 to 128 letters, digits and . _ ~ -, not starting with gpc_ or gpx_".to_owned()
    }
}

/// Reads a list of names; `None` if a name is not allowed, or is in the list twice.
pub(super) fn list<T: PartialEq>(
    value: &Json<'_>,
    named: impl Fn(&str) -> Option<T>,
) -> Option<Vec<T>> {
    let Json::Array(items) = value else {
        return None;
    };
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        let Json::Text(name) = item else {
            return None;
        };
        let item = named(name)?;
        if list.contains(&item) {
            return None;
        }
        list.push(item);
    }
    Some(list)
}
