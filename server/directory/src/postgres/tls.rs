//! TLS towards the database.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::error::TlsError;
use crate::pem;

/// What speaks TLS to a server that shows a certificate for its name by one of these authorities, PEM, or
/// of those whom the operating system trusts.
pub(super) fn client(authority: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut authorities = RootCertStore::empty();
    match authority {
        Some(path) => {
            for certificate in pem::certificates(path)? {
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
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}
