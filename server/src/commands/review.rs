//! `gatepost-server review`: which clients would stop working under other settings.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use gatepost_directory::{Entry, Search};
use gatepost_plugin::{Caller, Decision, Outcome, Plugin};

use super::check::show::{print, styles};
use super::check::{Stopping, json};
use super::printable::printable;
use super::tools::runtime;
use super::unreadable::readable;
use super::verdict::Verdict;
use crate::config::{self, Config, Overrides};
use crate::decide::stored::{Listed, context_of, listed};

/// How many clients are read at once.
const PAGE: u32 = 1000;

/// What to review, and how to show it.
#[derive(Args, Clone, Debug)]
pub(super) struct ReviewFlags {
    /// The settings to review by: a configuration file, TOML
    #[arg(long, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// Data folder [default: gatepost-data, unless the settings have another]
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// The plugin: a WASM component or a shared C library [default: the built-in component]
    #[arg(long, value_name = "FILE")]
    pub(super) plugin: Option<PathBuf>,
    /// Show what is found as JSON: a line for each client that would stop working, and one for all
    #[arg(long)]
    pub(super) json: bool,
}

/// Judges every client in the directory by these settings, and prints those that would stop working.
///
/// Nothing is written.
pub(super) fn run(flags: &ReviewFlags) -> Result<Verdict, Box<dyn Error>> {
    let config = Config::load(&Overrides {
        config: Some(flags.config.clone()),
        data: flags.data.clone(),
        plugin: flags.plugin.clone(),
        ..Overrides::default()
    })?;
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    for warning in config::warnings(&*plugin) {
        eprintln!("gatepost-server: {}", config::line(&warning));
    }
    let now = gatepost_directory::now();
    let review = Review {
        plugin: &*plugin,
        now,
        json: flags.json,
    };
    let found = runtime()?.block_on(async {
        let mut found = Found::default();
        let directory = gatepost_directory::open_to_read(&config.store).await?;
        let mut search = Search::all(PAGE, now);
        loop {
            let page = directory.clients(&search).await?;
            let Some(last) = page.last() else { break };
            search.after = Some(last.place);
            for entry in &page {
                review.judge(entry, &mut found)?;
            }
        }
        Ok::<_, Box<dyn Error>>(found)
    })?;
    let Found {
        clients,
        stopping,
        users,
        unjudged,
    } = found;
    print(&if flags.json {
        format!(
            "{{\"clients\":{clients},\"stopping\":{stopping},\"users\":{users},\"unjudged\":{unjudged}}}\n"
        )
    } else {
        format!("{stopping} of {clients} clients would stop working, users: {users}\n")
    })?;
    Ok(match (unjudged, stopping) {
        (0, 0) => Verdict::Accepted,
        (0, _) => Verdict::Refused,
        _ => Verdict::Failed,
    })
}

/// What came to light so far.
#[derive(Default)]
struct Found {
    clients: u64,
    stopping: u64,
    users: u64,
    unjudged: u64,
}

struct Review<'a> {
    plugin: &'a dyn Plugin,
    now: u64,
    json: bool,
}

impl Review<'_> {
    fn judge(&self, entry: &Entry, found: &mut Found) -> Result<(), Box<dyn Error>> {
        let (decision, listed) = match self.decide(entry) {
            Ok(decided) => decided,
            Err(error) => {
                let client_id = printable(&entry.client_id, usize::MAX);
                eprintln!("gatepost-server: {client_id}: {error}");
                found.clients += 1;
                found.unjudged += 1;
                return Ok(());
            }
        };
        let Listed::Live { name } = listed else {
            return Ok(());
        };
        found.clients += 1;
        if decision.outcome == Outcome::Accept {
            return Ok(());
        }
        found.stopping += 1;
        found.users += entry.users;
        let stopping = Stopping {
            client_id: &entry.client_id,
            name,
            users: entry.users,
            findings: &decision.diagnostics,
        };
        Ok(print(&if self.json {
            json::client(&stopping)
        } else {
            format!("{}\n", styles().client(&stopping))
        })?)
    }

    /// What the settings say of a client, and what a list does.
    fn decide(&self, entry: &Entry) -> Result<(Decision, Listed), Box<dyn Error>> {
        readable(entry)?;
        let context = context_of(entry, Caller::default(), self.now)?;
        let decision = self.plugin.review(&context, &entry.client_id)?;
        Ok((decision, listed(self.plugin, entry, self.now)?))
    }
}
