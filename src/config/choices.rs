//! Settings that are one of a few words.

use crate::document::Json;
use crate::uri::{IpLiterals, Localhost};

use super::value::Setting;

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
