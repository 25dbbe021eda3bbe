//! Client ids that contain their registration, so that no record is stored (RFC 7591 appendix
//! A.5.2).
//!
//! An id is `gpx_` and, in base64url, a version, the name of the key, and the metadata, encrypted
//! and authenticated with AES-256-SIV. Equal metadata give equal ids (RFC 5297). The metadata are
//! first packed with a dictionary, because ids are part of URLs, logs and databases and must be
//! short.

mod packing;

use std::borrow::Cow;

use aes_siv::KeyInit;
use aes_siv::siv::Aes256Siv;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::value::RawValue;

use crate::config::Policy;
use crate::oauth::client_id::STATELESS;

use super::record::{Members, Registrant, Stored};

use self::packing::Packed;

/// The version that is written. Earlier versions stay readable.
const VERSION: u8 = 1;

/// The length of the version and the name of the key, in bytes.
const HEAD: usize = 5;

const DAY: u64 = 86_400;

/// Makes the id that contains this metadata. Equal metadata give equal ids; if ids expire, only on
/// the same day. `None`: there is no key, or the registrant has terms, which an id does not
/// contain.
pub(crate) fn seal(
    metadata: &RawValue,
    registered_by: &Registrant<'_>,
    now: u64,
    policy: &Policy,
) -> Option<String> {
    let key = policy.client_id_keys.current()?;
    if registered_by.terms.is_some() {
        return None;
    }
    let day = match policy.stateless_lifetime_days {
        0 => 0,
        _ => now / DAY,
    };
    let packed = Packed::new(metadata, registered_by, day)?.to_bytes()?;
    let mut sealed = vec![VERSION];
    sealed.extend(key.id);
    let mut cipher = Aes256Siv::new((&key.sealing).into());
    let body = cipher.encrypt([sealed.as_slice()], &packed).ok()?;
    sealed.extend(body);
    Some(format!("{STATELESS}{}", URL_SAFE_NO_PAD.encode(sealed)))
}

/// Reads what an id contains; `None` if it was changed, was made with an unknown key, or has
/// expired.
pub(crate) fn open(client_id: &str, now: u64, policy: &Policy) -> Option<Stored<'static>> {
    let encoded = client_id.strip_prefix(STATELESS)?;
    if client_id.len() as u64 > policy.max_stateless_id {
        return None;
    }
    let sealed = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    let (head, body) = sealed.split_at_checked(HEAD)?;
    let (version, key_id) = head.split_first()?;
    let key = policy.client_id_keys.named(key_id)?;
    if *version != VERSION {
        return None;
    }
    let mut cipher = Aes256Siv::new((&key.sealing).into());
    let packed = cipher.decrypt([head], body).ok()?;
    let packed = Packed::from_bytes(&packed)?;
    if !is_current(packed.day, now / DAY, policy.stateless_lifetime_days) {
        return None;
    }
    Some(Stored::new(
        Cow::Owned(client_id.to_owned()),
        packed.day.saturating_mul(DAY),
        packed.registrant(),
        Members::Owned(packed.metadata()?),
    ))
}

/// Whether an id is valid today. An id without a day is valid only while ids do not expire.
const fn is_current(day: u64, today: u64, lifetime: u64) -> bool {
    lifetime == 0 || day != 0 && day <= today + 1 && today < day.saturating_add(lifetime)
}

#[cfg(test)]
mod tests;
