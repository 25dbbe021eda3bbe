//! Mistakes in the settings, and warnings about them.

use crate::diagnostic::Severity;

/// One mistake or warning about the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFinding {
    /// The key's path, such as `oauth.client-registration.require`.
    pub path: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would be right, if there is more to say than the message does.
    pub allowed: Option<String>,
    /// An error or a warning.
    pub severity: Severity,
}

/// Every mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings are wrong in {} places", .0.len())]
pub struct SettingsError(pub Vec<SettingFinding>);

/// The mistake that a value is none of those that are allowed.
pub(super) fn mistake(path: &str, allowed: String) -> SettingFinding {
    SettingFinding {
        path: path.to_owned(),
        message: "The value is not allowed.".to_owned(),
        allowed: Some(allowed),
        severity: Severity::Error,
    }
}
