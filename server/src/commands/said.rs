//! What a command says beside its result.

use std::error::Error;
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
    on_stderr(&format!("{}\n", printable(what, usize::MAX)));
}

/// Prints a secret that was just made, or a document with it, on standard output. Nothing shows it again: if it cannot be
/// printed, that is an error, also where nobody reads, and the error says which command makes another.
pub(super) fn hand_over(secret: &str, another: &str) -> Result<(), Box<dyn Error>> {
    let mut stdout = io::stdout().lock();
    let printed = writeln!(stdout, "{secret}").and_then(|()| stdout.flush());
    printed.map_err(|error| {
        format!("the secret could not be printed ({error}); make another with {another}").into()
    })
}

/// How many of a thing there are, in words.
pub(super) fn counted(number: u64, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// Says on standard error what is wrong. It may have lines, and text that somebody else wrote.
pub(super) fn complain(what: &str) {
    let mut lines = String::new();
    for line in format!("gatepost-server: {what}").lines() {
        lines.push_str(&printable(line, usize::MAX));
        lines.push('\n');
    }
    on_stderr(&lines);
}

/// Shows this on standard error. If nobody reads there any more, the command goes on.
pub(super) fn on_stderr(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}

/// Whether the one who reads standard output has read enough, as `head` does.
pub(super) fn is_read_enough(error: &(dyn Error + 'static)) -> bool {
    let error: Option<&io::Error> = error.downcast_ref();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
