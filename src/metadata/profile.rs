//! Profiles: the rules for a client's metadata, which depend on who registers it.

use serde::{Deserialize, Serialize};

use crate::config::{LocalhostFor, Policy};
use crate::oauth::AuthMethod;
use crate::uri::{HostRules, InternalHosts, Localhost, PrivateSchemes, RedirectUriRules};

/// The rules for a client's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Profile {
    /// RFC 7591 within the policy, for callers with an API key.
    Full,
    /// RFC 7591 and the mail profile, for anonymous callers.
    Mail,
    /// RFC 7591, with redirect URIs that only an administrator can register.
    Administrator,
    /// The rules for client ID metadata documents.
    Document,
}

impl Profile {
    /// Whether a client that names no authentication method is a public one.
    pub(super) const fn is_public(self) -> bool {
        matches!(self, Self::Mail | Self::Document)
    }

    /// Returns the rules for the redirect URIs of a client with this profile.
    pub(crate) const fn redirect_uri_rules(self, policy: &Policy) -> RedirectUriRules {
        RedirectUriRules {
            localhost: match (self, policy.localhost) {
                (Self::Administrator, _)
                | (_, LocalhostFor::Everybody)
                | (Self::Full | Self::Document, LocalhostFor::Keys) => Localhost::Accept,
                (Self::Mail, LocalhostFor::Keys) | (_, LocalhostFor::Refuse) => Localhost::Refuse,
            },
            https_hosts: HostRules {
                literals: policy.https_ip_literals,
                internal: match (self, policy.internal_hosts) {
                    (Self::Administrator, _) | (Self::Full, true) => InternalHosts::Accept,
                    (Self::Full, false) | (Self::Mail | Self::Document, _) => InternalHosts::Refuse,
                },
            },
            private_schemes: match self {
                Self::Administrator => PrivateSchemes::Any,
                Self::Full | Self::Mail | Self::Document => PrivateSchemes::ReverseDomain,
            },
        }
    }

    /// Returns the authentication method of a client that names none (requirements A8, G2).
    pub(super) const fn default_auth_method(self) -> AuthMethod {
        if self.is_public() {
            AuthMethod::None
        } else {
            AuthMethod::ClientSecretBasic
        }
    }
}
