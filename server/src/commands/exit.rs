//! Why a command ends, as a number for the program that called it.

use std::error::Error;
use std::process::ExitCode;

use gatepost_directory::OpenError;
use gatepost_directory::transfer::ImportError;
use gatepost_plugin::LoadError;
use thiserror::Error;

use super::key::TermsError;
use crate::config::ConfigError;
use crate::operate::ClaimError;

/// The exit codes, as the help and the man page have them.
pub(super) const CODES: &str = "\
Exit codes:
  0  It was done, or what was asked about is accepted.
  1  It was refused: by the policy, by the answer to a question, or because
     something is in the way; or a part of it could not be read.
  2  There is a mistake in the command line, in the configuration, or in a file
     that the command was given. No account, key or client was changed.
  3  What the command names is not there: a client, an account or an API key.
  4  Something failed: the disk, the database or the network.";

/// How a command ends that did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Refused = 1,
    Mistake = 2,
    NotFound = 3,
    Failed = 4,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// What a command does not do, and why, in words.
#[derive(Debug, Error)]
pub(super) enum Undone {
    /// The policy, the person who was asked, or something that is in the way.
    #[error("{0}")]
    Refused(String),
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Mistake(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
}

/// The code of an error.
pub(super) fn code(error: &(dyn Error + 'static)) -> Code {
    if let Some(undone) = error.downcast_ref() {
        return match undone {
            Undone::Refused(_) => Code::Refused,
            Undone::Mistake(_) => Code::Mistake,
            Undone::NotFound(_) => Code::NotFound,
        };
    }
    if let Some(opened) = error.downcast_ref() {
        return match opened {
            OpenError::Foreign(_) | OpenError::TooNew { .. } | OpenError::TooOld { .. } => {
                Code::Mistake
            }
            _ => Code::Failed,
        };
    }
    if let Some(imported) = error.downcast_ref() {
        return match imported {
            ImportError::Directory(_) => Code::Failed,
            ImportError::NotEmpty => Code::Refused,
            _ => Code::Mistake,
        };
    }
    if matches!(error.downcast_ref(), Some(ClaimError::Taken { .. })) {
        return Code::Refused;
    }
    // Settings, terms, or the file of a plugin.
    let is_a_mistake =
        error.is::<ConfigError>() || error.is::<TermsError>() || error.is::<LoadError>();
    match is_a_mistake {
        true => Code::Mistake,
        false => Code::Failed,
    }
}
