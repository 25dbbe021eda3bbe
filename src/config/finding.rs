//! Findings about the settings or about terms: mistakes and warnings.

use crate::diagnostic::Severity;

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
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings are wrong in {} places", .0.len())]
pub struct SettingsError(pub Vec<SettingFinding>);

/// Makes the finding that a value is not allowed.
pub(super) fn mistake(path: &str, allowed: String) -> SettingFinding {
    SettingFinding {
        path: path.to_owned(),
        message: "The value is not allowed.".to_owned(),
        allowed: Some(allowed),
        severity: Severity::Error,
    }
}
