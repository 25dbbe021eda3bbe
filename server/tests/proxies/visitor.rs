//! Somebody who asks by HTTPS, from an address of 127.0.0.0/8, and sends exactly the bytes that the test names.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use gatepost_directory::pem;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::common::Answer;
use crate::program::{Certificate, NAME};
use crate::source;

/// A way in: where a proxy listens, and the certificate that it has.
pub struct Door {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
}

impl Door {
    pub fn new(address: SocketAddr, certificate: &Certificate) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in pem::certificates(&certificate.file()).expect("it was just made") {
            roots.add(certificate).expect("it is a certificate");
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            address,
            tls: Arc::new(tls),
        }
    }

    /// Sends these bytes from this address and reads one answer, whether or not all bytes could be sent.
    pub fn send(&self, from: &str, request: &[u8]) -> Option<Answer> {
        self.send_after(&[], from, request)
    }

    /// The same, with these bytes before TLS.
    pub fn send_after(&self, before: &[u8], from: &str, request: &[u8]) -> Option<Answer> {
        let mut stream = self.connect(from);
        stream.write_all(before).expect("it can be sent");
        let name = ServerName::try_from(NAME).expect("it is a name");
        let connection = ClientConnection::new(Arc::clone(&self.tls), name);
        let mut stream = StreamOwned::new(connection.expect("the settings are right"), stream);
        let _ = stream.write_all(request);
        let _ = stream.flush();
        Answer::try_read(&mut stream)
    }

    fn connect(&self, from: &str) -> TcpStream {
        let from: Ipv4Addr = from.parse().expect("it is an address");
        source::connect(from, self.address, Duration::from_secs(20)).expect("the proxy listens")
    }
}
