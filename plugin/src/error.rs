//! What goes wrong when a plugin is loaded, and when it is called.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::wit::{Misuse, SettingFinding, Severity};

impl SettingFinding {
    /// A finding about a setting, such as one of the mail server's own, without a place.
    ///
    /// # Examples
    ///
    /// ```
    /// use gatepost_plugin::{SettingFinding, Severity};
    ///
    /// let finding = SettingFinding::new("listen", "This port is taken.", Severity::Error);
    /// assert_eq!((finding.line, finding.allowed), (None, None));
    /// ```
    pub fn new(path: impl Into<String>, message: impl Into<String>, severity: Severity) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            allowed: None,
            line: None,
            column: None,
            severity,
        }
    }
}

/// Why a plugin made no decision.
///
/// A refused request is no error: it is a [`Decision`](crate::Decision) with a response to send. On an
/// error there is nothing to send but `503` or `500`, and nothing to store. The variants are in three groups:
///
/// | variants | meaning | answer |
/// | --- | --- | --- |
/// | `Busy` | More calls at once than [`Limits::instances`](crate::Limits::instances). | `503` with `Retry-After` |
/// | `Misuse` | The mail server gave facts that no decision can be made from. | `500` |
/// | all others | The plugin is defective. The next call is made with a new instance. | `500` |
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// use gatepost_plugin::{Context, Misuse, Options, PluginError, Source, load};
///
/// let plugin = load(&Source::default(), "", &Options::default())?;
/// let context = Context {
///     entropy: vec![0; 31],
///     ..Context::fresh()?
/// };
/// let error = plugin.register(&context, b"{}").unwrap_err();
/// assert!(matches!(error, PluginError::Misuse(Misuse::EntropyTooShort)));
/// let status = if error.is_busy() { 503 } else { 500 };
/// assert_eq!(status, 500);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PluginError {
    /// It panicked, or did what no healthy component does. The text has the cause and, of a component, the
    /// innermost functions by name. It is for a log, not for a client.
    #[error("the plugin trapped: {0}")]
    Trapped(String),
    /// It did not answer within [`Limits::deadline`](crate::Limits::deadline), which is given here.
    #[error("the plugin did not answer within {0:?}")]
    Deadline(Duration),
    /// It needed more than 512 KiB of stack.
    #[error("the plugin ran out of stack")]
    Stack,
    /// It asked for more memory than [`Limits::memory`](crate::Limits::memory).
    #[error("the plugin asked for {asked} bytes of memory, and may have {allowed}")]
    Memory {
        /// How large its memory would have become, in bytes.
        asked: usize,
        /// How large it may be, in bytes.
        allowed: usize,
    },
    /// All instances are in use. This is the one error after which the same request may succeed in a
    /// moment.
    #[error("all instances of the plugin are in use")]
    Busy,
    /// The mail server gave the plugin facts it cannot decide from.
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
    /// Whether the same request may succeed in a moment. Answer `503` with `Retry-After` if so (RFC 9110
    /// §15.6.4), and `500` otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use gatepost_plugin::PluginError;
    ///
    /// assert!(PluginError::Busy.is_busy());
    /// assert!(!PluginError::Stack.is_busy());
    /// ```
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

/// Why a plugin cannot be used.
///
/// [`LoadError::Settings`] is a mistake of the administrator's, to be shown with every finding. The others
/// say that the file is the wrong one, or that this system cannot run it.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// use gatepost_plugin::{LoadError, Options, Source, load};
///
/// let settings = "[oauth.client-registration]\nanonymus = true";
/// let Err(LoadError::Settings(findings)) = load(&Source::default(), settings, &Options::default())
/// else {
///     panic!("these settings have a mistake");
/// };
/// assert_eq!(findings[0].path, "oauth.client-registration.anonymus");
/// # }
/// ```
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
    /// The component has more bytes than this, which is
    /// [`Source::MAX_COMPONENT`](crate::Source::MAX_COMPONENT).
    #[error("the component is larger than {0} bytes")]
    TooLarge(u64),
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
    /// The settings have these mistakes: all of them.
    #[error("mistakes in the settings: {}", .0.len())]
    Settings(Vec<SettingFinding>),
    /// The plugin failed when it compiled its settings or was called for the first time.
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
    /// Isolation was asked for, and what is linked into the program cannot have it.
    #[cfg(feature = "linked")]
    #[cfg_attr(docsrs, doc(cfg(feature = "linked")))]
    #[error("the linked plugin cannot be isolated: it shares this program's memory")]
    LinkedIsolated,
}
