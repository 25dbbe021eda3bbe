//! Why there is no decision.

use gatepost_directory::DirectoryError;
use gatepost_plugin::{Fetch, PluginError};
use rand::rngs::SysError;
use thiserror::Error;

/// Why there is no decision, or none that was carried out.
#[derive(Debug, Error)]
pub enum Undecided {
    /// The plugin failed.
    #[error("the plugin made no decision")]
    Plugin(#[from] PluginError),
    /// The directory failed.
    #[error("the directory did not do its part")]
    Directory(#[from] DirectoryError),
    /// The plugin's decision makes no sense.
    #[error("the plugin's decision is not carried out: {0}")]
    Malformed(&'static str),
    /// A document has to be read first. It is fetched, and the question asked again; an error it is only where
    /// the client changed while the decision was carried out.
    #[error("the document at the URI in {:?} has to be read first", fetch.pointer)]
    Unfetched {
        /// The document.
        fetch: Fetch,
        /// Whether an older copy of it was of no use.
        is_renewal: bool,
    },
    /// Somebody else changed the client since it was last seen.
    #[error("the client was changed in the meantime")]
    Changed,
    /// There is nothing to make credentials of.
    #[error("the operating system gave no randomness")]
    Randomness(#[from] SysError),
}

impl Undecided {
    /// Where it failed, in a word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Plugin(_) => "plugin",
            Self::Directory(DirectoryError::Busy) => "busy",
            Self::Directory(_) => "directory",
            Self::Malformed(_) => "malformed",
            Self::Unfetched { .. } => "unfetched",
            Self::Changed => "changed",
            Self::Randomness(_) => "randomness",
        }
    }
}
