//! What a setting can be.

use crate::document::Json;
use crate::metadata::{
    AuthMethod, CONTENT_ENCRYPTION_ALGORITHMS, ENCRYPTION_ALGORITHMS, Extension, GrantType,
    SIGNING_ALGORITHMS, is_scope_token,
};
use crate::policy::{ProtectedName, ProtectedNames};
use crate::uri::{self, IpLiterals, Localhost};

/// A type of setting.
pub(super) trait Setting: Sized {
    /// Reads a value, or says that it is not one.
    fn read(value: &Json<'_>) -> Option<Self>;

    /// What may be written, to complete "allowed: …".
    fn allowed() -> String;
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
}

/// A URL that the server itself serves, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EndpointUrl(pub(crate) String);

impl Setting for Option<EndpointUrl> {
    fn read(value: &Json<'_>) -> Option<Self> {
        match value {
            Json::Text(text) => {
                uri::endpoint(text)?;
                Some(Some(EndpointUrl(text.to_string())))
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

/// A list of names, none of them twice.
fn list<T: PartialEq>(value: &Json<'_>, named: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
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
    Localhost { Accept "accept", Refuse "refuse" }
    IpLiterals { Refuse "refuse", Public "public" }
}
