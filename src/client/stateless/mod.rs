//! Client ids that carry their registration (RFC 7591 appendix A.5.2), so that nothing is stored.
//!
//! An id is `gpx_` and, in base64url, a version, the name of the key, and what AES-256-SIV makes of the
//! metadata: authenticated, encrypted, and the same for the same (RFC 5297). The metadata are packed
//! first, with a dictionary, because an id goes through addresses, logs and databases.

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

/// The version that is written. Those before it stay readable.
const VERSION: u8 = 1;

/// The version and the name of the key.
const HEAD: usize = 5;

const DAY: u64 = 86_400;

/// The id that carries this metadata; the same one for the same metadata, on the same day if ids end.
/// `None` without a key, and for a registrant with terms of its own, which are not carried.
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

/// What an id carries; `None` if it was tampered with, sealed with a key that is not accepted, or is
/// too old.
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

/// Whether an id is in force: one that says no day is only while ids do not end.
const fn is_current(day: u64, today: u64, lifetime: u64) -> bool {
    lifetime == 0 || day != 0 && day <= today + 1 && today < day.saturating_add(lifetime)
}

#[cfg(test)]
mod tests;
