//! The clients, in a JSON file. It is read once, and written whenever a client changes.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use gatepost::{Effect, Usage};
use serde::{Deserialize, Serialize};

pub struct Clients {
    path: PathBuf,
    by_id: BTreeMap<String, Client>,
}

/// What is stored of a client.
#[derive(Clone, Deserialize, Serialize)]
struct Client {
    record: String,
    /// The account whose API key registered it; an anonymous caller has none.
    account: Option<String>,
    anonymous: bool,
}

impl Clients {
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let by_id = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { path, by_id })
    }

    pub fn record(&self, client_id: &str) -> Option<String> {
        self.by_id
            .get(client_id)
            .map(|client| client.record.clone())
    }

    /// The counters for a registration by this account.
    pub fn usage(&self, account: Option<&str>) -> Usage {
        let count = |counts: &dyn Fn(&Client) -> bool| {
            let counted = self.by_id.values().filter(|client| counts(client));
            Some(counted.count() as u64)
        };
        Usage {
            total_clients: count(&|_| true),
            anonymous_clients: count(&|client| client.anonymous),
            account_clients: count(&|client| {
                account.is_some() && client.account.as_deref() == account
            }),
            ..Usage::default()
        }
    }

    /// Does what was decided about a request of this account. When it returns, it is on the disk.
    pub fn carry_out(
        &mut self,
        effect: Effect,
        account: Option<&str>,
        anonymous: bool,
    ) -> io::Result<()> {
        let mut changed = self.by_id.clone();
        match effect {
            Effect::None => return Ok(()),
            Effect::Share(record) if changed.contains_key(&record.client_id) => return Ok(()),
            Effect::Store(record) | Effect::Share(record) => {
                let account = account.map(str::to_owned);
                let client = Client {
                    record: record.document,
                    account,
                    anonymous,
                };
                changed.insert(record.client_id, client);
            }
            Effect::Replace(record) => {
                let client = changed
                    .get_mut(&record.client_id)
                    .ok_or(io::ErrorKind::NotFound)?;
                client.record = record.document;
            }
            Effect::Remove(client_id) => {
                changed.remove(&client_id);
            }
        }
        // The file is the former one, or the new one, whenever the power fails.
        let new = self.path.with_extension("new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(&serde_json::to_vec(&changed)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        File::open(self.path.parent().ok_or(io::ErrorKind::NotFound)?)?.sync_all()?;
        self.by_id = changed;
        Ok(())
    }
}
