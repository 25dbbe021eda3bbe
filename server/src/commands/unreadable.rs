//! What a list says of something that cannot be read: it spoils itself alone.

use std::error::Error;
use std::process::ExitCode;

use gatepost_directory::Entry;

use super::exit::Code;
use super::printable::printable;
use super::said::complain;

/// How many could not be read.
#[derive(Default)]
pub(super) struct Unreadable(u64);

impl Unreadable {
    /// Says on standard error what cannot be read, and why.
    pub(super) fn note(&mut self, what: &str, name: &str, reason: &str) {
        let (name, reason) = (printable(name, usize::MAX), printable(reason, usize::MAX));
        complain(&format!("{what} {name} cannot be read: {reason}"));
        self.0 += 1;
    }

    /// The same, if there is a reason.
    pub(super) fn note_if(&mut self, what: &str, name: &str, reason: Option<&str>) {
        if let Some(reason) = reason {
            self.note(what, name, reason);
        }
    }

    /// How the command ends: a failure, if the list is not whole.
    pub(super) fn code(&self) -> ExitCode {
        match self.0 {
            0 => ExitCode::SUCCESS,
            _ => Code::Refused.into(),
        }
    }
}

/// Whether a client can be read as it is stored.
pub(super) fn readable(entry: &Entry) -> Result<(), Box<dyn Error>> {
    match &entry.unreadable {
        None => Ok(()),
        Some(reason) => Err(reason.clone().into()),
    }
}
