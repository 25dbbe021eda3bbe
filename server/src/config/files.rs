//! Files that are named in the settings: a certificate, the audit log.

use std::path::PathBuf;

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// Where the log is, and how long it may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLog {
    /// The file; if unset, `audit.jsonl`. A relative path begins at the data folder.
    pub path: Option<PathBuf>,
    /// Whether there is one.
    pub is_enabled: bool,
    /// How long one file may become, in bytes.
    pub max_bytes: u64,
}

impl Default for AuditLog {
    fn default() -> Self {
        Self {
            path: None,
            is_enabled: true,
            max_bytes: 256 << 20,
        }
    }
}
