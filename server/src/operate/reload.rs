//! SIGHUP: other settings for the plugin, and the plugin anew, without a request being lost.

use std::error::Error;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::signal::unix::Signal;

use crate::config;
use crate::config::Overrides;
use crate::config::{Config, PluginChoice, PublicUrl};
use crate::http::App;
use crate::observe::watch::Watch;
use crate::operate::connections::Entrance;
use crate::operate::notify::notify;

/// What is read again, and what is to know of it.
pub struct Reload {
    /// Where the settings are.
    pub overrides: Overrides,
    /// The settings that the server started with, of which some stay.
    pub in_force: Config,
    /// How the world reaches this program.
    pub public_url: PublicUrl,
    /// What answers requests.
    pub app: Arc<App>,
    /// How connections come in.
    pub entrance: Arc<Entrance>,
    /// Who counts it.
    pub watch: Arc<Watch>,
}

impl Reload {
    /// Reads the settings again whenever the signal comes.
    pub async fn on(self, mut hangup: Signal) {
        let reload = Arc::new(self);
        while hangup.recv().await.is_some() {
            let metrics = &reload.watch.metrics;
            let reload = Arc::clone(&reload);
            // A component is compiled, which takes seconds.
            notify("RELOADING=1");
            let done = tokio::task::spawn_blocking(move || reload.once()).await;
            metrics.reloaded(matches!(done, Ok(Ok(_))));
            match done {
                Ok(Ok(plugin)) => tracing::info!(
                    "reloaded: the new settings are in force, and decisions are made by {plugin}"
                ),
                Ok(Err(error)) => {
                    tracing::error!(
                        "not reloaded, the old settings stay in force: {}",
                        config::with_causes(&*error)
                    );
                }
                Err(error) => {
                    tracing::error!(%error, "not reloaded, the old settings stay in force")
                }
            }
            notify("READY=1");
        }
    }

    /// Returns which plugin decides from now on.
    fn once(&self) -> Result<PluginChoice, Box<dyn Error + Send + Sync>> {
        let config = Config::load(&self.overrides)?;
        let plugin = config.compile(&self.public_url)?;
        // A directory that is away keeps no settings and no certificate out of force.
        let unwise = Handle::current().block_on(self.app.warnings(&*plugin));
        let unwise = unwise.unwrap_or_else(|_| config::warnings(&*plugin));
        if let Some(tls) = &self.entrance.tls {
            tls.reload()?;
        }
        self.app.replace(plugin, &config)?;
        for warning in unwise {
            tracing::warn!("{}", config::line(&warning));
        }
        for name in config.fixed_that_differ(&self.in_force) {
            tracing::warn!("[{name}] has changed, which needs a restart");
        }
        Ok(config.plugin)
    }
}
