//! Who asks, when, and what the host knows of the client in question.

use thiserror::Error;

use super::permission::AUTHENTICATE;

/// The least entropy a decision takes, in bytes.
pub const MIN_ENTROPY: usize = 32;

/// The facts of one request.
///
/// The core reads no clock and draws no randomness, so that the same facts give the same bytes
/// everywhere. `now` and `entropy` may be left out where an operating system can fill them in; a
/// component has none, and is always given them.
///
/// ```
/// use gatepost::{Caller, Context};
///
/// let context = Context {
///     now: Some(1_790_000_000),
///     entropy: Some(&[7; 32]),
///     caller: Caller::anonymous(),
///     ..Context::default()
/// };
/// # let _ = context;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub now: Option<u64>,
    /// At least 32 bytes from a cryptographically secure generator, never used before.
    pub entropy: Option<&'a [u8]>,
    /// Who asks.
    pub caller: Caller<'a>,
    /// What the host counted.
    pub usage: Usage,
    /// The document of the stored record that the client in question has, if there is one.
    pub record: Option<&'a str>,
}

/// Who asks.
#[derive(Clone, Copy, Default)]
pub struct Caller<'a> {
    /// What was presented.
    pub credential: Credential,
    /// The account that the API key belongs to, if it belongs to one.
    pub account: Option<&'a str>,
    /// The permissions of the API key, such as `oauth-client-registration`.
    pub permissions: &'a [&'a str],
    /// The address the request came from, as text, if the host knows it.
    pub address: Option<&'a str>,
    /// The terms that the API key or its account carries, as JSON; see `docs/configuration.md`.
    pub terms: Option<&'a str>,
    /// The bearer token itself, which may be a registration access token (RFC 7592 §2).
    pub token: Option<&'a str>,
}

/// The token does not show itself in debug output.
impl std::fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller")
            .field("credential", &self.credential)
            .field("account", &self.account)
            .field("permissions", &self.permissions)
            .field("address", &self.address)
            .field("terms", &self.terms)
            .field("token", &self.token.map(|_| "[secret]"))
            .finish()
    }
}

impl<'a> Caller<'a> {
    /// A caller that presented nothing.
    pub const fn anonymous() -> Self {
        Self {
            credential: Credential::Missing,
            account: None,
            permissions: &[],
            address: None,
            terms: None,
            token: None,
        }
    }

    /// The owner of a live API key with these permissions.
    pub const fn with_permissions(permissions: &'a [&'a str]) -> Self {
        Self {
            credential: Credential::Accepted,
            account: None,
            permissions,
            address: None,
            terms: None,
            token: None,
        }
    }

    /// Whether this is the owner of a live credential who may sign in, and has this permission.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.credential == Credential::Accepted
            && self.permissions.contains(&AUTHENTICATE)
            && self.permissions.contains(&permission)
    }
}

/// What the request carried in its `Authorization` header, as the host found it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    /// No bearer token at all.
    #[default]
    Missing,
    /// A bearer token that is no token (RFC 6750 §2.1), or more than one.
    Malformed,
    /// A bearer token that no live API key has.
    Rejected,
    /// A bearer token of a live API key.
    Accepted,
}

/// Counters the host keeps. An absent counter is not enforced.
///
/// They are for limits alone: what is accepted with these is accepted, and the same, with lower ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Live clients registered by the caller's account.
    pub account_clients: Option<u64>,
    /// Registrations from the caller's [network](crate::Registrar::network) in the current
    /// [window](crate::Registrar::window).
    pub address_registrations: Option<u64>,
    /// Registrations that the caller's API key has made in all.
    pub key_registrations: Option<u64>,
    /// Live clients that callers without an API key have registered.
    pub anonymous_clients: Option<u64>,
    /// Live clients in all.
    pub total_clients: Option<u64>,
}

/// What became of a client since it was registered, for [`lifecycle`](crate::Registrar::lifecycle).
/// What the host does not know is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Activity {
    /// When a user first authorised the client, in seconds since 1970; `None` if nobody did.
    pub authorised_at: Option<u64>,
    /// When it was last used, in seconds since 1970; `None` if never.
    pub last_used: Option<u64>,
    /// How many refresh tokens of it are valid.
    pub refresh_tokens: Option<u64>,
}

/// The host misused the interface. No decision was made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// Fewer than [`MIN_ENTROPY`](crate::MIN_ENTROPY) bytes of entropy were given.
    #[error("the entropy is shorter than 32 bytes")]
    EntropyTooShort,
    /// The time was left out where no clock can be read.
    #[error("the time is missing")]
    TimeMissing,
    /// The entropy was left out where none can be drawn.
    #[error("the entropy is missing, and the operating system gave none")]
    EntropyMissing,
    /// The record is not one that Gatepost wrote, or of a later version.
    #[error("the record cannot be read")]
    RecordUnreadable,
    /// The record is that of another client than the one in question.
    #[error("the record is another client's")]
    RecordMismatch,
    /// The caller's terms are not what [`check_terms`](crate::Registrar::check_terms) lets pass.
    #[error("the caller's terms are wrong")]
    TermsInvalid,
}
