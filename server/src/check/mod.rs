//! `gatepost-server check`: what a registration would be decided, without one being made.

mod directory;
mod excerpt;
mod json;
mod locate;
mod printable;
mod registered;
pub mod review;
mod secrets;
mod text;

use std::error::Error;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use gatepost_directory::Permission;
use gatepost_directory::now;
use gatepost_plugin::{
    Caller, Context, Credential, Decision, Diagnostic, LoadError, Outcome, Plugin, SettingFinding,
    Severity, Usage,
};

use self::locate::{Place, line_and_column, locate};
pub(crate) use self::printable::printable;
use self::registered::Difference;
use self::text::Styles;
use crate::cli::{CheckFlags, CheckFormat, Places, ServeFlags};
use crate::config::{self, Config, ConfigError};

/// How a check went, the worst last. On the command line it is the exit code 0, 1 or 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every document is accepted, or there are none and the settings are right.
    Accepted,
    /// A document is refused.
    Refused,
    /// A document was not decided, or the settings have mistakes.
    Failed,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict as u8)
    }
}

/// Checks the documents, or the settings if there is no document, and prints what was found.
///
/// Nothing is stored, and a data folder is only read, if one is named.
pub fn run(flags: &CheckFlags) -> Result<Verdict, Box<dyn Error>> {
    if flags.documents.is_empty() {
        return check_settings(flags);
    }
    let from_stdin = flags.documents.iter().filter(|path| is_stdin(path));
    if from_stdin.count() > 1 {
        return Err("standard input can be read only once: give `-` one time".into());
    }
    let (plugin, warnings) = load(flags)?;
    for warning in warnings {
        eprintln!("gatepost-server: {}", config::line(&warning));
    }
    let mut verdict = Verdict::Accepted;
    let mut separator = "";
    for path in &flags.documents {
        let name = path.to_string_lossy();
        let (document, decision) = match decide(path, &*plugin, flags) {
            Ok(decided) => decided,
            Err(error) => {
                eprintln!("gatepost-server: {}: {error}", printable(&name, usize::MAX));
                verdict = Verdict::Failed;
                continue;
            }
        };
        let report = Report::new(&name, &document, &decision);
        match flags.format {
            CheckFormat::Json => print(&json::document(&report))?,
            CheckFormat::Text => {
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
    let findings = match load(flags) {
        Ok((_, warnings)) => warnings,
        Err(error) => mistakes(error)?,
    };
    let path = flags.config.as_deref().unwrap_or(Path::new(""));
    let path = path.to_string_lossy();
    print(&match flags.format {
        CheckFormat::Json => json::settings(&path, &findings),
        CheckFormat::Text => styles().settings(&path, &findings),
    })?;
    let is_error = |finding: &SettingFinding| finding.severity == Severity::Error;
    Ok(if findings.iter().any(is_error) {
        Verdict::Failed
    } else {
        Verdict::Accepted
    })
}

/// The mistakes that an error is about, or else the error.
fn mistakes(error: Box<dyn Error>) -> Result<Vec<SettingFinding>, Box<dyn Error>> {
    let error = match error.downcast() {
        Ok(error) => match *error {
            ConfigError::Mistakes { findings, .. } => return Ok(findings),
            error => return Err(error.into()),
        },
        Err(error) => error,
    };
    match *error.downcast()? {
        LoadError::Settings(findings) => Ok(findings),
        error => Err(error.into()),
    }
}

/// The plugin, and what is unwise about its settings.
fn load(flags: &CheckFlags) -> Result<(Arc<dyn Plugin>, Vec<SettingFinding>), Box<dyn Error>> {
    let config = Config::load(&ServeFlags {
        places: Places {
            config: flags.config.clone(),
            data: flags.data.clone(),
        },
        plugin: flags.plugin.clone(),
        ..ServeFlags::default()
    })?;
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    let warnings = match flags.data {
        None => plugin.warnings(),
        Some(_) => directory::amend(plugin.warnings(), &config.store)?,
    };
    Ok((plugin, warnings))
}

/// The facts of a registration that meets no limit but those on documents.
fn context(flags: &CheckFlags) -> Result<Context, getrandom::Error> {
    let mut entropy = vec![0; 32];
    getrandom::fill(&mut entropy)?;
    let (credential, permissions) = if flags.anonymous {
        (Credential::Missing, &[][..])
    } else {
        (Credential::Accepted, Permission::REGISTRATION)
    };
    Ok(Context {
        now: now(),
        entropy,
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

pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
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

fn print(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| format!("cannot print what was found: {error}"))
}

fn styles() -> Styles {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb {
        Styles::coloured()
    } else {
        Styles::default()
    }
}

/// What was found in one document.
struct Report<'a> {
    path: &'a str,
    document: &'a [u8],
    outcome: Outcome,
    findings: Vec<Finding<'a>>,
    /// For a document that is accepted.
    difference: Option<Difference>,
}

/// A finding, and its place if it is about the document and not about who asks.
struct Finding<'a> {
    said: &'a Diagnostic,
    place: Option<Place>,
}

impl<'a> Report<'a> {
    fn new(path: &'a str, document: &'a [u8], decision: &'a Decision) -> Self {
        let all = &decision.diagnostics;
        let is_about_the_caller = matches!(decision.response.status, 401 | 403 | 429);
        let findings = all.iter().enumerate().map(|(index, said)| {
            let is_the_same =
                |other: &&Diagnostic| other.code == said.code && other.pointer == said.pointer;
            let earlier = all[..index].iter().filter(is_the_same).count();
            Finding {
                said,
                place: (!is_about_the_caller).then(|| locate(document, said, earlier)),
            }
        });
        Self {
            path,
            document,
            outcome: decision.outcome,
            findings: findings.collect(),
            difference: match decision.outcome {
                Outcome::Accept => Some(Difference::new(document, &decision.response.body)),
                Outcome::Refuse => None,
            },
        }
    }

    /// Line and column of a place, both counted from 1.
    fn line_and_column(&self, place: &Place) -> (usize, usize) {
        line_and_column(self.document, place.span.start)
    }
}

/// A finding as a line, for where no document is at hand to show.
pub(crate) fn line(said: &Diagnostic) -> String {
    let severity = severity_name(said.severity);
    let Diagnostic {
        code,
        pointer,
        message,
        ..
    } = said;
    let place = match pointer.is_empty() {
        true => String::new(),
        false => format!("{pointer}: "),
    };
    printable(&format!("{severity}[{code}]: {place}{message}"), usize::MAX)
}

const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// How large a document may be to be checked at all, in bytes. A plugin has its own limit.
const DOCUMENT_LIMIT: u64 = 1 << 20;
