//! What commands work with.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use gatepost_directory::{Directory, OpenError, Store};
use tokio::runtime::{Builder, Runtime};

use super::nearest;
use crate::config::{Config, ConfigError, Overrides};
use crate::decide::Decider;
use crate::observe::audit::Audit;
use crate::observe::metrics::Metrics;
use crate::observe::watch::Watch;

/// How a command ends.
pub(super) type Done = Result<ExitCode, Box<dyn Error>>;

/// Where settings and data are. What is given here wins over the configuration file.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Places {
    /// Configuration file, TOML: [server], [store], [plugin], [oauth.client-registration]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Data folder [default: gatepost-data, unless the settings have another]
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
}

/// Where settings and data are, and what decides.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Tools {
    /// Where settings and data are.
    #[command(flatten)]
    pub(super) places: Places,
    /// The plugin: `component` for the built-in one, or the file of a component or a C library [default: linked in]
    #[arg(long, value_name = "FILE")]
    pub(super) plugin: Option<PathBuf>,
}

impl From<Tools> for Overrides {
    fn from(tools: Tools) -> Self {
        Self {
            config: tools.places.config,
            data: tools.places.data,
            plugin: tools.plugin,
            ..Self::default()
        }
    }
}

impl Tools {
    /// The settings that these flags name.
    pub(super) fn config(self) -> Result<Config, ConfigError> {
        Config::load(&self.into())
    }
}

/// Reads the directory, which the server may have open.
pub(super) fn with_reader<T>(
    tools: Tools,
    work: impl AsyncFnOnce(Arc<dyn Directory>, &Config) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let places = tools.places.clone();
    let config = tools.config()?;
    nearest::is_there(&config, &places)?;
    runtime()?.block_on(async {
        let directory = match gatepost_directory::open_to_read(&config.store).await {
            // One of an earlier version is brought up to date, as every other command does.
            Err(OpenError::TooOld { .. }) => gatepost_directory::open(&config.store).await?,
            opened => opened?,
        };
        let done = work(Arc::clone(&directory), &config).await;
        directory.close().await;
        done
    })
}

/// Works on the directory that is there, and writes to the audit log what is done.
pub(super) fn with_journal<T>(
    tools: Tools,
    work: impl AsyncFnOnce(Arc<dyn Directory>, &Audit) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let places = tools.places.clone();
    let config = tools.config()?;
    nearest::is_there(&config, &places)?;
    runtime()?.block_on(async {
        let directory = open_existing(&config.store).await?;
        noting(&config, directory, work).await
    })
}

/// The same for a directory that is made if there is none.
pub(super) fn with_new<T>(
    config: &Config,
    work: impl AsyncFnOnce(Arc<dyn Directory>, &Audit) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    runtime()?.block_on(async {
        let directory = gatepost_directory::open(&config.store).await?;
        noting(config, directory, work).await
    })
}

async fn noting<T>(
    config: &Config,
    directory: Arc<dyn Directory>,
    work: impl AsyncFnOnce(Arc<dyn Directory>, &Audit) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let audit = journal(config)?;
    let done = work(Arc::clone(&directory), &audit).await;
    directory.close().await;
    audit.flush();
    done
}

/// Opens a directory for writing, and makes none.
async fn open_existing(store: &Store) -> Result<Arc<dyn Directory>, OpenError> {
    if matches!(store, Store::Postgres(_)) {
        // Whether there is one shows itself when it is opened to be read.
        let reader = gatepost_directory::open_to_read(store).await?;
        reader.close().await;
    }
    gatepost_directory::open(store).await
}

/// The audit log, which the server may be writing to: it begins new files, and nobody else.
fn journal(config: &Config) -> io::Result<Audit> {
    Audit::open(config.audit_log().as_deref(), u64::MAX)
}

/// Works on the directory that is there, which the server may have open, with decisions of the plugin.
pub(super) fn with_decider<T>(
    tools: Tools,
    work: impl AsyncFnOnce(Arc<Decider>) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let places = tools.places.clone();
    let config = tools.config()?;
    nearest::is_there(&config, &places)?;
    let plugin = config.compile(&config.public_url(config.listen))?;
    runtime()?.block_on(async {
        let directory = open_existing(&config.store).await?;
        let watch = Arc::new(Watch {
            audit: journal(&config)?,
            metrics: Metrics::default(),
        });
        let decider = Decider::new(Arc::clone(&directory), plugin, 1)?;
        let decider = decider.observed_by(Arc::clone(&watch) as _);
        let done = work(Arc::new(decider)).await;
        directory.close().await;
        watch.audit.flush();
        done
    })
}

/// What runs the asynchronous part of a command, on this thread.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
