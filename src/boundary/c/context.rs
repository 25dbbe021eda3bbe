//! `gatepost_context`: the facts of one request.

use crate::facts::{Activity, Caller, Usage};

use super::borrow::borrow;
use super::buffers::{OptionalText, SecretBytes, SecretText, Texts};
use super::error::Error;
use super::operate::{Output, Spoils, change, operate, unspoiled};
use super::pointer::free;
use super::status::Status;
use super::str::Str;

/// The facts of one request. A context can be used again: reset it, and set the facts of the next request.
///
/// The same facts give the same decision, byte for byte.
///
/// Ownership: free it with `gatepost_context_free`.
/// Threads: one at a time.
#[derive(Default)]
pub struct Context {
    now: Option<u64>,
    entropy: SecretBytes,
    credential: crate::facts::Credential,
    account: OptionalText,
    permissions: Texts,
    address: OptionalText,
    terms: OptionalText,
    token: SecretText,
    usage: Usage,
    record: OptionalText,
    activity: Activity,
    spoiled: Option<Error>,
}

impl Spoils for Context {
    fn spoiled(&mut self) -> &mut Option<Error> {
        &mut self.spoiled
    }
}

/// The number of permissions up to which a decision allocates no memory for them.
const USUAL_PERMISSIONS: usize = 8;

/// The bearer token in the request's `Authorization` header (RFC 6750 §2.1), as the host checked it.
///
/// At the authorization endpoint it is the account that signed in: `GATEPOST_CREDENTIAL_ACCEPTED` after the
/// sign-in, and `GATEPOST_CREDENTIAL_MISSING` before.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The request has no `Authorization` header.
    Missing = 0,
    /// The header is not one bearer token: its syntax is wrong, or there are several.
    Malformed = 1,
    /// There is one bearer token, and it belongs to no live API key. A registration by such a caller is
    /// refused with 401. At the client configuration endpoint the token can be a registration access token (RFC 7592
    /// §3), which the host does not know: pass it with `gatepost_context_set_token`, and the library checks it.
    /// `gatepost_bearer` writes this value for every bearer token, until the host has looked it up.
    Rejected = 2,
    /// The bearer token is a live API key. The account, the permissions and the terms are those of the key.
    Accepted = 3,
    /// The header has another scheme than `Bearer`, such as `Basic`. It proves nothing, but the caller tried to
    /// prove something, so that it is not taken for an anonymous one.
    OtherScheme = 4,
}

/// Makes a context of an anonymous caller, with nothing else set.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn gatepost_context_new(
    context: *mut *mut Context,
    error: *mut *mut Error,
) -> Status {
    // SAFETY: the caller passes outputs that are NULL or may be written.
    unsafe {
        operate(error, || {
            Output::new(context, "context")?.hand_over(Context::default());
            Ok(())
        })
    }
}

/// Resets a context to the state of a new one, also after a setter failed. It keeps its memory for the next
/// request, and overwrites its entropy and its token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_reset(context: *mut Context) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.reset();
            Ok(())
        })
    }
}

/// Sets the time of the request, in seconds since 1970-01-01T00:00:00Z. If it is not set, the
/// library reads the operating system's clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_now(context: *mut Context, now: u64) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.now = Some(now);
            Ok(())
        })
    }
}

/// Sets the entropy: at least 32 bytes from a cryptographically secure random generator. `len` is the number
/// of bytes. Client ids, secrets and tokens are made from them, so that no two requests may have the same
/// bytes.
///
/// If the entropy is not set, or if `entropy` is NULL and `len` is 0, the library asks the operating system
/// for random bytes. After a decision the entropy is overwritten and no longer set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_entropy(
    context: *mut Context,
    entropy: *const u8,
    len: usize,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses, and
    // bytes for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.entropy.set(borrow(entropy, len, "entropy")?);
            Ok(())
        })
    }
}

/// Sets the `gatepost_credential` of the request, which `gatepost_bearer` reads from the header. If it is not
/// set, it is `GATEPOST_CREDENTIAL_MISSING`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_credential(
    context: *mut Context,
    credential: i32,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.credential = Credential::try_from(credential)?.into();
            Ok(())
        })
    }
}

/// Sets the account that the API key belongs to, or the account that signed in. The absent
/// string means that there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_account(
    context: *mut Context,
    account: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.account.set(account.optional_text("account")?);
            Ok(())
        })
    }
}

/// Adds one permission of the API key or of the account that signed in, such as
/// `GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION`. Permissions count only with `GATEPOST_CREDENTIAL_ACCEPTED`, and
/// only if `authenticate` is among them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_add_permission(
    context: *mut Context,
    permission: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.permissions.push(permission.text("permission")?);
            Ok(())
        })
    }
}

/// Removes all permissions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_clear_permissions(context: *mut Context) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.permissions.clear();
            Ok(())
        })
    }
}

/// Sets the IP address that the request came from, as text. The absent string means that the
/// host does not know it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_address(
    context: *mut Context,
    address: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.address.set(address.optional_text("address")?);
            Ok(())
        })
    }
}

/// Sets the terms of the API key or of its account, as a JSON object that `gatepost_check_terms` accepts. The
/// absent string means that there are no terms.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_terms(context: *mut Context, terms: Str) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.terms.set(terms.optional_text("terms")?);
            Ok(())
        })
    }
}

/// Sets the bearer token itself. It is needed where it can be a registration access token (RFC 7592 §2),
/// which the library checks: for `gatepost_read`, `gatepost_update` and `gatepost_remove`. The credential is
/// then `GATEPOST_CREDENTIAL_REJECTED`, because the host knows no API key with this value. The absent string
/// means that there is no token.
///
/// The token is a secret. It is overwritten when another one is set, and when the context is reset or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_token(context: *mut Context, token: Str) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.token.set(token.optional_text("token")?);
            Ok(())
        })
    }
}

