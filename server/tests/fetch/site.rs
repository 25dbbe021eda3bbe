//! A site that clients name, which answers as badly as it is told to.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use gatepost_directory::pem;
use tempfile::TempDir;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::common::text;

/// The name that the certificate is for.
pub const HOST: &str = "app.example.com";

/// What a path answers.
#[derive(Clone)]
pub enum Says {
    /// These bytes, and then the end.
    Bytes(Vec<u8>),
    /// This head, and then nothing more for as long as anybody listens.
    Stalls(&'static str),
    /// This head, and then bytes for as long as anybody reads.
    Endless(&'static str),
}

/// An HTTPS server on a free port of this machine.
pub struct Site {
    pub address: SocketAddr,
    pub certificates: Certificates,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    answers: HashMap<String, Says>,
    asked: Vec<String>,
    connections: usize,
}

impl Site {
    pub fn start() -> Self {
        let certificates = Certificates::make();
        let tls = certificates.server();
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let site = Self {
            address: listener.local_addr().expect("it listens"),
            certificates,
            known: Arc::default(),
        };
        let known = Arc::clone(&site.known);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                lock(&known).connections += 1;
                let (tls, known) = (Arc::clone(&tls), Arc::clone(&known));
                // Whoever it is that breaks off, it is what is tested.
                thread::spawn(move || attend(stream, tls, &known));
            }
        });
        site
    }

    /// Its URL with this path.
    pub fn at(&self, path: &str) -> String {
        format!("https://{HOST}:{}{path}", self.address.port())
    }

    pub fn says(&self, path: &str, says: Says) {
        lock(&self.known).answers.insert(path.to_owned(), says);
    }

    /// Answers with a document, and with these header lines.
    pub fn has(&self, path: &str, lines: &[&str], body: &str) {
        let mut answer = "HTTP/1.1 200 OK\r\n".to_owned();
        for line in lines {
            answer.push_str(&format!("{line}\r\n"));
        }
        answer.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.says(path, Says::Bytes(answer.into()));
    }

    /// Answers with JSON that may be kept for an hour.
    pub fn has_json(&self, path: &str, body: &serde_json::Value) {
        let lines = [
            "Content-Type: application/json",
            "Cache-Control: max-age=3600",
        ];
        self.has(path, &lines, &body.to_string());
    }

    /// The heads of the requests to this path.
    pub fn asked(&self, path: &str) -> Vec<String> {
        let known = lock(&self.known);
        let start = format!("GET {path} HTTP/1.1\r\n");
        let asked = known.asked.iter().filter(|head| head.starts_with(&start));
        asked.cloned().collect()
    }

    pub fn connections(&self) -> usize {
        lock(&self.known).connections
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

fn attend(stream: TcpStream, tls: Arc<ServerConfig>, known: &Mutex<Known>) {
    let limit = Some(Duration::from_secs(10));
    let _ = stream.set_read_timeout(limit);
    let _ = stream.set_write_timeout(limit);
    let connection = ServerConnection::new(tls).expect("the settings are right");
    let mut stream = StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = text(&head);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let says = {
        let mut known = lock(known);
        known.asked.push(head);
        known.answers.get(&path).cloned()
    };
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
    match says.unwrap_or(Says::Bytes(missing)) {
        Says::Bytes(bytes) => {
            let _ = stream.write_all(&bytes);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        Says::Stalls(head) => {
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.flush();
            // Until whoever asked goes away.
            let _ = stream.read(&mut byte);
        }
        Says::Endless(head) => {
            let mut all = stream.write_all(head.as_bytes());
            while all.is_ok() {
                all = stream.write_all(&[b' '; 1024]);
            }
        }
    }
}

/// An authority, a certificate that it signed for the site, and another authority.
pub struct Certificates(TempDir);

impl Certificates {
    fn make() -> Self {
        let made = Self(TempDir::new().expect("the temporary folder can be written"));
        for authority in ["authority", "stranger"] {
            made.openssl(authority, &["basicConstraints=critical,CA:TRUE"], &[]);
        }
        let names = format!("subjectAltName=DNS:{HOST}");
        let signer = ["-CA", "authority.pem", "-CAkey", "authority.key"];
        made.openssl(
            "site",
            &["basicConstraints=critical,CA:FALSE", &names],
            &signer,
        );
        made
    }

    fn openssl(&self, name: &str, extensions: &[&str], signer: &[&str]) {
        let made = Command::new("openssl")
            .current_dir(self.0.path())
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj"])
            .arg(format!("/CN={name}"))
            .args(extensions.iter().flat_map(|added| ["-addext", added]))
            .args(signer)
            .args(["-out", &format!("{name}.pem"), "-keyout"])
            .arg(format!("{name}.key"))
            .output()
            .expect("openssl is installed");
        assert!(made.status.success(), "{}", text(&made.stderr));
    }

    /// The authority of the site's certificate.
    pub fn authority(&self) -> PathBuf {
        self.path("authority.pem")
    }

    /// An authority that signed nothing.
    pub fn stranger(&self) -> PathBuf {
        self.path("stranger.pem")
    }

    fn path(&self, name: &str) -> PathBuf {
        Path::join(self.0.path(), name)
    }

    fn server(&self) -> Arc<ServerConfig> {
        let chain = pem::certificates(&self.path("site.pem")).expect("it was just made");
        let key = pem::private_key(&self.path("site.key")).expect("it was just made");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("they fit");
        Arc::new(config)
    }
}
