//! API keys: what a caller proves itself with.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::ValueEnum;
use sha2::{Digest, Sha256};

/// A new API key, as its owner gets to see it once.
///
/// It does not show itself in debug output, so that it gets into no log.
pub struct ApiKey(String);

impl ApiKey {
    /// Draws 256 bits from the operating system.
    ///
    /// The prefix lets a scanner recognise a key that was published by mistake.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        Ok(Self(format!("gpak_{}", URL_SAFE_NO_PAD.encode(bits))))
    }

    /// The key itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(..)")
    }
}

/// What the directory keeps of an API key.
///
/// A key is random, so there is nothing for a slow hash to slow down; and looking one up by its
/// hash tells a listener to the clock nothing about the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The hash of what was presented, whether it is a key or not.
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }

    /// The hash's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(..)")
    }
}

/// What an API key allows. The names are those a mail server's administrator knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Permission {
    /// Sign in at all; every key needs it
    Authenticate,
    /// Register OAuth clients at the registration endpoint
    OauthClientRegistration,
    /// Use any client id, also when registration is required
    OauthClientOverride,
    /// List OAuth clients
    OauthClientList,
    /// Show an OAuth client
    OauthClientGet,
    /// Register an OAuth client by hand
    OauthClientCreate,
    /// Change an OAuth client
    OauthClientUpdate,
    /// Delete an OAuth client
    OauthClientDelete,
}

impl Permission {
    /// What an administrator of OAuth clients holds.
    pub const ADMINISTRATOR: &[Self] = &[
        Self::Authenticate,
        Self::OauthClientList,
        Self::OauthClientGet,
        Self::OauthClientCreate,
        Self::OauthClientUpdate,
        Self::OauthClientDelete,
        Self::OauthClientOverride,
    ];

    /// What it takes to register clients, and no more.
    pub const REGISTRATION: &[Self] = &[Self::Authenticate, Self::OauthClientRegistration];

    /// The name as an administrator writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::OauthClientRegistration => "oauth-client-registration",
            Self::OauthClientOverride => "oauth-client-override",
            Self::OauthClientList => "oauth-client-list",
            Self::OauthClientGet => "oauth-client-get",
            Self::OauthClientCreate => "oauth-client-create",
            Self::OauthClientUpdate => "oauth-client-update",
            Self::OauthClientDelete => "oauth-client-delete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_256_bits_in_url_safe_characters_and_never_the_same() {
        let key = ApiKey::draw().expect("the operating system has randomness");
        let secret = key.reveal().strip_prefix("gpak_").expect("the prefix");
        assert_eq!(secret.len(), 43);
        assert_eq!(
            URL_SAFE_NO_PAD.decode(secret).map(|bits| bits.len()),
            Ok(32)
        );
        let other = ApiKey::draw().expect("the operating system has randomness");
        assert_ne!(key.hash(), other.hash());
    }

    #[test]
    fn a_key_does_not_show_itself() {
        let key = ApiKey::draw().expect("the operating system has randomness");
        assert_eq!(
            format!("{key:?} {:?}", key.hash()),
            "ApiKey(..) KeyHash(..)"
        );
    }

    #[test]
    fn the_command_line_knows_permissions_by_their_names() {
        for permission in Permission::value_variants() {
            let value = permission.to_possible_value().expect("none is hidden");
            assert_eq!(value.get_name(), permission.name());
        }
    }
}