/// Sets the number of live clients that the caller's account has registered. If it is not set,
/// its limit does not apply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_account_clients(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.account_clients = Some(count);
            Ok(())
        })
    }
}

/// Sets the number of registrations from the caller's network in the current window: see `gatepost_network`
/// and `gatepost_window`. If it is not set, its limits do not apply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_address_registrations(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.address_registrations = Some(count);
            Ok(())
        })
    }
}

/// Sets the number of registrations without an API key from the caller's wider network in the current wider
/// window: see `gatepost_wider_network` and `gatepost_wider_window`. If it is not set, its limit does not
/// apply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_wider_registrations(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.wider_registrations = Some(count);
            Ok(())
        })
    }
}

/// Sets the number of registrations that the caller's API key has made since it exists. If it is
/// not set, its limit does not apply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_key_registrations(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.key_registrations = Some(count);
            Ok(())
        })
    }
}

/// Sets the number of live clients that callers without an API key have registered. If it is not set, its
/// limit does not apply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_anonymous_clients(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.anonymous_clients = Some(count);
            Ok(())
        })
    }
}

/// Sets the number of all live clients. If it is not set, its limit does not apply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_total_clients(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.total_clients = Some(count);
            Ok(())
        })
    }
}

/// Sets the document of the client's stored record, which was written by `gatepost_decision_record`. The
/// absent string means that the client that the request is about has no record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_record(context: *mut Context, record: Str) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.record.set(record.optional_text("record")?);
            Ok(())
        })
    }
}

/// Sets the time at which a user first authorised the client, in seconds since 1970, for
/// `gatepost_lifecycle`.
///
/// If it is not set, no user has. A host that does not record this time must not leave it out:
/// the clients of anonymous callers would be removed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_authorised_at(
    context: *mut Context,
    time: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.activity.authorised_at = Some(time);
            Ok(())
        })
    }
}

/// Sets the time at which the client was last used, in seconds since 1970, for `gatepost_lifecycle`. If it is
/// not set, the client was never used, or not since it was authorised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_last_used(
    context: *mut Context,
    time: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.activity.last_used = Some(time);
            Ok(())
        })
    }
}

/// Sets the number of the client's refresh tokens that are valid, for `gatepost_lifecycle`. If it is not set,
/// the host does not know it, and the setting `idle-lifetime` has no effect.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_refresh_tokens(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.activity.refresh_tokens = Some(count);
            Ok(())
        })
    }
}

/// Frees a context, and overwrites its entropy and its token first. Does nothing if `context` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_free(context: *mut Context) {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nothing else uses.
    unsafe { free(context) }
}

impl Context {
    /// Fails if a setter failed since the last reset.
    pub(super) fn check(&self) -> Result<(), Error> {
        unspoiled(self.spoiled.as_ref())
    }

    /// Makes a decision with these facts, and then erases the entropy: if it were used twice, two clients
    /// would get the same secret.
    pub(super) fn decide<E>(
        &mut self,
        core: impl FnOnce(&crate::facts::Context<'_>) -> Result<crate::decision::Decision, E>,
    ) -> Result<crate::decision::Decision, E> {
        let mut room = [""; USUAL_PERMISSIONS];
        let decision = core(&crate::facts::Context {
            now: self.now,
            entropy: self.entropy.as_deref(),
            caller: Caller {
                credential: self.credential,
                account: self.account.as_deref(),
                permissions: &self.permissions.list(&mut room),
                address: self.address.as_deref(),
                terms: self.terms.as_deref(),
                token: self.token.as_deref(),
            },
            usage: self.usage,
            record: self.record.as_deref(),
        })?;
        self.entropy.set(None);
        Ok(decision)
    }

    pub(super) const fn activity(&self) -> Activity {
        self.activity
    }

    fn reset(&mut self) {
        let Self {
            now,
            entropy,
            credential,
            account,
            permissions,
            address,
            terms,
            token,
            usage,
            record,
            activity,
            spoiled,
        } = self;
        *now = None;
        entropy.set(None);
        *credential = crate::facts::Credential::default();
        account.set(None);
        permissions.clear();
        address.set(None);
        terms.set(None);
        token.set(None);
        *usage = Usage::default();
        record.set(None);
        *activity = Activity::default();
        *spoiled = None;
    }
}

impl TryFrom<i32> for Credential {
    type Error = Error;

    fn try_from(number: i32) -> Result<Self, Error> {
        [
            Self::Missing,
            Self::Malformed,
            Self::Rejected,
            Self::Accepted,
            Self::OtherScheme,
        ]
        .into_iter()
        .find(|known| *known as i32 == number)
        .ok_or_else(|| Error::value("credential", number))
    }
}

impl From<crate::facts::Credential> for Credential {
    fn from(credential: crate::facts::Credential) -> Self {
        match credential {
            crate::facts::Credential::Missing => Self::Missing,
            crate::facts::Credential::Malformed => Self::Malformed,
            crate::facts::Credential::Rejected => Self::Rejected,
            crate::facts::Credential::Accepted => Self::Accepted,
            crate::facts::Credential::OtherScheme => Self::OtherScheme,
        }
    }
}

impl From<Credential> for crate::facts::Credential {
    fn from(credential: Credential) -> Self {
        match credential {
            Credential::Missing => Self::Missing,
            Credential::Malformed => Self::Malformed,
            Credential::Rejected => Self::Rejected,
            Credential::Accepted => Self::Accepted,
            Credential::OtherScheme => Self::OtherScheme,
        }
    }
}
