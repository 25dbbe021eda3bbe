//! `gatepost-server review`: which clients would stop working under other settings.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::path::PathBuf;

use clap::Args;
use gatepost_directory::{Entry, Search};
use gatepost_plugin::{Caller, Decision, Diagnostic, Outcome, Plugin, Severity};
use serde_json::Value;

use super::check::show::{print, styles};
use super::check::{Stopping, json};
use super::nearest;
use super::printable::printable;
use super::progress::Progress;
use super::said::complain;
use super::table::{Column, Table, width_of_terminal};
use super::tools::{Places, runtime};
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
    /// The plugin: `component` for the built-in one, or the file of a component or a C library [default: linked in]
    #[arg(long, value_name = "FILE")]
    pub(super) plugin: Option<PathBuf>,
    /// Show every client that would stop working [default: the first ten]
    #[arg(long, conflicts_with = "json")]
    pub(super) all: bool,
    /// Show what is found as JSON: a line for each client that would stop working, and one for all
    #[arg(long)]
    pub(super) json: bool,
}

/// Judges every client in the directory by these settings, and shows those that would stop working.
///
/// Nothing is written.
pub(super) fn run(flags: &ReviewFlags) -> Result<Verdict, Box<dyn Error>> {
    let places = Places {
        config: Some(flags.config.clone()),
        data: flags.data.clone(),
    };
    let config = Config::load(&Overrides {
        config: places.config.clone(),
        data: places.data.clone(),
        plugin: flags.plugin.clone(),
        ..Overrides::default()
    })?;
    let plugin = config.compile(&config.public_url(config.listen))?;
    for warning in config::warnings(&*plugin) {
        complain(&config::line(&warning));
    }
    let most = match flags.all {
        true => usize::MAX,
        false => MOST_DETAILS,
    };
    let mut details = Vec::new();
    let found = judge(&config, &places, &*plugin, |stopping| {
        if flags.json {
            return print(&json::client(stopping));
        }
        if details.len() < most {
            details.push(styles().client(stopping));
        }
        Ok(())
    })?;
    if flags.json {
        print(&found.json())?;
        return Ok(found.verdict());
    }
    print(&found.summary())?;
    for detail in &details {
        print(&format!("\n{detail}"))?;
    }
    let more = found.stopping - details.len() as u64;
    if more > 0 {
        print(&format!(
            "\n{more} more would stop working; --all shows every one, and --json has a line for each\n"
        ))?;
    }
    Ok(found.verdict())
}

/// Judges every client, and tells of each that would stop working. `check` finds the same by it.
pub(super) fn judge(
    config: &Config,
    places: &Places,
    plugin: &dyn Plugin,
    mut each: impl FnMut(&Stopping<'_>) -> io::Result<()>,
) -> Result<Found, Box<dyn Error>> {
    nearest::is_there(config, places)?;
    let review = Review {
        plugin,
        now: gatepost_directory::now(),
    };
    runtime()?.block_on(async {
        let mut found = Found::default();
        let mut progress = Progress::new("reviewed", "clients");
        let directory = gatepost_directory::open_to_read(&config.store).await?;
        let mut search = Search::all(PAGE, review.now);
        loop {
            let page = directory.clients(&search).await?;
            let Some(last) = page.last() else { break };
            search.after = Some(last.place);
            for entry in &page {
                progress.step();
                review.judge(entry, &mut found, &mut each)?;
            }
        }
        directory.close().await;
        Ok(found)
    })
}

/// What came to light.
#[derive(Default)]
pub(super) struct Found {
    clients: u64,
    stopping: u64,
    users: u64,
    unjudged: u64,
    reasons: BTreeMap<String, Reason>,
}

/// Why clients would stop working.
#[derive(Default)]
struct Reason {
    clients: u64,
    users: u64,
    /// What was said of the first.
    message: String,
}

impl Found {
    /// The counts, and the reasons with theirs, the most frequent first.
    pub(super) fn summary(&self) -> String {
        let mut text = format!(
            "{} of {} clients would stop working, users: {}\n",
            self.stopping, self.clients, self.users
        )
        .into_bytes();
        let mut table = Table::new(COLUMNS, Some(width_of_terminal()), &mut text);
        for (code, reason) in self.by_weight() {
            let cells = vec![
                reason.clients.to_string(),
                reason.users.to_string(),
                code.clone(),
                reason.message.clone(),
            ];
            table.row(cells).expect("memory takes everything");
        }
        table.show().expect("memory takes everything");
        String::from_utf8(text).expect("a table is text")
    }

    /// The same for a program, in a line.
    pub(super) fn json(&self) -> String {
        let reasons: Vec<Value> = self
            .by_weight()
            .into_iter()
            .map(|(code, reason)| {
                serde_json::json!({
                    "code": code,
                    "clients": reason.clients,
                    "users": reason.users,
                    "message": reason.message,
                })
            })
            .collect();
        let told = serde_json::json!({
            "clients": self.clients,
            "stopping": self.stopping,
            "users": self.users,
            "unjudged": self.unjudged,
            "reasons": reasons,
        });
        format!("{}\n", json::ascii(&told))
    }

    pub(super) const fn verdict(&self) -> Verdict {
        match (self.unjudged, self.stopping) {
            (0, 0) => Verdict::Accepted,
            (0, _) => Verdict::Refused,
            _ => Verdict::Failed,
        }
    }

    fn by_weight(&self) -> Vec<(&String, &Reason)> {
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, reason)| std::cmp::Reverse((reason.clients, reason.users)));
        reasons
    }

    /// Counts a client once for each of its reasons.
    fn count(&mut self, findings: &[Diagnostic], users: u64) {
        self.stopping += 1;
        self.users += users;
        let errors = || {
            findings
                .iter()
                .filter(|said| said.severity == Severity::Error)
        };
        let mut counted: Vec<&str> = Vec::new();
        for said in errors().filter(|said| !said.code.is_empty()) {
            if counted.contains(&&*said.code) {
                continue;
            }
            counted.push(&said.code);
            let reason = self.reasons.entry(said.code.clone()).or_default();
            reason.clients += 1;
            reason.users += users;
            if reason.message.is_empty() {
                reason.message.clone_from(&said.message);
            }
        }
    }
}

struct Review<'a> {
    plugin: &'a dyn Plugin,
    now: u64,
}

impl Review<'_> {
    fn judge(
        &self,
        entry: &Entry,
        found: &mut Found,
        each: &mut impl FnMut(&Stopping<'_>) -> io::Result<()>,
    ) -> Result<(), Box<dyn Error>> {
        let (decision, listed) = match self.decide(entry) {
            Ok(decided) => decided,
            Err(error) => {
                let client_id = printable(&entry.client_id, usize::MAX);
                complain(&format!("{client_id}: {error}"));
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
        found.count(&decision.diagnostics, entry.users);
        Ok(each(&Stopping {
            client_id: &entry.client_id,
            name,
            users: entry.users,
            findings: &decision.diagnostics,
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

/// The reasons, with their counts.
const COLUMNS: &[Column] = &[
    Column::number("CLIENTS"),
    Column::number("USERS"),
    Column::whole("REASON"),
    Column::cut("WHAT IS SAID"),
];

/// How many clients are shown one by one.
const MOST_DETAILS: usize = 10;
