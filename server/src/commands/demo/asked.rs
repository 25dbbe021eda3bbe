//! What the mail program asks the browser to open.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::secret::{Purpose, Secret};
use rand::rngs::SysError;
use sha2::{Digest, Sha256};

use super::http;
use super::story::{Endpoints, Registered};

/// Where the mail client would listen for the answer.
pub(super) const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

/// An authorization request (RFC 6749 §4.1.1).
pub(super) struct Asked {
    pairs: Vec<(&'static str, String)>,
    pub(super) verifier: String,
}

impl Asked {
    pub(super) fn of(registered: &Registered) -> Result<Self, SysError> {
        let verifier = verifier()?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let pairs = [
            ("client_id", registered.client_id.clone()),
            ("redirect_uri", REDIRECT_URI.to_owned()),
            ("response_type", "code".to_owned()),
            ("state", verifier[..16].chars().rev().collect()),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256".to_owned()),
        ];
        Ok(Self {
            pairs: pairs.to_vec(),
            verifier,
        })
    }

    pub(super) fn state(&self) -> String {
        let state = self.pairs.iter().find(|(name, _)| *name == "state");
        state.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    pub(super) fn replaced(&self, name: &str, value: &str) -> Self {
        let mut asked = self.without(name);
        let known = self.pairs.iter().find(|(known, _)| *known == name);
        asked
            .pairs
            .extend(known.map(|(known, _)| (*known, value.to_owned())));
        asked
    }

    pub(super) fn without(&self, name: &str) -> Self {
        let kept = self.pairs.iter().filter(|(known, _)| *known != name);
        Self {
            pairs: kept.cloned().collect(),
            verifier: self.verifier.clone(),
        }
    }

    /// Where the request is sent to.
    pub(super) fn at(&self, endpoints: &Endpoints) -> String {
        let pairs = self
            .pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let resource = [("resource", endpoints.resource.as_str())];
        let query = http::encode(pairs.chain(resource));
        format!("{}?{query}", endpoints.authorization)
    }
}

/// A verifier has the form of the secrets drawn here: letters, digits, `-` and `_`.
pub(super) fn verifier() -> Result<String, SysError> {
    Ok(Secret::draw(Purpose::Code)?.reveal().to_owned())
}
