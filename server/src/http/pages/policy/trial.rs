//! Other settings are tried on all clients and on past decisions: which clients would stop working, and which decisions would be
//! others. Nothing is changed.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::{Entry, Order, Permission, Search};
use gatepost_plugin::{Caller, Decision, Diagnostic, Outcome, Plugin, Severity};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config;
use crate::config::Config;
use crate::decide::stored::{Listed, context_of, listed, waits};
use crate::http::pages::clients::address;
use crate::http::pages::mistakes::{Field, Mistake, Mistakes};
use crate::http::pages::policy::past::Past;
use crate::http::pages::visitor::{Form, Instead};
use crate::http::shared::app::App;
use crate::http::shared::cut::Cut;
use crate::http::shared::form::Parameters;
use crate::http::shared::refusal::Refusal;

/// How many clients are read at once.
const PAGE: u32 = 500;

/// For how long a trial goes on. What is left then is said.
const LONGEST: Duration = Duration::from_secs(20);

/// How many clients are shown of those that would stop working, and how many reasons.
const MOST_SHOWN: usize = 50;

/// How long the settings may be, in bytes.
const LONGEST_SETTINGS: usize = 64 << 10;

/// One trial at a time: it takes as much of the processor as there is. The work has it until it ends, although the browser
/// may have gone before.
static TURN: Semaphore = Semaphore::const_new(1);

const SETTINGS: Field = ("settings", "Settings to try");

#[derive(Template)]
#[template(path = "trial.html")]
struct Trial<'a> {
    visitor: &'a str,
    csrf: String,
    typed: &'a str,
    mistakes: Mistakes,
    warnings: Vec<String>,
    /// What was found; `None` if the settings cannot be tried.
    found: Option<Found>,
}

/// What would become of the clients.
#[derive(Default)]
struct Found {
    /// How many work under the settings in force, of those that were judged.
    working: u64,
    total: u64,
    /// Whether the time was over before all were judged.
    is_cut_short: bool,
    stopping: u64,
    users: u64,
    unreadable: u64,
    /// Why, and how many clients each reason holds for.
    reasons: Vec<(String, u64)>,
    shown: Vec<Stopping>,
    past: Past,
    counts: BTreeMap<String, u64>,
}

/// A client that would stop working.
struct Stopping {
    name: Cut,
    client_id: Cut,
    link: String,
    users: u64,
    reasons: Vec<String>,
}

/// The settings that are written, without secrets, as they are written.
pub(super) fn written(config: &Config) -> String {
    let mut table = config.written().clone();
    table.retain(|key, _| !config.is_secret(key));
    table.to_string()
}

/// `POST /admin/policy/try`
pub(in crate::http::pages) async fn try_out(form: Form) -> Result<Response, Instead> {
    let Form { visitor, body } = form;
    // The rest of the time that a request may take is for what cannot be cut short.
    let until = Instant::now() + LONGEST.min(visitor.app.limits.request * 2 / 3);
    for permission in [Permission::OauthClientList, Permission::OauthClientGet] {
        let required = visitor.administrator().require(permission);
        required.map_err(|error| visitor.not_done(error))?;
    }
    let form = Parameters::read(&body);
    let typed = form.get(SETTINGS.0).unwrap_or_default();
    let page = |mistakes: Mistakes, warnings, found| {
        let status = match mistakes.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::BAD_REQUEST,
        };
        let trial = Trial {
            visitor: visitor.name(),
            csrf: visitor.csrf(),
            typed,
            mistakes,
            warnings,
            found,
        };
        visitor.page(status, &trial)
    };
    let wrong = |text: String| Ok(page(Mistakes::one(SETTINGS, text), Vec::new(), None));
    if typed.len() > LONGEST_SETTINGS {
        return wrong(format!("They are longer than {LONGEST_SETTINGS} bytes."));
    }
    let settings = match table(typed) {
        Ok(settings) => settings,
        Err(error) => return wrong(error),
    };
    let Ok(turn) = TURN.try_acquire() else {
        return wrong("Somebody else tries settings now. Send it again in a moment.".to_owned());
    };
    let app = &visitor.app;
    let config = app.config().with_settings(settings);
    let public_url = app.public_url.clone();
    let loaded = tokio::task::spawn_blocking(move || (config.load_plugin(&public_url), turn)).await;
    let (plugin, turn) = loaded.map_err(|_| Refusal::Failed)?;
    let plugin = match plugin {
        Ok(plugin) => plugin,
        Err(gatepost_plugin::LoadError::Settings(findings)) => {
            let mistakes = findings.iter().map(|finding| Mistake {
                field: Some(SETTINGS),
                message: config::line(finding),
                severity: Severity::Error,
            });
            return Ok(page(mistakes.collect(), Vec::new(), None));
        }
        Err(error) => return wrong(config::with_causes(&error)),
    };
    let warnings = visitor.warnings(&*plugin).await?;
    let plugins = Plugins {
        in_force: app.decider.plugin(),
        tried: plugin,
    };
    let watch = Arc::clone(&app.watch);
    let replayed = tokio::task::spawn_blocking(move || {
        let now = Instant::now();
        // The other half is for clients.
        let half = now + until.saturating_duration_since(now) / 2;
        let Plugins { in_force, tried } = &plugins;
        let past = Past::replay(&watch.audit, &**in_force, &**tried, half);
        (past, plugins, turn)
    });
    let (past, plugins, turn) = replayed.await.map_err(|_| Refusal::Failed)?;
    let past = past.map_err(|error| {
        tracing::error!(%error, "the audit log cannot be read");
        Refusal::Failed
    })?;
    let found = Found {
        past,
        ..judge_all(app, plugins, visitor.now, until, turn).await?
    };
    Ok(page(Mistakes::default(), warnings, Some(found)))
}

