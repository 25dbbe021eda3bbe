//! What an empty directory begins with.

use std::fs::{DirBuilder, File, OpenOptions, remove_file};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use gatepost_directory::Permission;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{Directory, DirectoryError, NamePlace, NewAccount, NewKey, now};
use rand::rngs::SysError;

use crate::config::PublicUrl;
use crate::password;
use crate::password::HashError;

/// The name of the account that there is from the start.
pub const ACCOUNT: &str = "admin@example.org";

/// The file in the data folder that the first secrets are written to, if nobody looks.
pub const FILE: &str = "first-start.txt";

/// Makes an account and two API keys, unless there is an account or ever was a key, and gives back what is printed about
/// them.
///
/// On a terminal that is the secrets themselves. Anywhere else output may be kept by a journal or a log. There the
/// secrets are written to a file that only its owner can read, before the keys are stored: if that fails, nothing was
/// made.
pub async fn begin(
    directory: &dyn Directory,
    data: &Path,
    reached: &PublicUrl,
) -> Result<String, FirstStartError> {
    let accounts = directory.accounts(&NamePlace::default(), 1).await?;
    if !accounts.is_empty() || !directory.is_new().await? {
        return Ok(String::new());
    }
    let secrets = FirstSecrets::draw()?;
    let shown = secrets.reveal(reached);
    if io::stdout().is_terminal() {
        let is_first = secrets.add(directory).await?;
        return Ok(if is_first { shown } else { String::new() });
    }
    let path = data.join(FILE);
    let in_file = |source| FirstStartError::File {
        path: path.display().to_string(),
        source,
    };
    write(data, &path, &shown).map_err(in_file)?;
    match secrets.add(directory).await {
        Ok(true) => Ok(format!(
            "This is the first start: there are an account and two API keys now. They are in {}, with a command that \
             registers an example mail client. Move them to a safe place, and delete the file.\n",
            path.display()
        )),
        // Another server on the same database was first, or they could not be stored.
        other => {
            remove_file(&path).map_err(in_file)?;
            other.map(|_| String::new())
        }
    }
}

/// Writes a file that is not there yet, and that only its owner can read, and has it on disk.
fn write(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    File::open(folder)?.sync_all()
}

/// The keys of a directory that had none, and the password of its one account.
struct FirstSecrets {
    administrator: Secret,
    registration: Secret,
    password: Secret,
}

impl FirstSecrets {
    fn draw() -> Result<Self, SysError> {
        Ok(Self {
            administrator: Secret::draw(Purpose::ApiKey)?,
            registration: Secret::draw(Purpose::ApiKey)?,
            password: Secret::draw(Purpose::Password)?,
        })
    }

    /// Says whether they were the first.
    async fn add(&self, directory: &dyn Directory) -> Result<bool, FirstStartError> {
        let new = |key: &Secret, name: &str, permissions: &[Permission]| NewKey {
            hash: key.hash(),
            name: name.to_owned(),
            account: None,
            owner: None,
            made_with: None,
            permissions: permissions.to_vec(),
            terms: None,
            created_at: now(),
            expires_at: None,
        };
        let account = NewAccount {
            name: ACCOUNT.to_owned(),
            password_hash: password::hash(self.password.reveal())?,
            permissions: Permission::ADMINISTRATOR.to_vec(),
            created_at: now(),
        };
        let keys = vec![
            new(
                &self.administrator,
                "administrator",
                Permission::ADMINISTRATOR,
            ),
            new(&self.registration, "registration", Permission::REGISTRATION),
        ];
        Ok(directory.add_first(account, keys).await?)
    }

    /// What their owner gets to see once, and what to try with them.
    fn reveal(&self, reached: &PublicUrl) -> String {
        let administrator = self.administrator.reveal();
        let registration = self.registration.reveal();
        let password = self.password.reveal();
        let endpoint = reached.registration_endpoint();
        format!(
            "\
This is the first start: there are an account and two API keys now. Keep them, they are not shown again.
administrator key: {administrator}
registration key:  {registration}
administrator account: {ACCOUNT}  password: {password}
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
    /// There is nowhere to show them.
    #[error(
        "cannot write the first API keys to {path}; a file that is there already is not written over"
    )]
    File {
        /// Where they would be.
        path: String,
        /// Why.
        source: io::Error,
    },
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
