//! Checks one key of a set (RFC 7517 §4). It is registered without unknown members and members with
//! a URL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::{Serialize, Serializer};

use crate::diagnostic::{Findings, Place, rule};
use crate::document::{Json, Object};

use super::certificates;
use super::material::{KeyType, Kind};
use super::members::{Members, Unsound};
use super::usage::{Purpose, Usage};

/// The members that are private, or belong to a symmetric key (RFC 7518 §6.2.2, §6.3.2, §6.4, RFC
/// 8037 §2, and draft-ietf-cose-dilithium §4).
const PRIVATE_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// The members that a key of any type can have, before and after those that contain the key itself.
const MEMBERS_BEFORE: [&str; 5] = ["kty", "use", "key_ops", "alg", "kid"];
const MEMBERS_AFTER: [&str; 3] = ["x5c", "x5t", "x5t#S256"];

/// The maximum length of a key's `kid`, in bytes.
const MAX_ID: usize = 256;

/// A public key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PublicKey {
    kind: Kind,
    usage: Usage,
    parts: Vec<(&'static str, Part)>,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
enum Part {
    Text(String),
    List(Vec<String>),
}

impl PublicKey {
    /// Reads a key. `Ok(None)`: it has a `kty`, `crv` or `use` that is not understood, so that
    /// nothing else in it can be either (RFC 7517 §5).
    pub(super) fn new(
        key: &Object<'_>,
        place: Place<'_>,
        findings: &mut Findings,
    ) -> Result<Option<Self>, Unsound> {
        let members = Members { key, place };
        let public = public(&members, findings);
        if public.is_ok() && !is_understood(&members) {
            return Ok(None);
        }
        let key_type = KeyType::read(&members, findings);
        let kind = key_type.and_then(|key_type| Kind::read(key_type, &members, findings));
        let material = key_type.and_then(|key_type| key_type.material(kind, &members, findings));
        let usage = Usage::read(kind, &members, findings);
        let id = id(&members, findings);
        let certificates = certificates::judge(&material, &members, findings);
        public.and(material).and(id).and(certificates)?;
        Ok(Some(Self {
            kind: kind?,
            usage: usage?,
            parts: parts(key_type?, &members),
        }))
    }

    /// Whether the key can verify a signature by this algorithm.
    pub(crate) fn verifies(&self, algorithm: &str) -> bool {
        self.usage.verifies(self.kind, algorithm)
    }

    /// Returns the key's `kid`.
    pub(crate) fn id(&self) -> Option<&str> {
        self.text("kid")
    }

    /// Returns the octets of one of the key's numbers; empty if the key does not have this number.
    pub(crate) fn octets(&self, name: &str) -> Vec<u8> {
        let octets = self.text(name).map(|text| URL_SAFE_NO_PAD.decode(text));
        octets.and_then(Result::ok).unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.parts.iter().find_map(|(known, part)| match part {
            Part::Text(text) if *known == name => Some(text.as_str()),
            _ => None,
        })
    }

    /// Returns the key's `use`.
    pub(super) fn declared_purpose(&self) -> Option<Purpose> {
        self.usage.declared
    }

    /// Returns the purpose of the key, if only one is possible.
    pub(super) fn only_purpose(&self) -> Option<Purpose> {
        self.usage.only_purpose(self.kind)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.parts.iter().map(|(name, part)| (name, part)))
    }
}

/// Checks that the key is a public one (requirements A13). The finding is about the whole key,
/// because the client must replace the key.
fn public(members: &Members<'_>, findings: &mut Findings) -> Result<(), Unsound> {
    let symmetric = matches!(members.value("kty"), Some(Json::Text(kty)) if kty == "oct");
    if symmetric || PRIVATE_MEMBERS.iter().any(|m| members.value(m).is_some()) {
        findings.error(&rule::JWK_PRIVATE, members.place);
        return Err(Unsound);
    }
    Ok(())
}

/// Whether the `kty`, `crv` and `use` of a key are ones that this library knows. A value that is
/// missing, or has the wrong type, is a mistake of its own.
fn is_understood(members: &Members<'_>) -> bool {
    let text = |name| match members.value(name) {
        Some(Json::Text(text)) => Some(&**text),
        _ => None,
    };
    text("kty").is_none_or(|kty| match KeyType::named(kty) {
        None => false,
        Some(KeyType::Rsa) => true,
        Some(KeyType::EllipticCurve | KeyType::OctetPair) => text("crv").is_none_or(Kind::is_curve),
    }) && text("use").is_none_or(|purpose| Purpose::named(purpose).is_some())
}

/// Checks the `kid` (RFC 7517 §4.5). The set checks that no other key has the same.
fn id(members: &Members<'_>, findings: &mut Findings) -> Result<(), Unsound> {
    match members.text("kid", findings)? {
        Some(id) if id.len() > MAX_ID => {
            findings.error(&rule::JWK_ID_TOO_LONG, members.place.member("kid"));
            Err(Unsound)
        }
        _ => Ok(()),
    }
}

/// Returns the registered members of a valid key, in a fixed order.
fn parts(key_type: KeyType, members: &Members<'_>) -> Vec<(&'static str, Part)> {
    let material = key_type.members().iter().copied();
    let names = MEMBERS_BEFORE.into_iter().chain(material);
    let part = |name| match members.value(name)? {
        Json::Text(text) => Some((name, Part::Text(text.to_string()))),
        Json::Array(items) => {
            let texts = items.iter().filter_map(|item| match item {
                Json::Text(text) => Some(text.to_string()),
                _ => None,
            });
            Some((name, Part::List(texts.collect())))
        }
        _ => None,
    };
    names.chain(MEMBERS_AFTER).filter_map(part).collect()
}
