//! The record of a client, as the host stores it: JSON with a version, and hashes in the place of
//! secrets. `docs/record.md` describes it.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::credentials::Hash;
use crate::decision::Record;

/// The version that is written.
const VERSION: u32 = 1;

/// What is known of a registered client.
#[derive(Debug)]
pub(crate) struct Client<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) issued_at: u64,
    pub(crate) registered_by: Registrant<'a>,
    pub(crate) secret: Option<StoredSecret>,
    pub(crate) registration_access_token: Option<Hash>,
    /// What was registered, as it is answered too.
    pub(crate) metadata: &'a RawValue,
}

/// Who registered the client, and what it is held to because of that.
#[derive(Debug, Serialize)]
pub(crate) struct Registrant<'a> {
    pub(crate) profile: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<&'a str>,
}

/// A client secret's hash, and when it ends; 0 for never.
#[derive(Debug, Serialize)]
pub(crate) struct StoredSecret {
    pub(crate) sha256: Hash,
    pub(crate) expires_at: u64,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    client_id: &'a str,
    issued_at: u64,
    registered_by: &'a Registrant<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a StoredSecret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_access_token: Option<Token<'a>>,
    metadata: &'a RawValue,
}

#[derive(Serialize)]
struct Token<'a> {
    sha256: &'a Hash,
}

impl Client<'_> {
    pub(crate) fn record(&self) -> Record {
        let document = Document {
            version: VERSION,
            client_id: self.client_id,
            issued_at: self.issued_at,
            registered_by: &self.registered_by,
            client_secret: self.secret.as_ref(),
            registration_access_token: self
                .registration_access_token
                .as_ref()
                .map(|sha256| Token { sha256 }),
            metadata: self.metadata,
        };
        Record {
            client_id: self.client_id.to_owned(),
            document: crate::response::to_json(&document),
        }
    }
}
