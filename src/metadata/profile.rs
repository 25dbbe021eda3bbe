//! What a client is held to, by who registers it.

use serde::{Deserialize, Serialize};

use crate::config::Policy;
use crate::oauth::AuthMethod;
use crate::uri::{Localhost, PrivateSchemes, RedirectUriRules};

/// What a caller is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Profile {
    /// RFC 7591 as the policy has it.
    Full,
    /// The mail profile on top of it.
    Mail,
    /// What an administrator registers by hand.
    Administrator,
    /// What a client ID metadata document may say.
    Document,
}

impl Profile {
    /// Whether a client without a word about it is a public one.
    pub(super) const fn is_public(self) -> bool {
        matches!(self, Self::Mail | Self::Document)
    }

    /// The rules for redirect URIs of a client with this profile.
    pub(crate) const fn redirect_uri_rules(self, policy: &Policy) -> RedirectUriRules {
        RedirectUriRules {
            localhost: match self {
                Self::Full | Self::Document => policy.localhost,
                Self::Administrator => Localhost::Accept,
                Self::Mail => Localhost::Refuse,
            },
            ip_literals: policy.https_ip_literals,
            private_schemes: match self {
                Self::Administrator => PrivateSchemes::Any,
                Self::Full | Self::Mail | Self::Document => PrivateSchemes::ReverseDomain,
            },
        }
    }

    /// The authentication method of a client that names none (requirements A8, G2).
    pub(super) const fn default_auth_method(self) -> AuthMethod {
        if self.is_public() {
            AuthMethod::None
        } else {
            AuthMethod::ClientSecretBasic
        }
    }
}
