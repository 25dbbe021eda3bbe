//! The issuers whose software statements are accepted (RFC 7591 §2.3).

use crate::document::{Json, Object};
use crate::jose::{KeySet, jws};

use super::value::{Setting, list};

/// The trusted issuers, each with its keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedIssuers(Vec<TrustedIssuer>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TrustedIssuer {
    issuer: String,
    pub(crate) keys: KeySet,
    pub(crate) algorithms: Vec<&'static str>,
}

impl TrustedIssuers {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn named(&self, issuer: &str) -> Option<&TrustedIssuer> {
        self.0.iter().find(|trusted| trusted.issuer == issuer)
    }
}

impl Setting for TrustedIssuers {
    fn read(value: &Json<'_>) -> Option<Self> {
        let Json::Array(items) = value else {
            return None;
        };
        let mut issuers = Self::default();
        for item in items {
            let Json::Object(table) = item else {
                return None;
            };
            let issuer = TrustedIssuer::read(table)?;
            if issuers.named(&issuer.issuer).is_some() {
                return None;
            }
            issuers.0.push(issuer);
        }
        Some(issuers)
    }

    fn allowed() -> String {
        format!(
            "a list of tables, each with issuer, with jwks, a JWK Set as a table or as JSON, and with algs, if not all are allowed, of {}, and a key for one of them; no issuer twice",
            jws::VERIFIABLE.join(", ")
        )
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        self.is_empty().then(|| "[]".to_owned())
    }
}

impl TrustedIssuer {
    fn read(table: &Object<'_>) -> Option<Self> {
        let known = |name: &str| matches!(name, "issuer" | "jwks" | "algs");
        if !table.iter().all(|(name, _)| known(name)) {
            return None;
        }
        let issuer = jws::text(table, "issuer").filter(|issuer| !issuer.is_empty())?;
        let algorithms = match table.member("algs") {
            None => jws::VERIFIABLE.to_vec(),
            Some(names) => list(names, |name| {
                jws::VERIFIABLE
                    .iter()
                    .find(|known| **known == name)
                    .copied()
            })?,
        };
        let keys = KeySet::trusted(table.member("jwks")?)?;
        // Without such a key no statement of the issuer could be accepted.
        keys.can_sign_in(&algorithms).then(|| Self {
            issuer: issuer.to_owned(),
            keys,
            algorithms,
        })
    }
}

#[cfg(test)]
mod tests;
