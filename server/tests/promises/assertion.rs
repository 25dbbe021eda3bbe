//! Assertions that a client signs (RFC 7523), with each algorithm that a server may offer.

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa;
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair, RsaEncoding,
};
use serde_json::{Value, json};

use crate::common::text;

/// A key of a client, and the algorithm that it signs with.
pub struct Signer {
    pub algorithm: String,
    key: Key,
}

enum Key {
    Rsa(Box<rsa::KeyPair>, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
}

impl Signer {
    pub fn new(algorithm: &str) -> Self {
        let random = SystemRandom::new();
        let rsa = |encoding| Key::Rsa(Box::new(rsa_key()), encoding);
        let ec = |kind, curve| {
            let document = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key is made");
            let key = EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random);
            Key::Ec(key.expect("it is one"), curve)
        };
        let key = match algorithm {
            "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
            "RS384" => rsa(&signature::RSA_PKCS1_SHA384),
            "RS512" => rsa(&signature::RSA_PKCS1_SHA512),
            "PS256" => rsa(&signature::RSA_PSS_SHA256),
            "PS384" => rsa(&signature::RSA_PSS_SHA384),
            "PS512" => rsa(&signature::RSA_PSS_SHA512),
            "ES256" => ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"),
            "ES384" => ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"),
            "EdDSA" | "Ed25519" => {
                let document = Ed25519KeyPair::generate_pkcs8(&random).expect("a key is made");
                Key::Ed(Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("it is one"))
            }
            unknown => panic!("nothing signs with {unknown}, so nobody knows if it is kept"),
        };
        Self {
            algorithm: algorithm.to_owned(),
            key,
        }
    }

    /// The public key, in a set as a client registers it.
    pub fn jwks(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = match &self.key {
            Key::Rsa(key, _) => {
                let public = rsa::PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "n": encode(&public.n), "e": encode(&public.e)})
            }
            Key::Ec(key, curve) => {
                // An uncompressed point (SEC 1 §2.3.3).
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
            }
            Key::Ed(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key().as_ref())})
            }
        };
        json!({ "keys": [key] })
    }

    /// What proves once that a client asks, at this audience.
    pub fn assertion(&self, client_id: &str, audience: &str) -> String {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.expect("it is after 1970").as_secs();
        let header = json!({"alg": self.algorithm, "typ": "JWT"});
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": now,
            "exp": now + 60,
            "jti": format!("{now}-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
        });
        let encode = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(*encoding, &random, text, &mut signature)
                    .expect("it can be signed");
                signature
            }
            Key::Ec(key, _) => {
                let signature = key.sign(&random, text).expect("it can be signed");
                signature.as_ref().to_vec()
            }
            Key::Ed(key) => key.sign(text).as_ref().to_vec(),
        }
    }
}

/// One of two, in turn, because it takes long to find one: two clients do not have the same.
fn rsa_key() -> rsa::KeyPair {
    static KEYS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let find = || {
        let made = Command::new("openssl")
            .args([
                "genpkey",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
            ])
            .output()
            .expect("openssl is installed");
        assert!(made.status.success(), "{made:?}");
        let pem = text(&made.stdout);
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(lines).expect("PEM is base64")
    };
    let keys = KEYS.get_or_init(|| [find(), find()]);
    let key = &keys[COUNT.fetch_add(1, Ordering::Relaxed) % keys.len()];
    rsa::KeyPair::from_pkcs8(key).expect("it is one")
}
