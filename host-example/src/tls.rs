//! TLS: for those who come, if there is a certificate, and towards a database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, ServerConfig};

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read, or has nothing of the kind in it.
    #[error("cannot read {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: pem::Error,
    },
    /// The certificate and the key are not what they should be.
    #[error("the certificate cannot be used")]
    Certificate(#[from] rustls::Error),
    /// Nobody could be trusted.
    #[error("the operating system has no certificates of authorities")]
    NoAuthorities,
}

/// Takes TLS connections with the certificate that was read last.
pub struct Tls {
    files: TlsFiles,
    acceptor: ArcSwap<ServerConfig>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.files).finish()
    }
}

impl Tls {
    /// Reads the certificate and its key.
    pub fn new(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self {
            acceptor: ArcSwap::from_pointee(read(files)?),
            files: files.clone(),
        })
    }

    /// Reads them again. Connections that there are stay as they are.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.acceptor.store(Arc::new(read(&self.files)?));
        Ok(())
    }

    /// What takes the next connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.acceptor.load_full())
    }
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(in_file(&files.key))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What speaks TLS to a server that shows a certificate for its name by one of these authorities, PEM, or
/// of those whom the operating system trusts.
pub fn client(authority: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut authorities = RootCertStore::empty();
    match authority {
        Some(path) => {
            for certificate in certificates(path)? {
                authorities.add(certificate)?;
            }
        }
        None => {
            let trusted = rustls_native_certs::load_native_certs().certs;
            authorities.add_parsable_certificates(trusted);
            if authorities.is_empty() {
                return Err(TlsError::NoAuthorities);
            }
        }
    }
    let provider = Arc::new(ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth())
}

/// The certificates in a file, of which there is one at least.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .and_then(|all| match all.is_empty() {
            true => Err(pem::Error::NoItemsFound),
            false => Ok(all),
        })
        .map_err(in_file(path))
}

fn in_file(path: &Path) -> impl FnOnce(pem::Error) -> TlsError {
    let path = path.display().to_string();
    move |source| TlsError::File { path, source }
}
