//! Who takes part in the story, and what they come to have.

use super::http::Client;
use super::server::Server;
use super::show;

pub(super) struct Story<'s> {
    pub(super) client: Client,
    pub(super) server: &'s Server,
    chapter: usize,
}

impl<'s> Story<'s> {
    pub(super) fn new(server: &'s Server) -> Self {
        Self {
            client: Client::new(&server.authority),
            server,
            chapter: 0,
        }
    }

    pub(super) fn chapter(&mut self, text: &str) {
        self.chapter += 1;
        show::heading(self.chapter, text);
    }
}

/// What the server says of itself, as paths.
pub(super) struct Endpoints {
    pub(super) registration: String,
    pub(super) authorization: String,
    pub(super) token: String,
    pub(super) issuer: String,
    pub(super) resource: String,
}

/// What the client was given.
pub(super) struct Registered {
    pub(super) client_id: String,
    pub(super) token: String,
    pub(super) path: String,
}

/// A code, and what proves that it was asked for here (RFC 7636 §4.1).
pub(super) struct Code {
    pub(super) code: String,
    pub(super) verifier: String,
}

pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}
