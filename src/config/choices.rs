//! Settings whose value is one of a few words.

use crate::document::Json;
use crate::uri::IpLiterals;

use super::value::Setting;

/// The rules for clients that callers without an API key register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnonymousProfile {
    /// The mail profile (draft-ietf-mailmaint-oauth-public §3.3): native, public clients.
    Mail,
    /// The same rules as for callers with an API key.
    None,
}

/// How a member of an extension that is not offered is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unoffered {
    /// The member is left out.
    Drop,
    /// The registration is refused.
    Refuse,
}

/// How a URI that is not on the site of `client_uri` is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameSite {
    /// It is not checked.
    Off,
    /// It is registered, with a warning.
    Warn,
    /// The registration is refused.
    Refuse,
}

/// The clients that must use PKCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pkce {
    /// All clients.
    All,
    /// Public clients, which have no other way to authenticate.
    Public,
}

/// The clients whose id is made from their metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// None.
    Off,
    /// Public clients that callers without an API key register.
    Anonymous,
    /// All public clients.
    Public,
}

/// The clients that wait for an administrator's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Approval {
    /// None.
    Off,
    /// Those that callers without an API key register.
    Anonymous,
    /// Those that callers with an API key register, too.
    All,
}

/// How a scope that is not offered is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownScopes {
    /// The scope is left out.
    Drop,
    /// The registration is refused.
    Refuse,
}

/// The callers that can register `http://localhost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocalhostFor {
    /// Nobody except an administrator.
    Refuse,
    /// Callers with an API key, and client ID metadata documents.
    Keys,
    /// Callers without an API key too.
    Everybody,
}

/// How an empty text in the place of a link is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmptyLinks {
    /// The member is left out, as if it were absent.
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
    Approval { Off "off", Anonymous "anonymous", All "all" }
    Sharing { Off "off", Anonymous "anonymous", Public "public" }
    LocalhostFor { Refuse "refuse", Keys "accept", Everybody "everybody" }
    EmptyLinks { Drop "drop", Refuse "refuse" }
    IpLiterals { Refuse "refuse", Public "public" }
}
