//! Verifies signatures (RFC 7518 §3.3 to §3.5, RFC 8037 §3.1).

use rsa::signature::Verifier;
use rsa::{BoxedUint, pkcs1v15, pss};
use sha2::{Sha256, Sha384, Sha512};

use crate::jose::keys::PublicKey;

/// Whether a signature was made with a key, by an algorithm that fits the key.
pub(super) fn verifies(algorithm: &str, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    macro_rules! check {
        ($key:expr, $signature:ty) => {
            is_signed::<$signature, _>($key, message, signature)
        };
    }
    use pkcs1v15::VerifyingKey as Pkcs1;
    use pss::VerifyingKey as Pss;
    match algorithm {
        "RS256" => check!(rsa(key).map(Pkcs1::<Sha256>::new), pkcs1v15::Signature),
        "RS384" => check!(rsa(key).map(Pkcs1::<Sha384>::new), pkcs1v15::Signature),
        "RS512" => check!(rsa(key).map(Pkcs1::<Sha512>::new), pkcs1v15::Signature),
        // The salt is as long as the hash (RFC 7518 §3.5).
        "PS256" => check!(rsa(key).map(Pss::<Sha256>::new), pss::Signature),
        "PS384" => check!(rsa(key).map(Pss::<Sha384>::new), pss::Signature),
        "PS512" => check!(rsa(key).map(Pss::<Sha512>::new), pss::Signature),
        "ES256" => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point(key));
            check!(key.ok(), p256::ecdsa::Signature)
        }
        "ES384" => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&point(key));
            check!(key.ok(), p384::ecdsa::Signature)
        }
        "EdDSA" | "Ed25519" => {
            let signature = ed25519_dalek::Signature::from_slice(signature).ok();
            ed25519(key).zip(signature).is_some_and(|(key, signature)| {
                // The strict check refuses keys of small order, which would verify any signature
                // (RFC 8032 §5.1.7).
                key.verify_strict(message, &signature).is_ok()
            })
        }
        _ => false,
    }
}

fn is_signed<'s, S, K>(key: Option<K>, message: &[u8], signature: &'s [u8]) -> bool
where
    S: TryFrom<&'s [u8]>,
    K: Verifier<S>,
{
    let signature = S::try_from(signature).ok();
    key.zip(signature)
        .is_some_and(|(key, signature)| key.verify(message, &signature).is_ok())
}

fn rsa(key: &PublicKey) -> Option<rsa::PublicKey> {
    let [n, e] = ["n", "e"].map(|name| BoxedUint::from_be_slice_vartime(&key.octets(name)));
    rsa::PublicKey::new(n, e).ok()
}

/// Encodes a point on a curve, uncompressed (SEC 1 §2.3.3).
fn point(key: &PublicKey) -> Vec<u8> {
    [vec![4], key.octets("x"), key.octets("y")].concat()
}

/// Reads an Ed25519 key; `None` for an Ed448 key, whose algorithm is called EdDSA too.
fn ed25519(key: &PublicKey) -> Option<ed25519_dalek::VerifyingKey> {
    let octets = key.octets("x").try_into().ok()?;
    ed25519_dalek::VerifyingKey::from_bytes(&octets).ok()
}