/// The settings that are typed: with the heading of their table, or without.
fn table(typed: &str) -> Result<toml::Table, String> {
    let read: toml::Table = typed
        .parse()
        .map_err(|error: toml::de::Error| error.to_string())?;
    let oauth = read
        .get("oauth")
        .and_then(|oauth| oauth.get("client-registration"));
    match oauth.and_then(toml::Value::as_table) {
        Some(table) if read.len() == 1 => Ok(table.clone()),
        Some(_) => Err("Only the table [oauth.client-registration] can be tried.".to_owned()),
        None => Ok(read),
    }
}

/// The plugin with the settings in force, and with those that are tried.
struct Plugins {
    in_force: Arc<dyn Plugin>,
    tried: Arc<dyn Plugin>,
}

async fn judge_all(
    app: &Arc<App>,
    mut plugins: Plugins,
    now: u64,
    until: Instant,
    mut turn: SemaphorePermit<'static>,
) -> Result<Found, Refusal> {
    let directory = app.decider.directory();
    let failed = |error: gatepost_directory::DirectoryError| {
        crate::http::shared::answer::refusal(error.into())
    };
    let listing = gatepost_directory::Listing {
        limit: 0,
        now,
        ..gatepost_directory::Listing::default()
    };
    let mut found = Found {
        total: directory.list(&listing).await.map_err(failed)?.total,
        ..Found::default()
    };
    let mut search = Search {
        order: Order::NewestFirst,
        ..Search::all(PAGE, now)
    };
    loop {
        let page = directory.clients(&search).await.map_err(failed)?;
        let Some(last) = page.last() else { break };
        search.after = Some(last.place);
        let judged = tokio::task::spawn_blocking(move || {
            for entry in &page {
                if Instant::now() >= until {
                    found.is_cut_short = true;
                    break;
                }
                found.judge(&plugins, entry, now);
            }
            (found, plugins, turn)
        });
        (found, plugins, turn) = judged.await.map_err(|_| Refusal::Failed)?;
        if found.is_cut_short {
            break;
        }
    }
    drop(turn);
    let counts = std::mem::take(&mut found.counts);
    found.reasons = counts.into_iter().collect();
    found
        .reasons
        .sort_by_key(|(_, clients)| std::cmp::Reverse(*clients));
    found.reasons.truncate(MOST_SHOWN);
    Ok(found)
}

impl Found {
    /// Whether more would stop working than are shown.
    fn is_cut(&self) -> bool {
        self.stopping > self.shown.len() as u64
    }

    fn judge(&mut self, plugins: &Plugins, entry: &Entry, now: u64) {
        let Plugins { in_force, tried } = plugins;
        let decided = || {
            let context = context_of(entry, Caller::default(), now)?;
            let before = in_force.review(&context, &entry.client_id)?;
            let after = tried.review(&context, &entry.client_id)?;
            Ok::<_, Box<dyn Error>>((before, after, listed(&**tried, entry, now)?))
        };
        let (before, after, listed) = match (&entry.unreadable, decided()) {
            (None, Ok(decided)) => decided,
            _ => {
                self.unreadable += 1;
                return;
            }
        };
        let Listed::Live { name } = listed else {
            return;
        };
        if !works(&before) {
            return;
        }
        self.working += 1;
        if works(&after) {
            return;
        }
        self.stopping += 1;
        self.users += entry.users;
        let is_error = |finding: &&Diagnostic| finding.severity == Severity::Error;
        let errors: Vec<&Diagnostic> = after.diagnostics.iter().filter(is_error).collect();
        let mut codes: Vec<String> = errors
            .iter()
            .map(|finding| format!("{} ({})", finding.message, finding.code))
            .collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            // There are as many reasons as the plugin has rules, if they name nothing of the client's.
            if self.counts.len() < 1_000 || self.counts.contains_key(&code) {
                *self.counts.entry(code).or_default() += 1;
            }
        }
        if self.shown.len() < MOST_SHOWN {
            self.shown.push(Stopping {
                name: Cut::new(name.as_deref().unwrap_or("(no name)")),
                client_id: Cut::new(&entry.client_id),
                link: address(&entry.client_id),
                users: entry.users,
                reasons: errors
                    .iter()
                    .map(|finding| finding.message.clone())
                    .collect(),
            });
        }
    }
}

/// Whether a client can be used that this is said of.
fn works(review: &Decision) -> bool {
    review.outcome == Outcome::Accept && !waits(&review.diagnostics)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_with_and_without_a_heading() {
        for (typed, expected) in [
            ("require = true", Ok("require")),
            ("[oauth.client-registration]\nrequire = true", Ok("require")),
            ("", Ok("")),
            (
                "[server]\nlisten = 1\n[oauth.client-registration]\nrequire = true",
                Err(()),
            ),
            ("require = ", Err(())),
        ] {
            let found = table(typed).map(|table| {
                let keys: Vec<_> = table.keys().cloned().collect();
                keys.join(" ")
            });
            assert_eq!(
                found.map_err(|_| ()).as_deref(),
                expected.as_deref(),
                "{typed}"
            );
        }
    }
}
