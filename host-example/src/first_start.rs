//! What an empty directory begins with.

use std::net::SocketAddr;

use crate::config::PublicUrl;
use crate::directory::{Directory, DirectoryError, NewKey, now};
use crate::permission::Permission;
use crate::secret::{Purpose, Secret};

/// The keys of a directory that had none.
pub struct FirstKeys {
    administrator: Secret,
    registration: Secret,
}

impl FirstKeys {
    /// Draws two keys and adds them, unless there ever was one.
    pub async fn add(directory: &dyn Directory) -> Result<Option<Self>, FirstStartError> {
        let keys = Self {
            administrator: Secret::draw(Purpose::ApiKey)?,
            registration: Secret::draw(Purpose::ApiKey)?,
        };
        let new = |key: &Secret, name: &str, permissions: &[Permission]| NewKey {
            hash: key.hash(),
            name: name.to_owned(),
            account: None,
            permissions: permissions.to_vec(),
            terms: None,
            created_at: now(),
            expires_at: None,
        };
        let added = directory
            .add_first(Vec::new(), vec![
                new(
                    &keys.administrator,
                    "administrator",
                    Permission::ADMINISTRATOR,
                ),
                new(&keys.registration, "registration", Permission::REGISTRATION),
            ])
            .await?;
        Ok(added.then_some(keys))
    }

    /// The keys as their owner gets to see them once, and a command to try them with.
    pub fn reveal(&self, listening: SocketAddr) -> String {
        let administrator = self.administrator.reveal();
        let registration = self.registration.reveal();
        let endpoint = PublicUrl::of_listener(listening).registration_endpoint();
        format!(
            "\
This is the first start: there are two API keys now. Keep them, they are not shown again.
administrator key: {administrator}
registration key:  {registration}
This registers an example mail client:
curl -i {endpoint} -H 'Authorization: Bearer {registration}' -H 'Content-Type: application/json' -d '{EXAMPLE}'
"
        )
    }
}

/// Why a first start failed.
#[derive(Debug, thiserror::Error)]
pub enum FirstStartError {
    /// The keys could not be stored.
    #[error("cannot store the first API keys")]
    Directory(#[from] DirectoryError),
    /// There is no randomness to make keys of.
    #[error("cannot draw the first API keys")]
    Randomness(#[from] getrandom::Error),
}

/// A native mail client, as draft-ietf-mailmaint-oauth-public describes it.
const EXAMPLE: &str = concat!(
    r#"{"client_name":"Example Mail","application_type":"native","#,
    r#""redirect_uris":["http://127.0.0.1/callback"],"token_endpoint_auth_method":"none","#,
    r#""grant_types":["authorization_code","refresh_token"]}"#,
);
