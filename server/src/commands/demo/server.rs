//! The server of the demonstration: this program, with an account and an API key that are gone
//! afterwards.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use gatepost_directory::Permission;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{Directory, NewAccount, NewKey};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::show::say;
use crate::config::{Config, Overrides};
use crate::password;

/// How long the server may take to start, and to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// The person in the story.
const ACCOUNT: &str = "visitor@example.org";

pub(super) struct Server {
    /// Host and port.
    pub(super) authority: String,
    /// An API key that may register clients.
    pub(super) key: Secret,
    pub(super) account: &'static str,
    pub(super) password: Secret,
    directory: Arc<dyn Directory>,
    child: Child,
    /// It writes there as long as it runs.
    _stdout: Lines<BufReader<ChildStdout>>,
    _folder: Option<TempDir>,
}

impl Server {
    pub(super) async fn start(data: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let folder = match data {
            Some(_) => None,
            None => Some(TempDir::new()?),
        };
        let path = match (data, &folder) {
            (Some(path), _) => path,
            (None, Some(folder)) => folder.path(),
            (None, None) => return Err("there is no folder".into()),
        };
        let mut child = Command::new(env::current_exe()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let authority = tokio::time::timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await? {
                if let Some(authority) = line.strip_prefix("listening on http://") {
                    return Ok::<_, Box<dyn Error>>(authority.to_owned());
                }
                // Where the keys of a first start are: somebody may want to use the folder.
                if data.is_some() {
                    say(&format!("{line}\n"));
                }
            }
            Err("the server did not start; `gatepost-server serve` says why".into())
        })
        .await??;

        let config = Config::load(&Overrides {
            data: Some(path.to_owned()),
            ..Overrides::default()
        })?;
        let server = Self {
            authority,
            key: Secret::draw(Purpose::ApiKey)?,
            account: ACCOUNT,
            password: Secret::draw(Purpose::Password)?,
            directory: gatepost_directory::open(&config.store).await?,
            child,
            _stdout: lines,
            _folder: folder,
        };
        server.move_in().await?;
        Ok(server)
    }

    async fn move_in(&self) -> Result<(), Box<dyn Error>> {
        let now = gatepost_directory::now();
        let account = NewAccount {
            name: ACCOUNT.to_owned(),
            password_hash: password::hash(self.password.reveal())?,
            permissions: Permission::REGISTRATION.to_vec(),
            created_at: now,
        };
        self.directory.add_account(account).await?;
        let key = NewKey {
            hash: self.key.hash(),
            name: "demonstration".to_owned(),
            account: Some(ACCOUNT.to_owned()),
            owner: None,
            made_with: None,
            permissions: Permission::REGISTRATION.to_vec(),
            terms: None,
            created_at: now,
            expires_at: Some(now + 3600),
        };
        self.directory.add_key(key).await?;
        Ok(())
    }

    /// Leaves nothing behind of the story, and stops the server.
    pub(super) async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.directory.remove_account(ACCOUNT).await?;
        self.directory.close().await;
        if let Some(pid) = self
            .child
            .id()
            .and_then(|pid| Pid::from_raw(pid.cast_signed()))
        {
            kill_process(pid, Signal::TERM)?;
        }
        tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        Ok(())
    }
}
