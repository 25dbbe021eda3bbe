//! The facts of one request: the caller, the time, the entropy, the counters and the stored record.

use thiserror::Error;

use crate::diagnostic::SettingsError;
use crate::permission::AUTHENTICATE;

/// The smallest number of bytes of entropy that an operation accepts.
pub const MIN_ENTROPY: usize = 32;

/// The facts of one request.
///
/// The same facts give the same decision, byte for byte, in Rust, in C and in the component. The
/// default is an anonymous caller, with everything else left out.
///
/// If `now` or `entropy` is `None`, the library asks the operating system for it. A component
/// cannot do that, so its host always passes both.
///
/// ```
/// use gatepost::{Caller, Context, Registrar, Usage};
///
/// let registrar = Registrar::compile("[oauth.client-registration]\nanonymous = true")?;
/// let context = Context {
///     now: Some(1_790_000_000),
///     entropy: Some(&[7; 32]), // a real host draws new random bytes for each request
///     caller: Caller::anonymous(),
///     usage: Usage {
///         anonymous_clients: Some(12),
///         ..Usage::default()
///     },
///     record: None,
/// };
/// let body = br#"{"redirect_uris": ["com.example.mail:/callback"]}"#;
/// let decision = registrar.register(&context, body)?;
/// assert_eq!(decision, registrar.register(&context, body)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The time of the request, in seconds since 1970-01-01T00:00:00Z. `None`: the operating
    /// system's time.
    pub now: Option<u64>,
    /// At least [`MIN_ENTROPY`] bytes from a cryptographically secure random generator. Client ids,
    /// secrets and tokens are made from them, so that no two requests may have the same bytes.
    /// `None`: the operating system's random bytes.
    pub entropy: Option<&'a [u8]>,
    /// The party that sent the request.
    pub caller: Caller<'a>,
    /// The host's counters.
    pub usage: Usage,
    /// The [document](crate::Record::document) of the client's stored record. `None`: the client
    /// that the request is about has no record.
    pub record: Option<&'a str>,
}

/// The party that sent the request, and what the host knows about it.
///
/// ```
/// use gatepost::{Caller, Credential};
///
/// // A live API key of the account `alice`.
/// let caller = Caller {
///     credential: Credential::Accepted,
///     account: Some("alice"),
///     permissions: &["authenticate", "oauth-client-registration"],
///     address: Some("192.0.2.7"),
///     terms: Some(r#"{"redirect-hosts": ["app.example.com"]}"#),
///     token: None,
/// };
///
/// // Debug output never contains the token.
/// let caller = Caller { token: Some("gpr_secret"), ..caller };
/// assert!(!format!("{caller:?}").contains("gpr_secret"));
/// ```
#[derive(Clone, Copy, Default)]
pub struct Caller<'a> {
    /// The credential that the request contained, as the host checked it.
    pub credential: Credential,
    /// The account that the API key belongs to, or the account that signed in. `None`: neither.
    pub account: Option<&'a str>,
    /// The permissions of the API key or of the account that signed in, such as
    /// `oauth-client-registration`. They count only if `credential` is [`Credential::Accepted`] and
    /// `authenticate` is among them.
    pub permissions: &'a [&'a str],
    /// The IP address that the request came from, as text. `None`: the host does not know it.
    pub address: Option<&'a str>,
    /// The terms of the API key or of its account, as a JSON object; `docs/configuration.md` lists
    /// the members. [`Registrar::check_terms`](crate::Registrar::check_terms) must accept them.
    /// `None`: no terms.
    pub terms: Option<&'a str>,
    /// The bearer token itself. It is needed where it can be a registration access token (RFC 7592
    /// §2), which the library checks: at the client configuration endpoint. `credential` is then
    /// [`Credential::Rejected`], because the host knows no API key with this value.
    pub token: Option<&'a str>,
}

/// Leaves the token out, because it is a secret.
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
    /// Makes a caller that sent no credential.
    ///
    /// ```
    /// use gatepost::{Caller, Credential};
    ///
    /// assert_eq!(Caller::anonymous().credential, Credential::Missing);
    /// ```
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

    /// Makes a caller with a live API key that has these permissions.
    ///
    /// ```
    /// use gatepost::{Caller, Credential};
    ///
    /// let caller = Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
    /// assert_eq!(caller.credential, Credential::Accepted);
    /// ```
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

    /// Whether the caller has a live credential, and the permissions to sign in and to do this.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.credential == Credential::Accepted
            && self.permissions.contains(&AUTHENTICATE)
            && self.permissions.contains(&permission)
    }
}

