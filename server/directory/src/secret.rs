//! What is drawn at random, shown once and kept as a hash: API keys, codes, tokens, sessions.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng;
use rand::rngs::{SysError, SysRng};
use sha2::{Digest, Sha256};

/// A new secret, as its owner gets to see it once.
///
/// It does not show itself in debug output, so that it gets into no log.
pub struct Secret(String);

/// What a secret is for. The prefix lets a scanner recognise one that was published by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An API key.
    ApiKey,
    /// An authorization code (RFC 6749 §1.3.1).
    Code,
    /// An access token (RFC 6749 §1.4).
    AccessToken,
    /// A refresh token (RFC 6749 §1.5).
    RefreshToken,
    /// A device code (RFC 8628 §3.2).
    DeviceCode,
    /// A browser that signed in, or is about to.
    Session,
    /// A password that nobody chose.
    Password,
}

impl Purpose {
    const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "gpak_",
            Self::Code => "gpco_",
            Self::AccessToken => "gpat_",
            Self::RefreshToken => "gprt_",
            Self::DeviceCode => "gpdc_",
            Self::Session => "gpse_",
            Self::Password => "gppw_",
        }
    }
}

impl Secret {
    /// Draws 256 bits from the operating system.
    pub fn draw(purpose: Purpose) -> Result<Self, SysError> {
        let mut bits = [0; 32];
        SysRng.try_fill_bytes(&mut bits)?;
        let bits = URL_SAFE_NO_PAD.encode(bits);
        Ok(Self(format!("{}{bits}", purpose.prefix())))
    }

    /// Derives 256 bits from other secrets, which have as many at least: the same from the same ones. What
    /// is not secret among them makes it another.
    pub fn derive(purpose: Purpose, from: &[&str]) -> Self {
        let mut digest = Sha256::new();
        digest.update(purpose.prefix());
        for part in from {
            // With their lengths, so that no two lists are the same.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let bits = URL_SAFE_NO_PAD.encode(digest.finalize());
        Self(format!("{}{bits}", purpose.prefix()))
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What the directory keeps of a secret.
///
/// A secret is random, so there is nothing for a slow hash to slow down; and looking one up by its
/// hash tells a listener to the clock nothing about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of what was presented, whether it is a secret of ours or not.
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }

    /// The hash with these bytes, if they are as many as a hash has.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The hash's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_256_bits_in_url_safe_characters_and_never_the_same() {
        let draw = || Secret::draw(Purpose::ApiKey).expect("the operating system has randomness");
        let secret = draw();
        let bits = secret.reveal().strip_prefix("gpak_").expect("the prefix");
        assert_eq!(bits.len(), 43);
        assert_eq!(URL_SAFE_NO_PAD.decode(bits).map(|bits| bits.len()), Ok(32));
        assert_ne!(secret.hash(), draw().hash());
        let hash = secret.hash();
        assert_eq!(SecretHash::from_bytes(hash.bytes()), Some(hash));
        assert_eq!(SecretHash::from_bytes(&[0; 31]), None);
    }

    #[test]
    fn what_is_derived_depends_on_every_part() {
        let derive = |purpose, from: &[&str]| Secret::derive(purpose, from).reveal().to_owned();
        let of = derive(Purpose::Code, &["a", "bc"]);
        assert_eq!(of, derive(Purpose::Code, &["a", "bc"]));
        assert_eq!(of.len(), 5 + 43);
        for (purpose, from) in [
            (Purpose::Code, &["ab", "c"][..]),
            (Purpose::Code, &["abc"]),
            (Purpose::Code, &["a", "bc", ""]),
            (Purpose::Session, &["a", "bc"]),
        ] {
            assert_ne!(of, derive(purpose, from), "{purpose:?} {from:?}");
        }
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::draw(Purpose::Code).expect("the operating system has randomness");
        assert_eq!(
            format!("{secret:?} {:?}", secret.hash()),
            "Secret(..) SecretHash(..)"
        );
    }
}
