//! The line that says what was done.

use std::io::{self, Write};
use std::process::ExitCode;

use super::printable::printable;
use super::tools::Done;

/// Says on standard output what was done, and ends the command.
pub(super) fn done(what: &str) -> Done {
    writeln!(io::stdout(), "{}", printable(what, usize::MAX))?;
    Ok(ExitCode::SUCCESS)
}

/// Says it on standard error, where standard output has a secret or a document.
pub(super) fn said(what: &str) {
    eprintln!("{}", printable(what, usize::MAX));
}
