//! A mail program that submits mail: SMTP with STARTTLS (RFC 3207) and AUTH (RFC 4954).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gatepost_directory::pem;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::case::Mechanism;
use crate::place::{Certificate, NAME};

pub struct Smtp(BufReader<StreamOwned<ClientConnection, TcpStream>>);

impl Smtp {
    /// Connects, and sees that both mechanisms are there under TLS, and neither without.
    pub fn connect(port: u16, certificate: &Certificate) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the mail server listens");
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).expect("it is a socket");
        let mut plain = BufReader::new(stream);
        assert_eq!(reply(&mut plain).0, 220);
        let (_, offered) = exchange(&mut plain, "EHLO client.example");
        assert!(!offered.contains("AUTH"), "{offered}");
        assert_eq!(exchange(&mut plain, "STARTTLS").0, 220);
        let stream = StreamOwned::new(tls(certificate), plain.into_inner());
        let mut smtp = Self(BufReader::new(stream));
        let (_, offered) = smtp.command("EHLO client.example");
        let auth = offered.lines().find(|line| line.starts_with("AUTH "));
        let auth: Vec<&str> = auth.unwrap_or_default().split(' ').collect();
        for mechanism in Mechanism::BOTH {
            assert!(auth.contains(&mechanism.name()), "{offered}");
        }
        smtp
    }

    /// Signs in, and gives back the code at the end.
    pub fn authenticate(&mut self, mechanism: Mechanism, user: &str, token: &str) -> u16 {
        let response = mechanism.response(user, token);
        let (code, _) = self.command(&format!("AUTH {} {response}", mechanism.name()));
        match code {
            // The reason of the refusal (RFC 7628 §3.2.2), which is to be acknowledged.
            334 => self.command("AQ==").0,
            code => code,
        }
    }

    /// Asks to send mail elsewhere.
    pub fn submit(&mut self) -> (u16, String) {
        self.command("MAIL FROM:<admin@example.org>");
        self.command("RCPT TO:<somebody@elsewhere.example>")
    }

    pub fn command(&mut self, line: &str) -> (u16, String) {
        exchange(&mut self.0, line)
    }
}

/// A buffered stream that can be written to.
trait Both: BufRead {
    fn send(&mut self, bytes: &[u8]);
}

impl<S: Read + Write> Both for BufReader<S> {
    fn send(&mut self, bytes: &[u8]) {
        let sent = self.get_mut().write_all(bytes);
        sent.and_then(|()| self.get_mut().flush())
            .expect("it can be sent");
    }
}

fn exchange(stream: &mut impl Both, line: &str) -> (u16, String) {
    stream.send(format!("{line}\r\n").as_bytes());
    reply(stream)
}

/// The code, and the text of all lines.
fn reply(stream: &mut impl Both) -> (u16, String) {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("the server answers");
        let (code, rest) = line.split_at_checked(3).expect("a reply has a code");
        text.push_str(rest.get(1..).unwrap_or_default());
        if !rest.starts_with('-') {
            return (code.parse().expect("a code is a number"), text);
        }
    }
}

fn tls(certificate: &Certificate) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    let certificates = pem::certificates(Path::new(&certificate.certificate));
    for certificate in certificates.expect("it was just made") {
        roots.add(certificate).expect("it is a certificate");
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(NAME).expect("it is a name");
    ClientConnection::new(Arc::new(config), name).expect("the settings are right")
}
