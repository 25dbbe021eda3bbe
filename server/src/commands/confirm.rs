//! Asking before something is ended that cannot be brought back.

use std::error::Error;
use std::io::{self, IsTerminal};

use clap::Args;

use super::exit::Undone;
use super::printable::printable;
use super::said::on_stderr;
use super::terminal::{line, nothing};

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
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Undone::Mistake(format!(
                "{what} Nothing was changed: to do it, add --yes."
            ))
            .into());
        }
        on_stderr(&format!("{what} Go on? [y/N] "));
        match line()?.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(nothing()),
        }
    }
}
