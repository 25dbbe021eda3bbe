//! `gatepost-server review`: which clients would stop working under other settings.

use std::error::Error;

use gatepost_directory::{Entry, Search};
use gatepost_plugin::{
    Caller, Context, Credential, Diagnostic, Outcome, Plugin, PluginError, Usage,
};

use super::{Verdict, json, print, printable, styles};
use crate::cli::{Places, ReviewFlags, ServeFlags};
use crate::config::{self, Config};

/// How many clients are read at once.
const PAGE: u32 = 1000;

/// Judges every client in the directory by these settings, and prints those that would stop working.
///
/// Nothing is written.
pub fn run(flags: &ReviewFlags) -> Result<Verdict, Box<dyn Error>> {
    let config = Config::load(&ServeFlags {
        places: Places {
            config: Some(flags.config.clone()),
            data: flags.data.clone(),
        },
        plugin: flags.plugin.clone(),
        ..ServeFlags::default()
    })?;
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    for warning in plugin.warnings() {
        eprintln!("gatepost-server: {}", config::line(&warning));
    }
    let now = gatepost_directory::now();
    let review = Review {
        plugin: &*plugin,
        now,
        json: flags.json,
    };
    let found = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
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

/// A client that would stop working.
pub(super) struct Stopping<'a> {
    pub(super) client_id: &'a str,
    pub(super) name: Option<String>,
    pub(super) users: u64,
    pub(super) findings: &'a [Diagnostic],
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
        found.clients += 1;
        let context = context_of(entry, Caller::default(), self.now)?;
        let decision = match self.plugin.review(&context, &entry.client_id) {
            Ok(decision) => decision,
            Err(error) => {
                let client_id = printable(&entry.client_id, usize::MAX);
                eprintln!("gatepost-server: {client_id}: {error}");
                found.unjudged += 1;
                return Ok(());
            }
        };
        if decision.outcome == Outcome::Accept {
            return Ok(());
        }
        found.stopping += 1;
        found.users += entry.users;
        let stopping = Stopping {
            client_id: &entry.client_id,
            name: name(self.plugin, entry, self.now)?,
            users: entry.users,
            findings: &decision.diagnostics,
        };
        Ok(print(&if self.json {
            json::client(&stopping)
        } else {
            format!("{}\n", styles().client(&stopping))
        })?)
    }
}

/// The name that a client registered, if it has one. A record is the plugin's, so that it is asked.
pub(crate) fn name(
    plugin: &dyn Plugin,
    entry: &Entry,
    now: u64,
) -> Result<Option<String>, Box<dyn Error>> {
    let administrator = Caller {
        credential: Credential::Accepted,
        permissions: vec!["authenticate".to_owned(), "oauth-client-get".to_owned()],
        ..Caller::default()
    };
    let context = context_of(entry, administrator, now)?;
    let answer = plugin.read(&context, &entry.client_id);
    let read = |body: String| {
        let answer: serde_json::Value = serde_json::from_str(&body).ok()?;
        Some(answer.get("client_name")?.as_str()?.to_owned())
    };
    Ok(answer
        .map_err(|error: PluginError| format!("{}: {error}", entry.client_id))
        .map(|decision| read(decision.response.body))?)
}

fn context_of(entry: &Entry, caller: Caller, now: u64) -> Result<Context, getrandom::Error> {
    let mut entropy = vec![0; 32];
    getrandom::fill(&mut entropy)?;
    Ok(Context {
        now,
        entropy,
        caller,
        usage: Usage::default(),
        record: Some(entry.record.clone()),
    })
}
