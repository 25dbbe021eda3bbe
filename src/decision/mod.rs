//! The parts of a decision: outcome, HTTP response, effect, diagnostics, documents to fetch,
//! client.

pub(crate) mod response;

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Findings};
use crate::oauth::client_id::is_client_id;

/// The answer to one request.
///
/// A refusal is a decision too, and not an error: its response says what is wrong.
///
/// ```
/// use gatepost::{Caller, Context, Effect, Outcome, Record, Registrar};
///
/// let registrar = Registrar::compile("")?;
/// let context = Context {
///     caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
///     ..Context::default()
/// };
///
/// let decision = registrar.register(&context, br#"{"redirect_uris": ["com.example:/cb"]}"#)?;
/// assert_eq!(decision.outcome, Outcome::Accept);
/// // In one transaction:
/// match decision.effect {
///     Effect::None => {}
///     Effect::Store(record) => insert(record),
///     Effect::Share(record) => insert_if_absent(record),
///     Effect::Replace(record) => overwrite(record),
///     Effect::Remove(client_id) => delete(client_id),
/// }
/// // After it is committed, send `decision.response`:
/// assert_eq!(decision.response.status, 201);
/// # fn insert(record: Record) { assert!(record.client_id.starts_with("gpc_")) }
/// # fn insert_if_absent(_: Record) {}
/// # fn overwrite(_: Record) {}
/// # fn delete(_: String) {}
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the request is accepted or refused.
    pub outcome: Outcome,
    /// The HTTP response. The host sends it after it has carried out the effect. If
    /// [`authorize`](crate::Registrar::authorize),
    /// [`authenticate`](crate::Registrar::authenticate), [`usable`](crate::Registrar::usable),
    /// [`lifecycle`](crate::Registrar::lifecycle) or
    /// [`client_document`](crate::Registrar::client_document) accepts, the response is empty: the
    /// host sends its own page, redirect or token response (RFC 6749 §4.1.2, §5.1), if any.
    pub response: Response,
    /// What the host has to do before it sends the response.
    pub effect: Effect,
    /// The findings: errors first, then warnings, then notes, and in each group those about
    /// redirect URIs first. A decision has at most 64. An accepted request can have warnings and
    /// notes.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents that the client has named by URI, and that the host may have to fetch.
    pub fetches: Vec<Fetch>,
    /// The id of the client that the decision is about, whether it accepts or refuses. `None`: a
    /// registration that is refused, a request that names no client, or a name that cannot be a client id (RFC
    /// 6749 appendix A.1). Unless the decision accepts, it is only what was asked for.
    pub client_id: Option<String>,
    /// The client that was let through, and with what. `None`: the host needs to know no more than
    /// the response and the effect say.
    pub client: Option<Client>,
    /// The secrets that the response contains.
    pub secrets: Secrets,
}

impl Decision {
    /// Makes a decision that accepts, without documents to fetch and without a client.
    pub(crate) fn accept(response: Response, effect: Effect, findings: Findings) -> Self {
        Self {
            outcome: Outcome::Accept,
            response,
            effect,
            diagnostics: findings.into_diagnostics(),
            fetches: Vec::new(),
            client_id: None,
            client: None,
            secrets: Secrets::default(),
        }
    }

    /// Makes a decision that refuses.
    pub(crate) const fn refuse(response: Response, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            outcome: Outcome::Refuse,
            response,
            effect: Effect::None,
            diagnostics,
            fetches: Vec::new(),
            client_id: None,
            client: None,
            secrets: Secrets {
                client_secret: None,
                registration_access_token: None,
            },
        }
    }

    /// Says which client the decision is about: that of its effect, the one that was let through, or the one that
    /// was asked for.
    pub(crate) fn about(mut self, asked: Option<&str>) -> Self {
        let of_effect = match &self.effect {
            Effect::None => None,
            Effect::Store(record) | Effect::Share(record) | Effect::Replace(record) => {
                Some(&*record.client_id)
            }
            Effect::Remove(client_id) => Some(&**client_id),
        };
        let let_through = self.client.as_ref().map(|client| &*client.client_id);
        let asked = asked.filter(|id| is_client_id(id));
        self.client_id = of_effect.or(let_through).or(asked).map(str::to_owned);
        self
    }
}

/// The secrets that a response contains, for a host that hands them over in another way.
///
/// Debug output shows which there are, and not the secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    /// The client's new secret (RFC 7591 §3.2.1), which only this decision contains.
    pub client_secret: Option<String>,
    /// The registration access token (RFC 7592 §3).
    pub registration_access_token: Option<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = |secret: &Option<String>| secret.as_ref().map(|_| "[secret]");
        f.debug_struct("Secrets")
            .field("client_secret", &hidden(&self.client_secret))
            .field(
                "registration_access_token",
                &hidden(&self.registration_access_token),
            )
            .finish()
    }
}

