#![cfg_attr(feature = "embedded", doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs, unsafe_code)]
//!
//! # Where to find what
//!
//! | item | what it is |
//! | --- | --- |
//! | [`load`], [`Source`], [`Options`], [`Limits`] | which plugin is loaded, and what it may use |
//! | [`Plugin`], [`Operation`] | what it can be asked: as methods, and as values |
//! | [`Context`], [`Caller`], [`Usage`], [`Request`], [`Activity`] | facts |
//! | [`Decision`], [`Effect`], [`Response`], [`Diagnostic`], [`Fetch`], [`Client`] | decisions |
//! | [`LoadError`], [`PluginError`], [`Misuse`], [`SettingFinding`] | what goes wrong |
//! | [`Swap`] | how a plugin is replaced while calls are in flight |
//!
//! Facts and decisions are generated from the component's interface, `wit/registrar.wit`, whose comments are
//! their documentation.

mod component;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod facts;
mod library;
#[cfg(feature = "linked")]
mod linked;
mod operation;
mod options;
mod plugin;
mod source;
mod swap;
mod wit;

use std::sync::Arc;

#[cfg(feature = "embedded")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedded")))]
pub use embedded::COMPONENT;
pub use error::{LoadError, PluginError};
pub use operation::Operation;
pub use options::{Limits, Options};
pub use plugin::Plugin;
pub use source::Source;
pub use swap::Swap;
pub use wit::{
    Activity, Assertion, BearerCredential, Caller, Client, ClientRecord, Context, Credential,
    Decision, Diagnostic, Due, Effect, Endpoint, Fetch, Header, Misuse, Outcome, Request, Response,
    SettingFinding, Severity, Standing, Usage,
};

/// Loads a plugin, compiles its settings, and calls it once, so that a plugin that cannot answer is found
/// before it is needed.
///
/// `settings` is the text of a mail server's settings: TOML, or JSON if it begins with `{`. Only the table
/// `[oauth.client-registration]` is read; an empty text means the defaults. `options` are for components: a
/// library and a linked plugin can be neither limited nor isolated. If `options` ask for isolation, they are
/// not loaded.
///
/// The embedded component is compiled once in a process, when it is first loaded. That takes about two
/// seconds of processor time, on as many threads as there are processors; to load it again takes less than a
/// millisecond. A component from a file is compiled whenever it is loaded. The file is read here and not
/// again. Do not load on a thread that answers requests.
///
/// A process that forks has to do so before it first loads a component: the thread that enforces the
/// deadlines does not exist in its children.
///
/// # Errors
///
/// [`LoadError`] says what is wrong with the settings, with the file or with the plugin. A plugin that is in
/// force already is not affected.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// use gatepost_plugin::{Options, Source, load};
///
/// let settings = "[oauth.client-registration]\nrequire = false";
/// let plugin = load(&Source::default(), settings, &Options::default())?;
/// for warning in plugin.warnings() {
///     eprintln!("{}: {}", warning.path, warning.message);
/// }
/// # assert!(!plugin.warnings().is_empty());
/// # }
/// # Ok::<(), gatepost_plugin::LoadError>(())
/// ```
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
        #[cfg(feature = "linked")]
        Source::Linked if options.isolate => Err(LoadError::LinkedIsolated),
        #[cfg(feature = "linked")]
        Source::Linked => linked::load(settings),
    }
}
