//! Makes client ids, secrets and tokens, and the hashes of them that are stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::oauth::client_id;

/// Separates the random numbers made here from other uses of the same entropy.
const DOMAIN: &[u8] = b"gatepost credentials 1";

/// Separates the digests that become client ids from other digests of the same text.
const SHARED_DOMAIN: &[u8] = b"gatepost shared client id 1";

/// Makes credentials from the entropy of one request. The same entropy gives the same credentials.
pub(crate) struct Generator<'a> {
    entropy: &'a [u8],
    /// There is none before the first credential. Many requests need none.
    random: Option<ChaCha20Rng>,
}

impl<'a> Generator<'a> {
    pub(crate) const fn new(entropy: &'a [u8]) -> Self {
        Self {
            entropy,
            random: None,
        }
    }

    /// Makes a client id: 144 random bits, so that nobody can guess it and no two are equal.
    pub(crate) fn client_id(&mut self) -> String {
        self.random::<18>(client_id::MADE)
    }

    /// Makes a client secret: 256 random bits (RFC 6819 §5.1.4.2.2).
    pub(crate) fn client_secret(&mut self) -> Secret {
        Secret(self.random::<32>("gps_"))
    }

    /// Makes a registration access token: 256 random bits.
    pub(crate) fn registration_access_token(&mut self) -> Secret {
        Secret(self.random::<32>("gpr_"))
    }

    /// Encodes random bytes after a prefix. Programs that scan for leaked credentials recognise the
    /// prefix.
    fn random<const BYTES: usize>(&mut self, prefix: &str) -> String {
        let mut bytes = [0; BYTES];
        let random = self.random.get_or_insert_with(|| {
            let mut seed = Sha256::new();
            seed.update(DOMAIN);
            seed.update(self.entropy);
            ChaCha20Rng::from_seed(seed.finalize().into())
        });
        random.fill_bytes(&mut bytes);
        let mut text = String::with_capacity(prefix.len() + BYTES.div_ceil(3) * 4);
        text.push_str(prefix);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        text
    }
}

/// Makes the client id of equal registrations: a digest of what was registered. If the settings
/// have a key, the digest depends on it, so that nobody else can find out from an id what was
/// registered.
pub(crate) fn shared_client_id(key: Option<&[u8]>, parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    digest.update(SHARED_DOMAIN);
    digest.update(key.unwrap_or_default());
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    format!(
        "{}{}",
        client_id::MADE,
        URL_SAFE_NO_PAD.encode(&digest.finalize()[..18])
    )
}

/// A secret or a token in clear text. It is in one response, and nowhere else.
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Hash {
        Hash(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes())))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// The SHA-256 of a credential, in base64url. The credential is random, so a slow hash would not
/// make it safer (requirements B9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hash(String);

/// A hash that no credential has. It is compared if there is no stored hash, so that the comparison
/// takes the same time.
impl Default for Hash {
    fn default() -> Self {
        Self("-".repeat(43))
    }
}

impl Hash {
    /// Whether this is the hash of a presented credential. It takes constant time.
    pub(crate) fn is_of(&self, presented: &str) -> bool {
        let presented = URL_SAFE_NO_PAD.encode(Sha256::digest(presented.as_bytes()));
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_follow_from_the_entropy() {
        let draw = |entropy: &[u8]| {
            let mut generator = Generator::new(entropy);
            (
                generator.client_id(),
                generator.client_secret().reveal().to_owned(),
                generator.registration_access_token().reveal().to_owned(),
            )
        };
        let (id, secret, token) = draw(&[7; 32]);
        assert_eq!(draw(&[7; 32]), (id.clone(), secret.clone(), token.clone()));
        assert_ne!(draw(&[7; 33]).0, id);
        assert_eq!((id.len(), secret.len(), token.len()), (28, 47, 47));
        assert_ne!(secret[4..], token[4..]);
    }

    /// Every version draws the same from the same entropy, so that an earlier decision can be made
    /// again. A change of the generator, the order or the encoding shows here.
    #[test]
    fn what_is_drawn_never_changes() {
        let counted: Vec<u8> = (0..48).collect();
        for (entropy, id, secret, token) in [
            (
                &[7; 32][..],
                "gpc_ZjR-omfPJAegqGxFgJOgy8GZ",
                "gps_wf5JFRPEEkvd2yBjnXqryiDrRAjYRXLKJfX_JX9j_34",
                "gpr_Uxn5w_Q9ThCFNNWr2S7VRvpAvGeygOxg9y7ex1FrJKU",
            ),
            (
                &counted[..32],
                "gpc_6UsGdd7fg2YJcL009vdhMNXY",
                "gps_sBMOM4cHOseTgOBLKenE0cpbT8dym546_mQEVyttjuU",
                "gpr_aJF3gKaYGLqSxyMEKKvjLZJQn5p_zY0694zKydGBcK4",
            ),
            (
                &counted,
                "gpc_ayRrLXWFZUUO1C0qgvnfABJN",
                "gps_AAXICG0CWdzdFKWkddhT3YDJEk_69WylwjeNED2eW94",
                "gpr_gxoSUODiO1sspJO9yOPAvzGldHNhmVv8RcIHg83CuYs",
            ),
        ] {
            let mut generator = Generator::new(entropy);
            assert_eq!(generator.client_id(), id);
            assert_eq!(generator.client_secret().reveal(), secret);
            assert_eq!(generator.registration_access_token().reveal(), token);
        }
        for (key, id) in [
            (None, "gpc_ve5sPiNcZNOKzrMcrfxi7lyZ"),
            (Some(&[7; 32][..]), "gpc_LiaoATO4dXeLVMNK4AD-IDCG"),
        ] {
            assert_eq!(shared_client_id(key, &["a", "", "bc"]), id);
        }
    }

    #[test]
    fn secrets_hide() {
        let secret = Secret("abc".to_owned());
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(
            secret.hash().0,
            "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
        );
    }
}
