//! What is wrong with settings, in words.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use gatepost_plugin::{LoadError, Plugin, SettingFinding, Severity};
use thiserror::Error;

/// Why there is no configuration to run with.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML", path.display())]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// Where it stops being so.
        source: toml::de::Error,
    },
    /// The file says what it may not say.
    #[error("{} has mistakes{}", path.display(), list(findings))]
    Mistakes {
        /// Which file.
        path: PathBuf,
        /// All of them.
        findings: Vec<SettingFinding>,
    },
}

/// Findings as a person reads them, a line each.
pub fn list(findings: &[SettingFinding]) -> String {
    findings
        .iter()
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
    match allowed {
        Some(allowed) => format!("{weight}{path}: {message}; allowed: {allowed}"),
        None => format!("{weight}{path}: {message}"),
    }
}
