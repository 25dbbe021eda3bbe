//! A mail program that reads mail: IMAP with AUTHENTICATE (RFC 9051 §6.2.2) and an initial response.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::case::{Mechanism, Verdict};

/// Signs in, and looks into the mailbox.
pub fn sign_in(port: u16, mechanism: Mechanism, user: &str, token: &str) -> Verdict {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the mail server listens");
    let patience = Some(Duration::from_secs(30));
    stream.set_read_timeout(patience).expect("it is a socket");
    let mut stream = BufReader::new(stream);
    let greeting = line(&mut stream);
    assert!(greeting.starts_with("* OK"), "{greeting}");
    let response = mechanism.response(user, token);
    send(
        &mut stream,
        &format!("a AUTHENTICATE {} {response}", mechanism.name()),
    );
    let answer = loop {
        let line = line(&mut stream);
        if line.starts_with('+') {
            // The reason of the refusal (RFC 7628 §3.2.2), which is to be acknowledged.
            send(&mut stream, "AQ==");
        } else if let Some(answer) = line.strip_prefix("a ") {
            break answer.to_owned();
        }
    };
    if answer.starts_with("NO [AUTHENTICATIONFAILED]") {
        return Verdict::Refused;
    } else if answer.starts_with("NO [UNAVAILABLE]") {
        return Verdict::Undecided;
    }
    assert!(answer.starts_with("OK"), "{answer}");
    send(&mut stream, "b SELECT INBOX");
    loop {
        if let Some(answer) = line(&mut stream).strip_prefix("b ") {
            assert!(answer.starts_with("OK"), "{answer}");
            return Verdict::Allowed;
        }
    }
}

fn send(stream: &mut BufReader<TcpStream>, line: &str) {
    let sent = write!(stream.get_mut(), "{line}\r\n");
    sent.expect("it can be sent");
}

fn line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    let read = stream.read_line(&mut line).expect("the server answers");
    assert_ne!(read, 0, "the connection ended");
    line
}
