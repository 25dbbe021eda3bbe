//! Replacing the plugin while calls are in flight.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::plugin::Plugin;

/// The plugin in force. Another one can take its place at any time, from any thread, while calls are in
/// flight.
///
/// A request takes the plugin once, with [`current`](Self::current), and makes all its calls with that
/// one, so that they are decided by the same settings. It keeps it as long as it needs: a call in flight
/// is finished by the plugin that it began with. That one is dropped, with its instances, when the last
/// request that has it is over.
///
/// To take the plugin costs some nanoseconds and waits for nobody, not even for a replacement.
///
/// # Examples
///
/// New settings are loaded first. If they are wrong, the present plugin stays in force.
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// use gatepost_plugin::{Context, LoadError, Options, Source, Swap, load};
///
/// fn reload(swap: &Swap, settings: &str) -> Result<(), LoadError> {
///     let plugin = load(&Source::default(), settings, &Options::default())?;
///     swap.replace(plugin);
///     Ok(())
/// }
///
/// let swap = Swap::new(load(&Source::default(), "", &Options::default())?);
/// assert!(reload(&swap, "[oauth.client-registration]\nanonymous = 1").is_err());
/// reload(&swap, "[oauth.client-registration]\nanonymous = true")?;
///
/// let plugin = swap.current(); // once a request
/// let decision = plugin.register(&Context::fresh()?, b"{}")?;
/// assert_eq!(decision.response.status, 400); // 401 before: nobody registered without a credential
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Swap {
    current: ArcSwap<Arc<dyn Plugin>>,
}

impl Swap {
    /// Puts this plugin in force.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// use gatepost_plugin::{Options, Source, Swap, load};
    ///
    /// let swap = Swap::new(load(&Source::default(), "", &Options::default())?);
    /// assert_eq!(swap.current().warnings().len(), 1); // of `require`, which is false by default
    /// # }
    /// # Ok::<(), gatepost_plugin::LoadError>(())
    /// ```
    pub fn new(plugin: Arc<dyn Plugin>) -> Self {
        Self {
            current: ArcSwap::from_pointee(plugin),
        }
    }

    /// The plugin in force now.
    ///
    /// Call it once for a request: between two calls of it the plugin may be replaced.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Endpoint, Options, Request, Source, Swap, load};
    /// # let swap = Swap::new(load(&Source::default(), "", &Options::default())?);
    /// # let request = Request {
    /// #     endpoint: Endpoint::Token,
    /// #     authorization: None,
    /// #     parameters: b"client_id=mail".into(),
    /// #     jwks: None,
    /// # };
    /// # let context = gatepost_plugin::Context::fresh()?;
    /// let plugin = swap.current();
    /// let client_id = plugin.identify(&request)?; // for the look-up of the record
    /// let decision = plugin.authorize(&context, &request)?;
    /// # assert_eq!(client_id.as_deref(), Some("mail"));
    /// # assert!(decision.client.is_none());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn current(&self) -> Arc<dyn Plugin> {
        Arc::clone(&self.current.load())
    }

    /// Puts another plugin in force, and returns the one before it.
    ///
    /// When it returns, every [`current`](Self::current) gives the new plugin. It does not wait for calls
    /// that the former plugin has yet to finish.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// use std::sync::Arc;
    ///
    /// use gatepost_plugin::{Options, Source, Swap, load};
    ///
    /// let first = load(&Source::default(), "", &Options::default())?;
    /// let second = load(&Source::default(), "", &Options::default())?;
    /// let swap = Swap::new(Arc::clone(&first));
    /// let former = swap.replace(Arc::clone(&second));
    /// assert!(Arc::ptr_eq(&former, &first));
    /// assert!(Arc::ptr_eq(&swap.current(), &second));
    /// # }
    /// # Ok::<(), gatepost_plugin::LoadError>(())
    /// ```
    pub fn replace(&self, plugin: Arc<dyn Plugin>) -> Arc<dyn Plugin> {
        Arc::clone(&self.current.swap(Arc::new(plugin)))
    }
}

impl fmt::Debug for Swap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Swap").finish_non_exhaustive()
    }
}
