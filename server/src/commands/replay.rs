//! `gatepost-server replay`: what other settings would have decided.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use gatepost_plugin::{Decision, Outcome, Plugin};
use serde::Serialize;

use super::printable::printable;
use super::said::said;
use super::verdict::Verdict;
use crate::config::{Config, Overrides};
use crate::observe::audit::{Entry, Line, Summed};
use crate::observe::replay::{Again, Gist, again};

/// How long a line may be, in bytes: a registration, a record, and some.
const LONGEST: u64 = 1 << 20;

/// What to decide again, and how to show it.
#[derive(Args, Clone, Debug)]
pub(super) struct ReplayFlags {
    /// The settings to decide by: a configuration file, TOML
    #[arg(long, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// The audit log, such as gatepost-data/audit.jsonl; what administrators decided is in audit-administration.jsonl beside it
    #[arg(value_name = "AUDIT")]
    pub(super) log: PathBuf,
    /// The plugin: `component` for the built-in one, or the file of a component or a C library [default: linked in]
    #[arg(long, value_name = "FILE")]
    pub(super) plugin: Option<PathBuf>,
    /// Show what is found as JSON: a line for each decision that would be another, and one for all
    #[arg(long)]
    pub(super) json: bool,
}

/// Decides an audit log again, and prints what would be others.
pub(super) fn run(flags: &ReplayFlags) -> Result<Verdict, Box<dyn Error>> {
    let config = Config::load(&Overrides {
        config: Some(flags.config.clone()),
        plugin: flags.plugin.clone(),
        ..Overrides::default()
    })?;
    let plugin = config.compile(&config.public_url(config.listen))?;
    let mut stdout = io::stdout().lock();
    let found = decide_again(&*plugin, &flags.log, flags.json, &mut stdout)?;
    match flags.json {
        true => writeln!(stdout, "{}", serde_json::to_string(&found)?)?,
        false => {
            writeln!(
                stdout,
                "{} of {} decisions would be others; {} cannot be made again without a secret, {} cannot be read",
                found.changed, found.decisions, found.undecidable, found.unreadable
            )?;
            if found.cut > 0 {
                writeln!(stdout, "{} were cut, and are not made again", found.cut)?;
            }
            if found.summed > 0 {
                writeln!(
                    stdout,
                    "{} more were only counted, because too many came from their networks",
                    found.summed
                )?;
            }
        }
    }
    Ok(match (found.unreadable, found.changed) {
        (0, 0) => Verdict::Accepted,
        (0, _) => Verdict::Refused,
        _ => Verdict::Failed,
    })
}

/// What came to light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Found {
    /// Decisions in the log.
    pub decisions: u64,
    /// Those that would be others.
    pub changed: u64,
    /// Those that cannot be made again, because a secret was needed.
    pub undecidable: u64,
    /// Those that cannot be made again, because what was asked was too long to be written down whole.
    pub cut: u64,
    /// Those that have no line of their own. They are not among the decisions.
    pub summed: u64,
    /// Lines that cannot be read, or are not whole.
    pub unreadable: u64,
}

/// A decision that would be another.
#[derive(Debug, Serialize)]
struct Changed<'a> {
    line: u64,
    at: u64,
    operation: &'a str,
    client_id: Option<&'a str>,
    account: Option<&'a str>,
    was: Said<'a>,
    would_be: Said<'a>,
}

#[derive(Debug, Serialize)]
struct Said<'a> {
    accepted: bool,
    status: u16,
    codes: Vec<&'a str>,
}

/// Decides every line of a log again, and prints those that come out differently: in words, or as
/// JSON lines.
fn decide_again(
    plugin: &dyn Plugin,
    log: &Path,
    is_json: bool,
    out: &mut dyn Write,
) -> Result<Found, Box<dyn Error>> {
    let file =
        File::open(log).map_err(|error| format!("cannot read {}: {error}", log.display()))?;
    let mut reader = BufReader::new(file);
    let mut found = Found::default();
    let mut text = Vec::new();
    let mut records = HashMap::new();
    let unreadable = |found: &mut Found, number: u64, why: &dyn fmt::Display| {
        found.unreadable += 1;
        said(&format!("{}:{number}: {why}", log.display()));
    };
    for number in 1.. {
        text.clear();
        let read = std::io::Read::take(&mut reader, LONGEST).read_until(b'\n', &mut text)?;
        if read == 0 {
            break;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let line = match Entry::read(&text) {
            Ok(Entry::Decision(line)) => *line,
            Ok(Entry::Record(record)) => {
                records.insert(record.hash, record.record);
                continue;
            }
            Ok(Entry::Sum(sum)) => {
                if sum.of == Summed::Decisions {
                    found.summed += sum.count;
                }
                continue;
            }
            Ok(Entry::Act(_) | Entry::Event(_)) => continue,
            Err(error) => {
                unreadable(&mut found, number, &error);
                continue;
            }
        };
        let record = line.record_hash.as_ref().map(|hash| records.get(hash));
        if record == Some(None) {
            unreadable(&mut found, number, &"the client's record is not before it");
            continue;
        }
        let record = record.flatten().map(String::as_str);
        let again = match again(plugin, &line, record) {
            Ok(again) => again,
            Err(error) => {
                unreadable(&mut found, number, &error);
                continue;
            }
        };
        found.decisions += 1;
        let decision = match again {
            Again::Decided(decision) if Gist::of(&decision) == Gist::of_line(&line) => continue,
            Again::Decided(decision) => decision,
            Again::Undecidable => {
                found.undecidable += 1;
                continue;
            }
            Again::Cut => {
                found.cut += 1;
                continue;
            }
        };
        found.changed += 1;
        let changed = changed(number, &line, &decision);
        match is_json {
            true => writeln!(out, "{}", serde_json::to_string(&changed)?)?,
            false => {
                let (was, would_be) = (Gist::of_line(&line), Gist::of(&decision));
                let of = printable(changed.client_id.unwrap_or("a new client"), usize::MAX);
                let operation = changed.operation;
                writeln!(
                    out,
                    "line {number}: {operation} of {of}: was {was}, would be {would_be}"
                )?;
            }
        }
    }
    Ok(found)
}

fn changed<'a>(number: u64, line: &'a Line, decision: &'a Decision) -> Changed<'a> {
    let codes = decision.diagnostics.iter();
    Changed {
        line: number,
        at: line.at,
        operation: &line.operation,
        client_id: line.client_id.as_deref().or(line.subject.as_deref()),
        account: line.caller.account.as_deref(),
        was: Said {
            accepted: line.accepted,
            status: line.status,
            codes: line.codes.iter().map(String::as_str).collect(),
        },
        would_be: Said {
            accepted: decision.outcome == Outcome::Accept,
            status: decision.response.status,
            codes: codes.map(|finding| &*finding.code).collect(),
        },
    }
}
