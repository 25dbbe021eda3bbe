//! How somebody reaches the server: from an address of its own, or through a proxy that names it.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::common::Answer;
use crate::source;

/// Whether there is a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Everybody connects to the server.
    Direct,
    /// All but the mail server connect to a proxy that the server trusts. Here they play it themselves.
    Proxy,
}

/// Where the proxy is.
pub const PROXY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);

/// Somebody's address, and the way from there.
#[derive(Clone, Debug)]
pub struct Line {
    server: SocketAddr,
    from: Ipv4Addr,
    /// What the proxy adds.
    forwarded: Option<String>,
}

impl Line {
    /// That of the person with this number, each of whom has another address.
    pub fn of(way: Way, server: SocketAddr, number: u16) -> Self {
        let [high, low] = number.to_be_bytes();
        match way {
            Way::Direct => Self {
                server,
                from: Ipv4Addr::new(127, 1, high, low),
                forwarded: None,
            },
            Way::Proxy => Self {
                server,
                from: PROXY,
                forwarded: Some(format!("X-Forwarded-For: 198.18.{high}.{low}\r\n")),
            },
        }
    }

    /// That of a program on the server's machine, which needs no proxy.
    pub fn local(server: SocketAddr) -> Self {
        Self {
            server,
            from: Ipv4Addr::LOCALHOST,
            forwarded: None,
        }
    }

    pub fn connect(&self, patience: Duration) -> Option<TcpStream> {
        source::connect(self.from, self.server, patience).ok()
    }

    /// The head of a request with these lines, each of which ends, up to the empty line.
    pub fn head(&self, method: &str, target: &str, lines: &str) -> String {
        let forwarded = self.forwarded.as_deref().unwrap_or_default();
        format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{forwarded}{lines}")
    }

    /// A whole request.
    pub fn request(&self, method: &str, target: &str, lines: &str, body: &str) -> Vec<u8> {
        let head = self.head(method, target, lines);
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    /// Asks over a connection of its own.
    pub fn ask(&self, patience: Duration, request: &[u8]) -> Option<Answer> {
        let mut stream = self.connect(patience)?;
        // The answer may be there before all is sent.
        let _ = stream.write_all(request);
        Answer::try_read(&mut stream)
    }
}
