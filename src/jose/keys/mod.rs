//! Checks key sets (requirements A12, A13; RFC 7517 §5). Only public keys are registered. Each is
//! complete, and nothing has to be fetched to use it. A key that this library does not understand is
//! left out.

mod certificates;
mod curve;
mod key;
mod material;
mod members;
#[cfg(test)]
mod tests;
mod usage;

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::diagnostic::{Findings, Place, rule};
use crate::document::{self, Json, Limits};

pub(crate) use self::key::PublicKey;
use self::members::Unsound;
use self::usage::Purpose;

/// The limits for a key set that a client publishes, and the number of its keys that are read.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 16,
    values: 1 << 16,
    members: 1 << 14,
    string: 1 << 16,
};
const MAX_KEYS: usize = 100;

/// The policy's rules for keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyRules {
    /// The maximum number of keys of one client.
    pub(crate) max_keys: u64,
}

/// A set of public keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeySet(Vec<PublicKey>);

impl KeySet {
    /// Checks the member `jwks`.
    pub(crate) fn new(
        value: &Json<'_>,
        rules: &KeyRules,
        place: Place<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let keys = match value {
            Json::Object(set) => set.member("keys"),
            _ => None,
        };
        let Some(Json::Array(keys)) = keys else {
            findings.error(&rule::JWKS_SHAPE, place);
            return None;
        };
        let list = place.member("keys");
        if keys.len() as u64 > rules.max_keys {
            findings.error_saying(
                &rule::JWKS_TOO_MANY_KEYS,
                list,
                format!("There must not be more than {} keys.", rules.max_keys),
            );
            return None;
        }
        let mut set = Vec::with_capacity(keys.len());
        let mut sound = true;
        for (index, key) in keys.iter().enumerate() {
            let place = list.item(index);
            let Json::Object(key) = key else {
                findings.error(&rule::JWKS_SHAPE, place);
                sound = false;
                continue;
            };
            match PublicKey::new(key, place, findings) {
                Ok(Some(key)) => set.push((index, key)),
                Ok(None) => findings.note(&rule::JWK_NOT_UNDERSTOOD, place),
                Err(Unsound) => sound = false,
            }
        }
        sound &= ids_are_distinct(&set, list, findings);
        sound &= sound && purposes_are_declared(&set, list, findings);
        sound.then(|| Self(set.into_iter().map(|(_, key)| key).collect()))
    }

    /// Reads the keys that an administrator trusts, by the rules for keys of clients.
    pub(crate) fn trusted(value: &Json<'_>) -> Option<Self> {
        let rules = KeyRules {
            max_keys: MAX_KEYS as u64,
        };
        let mut findings = Findings::default();
        match value {
            Json::Text(json) => {
                let set = document::read(json.as_bytes(), &LIMITS, &mut findings)?;
                Self::new(&Json::Object(set), &rules, Place::Document, &mut findings)
            }
            set => Self::new(set, &rules, Place::Document, &mut findings),
        }
    }

    /// Reads a set that was registered before, or that the client publishes. Invalid keys are
    /// skipped too (RFC 7517 §5), because a published set can have keys for other uses.
    pub(crate) fn published(json: &str) -> Self {
        let mut scratch = Findings::default();
        let set = document::read(json.as_bytes(), &LIMITS, &mut scratch).unwrap_or_default();
        let keys = match set.member("keys") {
            Some(Json::Array(keys)) => keys.as_slice(),
            _ => &[],
        };
        let sound = keys.iter().take(MAX_KEYS).filter_map(|key| match key {
            Json::Object(key) => PublicKey::new(key, Place::Document, &mut scratch).ok()?,
            _ => None,
        });
        Self(sound.collect())
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, PublicKey> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a key of the set can verify a signature by one of these algorithms.
    pub(crate) fn can_sign_in(&self, algorithms: &[&str]) -> bool {
        self.0
            .iter()
            .any(|key| algorithms.iter().any(|algorithm| key.verifies(algorithm)))
    }
}

impl Serialize for KeySet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("keys", &self.0)?;
        map.end()
    }
}

/// Checks that no two keys have the same `kid` (RFC 7517 §4.5).
fn ids_are_distinct(set: &[(usize, PublicKey)], list: Place<'_>, findings: &mut Findings) -> bool {
    let mut ids = BTreeSet::new();
    let mut distinct = true;
    for (index, key) in set {
        if let Some(id) = key.id()
            && !ids.insert(id)
        {
            findings.error(&rule::JWK_ID_DUPLICATE, list.item(*index).member("kid"));
            distinct = false;
        }
    }
    distinct
}

/// Checks that every key has a `use` if some keys are for signatures and others for encryption
/// (OpenID Connect Registration 1.0 §2).
fn purposes_are_declared(
    set: &[(usize, PublicKey)],
    list: Place<'_>,
    findings: &mut Findings,
) -> bool {
    let some_are_for = |purpose| {
        set.iter()
            .any(|(_, key)| key.only_purpose() == Some(purpose))
    };
    if !some_are_for(Purpose::Signature) || !some_are_for(Purpose::Encryption) {
        return true;
    }
    let mut declared = true;
    for (index, key) in set {
        if key.declared_purpose().is_none() {
            findings.error(&rule::JWK_USE_MISSING, list.item(*index).member("use"));
            declared = false;
        }
    }
    declared
}
