//! `gatepost_context`: the facts of one request.

use crate::facts::{Activity, Caller, Usage};

use super::borrow::borrow;
use super::buffers::{OptionalText, SecretBytes, SecretText, Texts};
use super::error::Error;
use super::operate::{Output, change, operate};
use super::pointer::free;
use super::status::Status;
use super::str::Str;

/// The facts of one request. A context may be used again: reset it, and set the next request's facts.
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
}

/// As many permissions as cost a decision no memory.
const USUAL_PERMISSIONS: usize = 8;

/// What the request carried in its `Authorization` header, as the host found it.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// No bearer token at all.
    Missing = 0,
    /// A bearer token that is no token (RFC 6750 §2.1), or more than one.
    Malformed = 1,
    /// A bearer token that no live API key has.
    Rejected = 2,
    /// A bearer token of a live API key: the account and the permissions are that key's.
    Accepted = 3,
}

/// Makes a context of an anonymous caller, with everything else left out.
#[unsafe(no_mangle)]
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

/// Makes a context as it was when it was new, and keeps its memory for the next request. Its entropy and
/// its token are overwritten.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_reset(context: *mut Context) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.reset();
            Ok(())
        })
    }
}

/// Sets the time: seconds since 1970-01-01T00:00:00Z. Left out, it is the operating system's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_now(context: *mut Context, now: u64) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.now = Some(now);
            Ok(())
        })
    }
}

/// Sets the entropy: at least 32 bytes from a cryptographically secure generator, never used before.
/// Left out, or if `entropy` is NULL and `len` is 0, the operating system gives it.
///
/// One decision uses it up: it is overwritten, and the next decision draws from the operating system
/// unless entropy is set again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_entropy(
    context: *mut Context,
    entropy: *const u8,
    len: usize,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses, and
    // bytes for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.entropy.set(borrow(entropy, len, "entropy")?);
            Ok(())
        })
    }
}

/// Sets what the request carried in its `Authorization` header: a `gatepost_credential`. Left out, it
/// is `GATEPOST_CREDENTIAL_MISSING`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_credential(
    context: *mut Context,
    credential: i32,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.credential = Credential::try_from(credential)?.into();
            Ok(())
        })
    }
}

/// Sets the account that the API key belongs to. The absent string leaves it out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_account(
    context: *mut Context,
    account: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.account.set(account.optional_text("account")?);
            Ok(())
        })
    }
}

/// Adds one of the API key's permissions, such as `oauth-client-registration`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_add_permission(
    context: *mut Context,
    permission: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.permissions.push(permission.text("permission")?);
            Ok(())
        })
    }
}

/// Takes all permissions away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_clear_permissions(context: *mut Context) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.permissions.clear();
            Ok(())
        })
    }
}

/// Sets the address that the request came from, as text. The absent string leaves it out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_address(
    context: *mut Context,
    address: Str,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.address.set(address.optional_text("address")?);
            Ok(())
        })
    }
}

/// Sets the terms that the API key or its account carries, as JSON that `gatepost_check_terms` lets pass.
/// The absent string leaves them out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_terms(context: *mut Context, terms: Str) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.terms.set(terms.optional_text("terms")?);
            Ok(())
        })
    }
}

/// Sets the bearer token itself, which may be a registration access token (RFC 7592 §2). The absent
/// string leaves it out.
///
/// It is a secret: it is overwritten when another one is set, and when the context is reset or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_token(context: *mut Context, token: Str) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.token.set(token.optional_text("token")?);
            Ok(())
        })
    }
}

/// Sets how many live clients the caller's account has registered. Left out, it is not limited.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_account_clients(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.account_clients = Some(count);
            Ok(())
        })
    }
}

/// Sets how many registrations came from the caller's network in the current window: see
/// `gatepost_network` and `gatepost_window`. Left out, it is not limited.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_address_registrations(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.address_registrations = Some(count);
            Ok(())
        })
    }
}

/// Sets how many registrations the caller's API key has made in all. Left out, it is not limited.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_key_registrations(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.key_registrations = Some(count);
            Ok(())
        })
    }
}

/// Sets how many live clients were registered by callers without an API key. Left out, it is not limited.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_anonymous_clients(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.anonymous_clients = Some(count);
            Ok(())
        })
    }
}

/// Sets how many live clients there are in all. Left out, it is not limited.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_total_clients(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.usage.total_clients = Some(count);
            Ok(())
        })
    }
}

/// Sets the document of the stored record that the client in question has. The absent string leaves it
/// out: there is no such record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_record(context: *mut Context, record: Str) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses, and
    // text for the call.
    unsafe {
        change(context, "context", |facts| {
            facts.record.set(record.optional_text("record")?);
            Ok(())
        })
    }
}

/// Sets when a user first authorised the client in question, in seconds since 1970, for
/// `gatepost_lifecycle`. Left out, nobody did.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_authorised_at(
    context: *mut Context,
    time: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.activity.authorised_at = Some(time);
            Ok(())
        })
    }
}

/// Sets when the client in question was last used, in seconds since 1970, for `gatepost_lifecycle`. Left
/// out, it never was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_last_used(
    context: *mut Context,
    time: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.activity.last_used = Some(time);
            Ok(())
        })
    }
}

/// Sets how many refresh tokens of the client in question are valid, for `gatepost_lifecycle`. Left out,
/// it is not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_set_refresh_tokens(
    context: *mut Context,
    count: u64,
) -> Status {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe {
        change(context, "context", |facts| {
            facts.activity.refresh_tokens = Some(count);
            Ok(())
        })
    }
}

/// Frees a context, and overwrites its entropy and its token first. NULL is allowed, and nothing is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_context_free(context: *mut Context) {
    // SAFETY: the caller passes NULL or a context that is not freed yet and that nobody else uses.
    unsafe { free(context) }
}

impl Context {
    /// Shows the facts to the core. Entropy that made a decision is forgotten: used twice, it would give
    /// two clients the same secret.
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
        ]
        .into_iter()
        .find(|known| *known as i32 == number)
        .ok_or_else(|| Error::value("credential", number))
    }
}

impl From<Credential> for crate::facts::Credential {
    fn from(credential: Credential) -> Self {
        match credential {
            Credential::Missing => Self::Missing,
            Credential::Malformed => Self::Malformed,
            Credential::Rejected => Self::Rejected,
            Credential::Accepted => Self::Accepted,
        }
    }
}
