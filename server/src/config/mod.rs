//! The configuration file, and what is said beside it, made into one checked whole.

mod error;
mod files;
mod kept;
mod lifetimes;
mod limits;
mod log;
mod origin;
mod plugin;
mod provider_name;
mod proxies;
mod public_url;
mod read;
mod secrecy;
mod section;
mod settings;
mod similar;
mod written;

pub use error::{ConfigError, line, list, warnings, with_causes};
pub use files::{AuditLog, TlsFiles};
pub use lifetimes::Lifetimes;
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use origin::WebOrigin;
pub use plugin::PluginChoice;
pub use provider_name::ProviderName;
pub use public_url::PublicUrl;
pub use read::Overrides;
pub use secrecy::exposed;
pub use settings::Config;
pub use similar::similar;
pub use written::{Mistake, Written};
