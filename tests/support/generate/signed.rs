//! Keys and what is signed with them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use super::source::Source;

/// A key pair of a software issuer, and one of clients.
pub const ISSUER: u8 = 1;
pub const CLIENT: u8 = 2;

/// A set with the public half of a key.
pub fn key_set(whose: u8) -> Value {
    let public = SigningKey::from_bytes(&[whose; 32]).verifying_key();
    let x = URL_SAFE_NO_PAD.encode(public.as_bytes());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "kid": whose.to_string() }] })
}

/// A signed token in the compact form (RFC 7515 §3.1).
pub fn token(whose: u8, header: &str, payload: &str) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let signature = SigningKey::from_bytes(&[whose; 32]).sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// A token whose header may be odd, and which may be hurt when it is signed.
pub fn any_token(source: &mut Source<'_>, whose: u8, claims: &Value) -> String {
    let header = match source.below(8) {
        0..5 => r#"{"alg":"EdDSA"}"#.to_owned(),
        5 => source.pick_text(&[
            r#"{"alg":"Ed25519","typ":"JWT"}"#,
            r#"{"alg":"EdDSA","kid":"2"}"#,
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"ES256"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"EdDSA","crit":["exp"]}"#,
            r#"{"alg":"EdDSA","b64":false}"#,
            r#"{"alg":"EdDSA","alg":"none"}"#,
            r#"{"alg":["EdDSA"]}"#,
            "[]",
            "",
        ]),
        6 => source.hurt(r#"{"alg":"EdDSA"}"#),
        _ => r#"{ "typ" : "JWT", "alg" : "EdDSA" }"#.to_owned(),
    };
    let payload = source.hurt_one_in(12, claims.to_string());
    let whose = match source.one_in(12) {
        true => 3,
        false => whose,
    };
    let token = token(whose, &header, &payload);
    source.hurt_one_in(12, token)
}
