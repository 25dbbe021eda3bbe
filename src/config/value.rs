//! What a setting can be.

use crate::client;
use crate::document::Json;
use crate::metadata::{
    AuthMethod, CONTENT_ENCRYPTION_ALGORITHMS, ENCRYPTION_ALGORITHMS, Extension, GrantType,
    SIGNING_ALGORITHMS, is_scope_token,
};
use crate::policy::{ProtectedName, ProtectedNames};
use crate::uri::{self, IpLiterals, Localhost};

use super::SettingFinding;
use super::table::mistake;

/// A type of setting.
pub(super) trait Setting: Sized {
    /// Reads a value, or says that it is not one.
    fn read(value: &Json<'_>) -> Option<Self>;

    /// What may be written, to complete "allowed: …".
    fn allowed() -> String;

    /// Reads a value, or reports that it is not one.
    fn read_at(value: &Json<'_>, path: &str, findings: &mut Vec<SettingFinding>) -> Option<Self> {
        let read = Self::read(value);
        if read.is_none() {
            findings.push(mistake(path, Self::allowed()));
        }
        read
    }

    /// How it is written, if it can be and is not nothing.
    #[cfg(test)]
    fn show(&self) -> Option<String> {
        None
    }
}

/// A setting that may be left out.
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

/// A URL that the server itself serves, without a slash at its end.
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

/// A list of names, each once: scopes (RFC 6749 §3.3), or whatever else keeps to their characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenList(pub(crate) Vec<String>);

impl TokenList {
    pub(super) fn new(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// The scopes of draft-ietf-mailmaint-oauth-public §5.1.
    pub(super) fn mail_scopes() -> Self {
        Self(
            [
                "urn:ietf:params:oauth:scope:mail",
                "urn:ietf:params:oauth:scope:contacts",
                "urn:ietf:params:oauth:scope:calendars",
                "offline_access",
            ]
            .map(str::to_owned)
            .to_vec(),
        )
    }
}

impl Setting for TokenList {
    fn read(value: &Json<'_>) -> Option<Self> {
        let scopes = list(value, |name| is_scope_token(name).then(|| name.to_owned()))?;
        Some(Self(scopes))
    }

    fn allowed() -> String {
        "a list of names, of printable ASCII without space, quote and backslash".to_owned()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.0.iter().map(String::as_str)))
    }
}

/// A client id that an administrator chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientId(pub(crate) String);

impl ClientId {
    /// Letters, digits and `.`, `_`, `~`, `-`, 128 at most, so that it needs no quoting anywhere, and
    /// none that looks like one that is made here.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let plain = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'));
        (plain && !client::is_made_here(text)).then(|| Self(text.to_owned()))
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

impl Setting for ProtectedNames {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, ProtectedName::new).map(Self::new)
    }

    fn allowed() -> String {
        "a list of names, each with a letter or digit, no two of them alike".to_owned()
    }
}

impl Setting for Vec<GrantType> {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, GrantType::named)
    }

    fn allowed() -> String {
        format!(
            "a list of {}",
            GrantType::ALL.map(GrantType::name).join(", ")
        )
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.iter().map(|item| item.name())))
    }
}

impl Setting for Vec<AuthMethod> {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, AuthMethod::named)
    }

    fn allowed() -> String {
        format!(
            "a list of {}",
            AuthMethod::ALL.map(AuthMethod::name).join(", ")
        )
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.iter().map(|item| item.name())))
    }
}

impl Setting for Vec<Extension> {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, Extension::named)
    }

    fn allowed() -> String {
        format!(
            "a list of {}",
            Extension::ALL.map(Extension::name).join(", ")
        )
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.iter().map(|item| item.name())))
    }
}

