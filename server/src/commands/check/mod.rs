//! `gatepost-server check`: what a registration would be decided, without one being made.

mod excerpt;
pub(super) mod json;
mod locate;
mod registered;
mod report;
mod secrets;
pub(super) mod show;
mod text;

use std::error::Error;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use gatepost_directory::{Permission, now};
use gatepost_plugin::{
    Caller, Context, Credential, Decision, Outcome, Plugin, SettingFinding, Severity, Usage,
};
use rand::rngs::SysError;

use self::report::Report;
use self::show::{print, styles};
use super::exit::Undone;
use super::nearest;
use super::printable::printable;
use super::review;
use super::said::complain;
use super::tools::{Places, runtime};
use super::verdict::Verdict;
use crate::config::{self, Config, ConfigError, Mistake, Overrides, Written};
use crate::decide::{entropy, remarks};

pub(super) use self::report::{Stopping, line};

/// What to check, and how to show it.
#[derive(Args, Clone, Debug)]
pub(super) struct CheckFlags {
    /// Client metadata documents, JSON; `-` reads standard input
    #[arg(value_name = "DOCUMENT", required_unless_present = "config")]
    pub(super) documents: Vec<PathBuf>,
    /// Configuration file, TOML [default: every setting's default]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Data folder: say what the settings mean for the clients and keys in it, and how many clients would stop working
    #[arg(long, value_name = "DIR", requires = "config")]
    pub(super) data: Option<PathBuf>,
    /// The plugin: `component` for the built-in one, or the file of a component or a C library [default: linked in]
    #[arg(long, value_name = "FILE")]
    pub(super) plugin: Option<PathBuf>,
    /// Decide as for a caller without an API key
    #[arg(long)]
    pub(super) anonymous: bool,
    /// How to show what is found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: CheckFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
}

impl CheckFlags {
    const fn is_json(&self) -> bool {
        self.json || matches!(self.format, CheckFormat::Json)
    }
}

/// How to show what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For a person, as a compiler shows it
    Text,
    /// For a program, a JSON object in a line for each document
    Json,
}

/// Checks the documents, or the settings if there is no document, and prints what was found.
///
/// Nothing is stored, and a data folder is only read, if one is named.
pub(super) fn run(flags: &CheckFlags) -> Result<Verdict, Box<dyn Error>> {
    if flags.documents.is_empty() {
        return check_settings(flags);
    }
    let from_stdin = flags.documents.iter().filter(|path| is_stdin(path));
    if from_stdin.count() > 1 {
        let said = "standard input can be read only once: give `-` one time";
        return Err(Undone::Mistake(said.to_owned()).into());
    }
    let (plugin, warnings) = load(flags)?;
    // Nobody chose the defaults, so that nobody has to be warned of them.
    for warning in warnings.iter().filter(|_| flags.config.is_some()) {
        complain(&config::line(warning));
    }
    let mut verdict = Verdict::Accepted;
    let mut separator = "";
    for path in &flags.documents {
        let name = path.to_string_lossy();
        let (document, decision) = match decide(path, &*plugin, flags) {
            Ok(decided) => decided,
            Err(error) => {
                let name = printable(&name, usize::MAX);
                complain(&format!("{name}: {error}"));
                verdict = Verdict::Failed;
                continue;
            }
        };
        let report = Report::new(&name, &document, &decision);
        match flags.is_json() {
            true => print(&json::document(&report))?,
            false => {
                print(&format!("{separator}{}", styles().document(&report)))?;
                separator = "\n";
            }
        }
        verdict = verdict.max(match decision.outcome {
            Outcome::Accept => Verdict::Accepted,
            Outcome::Refuse => Verdict::Refused,
        });
    }
    Ok(verdict)
}

fn decide(
    path: &Path,
    plugin: &dyn Plugin,
    flags: &CheckFlags,
) -> Result<(Vec<u8>, Decision), Box<dyn Error>> {
    let document = read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let decision = plugin.register(&context(flags)?, &document)?;
    Ok((document, decision))
}

