//! Checks the certificates of a key (RFC 7517 §4.6 to §4.9). They are registered for a host that
//! compares them with the certificate that a client presents (RFC 8705 §2.2). Their validity is not
//! checked here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::{Findings, rule};
use crate::document::{Json, wrong_type};

use super::members::{Members, Unsound};

/// The maximum number of certificates in a chain, and the maximum length of each, in characters.
const MAX_CERTIFICATES: usize = 8;
const MAX_CERTIFICATE: usize = 8192;

/// The tags of DER (X.690 §8), and the tag of a certificate's version (RFC 5280 §4.1).
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The members with thumbprints, and the length of each in octets: SHA-1 and SHA-256.
const THUMBPRINTS: [(&str, usize); 2] = [("x5t", 20), ("x5t#S256", 32)];

/// The members with a URL that a key could be fetched from.
const INDIRECT: [&str; 2] = ["x5u", "jku"];

/// Checks the members of a key that are about its certificates. `material` is the number of the key
/// that its certificate must contain.
pub(super) fn judge(
    material: &Result<Vec<u8>, Unsound>,
    members: &Members<'_>,
    findings: &mut Findings,
) -> Result<(), Unsound> {
    indirect(members, findings);
    let chain = chain(material, members, findings);
    thumbprints(members, findings).and(chain)
}

/// Reports members with a URL (RFC 7517 §4.6, RFC 7515 §4.1.2): nothing is fetched from there.
fn indirect(members: &Members<'_>, findings: &mut Findings) {
    for name in INDIRECT {
        if members.value(name).is_some() {
            findings.note(&rule::JWK_INDIRECT, members.place.member(name));
        }
    }
}

/// Checks the certificate chain (RFC 7517 §4.7).
fn chain(
    material: &Result<Vec<u8>, Unsound>,
    members: &Members<'_>,
    findings: &mut Findings,
) -> Result<(), Unsound> {
    let Some(items) = members.list("x5c", findings)? else {
        return Ok(());
    };
    let list = members.place.member("x5c");
    if items.is_empty() || items.len() > MAX_CERTIFICATES {
        findings.error(&rule::JWK_CERTIFICATES, list);
        return Err(Unsound);
    }
    let mut sound = Ok(());
    for (index, item) in items.iter().enumerate() {
        let place = list.item(index);
        let Json::Text(text) = item else {
            wrong_type(findings, place, "a string");
            sound = Err(Unsound);
            continue;
        };
        let certificate = (text.len() <= MAX_CERTIFICATE)
            .then(|| STANDARD.decode(text.as_bytes()).ok())
            .flatten()
            .unwrap_or_default();
        match (public_key(&certificate), material) {
            (None, _) => findings.error(&rule::JWK_CERTIFICATES, place),
            (Some(key), Ok(material)) if index == 0 && !is_of(key, material) => {
                findings.error(&rule::JWK_CERTIFICATE_KEY, place);
            }
            (Some(_), _) => continue,
        }
        sound = Err(Unsound);
    }
    sound
}

/// Finds the public key in a certificate (RFC 5280 §4.1). The other fields are skipped, so this
/// does not check that the certificate is valid.
fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    let (SEQUENCE, certificate, []) = value(certificate)? else {
        return None;
    };
    let (SEQUENCE, mut rest, _) = value(certificate)? else {
        return None;
    };
    if let (VERSION, _, after) = value(rest)? {
        rest = after;
    }
    // The serial number, the signature's algorithm, the issuer, the validity and the subject.
    for expected in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        let (tag, _, after) = value(rest)?;
        if tag != expected {
            return None;
        }
        rest = after;
    }
    let (SEQUENCE, key_info, _) = value(rest)? else {
        return None;
    };
    let (SEQUENCE, _, rest) = value(key_info)? else {
        return None;
    };
    let (BIT_STRING, [0, key @ ..], []) = value(rest)? else {
        return None;
    };
    Some(key)
}

/// Whether the public key in a certificate has this modulus or first coordinate. All forms are
/// tried, because an octet string can look like an RSA key.
fn is_of(key: &[u8], material: &[u8]) -> bool {
    // RFC 8410 §4
    key == material
        // RFC 5480 §2.2, after the octet with the form of the point
        || key.get(1..).is_some_and(|point| point.starts_with(material))
        || modulus(key) == Some(material)
}

/// Reads the modulus of an RSA public key (RFC 8017 §A.1.1).
fn modulus(key: &[u8]) -> Option<&[u8]> {
    let (SEQUENCE, numbers, []) = value(key)? else {
        return None;
    };
    match value(numbers)? {
        (INTEGER, modulus, _) => Some(modulus.strip_prefix(&[0]).unwrap_or(modulus)),
        _ => None,
    }
}

/// Splits DER into the first value's tag, its content, and the rest (X.690 §8.1).
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (length, rest) = match der {
        [_, 0x81, length, rest @ ..] => (usize::from(*length), rest),
        [_, 0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        [_, length @ ..=0x7f, rest @ ..] => (usize::from(*length), rest),
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((der[0], content, after))
}

/// Checks the lengths of the thumbprints (RFC 7517 §4.8, §4.9).
fn thumbprints(members: &Members<'_>, findings: &mut Findings) -> Result<(), Unsound> {
    let mut sound = Ok(());
    for (name, length) in THUMBPRINTS {
        match members.octets(name, findings) {
            Ok(Some(octets)) if octets.len() != length => {
                findings.error(&rule::JWK_THUMBPRINT, members.place.member(name));
                sound = Err(Unsound);
            }
            Ok(_) => {}
            Err(Unsound) => sound = Err(Unsound),
        }
    }
    sound
}
