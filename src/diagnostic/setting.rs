//! Findings about the settings or about terms: mistakes and warnings.

use super::Severity;

/// One mistake in the settings or terms, or one warning about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFinding {
    /// The path of the key, such as `oauth.client-registration.require`; in terms, the key alone.
    /// It is empty if the text is not TOML, and a JSON Pointer (RFC 6901) if it is not valid JSON.
    pub path: String,
    /// What is wrong, in one sentence for an administrator.
    pub message: String,
    /// The values that are allowed, as a phrase. `None`: the message already says what to do.
    pub allowed: Option<String>,
    /// The line of the key, or of what is not TOML or JSON, counted from 1. If the key is absent, it is that of
    /// its table. `None`: it is not known.
    pub line: Option<u32>,
    /// The column in that line: the number of characters before it, and 1.
    pub column: Option<u32>,
    /// [`Severity::Error`] or [`Severity::Warning`].
    pub severity: Severity,
}

/// All mistakes in the settings or in terms.
///
/// ```
/// use gatepost::Registrar;
///
/// let error = Registrar::compile("[oauth.client-registration]\nmax-keys = -1").unwrap_err();
/// let mistake = &error.0[0];
/// assert_eq!(mistake.path, "oauth.client-registration.max-keys");
/// assert_eq!(mistake.message, "The value is not allowed.");
/// assert_eq!(mistake.allowed.as_deref(), Some("a whole number, 0 or more"));
/// assert_eq!((mistake.line, mistake.column), (Some(2), Some(1)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mistakes in the settings: {}", .0.len())]
pub struct SettingsError(pub Vec<SettingFinding>);

impl SettingFinding {
    /// Makes a finding whose place in the text is not known yet.
    pub(crate) fn new(
        path: impl Into<String>,
        message: impl Into<String>,
        severity: Severity,
    ) -> Self {
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

/// Makes the finding that a value is allowed by itself, and not together with other settings.
pub(crate) fn conflict(path: &str, allowed: String) -> SettingFinding {
    SettingFinding {
        allowed: Some(allowed),
        ..SettingFinding::new(
            path,
            "The value is not allowed together with the other settings.",
            Severity::Error,
        )
    }
}

/// Makes the finding that a value is not allowed.
pub(crate) fn mistake(path: &str, allowed: String) -> SettingFinding {
    SettingFinding {
        allowed: Some(allowed),
        ..SettingFinding::new(path, "The value is not allowed.", Severity::Error)
    }
}
