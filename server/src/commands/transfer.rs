//! `gatepost-server export` and `gatepost-server import`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use gatepost_directory::DirectoryError;
use gatepost_directory::transfer::{ImportError, Line};

use super::tools::{Done, Tools, runtime, with_directory};

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
        exported?;
        out.flush()?;
        Ok(ExitCode::SUCCESS)
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

pub(super) fn import(flags: Flags) -> Done {
    let reader: Box<dyn BufRead + Send> = match is_standard(&flags.file) {
        true => Box::new(BufReader::new(io::stdin())),
        false => Box::new(BufReader::new(File::open(&flags.file).map_err(
            |error| format!("cannot read {}: {error}", flags.file.display()),
        )?)),
    };
    with_directory(flags.tools, async |directory| {
        directory
            .import(Box::new(Lines { reader, number: 0 }))
            .await?;
        Ok(ExitCode::SUCCESS)
    })
}

fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// The lines of a file, each with its number if it is wrong.
struct Lines {
    reader: Box<dyn BufRead + Send>,
    number: u64,
}

impl Iterator for Lines {
    type Item = Result<Line, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut text = Vec::new();
        self.number += 1;
        let read = io::Read::take(&mut self.reader, LONGEST).read_until(b'\n', &mut text);
        let reason = match read {
            Ok(0) => return None,
            Ok(_) => match serde_json::from_slice(&text) {
                Ok(line) => return Some(Ok(line)),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        Some(Err(ImportError::Line {
            number: self.number,
            reason,
        }))
    }
}
