//! Whose software statements are believed (RFC 7591 §2.3).

use crate::document::{Json, Object};
use crate::jose::{KeySet, jws};

use super::value::{Setting, list};

/// Trusted issuers, each with its keys.
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
        // Or else nothing that it says would be believed.
        keys.can_sign_in(&algorithms).then(|| Self {
            issuer: issuer.to_owned(),
            keys,
            algorithms,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::config;

    #[test]
    fn what_is_an_issuer() {
        let (key, _) = crate::jose::jws::tests::es256(7, &json!({}), &json!({}));
        let keys = json!({"keys": [key]});
        let secret = json!({"keys": [{"kty": "oct", "k": "AAAA"}]});
        for (name, issuers, taken) in [
            ("none", json!([]), true),
            (
                "a table of keys",
                json!([{"issuer": "a", "jwks": keys}]),
                true,
            ),
            (
                "keys as JSON",
                json!([{"issuer": "a", "jwks": keys.to_string()}]),
                true,
            ),
            (
                "algorithms",
                json!([{"issuer": "a", "jwks": keys, "algs": ["ES256"]}]),
                true,
            ),
            (
                "two",
                json!([{"issuer": "a", "jwks": keys}, {"issuer": "b", "jwks": keys}]),
                true,
            ),
            (
                "one twice",
                json!([{"issuer": "a", "jwks": keys}, {"issuer": "a", "jwks": keys}]),
                false,
            ),
            (
                "a symmetric algorithm",
                json!([{"issuer": "a", "jwks": keys, "algs": ["HS256"]}]),
                false,
            ),
            (
                "a symmetric key",
                json!([{"issuer": "a", "jwks": secret}]),
                false,
            ),
            (
                "no algorithm",
                json!([{"issuer": "a", "jwks": keys, "algs": []}]),
                false,
            ),
            (
                "algorithms of other keys",
                json!([{"issuer": "a", "jwks": keys, "algs": ["RS256", "ES384"]}]),
                false,
            ),
            (
                "one algorithm of the key",
                json!([{"issuer": "a", "jwks": keys, "algs": ["RS256", "ES256"]}]),
                true,
            ),
            (
                "an algorithm twice",
                json!([{"issuer": "a", "jwks": keys, "algs": ["ES256", "ES256"]}]),
                false,
            ),
            (
                "keys that stand twice",
                json!([{"issuer": "a", "jwks": r#"{"keys":[],"keys":[]}"#}]),
                false,
            ),
            ("no keys", json!([{"issuer": "a"}]), false),
            (
                "an empty set",
                json!([{"issuer": "a", "jwks": {"keys": []}}]),
                false,
            ),
            (
                "keys that are none",
                json!([{"issuer": "a", "jwks": "x"}]),
                false,
            ),
            ("no issuer", json!([{"jwks": keys}]), false),
            (
                "an empty issuer",
                json!([{"issuer": "", "jwks": keys}]),
                false,
            ),
            (
                "something else",
                json!([{"issuer": "a", "jwks": keys, "alg": []}]),
                false,
            ),
            ("no table", json!(["a"]), false),
            ("no list", json!({"issuer": "a", "jwks": keys}), false),
        ] {
            let settings = json!({"oauth": {"client-registration": {"trusted-issuers": issuers}}});
            assert_eq!(
                config::compile(&settings.to_string()).is_ok(),
                taken,
                "{name}"
            );
        }
    }
}
