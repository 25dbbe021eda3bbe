//! The client information response (RFC 7591 §3.2.1, RFC 7592 §3): what a client is told of its
//! registration.

use serde::{Serialize, Serializer};

use crate::client::{Secret, Stored};
use crate::config::Policy;
use crate::decision::{Response, response};

/// What is told beside the registered metadata: the credentials, each this once.
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

/// How the client manages its registration.
#[derive(Serialize)]
struct Management<'a> {
    #[serde(rename = "registration_access_token")]
    token: &'a str,
    #[serde(rename = "registration_client_uri")]
    uri: String,
}

/// The one place where a secret is written: into the answer that hands it out.
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

    /// With the secret that was just made. One that was made before is known by its hash alone.
    pub(crate) fn with_secret(mut self, secret: Option<&'a Secret>, stored: &Stored<'_>) -> Self {
        self.client_secret = secret.map(|secret| IssuedSecret {
            secret,
            expires_at: stored.client_secret.as_ref().map_or(0, |s| s.expires_at),
        });
        self
    }

    /// With the registration access token, if the server has an endpoint to use it at.
    pub(crate) fn with_token(mut self, token: Option<&'a str>, policy: &Policy) -> Self {
        let endpoint = policy.registration_endpoint.as_ref();
        self.management = token.zip(endpoint).map(|(token, endpoint)| Management {
            token,
            uri: format!("{}/{}", endpoint.0, self.client_id),
        });
        self
    }

    /// As a response, with the metadata that are registered.
    pub(crate) fn respond(&self, status: u16, stored: &Stored<'_>) -> Response {
        response::json(status, response::joined(self, stored.metadata.raw()))
    }
}
