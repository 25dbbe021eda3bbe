//! How a component is run, and what it may use.

use std::time::Duration;

/// How a component is run. A library and a linked plugin know no limits.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use gatepost_plugin::{Limits, Options};
///
/// let options = Options {
///     limits: Limits {
///         deadline: Duration::from_millis(200),
///         ..Limits::default()
///     },
///     ..Options::default()
/// };
/// assert_eq!(options.limits.memory, 32 << 20);
/// assert!(!options.isolate);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether every call gets an instance of its own, with memory that no call has used before.
    ///
    /// It is `false` by default. A fresh instance costs 50 to 100 microseconds a call, because it compiles
    /// the settings again. Gatepost keeps nothing between two calls, so it needs no isolation; use it for a
    /// component that you do not trust to do so. A library or a linked plugin cannot be isolated.
    pub isolate: bool,
    /// What one component may use.
    pub limits: Limits,
}

/// What a component may use. A call that breaks one of these limits gives a typed error, its instance is
/// dropped with its memory, and the next call gets another instance.
///
/// Two limits are fixed. The stack is 512 KiB ([`PluginError::Stack`](crate::PluginError::Stack)); calls
/// run on the stack of the thread that calls, which needs 1 MiB or more. A component in bytes is at most
/// [`Source::MAX_COMPONENT`](crate::Source::MAX_COMPONENT) large.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long one call may take, to within 20 milliseconds: 1 second by default. A call that takes longer
    /// gives [`PluginError::Deadline`](crate::PluginError::Deadline).
    ///
    /// A decision takes microseconds, and one about the largest hostile document some milliseconds. The
    /// limit is there for a component that hangs: it blocks the thread that calls for so long. Compiling
    /// the settings counts as a call; compiling the component does not.
    pub deadline: Duration,
    /// How large the memory of one instance may become, in bytes: 32 MiB by default, at most 4 GiB. A call
    /// that needs more gives [`PluginError::Memory`](crate::PluginError::Memory).
    ///
    /// It also bounds what one answer may make this process allocate. The limit costs nothing in itself: an
    /// instance of the embedded component begins with 1 MiB, and shares with the others what it has not
    /// written to.
    pub memory: usize,
    /// How many instances of one plugin there may be at once: 64 by default. Each call uses one, so a call
    /// that would need one more gives [`PluginError::Busy`](crate::PluginError::Busy).
    ///
    /// An idle instance is kept for the next call, so there come to be as many as threads that call at
    /// once. Set it to no fewer than those. Each reserves 4 GiB of addresses, and no memory; where addresses
    /// are limited (`ulimit -v`), instances are set up one by one, which is slower.
    pub instances: u32,
}

impl Default for Limits {
    /// One second, 32 MiB and 64 instances.
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(1),
            memory: 32 << 20,
            instances: 64,
        }
    }
}