/// The client that a decision lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's id.
    pub client_id: String,
    /// How the server knows the client.
    pub standing: Standing,
    /// The redirect URI that the authorization response is sent to, as it is in the request, with
    /// its port. `None`: the operation decides about none.
    pub redirect_uri: Option<String>,
    /// The scope that may be granted (RFC 6749 §3.3): the requested scope without what the client
    /// did not register. `None`: the operation decides about none, or the client has no scope.
    pub scope: Option<String>,
    /// The registered metadata (RFC 7591 §2) as a JSON object. `{}`: the client is not registered,
    /// or the decision tells only its id.
    pub metadata: String,
    /// The assertion that the client authenticated with. `None`: it used no assertion.
    pub assertion: Option<Assertion>,
}

/// How the server knows a client.
///
/// The name and the links in the metadata are the client's own claim. Only an administrator's
/// registration ([`Standing::Provisioned`]) makes them trustworthy, so a consent page should say
/// that the others are not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// An administrator registered it.
    Provisioned,
    /// It registered itself, with an API key or anonymously.
    Registered,
    /// Its id is the URL of its client ID metadata document.
    Document,
    /// Its id is one that every client may use: see the settings `open-client` and `static-client`.
    Shared,
    /// It is not registered, and the setting `require` is `false`.
    Unregistered,
    /// It is not registered, and the account has the permission `oauth-client-override`.
    Overridden,
}

/// An assertion that a client authenticated with (RFC 7523 §3).
///
/// It may be used once. The host remembers its id, together with the client's id, until the
/// assertion expires, and refuses a request with an id that it remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The claim `jti`.
    pub id: String,
    /// The time until which the assertion is accepted, in seconds since 1970: its claim `exp` and
    /// 60 seconds for clocks that differ.
    pub expires_at: u64,
}

/// A document that the client has named by URI. The library fetches nothing itself.
///
/// A host that fetches it uses https, sends no credentials, and follows no redirect. It connects
/// only to public addresses (RFC 6890), and to the address that it checked, without a second
/// look-up of the name. It reads at most `max_bytes` and waits at most `timeout` (RFC 7591 §5, RFC
/// 9700 §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The document's URI.
    pub uri: String,
    /// The place of the URI in the registered metadata: a JSON Pointer (RFC 6901) such as
    /// `/jwks_uri`. It is empty if the URI is the client id itself.
    pub pointer: String,
    /// When the document is needed.
    pub due: Due,
    /// The largest size that the host accepts, in bytes.
    pub max_bytes: u32,
    /// The longest time that the fetch may take, in seconds.
    pub timeout: u32,
}

/// When a document is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Before the host does anything else with the decision. What the document is follows from the
    /// operation:
    ///
    /// - A registration or an update: the `sector_identifier_uri`. It must be a JSON array that
    ///   contains every redirect URI of the client (OpenID Connect Registration 1.0 §5). If the host
    ///   cannot fetch it, or a redirect URI is missing, the host does not carry out the effect, and
    ///   refuses the request.
    /// - [`authenticate`](crate::Registrar::authenticate): the client's `jwks_uri`. The host asks again
    ///   with the document as [`Request::jwks`](crate::Request::jwks).
    /// - [`client_document`](crate::Registrar::client_document): the document at the client id. The
    ///   host asks again with the document.
    BeforeEffect,
    /// Not before the client uses it.
    OnUse,
}

/// Whether a request is accepted or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The host carries out the effect, then sends the response.
    Accept,
    /// The host sends the response. There is no effect.
    Refuse,
}

/// An HTTP response.
///
/// Its body can contain a secret or a token, so debug output shows only the body's length.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code, such as 201.
    pub status: u16,
    /// The header fields, in the order in which they are sent.
    pub headers: Vec<Header>,
    /// The body: a JSON object, or empty. The host sends it and keeps no copy.
    pub body: String,
}

impl Response {
    /// Makes an empty response, for a decision after which the host sends a response of its own.
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
    /// The field's name, such as `Content-Type`.
    pub name: &'static str,
    /// The field's value.
    pub value: Cow<'static, str>,
}

/// What the host has to do before it sends the response.
///
/// The host does it in one transaction. In the same transaction it checks that the facts of the
/// decision still hold: the record is unchanged, and no counter is higher. If they do not, it
/// decides again with the new facts and the same entropy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Do nothing.
    None,
    /// Insert the record of a new client. No record has this client id yet.
    Store(Record),
    /// Insert the record, unless a record with this client id exists; that one stays as it is.
    /// Equal registrations have the same client id.
    Share(Record),
    /// Overwrite the record that has the same client id.
    Replace(Record),
    /// Delete the record with this client id, and the client's grants and tokens.
    Remove(String),
}

/// The record of a client, which the host stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The client's id. It is unique among all clients.
    pub client_id: String,
    /// A JSON document with a version, described in `docs/record.md`. The host stores it and passes
    /// it back unchanged as [`Context::record`](crate::Context::record). It contains hashes of
    /// secrets, and no secrets.
    pub document: String,
}
