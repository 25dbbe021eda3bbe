//! Reads JSON Web Tokens and verifies their signatures (RFC 7515, RFC 7519, RFC 8725): the
//! assertions of clients, and software statements.

mod signature;
#[cfg(test)]
pub(crate) mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::diagnostic::Findings;
use crate::document::{self, Json, Limits, Object};

use super::keys::{KeySet, PublicKey};

/// The algorithms that the library can verify. None is symmetric (RFC 8725 §3.1).
pub(crate) const VERIFIABLE: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519",
];

/// The maximum number of keys that a signature is verified with.
const MAX_KEYS: usize = 20;

/// The largest difference between two clocks that is accepted, in seconds (requirements C2).
pub(crate) const LEEWAY: u64 = 60;

/// The reason why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not a signed JWT in the compact form, or it uses a critical header that is not
    /// supported.
    Syntax,
    /// Its algorithm is not allowed.
    Algorithm,
    /// No key verifies it.
    Signature,
}

/// The parts of a signed token that is not verified yet.
pub(crate) struct Jws<'a> {
    algorithm: String,
    key_id: Option<String>,
    signed: &'a str,
    signature: Vec<u8>,
    /// The payload, which should be JSON.
    pub(crate) payload: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Splits and decodes a token (RFC 7515 §5.2, steps 1 to 7).
    pub(crate) fn read(token: &'a str, limits: &Limits) -> Result<Self, Fault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Syntax)?;
        let (header, payload) = signed.split_once('.').ok_or(Fault::Syntax)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::Syntax);
        let header = decode(header)?;
        let header = claims(&header, limits).ok_or(Fault::Syntax)?;
        // No critical header is supported (RFC 7515 §4.1.11); `b64` changes the signed text (RFC
        // 7797).
        if header.member("crit").is_some() || header.member("b64").is_some() {
            return Err(Fault::Syntax);
        }
        let algorithm = text(&header, "alg").ok_or(Fault::Syntax)?;
        let key_id = match header.member("kid") {
            None => None,
            Some(_) => Some(text(&header, "kid").ok_or(Fault::Syntax)?.to_owned()),
        };
        Ok(Self {
            algorithm: algorithm.to_owned(),
            key_id,
            signed,
            signature: decode(signature)?,
            payload: decode(payload)?,
        })
    }

    /// Checks that the algorithm is one of these, and one that can be verified (RFC 8725 §3.1).
    pub(crate) fn is_by(&self, algorithms: &[&str]) -> Result<(), Fault> {
        let own = self.algorithm.as_str();
        if VERIFIABLE.contains(&own) && algorithms.contains(&own) {
            Ok(())
        } else {
            Err(Fault::Algorithm)
        }
    }

    /// Verifies the signature with these keys and these algorithms.
    pub(crate) fn verify(&self, algorithms: &[&str], keys: &KeySet) -> Result<(), Fault> {
        self.is_by(algorithms)?;
        let mut fitting = keys.iter().filter(|key| self.fits(key)).take(MAX_KEYS);
        let message = self.signed.as_bytes();
        if fitting.any(|key| signature::verifies(&self.algorithm, key, message, &self.signature)) {
            Ok(())
        } else {
            Err(Fault::Signature)
        }
    }

    /// Whether the token can be verified with the key: by the key's name, if the token has one, by
    /// its purpose, and by its type and curve. So the token alone does not decide how the key is
    /// used.
    fn fits(&self, key: &PublicKey) -> bool {
        let is_named = self.key_id.is_none() || self.key_id.as_deref() == key.id();
        is_named && key.verifies(&self.algorithm)
    }
}

/// Reads the claims of a token; `None` if they are not a JSON object.
pub(crate) fn claims<'p>(payload: &'p [u8], limits: &Limits) -> Option<Object<'p>> {
    document::read(payload, limits, &mut Findings::default())
}

/// Returns a claim that is a string.
pub(crate) fn text<'o>(object: &'o Object<'_>, name: &str) -> Option<&'o str> {
    match object.member(name) {
        Some(Json::Text(text)) => Some(text),
        _ => None,
    }
}

/// Returns the audiences of a token (RFC 7519 §4.1.3): one or several.
pub(crate) fn audiences<'o>(claims: &'o Object<'_>) -> impl Iterator<Item = &'o str> {
    let audiences = match claims.member("aud") {
        Some(Json::Array(audiences)) => audiences.as_slice(),
        Some(audience) => std::slice::from_ref(audience),
        None => &[],
    };
    audiences.iter().filter_map(|audience| match audience {
        Json::Text(audience) => Some(audience.as_ref()),
        _ => None,
    })
}

/// Whether a token is valid now (RFC 7519 §4.1.4 to §4.1.6): it has not expired, and is not from
/// the future. A time that is not a whole number makes it invalid.
pub(crate) fn is_current(claims: &Object<'_>, now: u64) -> bool {
    let over = |end: u64| end.saturating_add(LEEWAY) <= now;
    let early = |start: u64| start > now.saturating_add(LEEWAY);
    let fails = |name: &str, test: &dyn Fn(u64) -> bool| match claims.member(name) {
        None => false,
        Some(Json::Integer(time)) => test(*time),
        Some(_) => true,
    };
    !fails("exp", &over) && !fails("nbf", &early) && !fails("iat", &early)
}
