//! Makes the decisions with the client information response (RFC 7591 §3.2.1, RFC 7592 §3).

use serde::{Serialize, Serializer};

use crate::client::{Secret, Stored};
use crate::config::Policy;
use crate::decision::{Decision, Effect, Secrets, response};
use crate::diagnostic::Findings;

/// The members of the response besides the registered metadata. Each secret and token is in one
/// response only.
#[derive(Serialize)]
pub(crate) struct Information<'a> {
    client_id: &'a str,
    client_id_issued_at: u64,
    #[serde(flatten)]
    client_secret: Option<IssuedSecret<'a>>,
    #[serde(flatten)]
    management: Option<Management<'a>>,
}

#[derive(Serialize)]
struct IssuedSecret<'a> {
    #[serde(rename = "client_secret", serialize_with = "reveal")]
    secret: &'a Secret,
    #[serde(rename = "client_secret_expires_at")]
    expires_at: u64,
}

/// The members with which the client manages its registration.
#[derive(Serialize)]
struct Management<'a> {
    #[serde(rename = "registration_access_token")]
    token: &'a str,
    #[serde(rename = "registration_client_uri")]
    uri: String,
}

/// Writes a secret into the response.
fn reveal<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.reveal())
}

impl<'a> Information<'a> {
    pub(crate) fn new(stored: &'a Stored<'_>) -> Self {
        Self {
            client_id: &stored.client_id,
            client_id_issued_at: stored.issued_at,
            client_secret: None,
            management: None,
        }
    }

    /// Adds a secret that was just made. Of an older secret only the hash is stored.
    pub(crate) fn with_secret(mut self, secret: Option<&'a Secret>, stored: &Stored<'_>) -> Self {
        self.client_secret = secret.map(|secret| IssuedSecret {
            secret,
            expires_at: stored.client_secret.as_ref().map_or(0, |s| s.expires_at),
        });
        self
    }

    /// Adds the registration access token, if the settings have the registration endpoint.
    pub(crate) fn with_token(mut self, token: Option<&'a str>, policy: &Policy) -> Self {
        let endpoint = policy.registration_endpoint.as_ref();
        self.management = token.zip(endpoint).map(|(token, endpoint)| Management {
            token,
            uri: format!("{}/{}", endpoint.0, self.client_id),
        });
        self
    }

    /// Makes the decision that accepts, with the registered metadata in the response.
    pub(crate) fn accept(
        &self,
        status: u16,
        stored: &Stored<'_>,
        effect: Effect,
        findings: Findings,
    ) -> Decision {
        let body = response::joined(self, stored.metadata.raw());
        let secret = self
            .client_secret
            .as_ref()
            .map(|issued| issued.secret.reveal());
        let token = self.management.as_ref().map(|management| management.token);
        Decision {
            secrets: Secrets {
                client_secret: secret.map(str::to_owned),
                registration_access_token: token.map(str::to_owned),
            },
            ..Decision::accept(response::json(status, body), effect, findings)
        }
    }
}
