//! Asking before something is ended that cannot be brought back.

use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;

use super::exit::Undone;
use super::printable::printable;

/// Whether the question was answered beforehand.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Consent {
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

impl Consent {
    /// Goes on only if somebody agrees: with `--yes`, or when asked on a terminal. `what` says what would end.
    pub(super) fn to(self, what: &str) -> Result<(), Box<dyn Error>> {
        let what = printable(what, usize::MAX);
        if self.yes {
            return Ok(());
        }
        let mut stderr = io::stderr().lock();
        if !io::stdin().is_terminal() || !stderr.is_terminal() {
            return Err(Undone::Mistake(format!(
                "{what} Nothing was changed: to do it, add --yes."
            ))
            .into());
        }
        write!(stderr, "{what} Go on? [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Undone::Refused("nothing was changed".to_owned()).into()),
        }
    }
}
