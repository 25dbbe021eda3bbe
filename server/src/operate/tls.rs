//! TLS for those who come, if there is a certificate.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use gatepost_directory::pem::{self, PemError};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config::TlsFiles;

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read, or has nothing of the kind in it.
    #[error(transparent)]
    File(#[from] PemError),
    /// The certificate and the key are not what they should be.
    #[error("the certificate cannot be used")]
    Certificate(#[from] rustls::Error),
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
    let chain = pem::certificates(&files.certificate)?;
    let key = pem::private_key(&files.key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