macro_rules! algorithms {
    ($($(#[doc = $doc:literal])* $type:ident = $all:ident, $($default:literal),*;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub(crate) struct $type(Vec<&'static str>);

            impl $type {
                pub(crate) fn names(&self) -> &[&'static str] {
                    &self.0
                }
            }

            impl Default for $type {
                fn default() -> Self {
                    Self(vec![$($default),*])
                }
            }

            impl Setting for $type {
                fn read(value: &Json<'_>) -> Option<Self> {
                    list(value, |name| $all.iter().find(|a| **a == name).copied()).map(Self)
                }

                fn allowed() -> String {
                    format!("a list of {}", $all.join(", "))
                }

                #[cfg(test)]
                fn show(&self) -> Option<String> {
                    Some(shown_list(self.0.iter().copied()))
                }
            }
        )*
    };
}

algorithms! {
    /// Signature algorithms.
    SigningAlgs = SIGNING_ALGORITHMS, "ES256", "EdDSA", "RS256", "PS256";
    /// Key management algorithms.
    EncryptionAlgs = ENCRYPTION_ALGORITHMS, "ECDH-ES", "RSA-OAEP-256";
    /// Content encryption algorithms.
    ContentEncryptionAlgs = CONTENT_ENCRYPTION_ALGORITHMS, "A128CBC-HS256", "A256GCM";
}

/// Lists that what is allowed stands in, each of them; a list with nothing in it allows all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllowLists(Vec<Vec<String>>);

impl AllowLists {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Allows from now on only what the other lists allow too.
    pub(super) fn narrow(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    pub(crate) fn permit(&self, name: &str) -> bool {
        self.0
            .iter()
            .all(|list| list.iter().any(|listed| listed == name))
    }

    /// An entry that begins with a dot stands for all hosts below it.
    pub(crate) fn permit_host(&self, host: &str) -> bool {
        self.0.iter().all(|list| uri::host_is_listed(host, list))
    }
}

impl Setting for AllowLists {
    fn read(value: &Json<'_>) -> Option<Self> {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
        let names = list(value, |name| {
            (!name.is_empty() && name.bytes().all(is_part)).then(|| name.to_owned())
        })?;
        Some(Self(if names.is_empty() {
            Vec::new()
        } else {
            vec![names]
        }))
    }

    fn allowed() -> String {
        "a list of names in lower case: letters, digits and . + -".to_owned()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        Some(shown_list(self.0.iter().flatten().map(String::as_str)))
    }
}

#[cfg(test)]
fn shown_list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = items.map(|item| format!("\"{item}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

/// A list of names, none of them twice.
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

macro_rules! choices {
    ($($type:ident { $($variant:ident $name:literal),* })*) => {
        $(impl Setting for $type {
            fn read(value: &Json<'_>) -> Option<Self> {
                match value {
                    $(Json::Text(text) if text == $name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            fn allowed() -> String {
                [$($name),*].join(" or ")
            }

            #[cfg(test)]
            fn show(&self) -> Option<String> {
                Some(match self {
                    $(Self::$variant => format!("\"{}\"", $name),)*
                })
            }
        })*
    };
}

/// What callers without an API key are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnonymousProfile {
    /// draft-ietf-mailmaint-oauth-public: native, public clients.
    Mail,
    /// What callers with a key are held to.
    None,
}

/// What happens to a member of an extension that is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unoffered {
    /// It is left out.
    Drop,
    /// The registration is refused.
    Refuse,
}

/// What happens to what is on another site than `client_uri`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameSite {
    /// Nothing: it is not looked for.
    Off,
    /// It is registered, with a warning.
    Warn,
    /// The registration is refused.
    Refuse,
}

/// Which clients must use PKCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pkce {
    /// All.
    All,
    /// Those that have no other way to prove who they are.
    Public,
}

/// Whose client ids say what was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Nobody's.
    Off,
    /// Those of public clients that callers without an API key register.
    Anonymous,
    /// Those of all public clients.
    Public,
}

/// What happens to a scope that is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownScopes {
    /// It is left out.
    Drop,
    /// The registration is refused.
    Refuse,
}

choices! {
    AnonymousProfile { Mail "mail", None "none" }
    Unoffered { Drop "drop", Refuse "refuse" }
    SameSite { Off "off", Warn "warn", Refuse "refuse" }
    UnknownScopes { Drop "drop", Refuse "refuse" }
    Pkce { All "all", Public "public" }
    Sharing { Off "off", Anonymous "anonymous", Public "public" }
    Localhost { Accept "accept", Refuse "refuse" }
    IpLiterals { Refuse "refuse", Public "public" }
}
