//! Checks the purpose of a key: `use`, `key_ops` and `alg` (RFC 7517 §4.2 to §4.4), each by itself,
//! against each other, and against the type of the key.

use crate::diagnostic::{Findings, rule};
use crate::document::{Json, wrong_type};

use super::material::Kind;
use super::members::{Members, Unsound};

/// The purpose of a key: the server verifies signatures with it, or encrypts with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Signature,
    Encryption,
}

impl Purpose {
    /// Returns the purpose that a value of `use` means (RFC 7517 §4.2).
    pub(super) fn named(text: &str) -> Option<Self> {
        match text {
            "sig" => Some(Self::Signature),
            "enc" => Some(Self::Encryption),
            _ => None,
        }
    }
}

/// The members of a key that are about its purpose.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Usage {
    /// The member `use`.
    pub(super) declared: Option<Purpose>,
    operations: Option<Vec<&'static Operation>>,
    algorithm: Option<&'static Algorithm>,
}

/// A value of `key_ops`.
type Operation = (&'static str, Purpose);

/// The values of `key_ops` (RFC 7517 §4.3). Those of the private key are among them, because they
/// come in pairs.
static OPERATIONS: &[Operation] = &[
    ("sign", Purpose::Signature),
    ("verify", Purpose::Signature),
    ("encrypt", Purpose::Encryption),
    ("decrypt", Purpose::Encryption),
    ("wrapKey", Purpose::Encryption),
    ("unwrapKey", Purpose::Encryption),
    ("deriveKey", Purpose::Encryption),
    ("deriveBits", Purpose::Encryption),
];

/// A value of `alg`, with the kinds of keys for it.
type Algorithm = (&'static str, Purpose, &'static [Kind]);

const RSA: &[Kind] = &[Kind::Rsa];
const EDWARDS: &[Kind] = &[Kind::Ed25519, Kind::Ed448];
const AGREEMENT: &[Kind] = &[Kind::P256, Kind::P384, Kind::P521, Kind::X25519, Kind::X448];

/// The values of `alg` (RFC 7518 §3.1 and §4.1, RFC 8037 §3, RFC 9864 §2.2, and those of the Web
/// Cryptography API). RSA1_5 is not among them, because an attacker who can try often enough can
/// decrypt it.
static ALGORITHMS: &[Algorithm] = &[
    ("RS256", Purpose::Signature, RSA),
    ("RS384", Purpose::Signature, RSA),
    ("RS512", Purpose::Signature, RSA),
    ("PS256", Purpose::Signature, RSA),
    ("PS384", Purpose::Signature, RSA),
    ("PS512", Purpose::Signature, RSA),
    ("ES256", Purpose::Signature, &[Kind::P256]),
    ("ES384", Purpose::Signature, &[Kind::P384]),
    ("ES512", Purpose::Signature, &[Kind::P521]),
    ("EdDSA", Purpose::Signature, EDWARDS),
    ("Ed25519", Purpose::Signature, &[Kind::Ed25519]),
    ("Ed448", Purpose::Signature, &[Kind::Ed448]),
    ("RSA-OAEP", Purpose::Encryption, RSA),
    ("RSA-OAEP-256", Purpose::Encryption, RSA),
    ("RSA-OAEP-384", Purpose::Encryption, RSA),
    ("RSA-OAEP-512", Purpose::Encryption, RSA),
    ("ECDH-ES", Purpose::Encryption, AGREEMENT),
    ("ECDH-ES+A128KW", Purpose::Encryption, AGREEMENT),
    ("ECDH-ES+A192KW", Purpose::Encryption, AGREEMENT),
    ("ECDH-ES+A256KW", Purpose::Encryption, AGREEMENT),
];

impl Usage {
    pub(super) fn read(
        kind: Result<Kind, Unsound>,
        members: &Members<'_>,
        findings: &mut Findings,
    ) -> Result<Self, Unsound> {
        let declared = declared(members, findings);
        let operations = operations(members, findings);
        let algorithm = algorithm(kind, members, findings);
        if let (Ok(Some(declared)), Ok(Some(operations))) = (declared, &operations)
            && operations.iter().any(|(_, purpose)| *purpose != declared)
        {
            findings.error(&rule::JWK_KEY_OPS_USE, members.place.member("key_ops"));
            return Err(Unsound);
        }
        let usage = Self {
            declared: declared?,
            operations: operations?,
            algorithm: algorithm?,
        };
        if let Some((_, purpose, _)) = usage.algorithm
            && !usage.permits(*purpose)
        {
            findings.error(&rule::JWK_ALGORITHM_USE, members.place.member("alg"));
            return Err(Unsound);
        }
        Ok(usage)
    }

    /// Whether the key can verify a signature by this algorithm.
    pub(super) fn verifies(&self, kind: Kind, algorithm: &str) -> bool {
        let fits = |(name, purpose, kinds): &Algorithm| {
            *name == algorithm && *purpose == Purpose::Signature && kinds.contains(&kind)
        };
        ALGORITHMS.iter().any(fits)
            && self.algorithm.is_none_or(|(name, ..)| *name == algorithm)
            && self.declared != Some(Purpose::Encryption)
            && self
                .operations
                .as_ref()
                .is_none_or(|operations| operations.iter().any(|(name, _)| *name == "verify"))
    }

    /// Returns the purpose of the key, if only one is possible.
    pub(super) fn only_purpose(&self, kind: Kind) -> Option<Purpose> {
        let possible = |purpose| {
            self.permits(purpose)
                && self.algorithm.is_none_or(|(_, p, _)| *p == purpose)
                && ALGORITHMS
                    .iter()
                    .any(|(_, p, kinds)| *p == purpose && kinds.contains(&kind))
        };
        match (possible(Purpose::Signature), possible(Purpose::Encryption)) {
            (true, false) => Some(Purpose::Signature),
            (false, true) => Some(Purpose::Encryption),
            (true, true) | (false, false) => None,
        }
    }

    /// Whether `use` and `key_ops` allow a purpose. The Web Cryptography API writes an empty
    /// `key_ops` for a public key for key agreement.
    fn permits(&self, purpose: Purpose) -> bool {
        self.declared.is_none_or(|declared| declared == purpose)
            && match self.operations.as_deref() {
                None | Some([]) => true,
                Some(operations) => operations.iter().any(|(_, p)| *p == purpose),
            }
    }
}

/// Reads `use` (RFC 7517 §4.2).
fn declared(members: &Members<'_>, findings: &mut Findings) -> Result<Option<Purpose>, Unsound> {
    // A key with another value was left out.
    Ok(members.text("use", findings)?.and_then(Purpose::named))
}

/// Reads `key_ops` (RFC 7517 §4.3).
fn operations(
    members: &Members<'_>,
    findings: &mut Findings,
) -> Result<Option<Vec<&'static Operation>>, Unsound> {
    let Some(items) = members.list("key_ops", findings)? else {
        return Ok(None);
    };
    let list = members.place.member("key_ops");
    let mut operations: Vec<&'static Operation> = Vec::new();
    let mut sound = true;
    for (index, item) in items.iter().enumerate() {
        let place = list.item(index);
        let Json::Text(name) = item else {
            wrong_type(findings, place, "a string");
            sound = false;
            continue;
        };
        match OPERATIONS.iter().find(|(known, _)| known == name) {
            Some(operation) if !operations.contains(&operation) => operations.push(operation),
            _ => {
                findings.error(&rule::JWK_KEY_OPS, place);
                sound = false;
            }
        }
    }
    if !sound {
        return Err(Unsound);
    }
    let mut purposes = operations.iter().map(|(_, purpose)| purpose);
    let first = purposes.next();
    if purposes.any(|purpose| Some(purpose) != first) {
        findings.warning(&rule::JWK_KEY_OPS_UNRELATED, list);
    }
    Ok(Some(operations))
}

/// Reads `alg` (RFC 7517 §4.4).
fn algorithm(
    kind: Result<Kind, Unsound>,
    members: &Members<'_>,
    findings: &mut Findings,
) -> Result<Option<&'static Algorithm>, Unsound> {
    let Some(name) = members.text("alg", findings)? else {
        return Ok(None);
    };
    let kind = kind?;
    let mut fitting = ALGORITHMS
        .iter()
        .filter(|(_, _, kinds)| kinds.contains(&kind));
    if let Some(algorithm) = fitting.clone().find(|(known, ..)| *known == name) {
        return Ok(Some(algorithm));
    }
    let mut message = format!("The alg of a key of the kind {} must be", kind.name());
    if let Some((first, ..)) = fitting.next() {
        message.push(' ');
        message.push_str(first);
    }
    for (other, ..) in fitting {
        message.push_str(", ");
        message.push_str(other);
    }
    message.push('.');
    findings.error_saying(&rule::JWK_ALGORITHM, members.place.member("alg"), message);
    Err(Unsound)
}
