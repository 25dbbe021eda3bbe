//! The real server behind a real proxy, and what its tests need of it.

use std::time::{Duration, Instant};

use crate::common::{Folder, Host, program, text};
use crate::manual;
use crate::program::{Certificate, Program, Proxy};
use crate::visitor::Door;

/// How many requests a minute a network may make. Few, so that a test can spend them; the next one comes after ten
/// seconds.
pub const ALLOWANCE: u32 = 6;

/// A server, and the proxy in front of it.
pub struct Place {
    pub host: Host,
    pub door: Door,
    // They end with this.
    _proxy: Proxy,
    _certificate: Certificate,
}

impl Place {
    /// A server with these settings of the manual's, behind a program with an example of the manual's.
    pub fn start(settings: &str, program: Program, example: &str) -> Self {
        let certificate = Certificate::make();
        let settings = format!(
            "{}\n[limits]\nrequests-per-minute = {ALLOWANCE}\n[metrics]\nallow = ['127.0.0.1/32']\n",
            certificate.placed(settings)
        );
        let host = Host::start(&settings);
        let proxy = Proxy::start(program, example, &certificate, host.address);
        Self {
            door: Door::new(proxy.address, &certificate),
            host,
            _proxy: proxy,
            _certificate: certificate,
        }
    }

    /// The same with what the manual says of this proxy.
    pub fn of_manual(program: Program, example: &str, settings: &str) -> Self {
        Self::start(
            &manual::example(settings),
            program,
            &manual::example(example),
        )
    }

    /// The lines of the audit log, once one of them is about this address.
    pub fn audited(&self, address: &str) -> bool {
        let path = self.host.folder.data().join("audit.jsonl");
        let said = format!("\"address\":\"{address}\"");
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            let log = std::fs::read_to_string(&path).unwrap_or_default();
            if log.contains(&said) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

/// Makes a key that registers from this network alone.
pub fn key_bound_to(folder: &Folder, network: &str) -> String {
    let mut command = program();
    command.args(["key", "create", "--name", "bound"]);
    for permission in ["authenticate", "oauth-client-registration"] {
        command.args(["--permission", permission]);
    }
    command.args(["--terms", &format!(r#"{{"networks":["{network}"]}}"#)]);
    let output = command.arg("--data").arg(folder.data()).output();
    let output = output.expect("the program can be started");
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).trim().to_owned()
}

/// A request with these header lines, for the public name.
pub fn request(method: &str, target: &str, lines: &[&[u8]], body: &str) -> Vec<u8> {
    let is_named = |line: &&[u8]| line.to_ascii_lowercase().starts_with(b"host:");
    let mut request = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
    if !lines.iter().any(is_named) {
        request.extend(b"Host: mail.example.com\r\n");
    }
    for line in lines {
        request.extend(*line);
        request.extend(b"\r\n");
    }
    if method != "GET" {
        request.extend(b"Content-Type: application/json\r\n");
        request.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
    }
    request.extend(b"\r\n");
    request.extend(body.bytes());
    request
}

/// A registration with a key, or of a stranger.
pub fn registration(key: Option<&str>, lines: &[&[u8]], body: &str) -> Vec<u8> {
    let bearer = key.map(|key| format!("Authorization: Bearer {key}"));
    let mut all: Vec<&[u8]> = bearer.iter().map(String::as_bytes).collect();
    all.extend(lines);
    request("POST", "/auth/register", &all, body)
}
