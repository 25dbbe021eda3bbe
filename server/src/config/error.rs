//! What is wrong with settings, in words.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatepost_plugin::{LoadError, Plugin, SettingFinding, Severity};
use thiserror::Error;

use crate::config::written::{Mistake, Written};

/// Why there is no configuration to run with.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}{}", path.display(), meant(nearest.as_deref()))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// The one that is most likely meant.
        nearest: Option<PathBuf>,
        /// Why.
        source: io::Error,
    },
    /// The file says what it may not say.
    #[error("{} has mistakes{}", path(file.as_ref()), list(mistakes.iter().map(|mistake| &mistake.finding)))]
    Mistakes {
        /// The file, if there is one.
        file: Option<Arc<Written>>,
        /// All of them.
        mistakes: Vec<Mistake>,
    },
    /// There is no plugin.
    #[error(transparent)]
    Plugin(LoadError),
}

fn path(source: Option<&Arc<Written>>) -> String {
    source.map_or_else(
        || "the configuration".to_owned(),
        |source| source.path.display().to_string(),
    )
}

fn meant(nearest: Option<&Path>) -> String {
    nearest.map_or_else(String::new, |path| {
        format!(" (did you mean {}?)", path.display())
    })
}

/// Findings as a person reads them, a line each.
pub fn list<'f>(findings: impl IntoIterator<Item = &'f SettingFinding>) -> String {
    findings
        .into_iter()
        .map(|finding| format!("\n  {}", line(finding)))
        .collect()
}

/// The warnings about the plugin's settings. This server has a web administration.
pub fn warnings(plugin: &dyn Plugin) -> Vec<SettingFinding> {
    let mut warnings = plugin.warnings();
    warnings.extend(plugin.web_administration_warning());
    warnings
}

/// An error with its causes and every mistake in the plugin's settings.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    if let Some(LoadError::Settings(findings)) = error.downcast_ref() {
        text.push_str(&list(findings));
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// A finding as a person reads it.
pub fn line(finding: &SettingFinding) -> String {
    let SettingFinding {
        path,
        message,
        allowed,
        severity,
        // They are about the text that the plugin is given, which is not the file.
        line: _,
        column: _,
    } = finding;
    let weight = match severity {
        Severity::Error => "",
        Severity::Warning => "warning: ",
        Severity::Note => "note: ",
    };
    let place = match path.is_empty() {
        true => String::new(),
        false => format!("{path}: "),
    };
    match allowed {
        Some(allowed) => format!("{weight}{place}{message}; allowed: {allowed}"),
        None => format!("{weight}{place}{message}"),
    }
}
