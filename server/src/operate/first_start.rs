//! What an empty directory begins with.

use gatepost_directory::Permission;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{Directory, DirectoryError, NewAccount, NewKey, now};
use rand::rngs::SysError;

use crate::config::PublicUrl;
use crate::password;
use crate::password::HashError;

/// The name of the account that there is from the start.
pub const ACCOUNT: &str = "demo@example.org";

/// The keys of a directory that had none, and the password of its one account.
pub struct FirstSecrets {
    administrator: Secret,
    registration: Secret,
    password: Secret,
}

impl FirstSecrets {
    /// Draws two keys and a password and adds them, unless there ever was a key.
    pub async fn add(directory: &dyn Directory) -> Result<Option<Self>, FirstStartError> {
        if !directory.is_new().await? {
            return Ok(None);
        }
        let secrets = Self {
            administrator: Secret::draw(Purpose::ApiKey)?,
            registration: Secret::draw(Purpose::ApiKey)?,
            password: Secret::draw(Purpose::Password)?,
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
        let account = NewAccount {
            name: ACCOUNT.to_owned(),
            password_hash: password::hash(secrets.password.reveal())?,
            permissions: Permission::ADMINISTRATOR.to_vec(),
            created_at: now(),
        };
        let keys = vec![
            new(
                &secrets.administrator,
                "administrator",
                Permission::ADMINISTRATOR,
            ),
            new(
                &secrets.registration,
                "registration",
                Permission::REGISTRATION,
            ),
        ];
        let added = directory.add_first(account, keys).await?;
        Ok(added.then_some(secrets))
    }

    /// What their owner gets to see once, and what to try with them.
    pub fn reveal(&self, reached: &PublicUrl) -> String {
        let administrator = self.administrator.reveal();
        let registration = self.registration.reveal();
        let password = self.password.reveal();
        let endpoint = reached.registration_endpoint();
        format!(
            "\
This is the first start: there are an account and two API keys now. Keep them, they are not shown again.
administrator key: {administrator}
registration key:  {registration}
demo account:      {ACCOUNT}  password: {password}
This registers an example mail client:
curl -i {endpoint} -H 'Authorization: Bearer {registration}' -H 'Content-Type: application/json' -d '{EXAMPLE}'
The web administration is at {reached}/admin/, and `gatepost-server demo` shows what else there is.
"
        )
    }
}

/// Why a first start failed.
#[derive(Debug, thiserror::Error)]
pub enum FirstStartError {
    /// They could not be stored.
    #[error("cannot store the first account and API keys")]
    Directory(#[from] DirectoryError),
    /// There is no randomness to make them of.
    #[error("cannot draw the first API keys")]
    Randomness(#[from] SysError),
    /// The password could not be hashed.
    #[error("cannot keep the first password")]
    Hash(#[from] HashError),
}

/// A native mail client, as draft-ietf-mailmaint-oauth-public describes it.
const EXAMPLE: &str = concat!(
    r#"{"client_name":"Example Mail","application_type":"native","#,
    r#""redirect_uris":["http://127.0.0.1/callback"],"token_endpoint_auth_method":"none","#,
    r#""grant_types":["authorization_code","refresh_token"]}"#,
);
