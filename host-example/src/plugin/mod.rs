//! The plugin that decides: a WASM component or a C library, behind one trait.
//!
//! Both give byte-identical decisions. The component can do nothing but compute, within the
//! [`Limits`]; the library runs with all the rights of this process.

mod component;
mod engine;
mod error;
mod library;
mod source;
mod wit;

use std::sync::Arc;
use std::time::Duration;

pub use error::{LoadError, PluginError};
pub use source::Source;
pub use wit::{
    Caller, ClientRecord, Context, Credential, Decision, Diagnostic, Due, Effect, Fetch, Header,
    Misuse, Outcome, Response, SettingFinding, Severity, Usage,
};

/// The component that this program was built with.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gatepost.wasm"));

/// A loaded plugin with its settings compiled.
///
/// It keeps nothing between two calls, and may be called from any thread. Calls take microseconds,
/// so they are made in place and not on a thread of their own.
pub trait Plugin: Send + Sync {
    /// Decides one registration. `metadata` is the request's body as it arrived.
    ///
    /// On an error there is no decision: nothing may be registered.
    fn register(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError>;

    /// The members of RFC 8414 metadata that follow from the settings, as a JSON object.
    fn server_metadata(&self) -> Result<String, PluginError>;

    /// What is legal in the settings and unwise.
    fn warnings(&self) -> Vec<SettingFinding>;
}

/// Loads a plugin, compiles its settings, and asks it for its warnings once, so that a plugin that
/// cannot answer is found before it is needed.
pub fn load(
    source: &Source,
    settings: &str,
    options: &Options,
) -> Result<Arc<dyn Plugin>, LoadError> {
    match source {
        Source::Component(bytes) => component::load(bytes, settings, options),
        Source::ComponentFile(path) => component::load(&source::read(path)?, settings, options),
        Source::Library(_) if options.isolate => Err(LoadError::LibraryIsolated),
        Source::Library(path) => library::load(path, settings),
    }
}

/// How a component is run. A library knows no limits.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether every call gets an instance of its own, with memory nobody used before: some 30
    /// microseconds instead of a few.
    pub isolate: bool,
    /// What one call may use.
    pub limits: Limits,
}

/// What a component may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long one call may take, to within 20 milliseconds. A decision takes microseconds.
    pub deadline: Duration,
    /// How large the memory of one instance may become, in bytes.
    pub memory: usize,
    /// How many instances there may be at once. A call that would need one more is
    /// [busy](PluginError::is_busy).
    pub instances: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(1),
            memory: 32 << 20,
            instances: 64,
        }
    }
}
