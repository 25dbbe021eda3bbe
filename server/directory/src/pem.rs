//! Certificates and keys in PEM files (RFC 7468).

use std::path::Path;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

/// A file cannot be read, or has nothing of the kind in it.
#[derive(Debug, Error)]
#[error("cannot read {path}")]
pub struct PemError {
    path: String,
    source: pem::Error,
}

/// The certificates in a file, of which there is one at least.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .and_then(|all| match all.is_empty() {
            true => Err(pem::Error::NoItemsFound),
            false => Ok(all),
        })
        .map_err(in_file(path))
}

/// The private key in a file.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, PemError> {
    PrivateKeyDer::from_pem_file(path).map_err(in_file(path))
}

fn in_file(path: &Path) -> impl FnOnce(pem::Error) -> PemError {
    let path = path.display().to_string();
    move |source| PemError { path, source }
}
