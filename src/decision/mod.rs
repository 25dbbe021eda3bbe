//! What a decision consists of, and the HTTP response in it.

pub(crate) mod response;

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Findings};

/// The answer to one request: data, never an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Accepted or refused.
    pub outcome: Outcome,
    /// What to send.
    pub response: Response,
    /// What to do first, in one transaction.
    pub effect: Effect,
    /// All that was found, errors about redirect URIs first.
    pub diagnostics: Vec<Diagnostic>,
    /// What the client has named for the host to fetch.
    pub fetches: Vec<Fetch>,
    /// The client that the decision is about, where it is about one that the host has to know.
    pub client: Option<Client>,
}

impl Decision {
    /// An accepted request, without anything to fetch and without a client to be told of.
    pub(crate) fn accept(response: Response, effect: Effect, findings: Findings) -> Self {
        Self {
            outcome: Outcome::Accept,
            response,
            effect,
            diagnostics: findings.into_diagnostics(),
            fetches: Vec::new(),
            client: None,
        }
    }

    /// A refused request.
    pub(crate) const fn refuse(response: Response, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            outcome: Outcome::Refuse,
            response,
            effect: Effect::None,
            diagnostics,
            fetches: Vec::new(),
            client: None,
        }
    }
}

/// A client, as far as the host needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's id.
    pub client_id: String,
    /// What the server knows of it.
    pub standing: Standing,
    /// Where the authorization response goes: the redirect URI in full, with the port that was
    /// asked for.
    pub redirect_uri: Option<String>,
    /// The scope that may be granted: what was asked for, cut to what is registered.
    pub scope: Option<String>,
    /// The registered metadata as a JSON object; empty for a client that is not registered.
    pub metadata: String,
    /// The assertion that the client authenticated with.
    pub assertion: Option<Assertion>,
}

/// What the server knows of a client. Whatever the standing, its name and its links are its own
/// claim, unless an administrator registered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// An administrator registered it by hand.
    Provisioned,
    /// It registered itself.
    Registered,
    /// Its id is the URL of the document that describes it.
    Document,
    /// It uses an id that everybody may use.
    Shared,
    /// Nobody registered it, and nothing requires that.
    Unregistered,
    /// Nobody registered it, and the account may use any client.
    Overridden,
}

/// An assertion that is good for one use (RFC 7523 §3): the host refuses the request if it has seen
/// the id from this client, and remembers it until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The claim `jti`.
    pub id: String,
    /// When the assertion expires, in seconds since 1970.
    pub expires_at: u64,
}

/// A document that the client has named and the core does not fetch.
///
/// A host that fetches it does so by https alone, without credentials, follows no redirect, connects
/// only to addresses that are public (RFC 6890) and the ones it checked, reads no more than
/// `max_bytes` and waits no longer than `timeout` (RFC 9700 §4, RFC 7591 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The document's URI.
    pub uri: String,
    /// Where it stands: a JSON Pointer into the registered metadata.
    pub pointer: String,
    /// When it is needed.
    pub due: Due,
    /// How much of it may be read, in bytes.
    pub max_bytes: u32,
    /// How long it may take, in seconds.
    pub timeout: u32,
}

/// When a document is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At once. Of a registration, before the effect is carried out: a JSON array of strings that must
    /// hold every redirect URI of the client, or else the registration is refused (OpenID Connect
    /// Registration 1.0 §5). Otherwise the client's keys or its document, to ask again with.
    BeforeEffect,
    /// When the client first uses it.
    OnUse,
}

/// Accepted or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Carry out the effect, then send the response.
    Accept,
    /// Send the response; there is no effect.
    Refuse,
}

/// An HTTP response.
///
/// Its body may hold a secret that is given out once, so it does not show itself in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields, in order.
    pub headers: Vec<Header>,
    /// The body: JSON, or nothing.
    pub body: String,
}

impl Response {
    /// Nothing to send: what the host sends is its own.
    pub(crate) const fn none() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: String::new(),
        }
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}

/// One HTTP header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The field's name.
    pub name: &'static str,
    /// The field's value.
    pub value: Cow<'static, str>,
}

/// What the host has to do, in one transaction, before it sends the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Store a new client.
    Store(Record),
    /// Store the client, unless there is one with this id, which then stays as it is: the client id
    /// is shared by all who register the same.
    Share(Record),
    /// Put this in the place of the record with the same client id.
    Replace(Record),
    /// Remove the client with this id, and all it holds.
    Remove(String),
}

/// A registered client, as the host stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The client's id, unique among all clients.
    pub client_id: String,
    /// A versioned JSON document, opaque to the host. It holds hashes, no secrets.
    pub document: String,
}
