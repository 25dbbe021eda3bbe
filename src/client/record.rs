//! Reads and writes the record of a client: JSON with a version, and with hashes instead of
//! secrets. `docs/record.md` describes it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::config::Policy;
use crate::decision::{Record, response};
use crate::facts::Misuse;
use crate::metadata::Profile;
use crate::oauth::AuthMethod;

use super::credentials::{Generator, Hash, Secret};

/// The version that is written.
const VERSION: u32 = 1;

/// The record of a registered client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored<'a> {
    version: u32,
    #[serde(borrow)]
    pub(crate) client_id: Cow<'a, str>,
    /// The time of the registration, in seconds since 1970.
    pub(crate) issued_at: u64,
    #[serde(borrow)]
    pub(crate) registered_by: Registrant<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<StoredSecret>,
    /// The secret before the current one, if it is still valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) previous_client_secret: Option<StoredSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) registration_access_token: Option<StoredToken>,
    /// Whether equal registrations have this client id, so that no client may change the
    /// registration.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) shared: bool,
    /// Whether the client was deleted and its id contains its registration, so that only this
    /// record stops its use.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) denied: bool,
    /// Whether an administrator has disabled the client.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) disabled: bool,
    /// Since when the client waits for an administrator's approval, in seconds since 1970. `None`: it
    /// does not wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiting_since: Option<u64>,
    /// When an administrator approved the client, in seconds since 1970. `None`: it did not need it,
    /// or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approved_at: Option<u64>,
    /// The registered metadata, as they are in the response.
    #[serde(borrow)]
    pub(crate) metadata: Members<'a>,
}

impl Stored<'_> {
    /// Whether the client must not be used, because it is denied or disabled.
    pub(crate) const fn is_shut_out(&self) -> bool {
        self.denied || self.disabled
    }
}

/// Who registered the client, and the rules that follow from that.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Registrant<'a> {
    pub(crate) by: By,
    pub(crate) profile: Profile,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<Cow<'a, str>>,
    /// The terms of the API key at the time of the registration.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) terms: Option<Members<'a>>,
}

/// Who registered a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// A caller with an API key.
    Key,
    /// A caller without an API key.
    Stranger,
    /// An administrator.
    Administrator,
    /// Nobody: the client has a client ID metadata document.
    Document,
}

/// The hash of a client secret, and the time at which the secret expires, in seconds since 1970; 0
/// means never.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredSecret {
    pub(crate) sha256: Hash,
    pub(crate) expires_at: u64,
}

impl StoredSecret {
    /// Whether the secret has not expired.
    pub(crate) const fn is_good(&self, now: u64) -> bool {
        self.expires_at == 0 || now < self.expires_at
    }
}

/// The hash of a registration access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredToken {
    pub(crate) sha256: Hash,
}

/// A JSON object, borrowed from a record or newly made.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Members<'a> {
    Borrowed(&'a RawValue),
    Owned(Box<RawValue>),
}

impl Members<'_> {
    pub(crate) fn get(&self) -> &str {
        self.raw().get()
    }

    pub(crate) fn raw(&self) -> &RawValue {
        match self {
            Self::Borrowed(raw) => raw,
            Self::Owned(raw) => raw,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Self::Borrowed)
    }
}

impl<'a> Stored<'a> {
    /// Makes the record of a client without credentials.
    pub(crate) fn new(
        client_id: Cow<'a, str>,
        issued_at: u64,
        registered_by: Registrant<'a>,
        metadata: Members<'a>,
    ) -> Self {
        Self {
            version: VERSION,
            client_id,
            issued_at,
            registered_by,
            client_secret: None,
            previous_client_secret: None,
            registration_access_token: None,
            shared: false,
            denied: false,
            disabled: false,
            waiting_since: None,
            approved_at: None,
            metadata,
        }
    }

    /// Reads the document of a record.
    pub(crate) fn read(document: &'a str) -> Result<Self, Misuse> {
        let stored: Self = serde_json::from_str(document).map_err(|_| Misuse::RecordUnreadable)?;
        match stored.version {
            VERSION => Ok(stored),
            _ => Err(Misuse::RecordUnreadable),
        }
    }

    /// Gives the client a new secret, if its authentication method uses one. The old secret stays
    /// valid for the time in the policy.
    pub(crate) fn issue_secret(
        &mut self,
        method: AuthMethod,
        now: u64,
        policy: &Policy,
        generator: &mut Generator<'_>,
    ) -> Option<Secret> {
        let secret = method.uses_secret().then(|| generator.client_secret())?;
        self.previous_client_secret = self
            .client_secret
            .take()
            .filter(|old| policy.secret_overlap > 0 && old.is_good(now))
            .map(|old| StoredSecret {
                expires_at: match now.saturating_add(policy.secret_overlap) {
                    end if old.expires_at == 0 => end,
                    end => end.min(old.expires_at),
                },
                ..old
            });
        self.client_secret = Some(StoredSecret {
            sha256: secret.hash(),
            expires_at: match policy.secret_lifetime {
                0 => 0,
                seconds => now.saturating_add(seconds),
            },
        });
        Some(secret)
    }

    /// After a change of the client, gives it a secret if its method needs one and it has no valid
    /// one, or if the policy rotates secrets. Removes the secret if the method uses none
    /// (requirements D5).
    pub(crate) fn update_secret(
        &mut self,
        method: AuthMethod,
        now: u64,
        policy: &Policy,
        generator: &mut Generator<'_>,
    ) -> Option<Secret> {
        if !method.uses_secret() {
            self.client_secret = None;
            self.previous_client_secret = None;
        }
        let has_one = self.client_secret.as_ref().is_some_and(|s| s.is_good(now));
        if has_one && !policy.rotate_secret {
            return None;
        }
        self.issue_secret(method, now, policy, generator)
    }

    /// Gives the client a registration access token.
    pub(crate) fn issue_token(&mut self, generator: &mut Generator<'_>) -> Secret {
        let token = generator.registration_access_token();
        self.registration_access_token = Some(StoredToken {
            sha256: token.hash(),
        });
        token
    }

    pub(crate) fn record(&self) -> Record {
        Record {
            client_id: self.client_id.clone().into_owned(),
            document: response::to_json(self),
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