/// The bearer token in the request's `Authorization` header (RFC 6750 §2.1), as the host checked
/// it.
///
/// At the authorization endpoint it is the account that signed in: [`Credential::Accepted`] after
/// the sign-in, and [`Credential::Missing`] before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    /// The request has no `Authorization` header.
    #[default]
    Missing,
    /// The header is not one bearer token: its syntax is wrong, or there are several.
    Malformed,
    /// The bearer token belongs to no live API key.
    Rejected,
    /// The bearer token is a live API key.
    Accepted,
    /// The header has another scheme than `Bearer`, such as `Basic`. It proves nothing, but the
    /// caller tried to prove something, so that it is not taken for an anonymous one.
    OtherScheme,
}

/// The host's counters, which the limits in the settings are compared with.
///
/// A counter that is `None` is not compared: its limits do not apply.
///
/// The counters decide nothing but whether a limit is reached. A decision that accepts is the same
/// with lower counters. So a host may decide with counters that are too high, and need not decide
/// again when it reads the exact ones in its transaction. The exception is
/// [`lifecycle`](crate::Registrar::lifecycle), which needs the exact `anonymous_clients`, or `None`.
///
/// ```
/// use gatepost::{Caller, Context, Registrar, Usage};
///
/// let registrar = Registrar::compile("[oauth.client-registration]\nmax-clients = 100")?;
/// let context = Context {
///     caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
///     usage: Usage {
///         total_clients: Some(100),
///         ..Usage::default()
///     },
///     ..Context::default()
/// };
/// let decision = registrar.register(&context, br#"{"redirect_uris": ["com.example:/cb"]}"#)?;
/// assert_eq!(decision.response.status, 429);
/// assert_eq!(decision.diagnostics[0].code, "quota-total");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// The number of live clients that the caller's account has registered.
    pub account_clients: Option<u64>,
    /// The number of registrations from the caller's [network](crate::Registrar::network) in the
    /// current [window](crate::Registrar::window).
    pub address_registrations: Option<u64>,
    /// The number of registrations without an API key from the caller's
    /// [wider network](crate::Registrar::wider_network) in the current
    /// [wider window](crate::Registrar::wider_window).
    pub wider_registrations: Option<u64>,
    /// The number of registrations that the caller's API key has made since it exists.
    pub key_registrations: Option<u64>,
    /// The number of live clients that callers without an API key have registered.
    pub anonymous_clients: Option<u64>,
    /// The number of all live clients.
    pub total_clients: Option<u64>,
}

/// How a client was used since its registration, for [`lifecycle`](crate::Registrar::lifecycle).
///
/// ```
/// use gatepost::{Activity, Context, Effect, Registrar};
///
/// let activity = Activity {
///     authorised_at: Some(1_790_000_000),
///     last_used: Some(1_790_086_400),
///     refresh_tokens: Some(1),
/// };
/// let registrar = Registrar::compile("")?;
/// let decision = registrar.lifecycle(&Context::default(), "mail-client", &activity)?;
/// assert_eq!(decision.effect, Effect::None); // the client stays
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Activity {
    /// The time at which a user first authorised the client, in seconds since 1970. `None`: no user
    /// has. A host that does not record this time must not leave it out: the clients of anonymous
    /// callers would be removed.
    pub authorised_at: Option<u64>,
    /// The time at which the client was last used, in seconds since 1970. `None`: never, or not
    /// since it was authorised.
    pub last_used: Option<u64>,
    /// The number of the client's refresh tokens that are valid. `None`: the host does not know it;
    /// the setting `idle-lifetime` then has no effect.
    pub refresh_tokens: Option<u64>,
}

/// The host passed facts that no decision can be made from. Nothing was decided, so the host must
/// do nothing, and answers with a server error (500).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// The entropy has fewer than [`MIN_ENTROPY`] bytes.
    #[error("the entropy is shorter than 32 bytes")]
    EntropyTooShort,
    /// The host passed no time, and the operating system's clock could not be read.
    #[error("the time is missing")]
    TimeMissing,
    /// The host passed no entropy, and the operating system gave none.
    #[error("the entropy is missing, and the operating system gave none")]
    EntropyMissing,
    /// The record was not written by Gatepost, or by a later version of it.
    #[error("the record cannot be read")]
    RecordUnreadable,
    /// The record belongs to another client than the one that the operation is about.
    #[error("the record is another client's")]
    RecordMismatch,
    /// [`check_terms`](crate::Registrar::check_terms) does not accept the caller's terms.
    /// It contains every mistake.
    #[error("the caller's terms are wrong")]
    TermsInvalid(SettingsError),
}
