//! The plugin that decides: a WASM component or a C library, behind one trait.
//!
//! Both give byte-identical decisions. The component can do nothing but compute, within the
//! [`Limits`]; the library runs with all the rights of this process.

mod component;
mod engine;
mod error;
mod library;
mod operation;
mod source;
mod wit;

use std::sync::Arc;
use std::time::Duration;

pub use error::{LoadError, PluginError};
pub use operation::Operation;
pub use source::Source;
pub use wit::{
    Activity, Assertion, Caller, Client, ClientRecord, Context, Credential, Decision, Diagnostic,
    Due, Effect, Endpoint, Fetch, Header, Misuse, Outcome, Request, Response, SettingFinding,
    Severity, Standing, Usage,
};

/// The component that this program was built with.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gatepost.wasm"));

/// A loaded plugin with its settings compiled.
///
/// It keeps nothing between two calls, and may be called from any thread. Calls take microseconds,
/// so they are made in place and not on a thread of their own. On an error there is no decision, and
/// nothing may be done. What each operation decides is said in `wit/registrar.wit`.
pub trait Plugin: Send + Sync {
    /// Decides one registration. `metadata` is the request's body as it arrived.
    fn register(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError>;

    /// Decides a registration that an administrator makes by hand.
    fn provision(
        &self,
        context: &Context,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, PluginError>;

    /// Decides whether a registration is shown.
    fn read(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Decides a change of a registration.
    fn update(
        &self,
        context: &Context,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, PluginError>;

    /// Gives a client a new secret.
    fn rotate_secret(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Disables a client, until it is enabled again.
    fn disable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Enables a client that was disabled.
    fn enable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Decides whether a registration is deleted.
    fn remove(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// The id of the client that a request speaks of, for the look-up of its record.
    fn identify(&self, request: &Request) -> Result<Option<String>, PluginError>;

    /// Decides whether a client may be used, and with what.
    fn authorize(&self, context: &Context, request: &Request) -> Result<Decision, PluginError>;

    /// Decides whether a request comes from the client that it names.
    fn authenticate(&self, context: &Context, request: &Request) -> Result<Decision, PluginError>;

    /// Judges a client that is registered already.
    fn review(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Judges a metadata document as if it were submitted.
    fn review_draft(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError>;

    /// Decides whether a client is kept.
    fn lifecycle(
        &self,
        context: &Context,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, PluginError>;

    /// Judges a client id that is a URL, without its document or with it.
    fn client_document(
        &self,
        context: &Context,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, PluginError>;

    /// The network that registrations from an address are counted under; `None` if it is no address.
    fn network(&self, address: &str) -> Result<Option<String>, PluginError>;

    /// How long registrations from a network are counted, in seconds: windows begin at multiples of
    /// it since 1970.
    fn window(&self) -> Result<u64, PluginError>;

    /// Checks the terms of an API key, as JSON: every mistake, if there are any.
    fn check_terms(&self, terms: &str) -> Result<Result<(), Vec<SettingFinding>>, PluginError>;

    /// The members of RFC 8414 metadata that follow from the settings, as a JSON object.
    fn server_metadata(&self) -> Result<String, PluginError>;

    /// Whether a requested redirect URI is this registered one.
    fn redirect_uri_matches(&self, registered: &str, requested: &str) -> Result<bool, PluginError>;

    /// How many instances of it there are now.
    fn instances(&self) -> u32;

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