/// Shows what is wrong with the settings, or unwise.
fn check_settings(flags: &CheckFlags) -> Result<Verdict, Box<dyn Error>> {
    let (plugin, file, found) = match load(flags) {
        Ok((plugin, warnings)) => {
            let file = config_of(flags)?.file();
            let found = Mistake::all(file.as_deref(), warnings);
            (Some(plugin), file, found)
        }
        Err(error) => {
            let (file, found) = mistakes(error)?;
            (None, file, found)
        }
    };
    print(&match flags.is_json() {
        true => json::settings(file.as_deref(), &found),
        false => styles().settings(file.as_deref(), &found),
    })?;
    let is_error = |mistake: &Mistake| mistake.finding.severity == Severity::Error;
    if found.iter().any(is_error) {
        return Ok(Verdict::Failed);
    }
    match (&flags.data, plugin) {
        (Some(_), Some(plugin)) => check_clients(flags, &*plugin),
        _ => Ok(Verdict::Accepted),
    }
}

/// Shows how many clients in the data folder would stop working, and why, as `review` does.
fn check_clients(flags: &CheckFlags, plugin: &dyn Plugin) -> Result<Verdict, Box<dyn Error>> {
    let found = review::judge(&config_of(flags)?, &places(flags), plugin, |_| Ok(()))?;
    print(&match flags.is_json() {
        true => found.json(),
        false => format!("\n{}", found.summary()),
    })?;
    if found.verdict() == Verdict::Refused && !flags.is_json() {
        print("The command `review` with the same options shows which.\n")?;
    }
    Ok(found.verdict())
}

/// The mistakes that an error is about, or else the error.
fn mistakes(error: Box<dyn Error>) -> Result<(Option<Arc<Written>>, Vec<Mistake>), Box<dyn Error>> {
    match *error.downcast()? {
        ConfigError::Mistakes { file, mistakes } => Ok((file, mistakes)),
        error => Err(error.into()),
    }
}

/// The plugin, and what is unwise about its settings.
fn load(flags: &CheckFlags) -> Result<(Arc<dyn Plugin>, Vec<SettingFinding>), Box<dyn Error>> {
    let config = config_of(flags)?;
    if flags.data.is_some() {
        nearest::is_there(&config, &places(flags))?;
    }
    let plugin = config.compile(&config.public_url(config.listen))?;
    let mut warnings = match flags.data {
        None => config::warnings(&*plugin),
        Some(_) => runtime()?.block_on(async {
            let directory = gatepost_directory::open_to_read(&config.store).await?;
            Ok::<_, Box<dyn Error>>(remarks(&*plugin, &*directory, now()).await?)
        })?,
    };
    if let Some(path) = &flags.config {
        warnings.extend(config::exposed(path, &config));
    }
    Ok((plugin, warnings))
}

fn config_of(flags: &CheckFlags) -> Result<Config, ConfigError> {
    Config::load(&Overrides {
        config: flags.config.clone(),
        data: flags.data.clone(),
        plugin: flags.plugin.clone(),
        ..Overrides::default()
    })
}

fn places(flags: &CheckFlags) -> Places {
    Places {
        config: flags.config.clone(),
        data: flags.data.clone(),
    }
}

/// The facts of a registration that meets no limit but those on documents.
fn context(flags: &CheckFlags) -> Result<Context, SysError> {
    let (credential, permissions) = if flags.anonymous {
        (Credential::Missing, &[][..])
    } else {
        (Credential::Accepted, Permission::REGISTRATION)
    };
    Ok(Context {
        now: now(),
        entropy: entropy::draw()?,
        caller: Caller {
            credential,
            permissions: permissions
                .iter()
                .map(|permission| permission.name().to_owned())
                .collect(),
            ..Caller::default()
        },
        usage: Usage::default(),
        record: None,
    })
}

pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut document = Vec::new();
    let limit = DOCUMENT_LIMIT + 1;
    if is_stdin(path) {
        io::stdin().lock().take(limit).read_to_end(&mut document)?;
    } else {
        File::open(path)?.take(limit).read_to_end(&mut document)?;
    }
    if document.len() as u64 > DOCUMENT_LIMIT {
        return Err(io::Error::other(format!(
            "it is larger than {DOCUMENT_LIMIT} bytes"
        )));
    }
    Ok(document)
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// How large a document may be to be checked at all, in bytes. A plugin has its own limit.
const DOCUMENT_LIMIT: u64 = 1 << 20;
