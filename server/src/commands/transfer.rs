//! `gatepost-server export` and `gatepost-server import`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use gatepost_directory::transfer::{ImportError, Line};
use gatepost_directory::{DirectoryError, now};
use gatepost_plugin::{Caller, Plugin, PluginError};

use super::tools::{Done, Tools, runtime, with_journal};
use super::unreadable::Unreadable;
use crate::config;
use crate::decide::stored;
use crate::observe::audit::{Act, Deed};

/// How long a line may be, in bytes: a record, and some.
const LONGEST: u64 = 4 << 20;

#[derive(Args)]
pub(super) struct Flags {
    /// The file; `-` is standard output or input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    tools: Tools,
}

pub(super) fn export(flags: Flags) -> Done {
    let config = flags.tools.config()?;
    runtime()?.block_on(async {
        // A name that is mistyped is not to become a directory, nor a file with nothing in it.
        let directory = gatepost_directory::open_to_read(&config.store).await?;
        let mut out = destination(&flags.file)?;
        let mut write = |line: &Line| {
            let written = serde_json::to_string(line).map_err(io::Error::other);
            let written = written.and_then(|line| writeln!(out, "{line}"));
            written.map_err(|error| DirectoryError::Failed(error.to_string()))
        };
        let exported = directory.export(&mut write).await;
        directory.close().await;
        let left_out = exported?;
        out.flush()?;
        let mut unreadable = Unreadable::default();
        for row in &left_out {
            unreadable.note("row", &row.what, &row.reason);
        }
        match left_out.len() {
            0 => Ok(ExitCode::SUCCESS),
            rows => Err(format!(
                "{rows} rows are not in what was exported, so that it has no last line; `import --without-end` \
                 takes over the rest"
            )
            .into()),
        }
    })
}

/// There are hashes of passwords in it.
fn destination(file: &Path) -> Result<Box<dyn Write + Send>, String> {
    if is_standard(file) {
        return Ok(Box::new(io::stdout()));
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|error| format!("cannot create {}: {error}", file.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

#[derive(Args)]
pub(super) struct ImportFlags {
    #[command(flatten)]
    of: Flags,
    /// Take over a file without its last line, which says that it is whole; such as one of an earlier version
    #[arg(long)]
    without_end: bool,
}

pub(super) fn import(flags: ImportFlags) -> Done {
    let ImportFlags {
        of: flags,
        without_end,
    } = flags;
    let config = flags.tools.clone().config()?;
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    let reader: Box<dyn BufRead + Send> = match is_standard(&flags.file) {
        true => Box::new(BufReader::new(io::stdin())),
        false => Box::new(BufReader::new(File::open(&flags.file).map_err(
            |error| format!("cannot read {}: {error}", flags.file.display()),
        )?)),
    };
    with_journal(flags.tools, async |directory, journal| {
        let lines = Lines {
            reader,
            plugin,
            number: 0,
            has_ended: false,
            without_end,
        };
        directory.import(Box::new(lines)).await?;
        journal.note_act(Act::on_command_line(Deed::Imported, now()), None);
        Ok(ExitCode::SUCCESS)
    })
}

fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// The lines of a file, each with its number if it is wrong, or if the plugin takes it for wrong.
struct Lines {
    reader: Box<dyn BufRead + Send>,
    plugin: Arc<dyn Plugin>,
    number: u64,
    has_ended: bool,
    /// Whether the last line is made up if it is missing.
    without_end: bool,
}

impl Iterator for Lines {
    type Item = Result<Line, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut text = Vec::new();
        self.number += 1;
        let read = io::Read::take(&mut self.reader, LONGEST).read_until(b'\n', &mut text);
        let reason = match read {
            Ok(0) if self.without_end && !self.has_ended => {
                self.has_ended = true;
                let lines = self.number - 1;
                return Some(Ok(Line::End { lines }));
            }
            Ok(0) => return None,
            Ok(_) => match self.checked(&text) {
                Ok(line) => {
                    self.has_ended |= matches!(line, Line::End { .. });
                    return Some(Ok(line));
                }
                Err(reason) => reason,
            },
            Err(error) => error.to_string(),
        };
        Some(Err(ImportError::Line {
            number: self.number,
            reason,
        }))
    }
}

impl Lines {
    /// A line as it is read, with terms that the plugin takes and a record that it can read.
    fn checked(&self, text: &[u8]) -> Result<Line, String> {
        let line: Line = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let failed = |error: PluginError| config::with_causes(&error);
        match &line {
            Line::Key {
                terms: Some(terms), ..
            } => {
                let checked = self.plugin.check_terms(terms).map_err(failed)?;
                checked.map_err(|findings| {
                    format!("the terms have mistakes{}", config::list(&findings))
                })?;
            }
            Line::Client {
                client_id, record, ..
            } => {
                let context = stored::context(record.clone(), Caller::default(), now());
                let context = context.map_err(|error| error.to_string())?;
                // Whether the client may be used is not asked.
                self.plugin.review(&context, client_id).map_err(failed)?;
            }
            _ => {}
        }
        Ok(line)
    }
}
