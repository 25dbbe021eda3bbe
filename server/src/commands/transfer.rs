//! `gatepost-server export` and `gatepost-server import`.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use gatepost_directory::transfer::{ImportError, Line};
use gatepost_directory::{DirectoryError, Store, now};
use gatepost_plugin::{Caller, Plugin, PluginError};
use tempfile::NamedTempFile;

use super::confirm::Consent;
use super::exit::Undone;
use super::progress::Progress;
use super::said::{counted, done, said};
use super::tools::{Done, Tools, with_new, with_reader};
use super::unreadable::Unreadable;
use crate::config;
use crate::decide::stored;
use crate::observe::audit::{Act, Deed};

/// How long a line may be, in bytes: a record, and some.
const LONGEST: u64 = 4 << 20;

/// Why a line that has a beginning and no end is not read.
const CUT_OFF: &str = "the line ends too early, so that a part of the file is missing: copy it again, or export again";

#[derive(Args)]
pub(super) struct Flags {
    /// The file; `-` is standard output
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    tools: Tools,
}

pub(super) fn export(flags: Flags) -> Done {
    // A name that is mistyped is not to become a directory, nor a file with nothing in it.
    with_reader(flags.tools, async |directory, _| {
        let mut out = Destination::open(&flags.file, flags.consent)?;
        let mut progress = Progress::new("exported", "lines");
        let mut lines = 0_u64;
        let mut unwritten = None;
        let mut write = |line: &Line| {
            lines += 1;
            progress.step();
            let written = serde_json::to_string(line).map_err(io::Error::other);
            let written = written.and_then(|line| writeln!(out.writer(), "{line}"));
            written.map_err(|error| {
                let why = error.to_string();
                unwritten = Some(error);
                DirectoryError::Failed(why)
            })
        };
        let exported = directory.export(&mut write).await;
        if let Some(error) = unwritten {
            return Err(error.into());
        }
        let left_out = exported?;
        progress.clear();
        out.finish(&flags.file)?;
        let mut unreadable = Unreadable::default();
        for row in &left_out {
            unreadable.note("row", &row.what, &row.reason);
        }
        said(&format!(
            "exported {lines} lines to {}",
            flags.file.display()
        ));
        match left_out.len() {
            0 => Ok(ExitCode::SUCCESS),
            rows => Err(Undone::Refused(format!(
                "{} left out of what was exported, so that it has no last line; `import --without-end` takes over the rest",
                counted(rows as u64, "row")
            ))
            .into()),
        }
    })
}

/// Where the lines go. There are hashes of passwords in them.
enum Destination {
    /// Standard output, a pipe, a device.
    Stream(Box<dyn Write + Send>),
    /// A file that nobody sees before it is whole.
    File(BufWriter<NamedTempFile>),
}

impl Destination {
    /// Asks before a file is replaced that is there.
    fn open(file: &Path, consent: Consent) -> Result<Self, Box<dyn Error>> {
        let in_file = |error: io::Error| format!("cannot create {}: {error}", file.display());
        if is_standard(file) {
            return Ok(Self::Stream(Box::new(io::stdout())));
        }
        match std::fs::metadata(file) {
            Ok(found) if found.is_file() => {
                consent.to(&format!(
                    "{} is there, and would be replaced.",
                    file.display()
                ))?;
            }
            Ok(found) if found.is_dir() => {
                let folder = format!("{} is a folder; name a file", file.display());
                return Err(Undone::Mistake(folder).into());
            }
            Ok(_) => {
                let stream = OpenOptions::new().write(true).open(file);
                return Ok(Self::Stream(Box::new(stream.map_err(in_file)?)));
            }
            Err(_) => {}
        }
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        // Its owner alone can read it.
        let made = NamedTempFile::new_in(folder).map_err(in_file)?;
        Ok(Self::File(BufWriter::new(made)))
    }

    fn writer(&mut self) -> &mut (dyn Write + Send) {
        match self {
            Self::Stream(stream) => stream,
            Self::File(file) => file,
        }
    }

    /// Has everything on disk, under its name.
    fn finish(self, name: &Path) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Stream(mut stream) => stream.flush()?,
            Self::File(file) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.as_file().sync_all()?;
                file.persist(name).map_err(|failed| {
                    format!("cannot create {}: {}", name.display(), failed.error)
                })?;
            }
        }
        Ok(())
    }
}

#[derive(Args)]
pub(super) struct ImportFlags {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Take over a file without its last line, which says that it is whole; such as one of an earlier version
    #[arg(long)]
    without_end: bool,
    #[command(flatten)]
    tools: Tools,
}

pub(super) fn import(flags: ImportFlags) -> Done {
    let config = flags.tools.config()?;
    let plugin = config.compile(&config.public_url(config.listen))?;
    let reader: Box<dyn BufRead + Send> = match is_standard(&flags.file) {
        true => Box::new(BufReader::new(io::stdin())),
        false => Box::new(BufReader::new(File::open(&flags.file).map_err(
            |error| Undone::Mistake(format!("cannot read {}: {error}", flags.file.display())),
        )?)),
    };
    let read = Arc::new(AtomicU64::new(0));
    let lines = Lines {
        reader,
        plugin,
        number: 0,
        has_ended: false,
        without_end: flags.without_end,
        progress: Progress::new("imported", "lines"),
        read: Arc::clone(&read),
    };
    with_new(&config, async |directory, journal| {
        directory.import(Box::new(lines)).await?;
        journal.note_act(Act::on_command_line(Deed::Imported, now()), None);
        let lines = read.load(Ordering::Relaxed);
        done(&format!(
            "imported {lines} lines into {}",
            place(&config.store)
        ))
    })
}

/// Where a directory is, without a password.
fn place(store: &Store) -> String {
    match store {
        Store::Sqlite(file) => file.display().to_string(),
        Store::Postgres(_) => "the database".to_owned(),
    }
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
    progress: Progress,
    /// How many lines were read.
    read: Arc<AtomicU64>,
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
                    self.progress.step();
                    self.read.store(self.number, Ordering::Relaxed);
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
        let line: Line = serde_json::from_slice(text).map_err(|error| match error.is_eof() {
            true if text.len() as u64 == LONGEST => {
                format!("the line is longer than {LONGEST} bytes")
            }
            true => CUT_OFF.to_owned(),
            false => error.to_string(),
        })?;
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
