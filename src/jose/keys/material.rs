//! Checks the type of a key and its numbers (RFC 7518 §6, RFC 8037 §2).

use std::ops::RangeInclusive;

use crate::diagnostic::{Findings, Rule, rule};

use super::curve::{self, Curve};
use super::members::{Members, Unsound};

/// The length of the modulus of an RSA key, in bits. A longer one would cost the server too much
/// time for each signature that it verifies.
const MODULUS_BITS: RangeInclusive<u32> = 2048..=8192;

/// The type of a key (RFC 7517 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyType {
    Rsa,
    /// RFC 7518 §6.2
    EllipticCurve,
    /// RFC 8037 §2
    OctetPair,
}

/// The type of a key and its curve. The algorithms of the key depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rsa,
    P256,
    P384,
    P521,
    Ed25519,
    Ed448,
    X25519,
    X448,
}

/// The curves by their names, each with the type of its keys (RFC 7518 §6.2.1.1, RFC 8037 §2).
const CURVES: [(&str, Kind, KeyType); 7] = [
    ("P-256", Kind::P256, KeyType::EllipticCurve),
    ("P-384", Kind::P384, KeyType::EllipticCurve),
    ("P-521", Kind::P521, KeyType::EllipticCurve),
    ("Ed25519", Kind::Ed25519, KeyType::OctetPair),
    ("Ed448", Kind::Ed448, KeyType::OctetPair),
    ("X25519", Kind::X25519, KeyType::OctetPair),
    ("X448", Kind::X448, KeyType::OctetPair),
];

impl KeyType {
    pub(super) fn read(members: &Members<'_>, findings: &mut Findings) -> Result<Self, Unsound> {
        let text = members.text("kty", findings);
        // A symmetric key already has the finding JWK_PRIVATE, and one of another type was left
        // out.
        Self::named(members.required("kty", text, findings)?).ok_or(Unsound)
    }

    pub(super) fn named(kty: &str) -> Option<Self> {
        match kty {
            "RSA" => Some(Self::Rsa),
            "EC" => Some(Self::EllipticCurve),
            "OKP" => Some(Self::OctetPair),
            _ => None,
        }
    }

    /// Returns the members that contain the key, in the order in which they are registered.
    pub(super) const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Rsa => &["n", "e"],
            Self::EllipticCurve => &["crv", "x", "y"],
            Self::OctetPair => &["crv", "x"],
        }
    }

    /// Checks the numbers of the key, and returns the one that a certificate of the key contains:
    /// the modulus or the first coordinate.
    pub(super) fn material(
        self,
        kind: Result<Kind, Unsound>,
        members: &Members<'_>,
        findings: &mut Findings,
    ) -> Result<Vec<u8>, Unsound> {
        match self {
            Self::Rsa => {
                let modulus = rsa_number("n", is_modulus, &rule::JWK_MODULUS, members, findings);
                let exponent = rsa_number("e", is_exponent, &rule::JWK_EXPONENT, members, findings);
                exponent.and(modulus)
            }
            Self::EllipticCurve => {
                let x = coordinate("x", kind, members, findings);
                let y = coordinate("y", kind, members, findings);
                let (x, y) = (x?, y?);
                match kind?.curve() {
                    Some(curve) if !curve.contains(&x, &y) => {
                        findings.error(&rule::JWK_POINT, members.place);
                        Err(Unsound)
                    }
                    _ => Ok(x),
                }
            }
            Self::OctetPair => coordinate("x", kind, members, findings),
        }
    }
}

impl Kind {
    /// Reads the curve of a key, if its type has one, from the member `crv` (RFC 7518 §6.2.1.1, RFC
    /// 8037 §2).
    pub(super) fn read(
        key_type: KeyType,
        members: &Members<'_>,
        findings: &mut Findings,
    ) -> Result<Self, Unsound> {
        if key_type == KeyType::Rsa {
            return Ok(Self::Rsa);
        }
        let text = members.text("crv", findings);
        let name = members.required("crv", text, findings)?;
        let curve = CURVES
            .iter()
            .find(|(known, _, fitting)| *known == name && *fitting == key_type);
        curve.map(|(_, kind, _)| *kind).ok_or_else(|| {
            findings.error(&rule::JWK_CURVE, members.place.member("crv"));
            Unsound
        })
    }

    /// Whether a curve has this name.
    pub(super) fn is_curve(name: &str) -> bool {
        CURVES.iter().any(|(known, ..)| *known == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Ed25519 => "Ed25519",
            Self::Ed448 => "Ed448",
            Self::X25519 => "X25519",
            Self::X448 => "X448",
        }
    }

    /// Returns the length of a coordinate, in octets (RFC 7518 §6.2.1.2, RFC 8032 §5, RFC 7748 §5).
    /// An RSA key has no coordinates.
    const fn coordinate_octets(self) -> usize {
        match self {
            Self::Rsa => 0,
            Self::P256 | Self::Ed25519 | Self::X25519 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
            Self::Ed448 => 57,
            Self::X448 => 56,
        }
    }

    fn curve(self) -> Option<&'static Curve> {
        match self {
            Self::P256 => Some(&curve::P256),
            Self::P384 => Some(&curve::P384),
            Self::P521 => Some(&curve::P521),
            Self::Rsa | Self::Ed25519 | Self::Ed448 | Self::X25519 | Self::X448 => None,
        }
    }
}

/// Reads a number of an RSA key; it must have no leading zero octets (RFC 7518 §2, §6.3.1.1).
fn rsa_number(
    name: &str,
    is_sound: fn(&[u8]) -> bool,
    rule: &'static Rule,
    members: &Members<'_>,
    findings: &mut Findings,
) -> Result<Vec<u8>, Unsound> {
    let octets = members.octets(name, findings);
    let octets = members.required(name, octets, findings)?;
    let rule = match octets.first() {
        Some(0) => &rule::JWK_LEADING_ZERO,
        _ if is_sound(&octets) => return Ok(octets),
        _ => rule,
    };
    findings.error(rule, members.place.member(name));
    Err(Unsound)
}

/// Whether a number can be a modulus (RFC 7518 §3.3): the product of two odd primes is odd.
fn is_modulus(octets: &[u8]) -> bool {
    let (Some(first), Some(last)) = (octets.first(), octets.last()) else {
        return false;
    };
    let bits = u32::try_from(octets.len()).map_or(u32::MAX, |o| o.saturating_mul(8));
    MODULUS_BITS.contains(&(bits - first.leading_zeros())) && last % 2 == 1
}

/// Whether a number can be an exponent (RFC 8017 §3.1). Libraries accept exponents of up to 32
/// bits.
fn is_exponent(octets: &[u8]) -> bool {
    let exponent = octets
        .iter()
        .fold(0_u64, |all, o| all.saturating_mul(256) | u64::from(*o));
    (3..=u64::from(u32::MAX)).contains(&exponent) && exponent % 2 == 1
}

fn coordinate(
    name: &str,
    kind: Result<Kind, Unsound>,
    members: &Members<'_>,
    findings: &mut Findings,
) -> Result<Vec<u8>, Unsound> {
    let octets = members.octets(name, findings);
    let octets = members.required(name, octets, findings)?;
    let kind = kind?;
    if octets.len() == kind.coordinate_octets() {
        return Ok(octets);
    }
    findings.error_saying(
        &rule::JWK_LENGTH,
        members.place.member(name),
        format!(
            "A coordinate of a key on the curve {} must have {} octets.",
            kind.name(),
            kind.coordinate_octets()
        ),
    );
    Err(Unsound)
}
