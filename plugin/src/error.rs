//! What goes wrong when a plugin is loaded, and when it is called.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::{Misuse, SettingFinding};

/// Why a plugin made no decision.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PluginError {
    /// It panicked, or did what no healthy component does.
    #[error("the plugin trapped: {0}")]
    Trapped(String),
    /// It did not answer in time.
    #[error("the plugin did not answer within {0:?}")]
    Deadline(Duration),
    /// It called itself too deeply.
    #[error("the plugin ran out of stack")]
    Stack,
    /// It asked for more memory than it may have.
    #[error("the plugin asked for {asked} bytes of memory, and may have {allowed}")]
    Memory {
        /// How large its memory would have become.
        asked: usize,
        /// How large it may be.
        allowed: usize,
    },
    /// All instances are in use.
    #[error("all instances of the plugin are in use")]
    Busy,
    /// This program gave the plugin facts it cannot decide from.
    #[error("the plugin was misused: {0:?}")]
    Misuse(Misuse),
    /// It refuses the settings it accepted when it was loaded.
    #[error("the plugin now refuses its settings")]
    SettingsRefused,
    /// The library answered with a status that is neither success nor misuse.
    #[error("the plugin library failed with status {status}: {message}")]
    Library {
        /// The number, as `gatepost.h` lists it.
        status: i32,
        /// The library's words.
        message: String,
    },
    /// It answered in a way its interface does not allow.
    #[error("the plugin's answer is malformed: {0}")]
    Malformed(&'static str),
}

impl PluginError {
    /// Whether the same request may succeed in a moment: `503` with `Retry-After`. Everything else
    /// is a `500`.
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

/// Why a plugin cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is neither a component nor a library.
    #[error("{} is neither a WASM component nor a shared library: {reason}", path.display())]
    NotAPlugin {
        /// Which file.
        path: PathBuf,
        /// What it is instead.
        reason: &'static str,
    },
    /// The component cannot be compiled.
    #[error("the component is not valid: {0}")]
    Invalid(String),
    /// The component asks for something. A registrar needs nothing.
    #[error("the component imports `{0}`, and a registrar imports nothing")]
    UnexpectedImport(String),
    /// The component lacks the interface, or has another one by its name.
    #[error("the component does not offer gatepost:registration/registrar@1.0.0: {0}")]
    MissingExport(String),
    /// No engine to run components could be set up.
    #[error("cannot set up the WASM engine: {0}")]
    Engine(String),
    /// The settings have these mistakes.
    #[error("the settings have {} mistakes", .0.len())]
    Settings(Vec<SettingFinding>),
    /// The plugin failed on its trial run.
    #[error("the plugin failed when it was tried")]
    Trial(#[source] PluginError),
    /// The library cannot be opened, or is another library.
    #[error("cannot use the library {}: {reason}", path.display())]
    Library {
        /// Which file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Isolation was asked for, and a library cannot have it.
    #[error("a library cannot be isolated: it shares this program's memory")]
    LibraryIsolated,
}
