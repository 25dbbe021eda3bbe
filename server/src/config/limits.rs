//! What requests may use up.

use std::num::NonZero;
use std::thread;
use std::time::Duration;

/// What requests may use up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. One network holds a share of them.
    pub connections: u32,
    /// Decisions made at once. More of them than there are processors gain nothing.
    pub decisions: usize,
    /// Requests a minute from one network to what changes something; 0 for any number.
    pub requests_per_minute: u32,
    /// How long a connection may be idle, or take to send a request's head.
    pub head: Duration,
    /// How long a request's body may take to arrive.
    pub body: Duration,
    /// How long a request may take from its head to its answer.
    pub request: Duration,
    /// How long requests in flight may take to finish when the program is told to stop.
    pub drain: Duration,
}

impl Limits {
    /// Those that are set in `[server]`.
    pub(super) fn of_server(&self) -> Self {
        Self {
            requests_per_minute: 0,
            ..self.clone()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            decisions: thread::available_parallelism()
                .map_or(2, NonZero::get)
                .max(2),
            requests_per_minute: 600,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            request: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}
