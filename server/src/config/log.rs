//! How much is logged, and how.

use std::str::FromStr;

use tracing::level_filters::LevelFilter;

/// How much is logged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// What is as important as this, or more.
    pub level: LevelFilter,
    /// How a line looks.
    pub format: LogFormat,
    /// How many lines a minute are written of one kind; 0 for any number.
    pub lines_per_minute: u32,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person.
    #[default]
    Text,
    /// For a program: a JSON object in a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: LevelFilter::INFO,
            format: LogFormat::Text,
            lines_per_minute: 600,
        }
    }
}

/// How important something is that is logged.
pub(super) struct Level(pub(super) LevelFilter);

impl FromStr for Level {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(Self(match name {
            "error" => LevelFilter::ERROR,
            "warn" => LevelFilter::WARN,
            "info" => LevelFilter::INFO,
            "debug" => LevelFilter::DEBUG,
            _ => return Err(()),
        }))
    }
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}
