//! Connections to the addresses that were checked, and no others.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use gatepost_directory::pem::{self, PemError};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use url::Host;

use crate::origin::pace::Pace;
use crate::origin::place::Network;

use super::address::is_public;
use super::error::{FetchError, quoted};
use super::resolve::Resolve;
use super::settings::{FetchSettings, InternalHost};
use super::target::Target;

/// How many of a name's addresses are tried.
const TRIED: usize = 4;

/// How long one address is tried, if there is another.
const PATIENCE: Duration = Duration::from_secs(1);

/// The authorities that sites' certificates have to be signed by.
#[derive(Clone, Debug)]
pub enum Roots {
    /// Those of the operating system, read when the first document is fetched.
    System,
    /// These alone.
    Only(Vec<CertificateDer<'static>>),
}

/// Opens connections.
pub(super) struct Dialler {
    resolver: Arc<dyn Resolve>,
    roots: Roots,
    /// Those that an administrator trusts besides.
    authorities: Vec<CertificateDer<'static>>,
    tls: OnceLock<TlsConnector>,
    internal: Vec<InternalHost>,
    /// How often each network is asked, whatever the names that lead there.
    pub(super) pace: Pace<Network>,
}

impl Dialler {
    pub(super) fn new(
        settings: &FetchSettings,
        resolver: Arc<dyn Resolve>,
        roots: Roots,
    ) -> Result<Self, PemError> {
        let authorities = settings.tls_authority.as_deref().map(pem::certificates);
        Ok(Self {
            resolver,
            roots,
            authorities: authorities.transpose()?.unwrap_or_default(),
            tls: OnceLock::new(),
            internal: settings.internal_hosts.clone(),
            pace: Pace::new(settings.requests_per_minute),
        })
    }

    /// Connects to a site that proves who it is.
    pub(super) async fn connect(
        &self,
        target: &Target,
    ) -> Result<TlsStream<TcpStream>, FetchError> {
        let addresses = self.checked(&target.host).await?;
        let stream = self.dial(&addresses, target.port).await?;
        // A request is written at once, there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let name = match &target.host {
            Host::Domain(name) => ServerName::try_from(name.clone())
                .map_err(|_| FetchError::Uri("its host has to be a name or an address"))?,
            Host::Ipv4(address) => ServerName::from(IpAddr::V4(*address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::V6(*address)),
        };
        let handshake = self.tls().connect(name, stream).await;
        handshake.map_err(|error| match error.get_ref() {
            Some(inner) if inner.is::<rustls::Error>() => FetchError::Tls(quoted(inner)),
            _ => FetchError::Unreachable(quoted(error)),
        })
    }

    /// The addresses of a host, each of which may be connected to. The name is looked up once, and what is
    /// connected to is what was checked: a second answer could be another.
    async fn checked(&self, host: &Host) -> Result<Vec<IpAddr>, FetchError> {
        let addresses = match host {
            Host::Ipv4(address) => vec![IpAddr::V4(*address)],
            Host::Ipv6(address) => vec![IpAddr::V6(*address)],
            Host::Domain(name) => {
                let resolved = self.resolver.resolve(name).await;
                resolved.map_err(|error| FetchError::Unresolved(quoted(error)))?
            }
        };
        if addresses.is_empty() {
            return Err(FetchError::Unresolved("it has no address".to_owned()));
        }
        let host = match host {
            Host::Domain(name) => Host::Domain(&**name),
            Host::Ipv4(address) => Host::Ipv4(*address),
            Host::Ipv6(address) => Host::Ipv6(*address),
        };
        let is_internal = self.internal.iter().any(|internal| internal.is(&host));
        // One that is not public is enough: who mixes them hopes that it is the one connected to.
        match addresses.iter().find(|address| !is_public(**address)) {
            Some(address) if !is_internal => Err(FetchError::NotPublic(*address)),
            _ => Ok(addresses),
        }
    }

    async fn dial(&self, addresses: &[IpAddr], port: u16) -> Result<TcpStream, FetchError> {
        let tried = &addresses[..addresses.len().min(TRIED)];
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for (index, address) in tried.iter().enumerate() {
            self.pace
                .check(&Network::of(*address))
                .map_err(|_wait| FetchError::TooOften)?;
            let attempt = TcpStream::connect((*address, port));
            let attempt = match index + 1 == tried.len() {
                true => attempt.await,
                false => tokio::time::timeout(PATIENCE, attempt)
                    .await
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
            };
            match attempt {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(FetchError::Unreachable(quoted(last)))
    }

    /// Certificates are read when the first document is fetched: most servers fetch none.
    fn tls(&self) -> &TlsConnector {
        self.tls.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            let known = match &self.roots {
                Roots::Only(certificates) => certificates.clone(),
                Roots::System => {
                    let loaded = rustls_native_certs::load_native_certs();
                    for error in loaded.errors {
                        tracing::warn!(%error, "an authority of the system cannot be read");
                    }
                    loaded.certs
                }
            };
            roots.add_parsable_certificates(known.into_iter().chain(self.authorities.clone()));
            if roots.is_empty() {
                tracing::error!(
                    "the system trusts no authority: no document can be fetched; install the \
                     package ca-certificates, or set fetch.tls-authority"
                );
            }
            let mut config =
                ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .expect("the provider has what TLS 1.2 and 1.3 need")
                    .with_root_certificates(roots)
                    .with_no_client_auth();
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            // Nothing that a site could recognise this program by.
            config.resumption = Resumption::disabled();
            TlsConnector::from(Arc::new(config))
        })
    }
}
