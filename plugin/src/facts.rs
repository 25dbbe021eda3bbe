//! Facts that nothing is known about yet, and a context with the time and randomness of the operating
//! system.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::wit::{Activity, Caller, Context, Credential, Usage};

/// How many bytes of entropy a decision needs at least.
const ENTROPY: usize = 32;

impl Context {
    /// The facts of a request that arrives now, by a caller of whom nothing is known.
    ///
    /// `now` is the system's clock in whole seconds since 1970-01-01T00:00:00Z, and `entropy` is 32 bytes
    /// of the operating system's generator. The rest is empty; the mail server sets what it knows.
    ///
    /// Use one context for one request. Client ids, secrets and tokens are derived from the entropy, so
    /// that two registrations with the same entropy would have the same secrets.
    ///
    /// # Errors
    ///
    /// The operating system gives no randomness, or its clock is set to a time before 1970. There is
    /// nothing to decide from then: answer `500`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gatepost_plugin::{Caller, Context, Credential};
    ///
    /// let context = Context {
    ///     caller: Caller {
    ///         address: Some("192.0.2.7".into()),
    ///         ..Caller::default()
    ///     },
    ///     ..Context::fresh()?
    /// };
    /// assert_eq!(context.caller.credential, Credential::Missing);
    /// assert_eq!(context.entropy.len(), 32);
    /// assert_ne!(context.entropy, Context::fresh()?.entropy);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn fresh() -> io::Result<Self> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_err(io::Error::other)?;
        let mut entropy = vec![0; ENTROPY];
        getrandom::fill(&mut entropy)?;
        Ok(Self {
            now: now.as_secs(),
            entropy,
            caller: Caller::default(),
            usage: Usage::default(),
            record: None,
        })
    }
}

/// A caller of whom nothing is known, and who presented no credential.
impl Default for Caller {
    fn default() -> Self {
        Self {
            credential: Credential::Missing,
            account: None,
            permissions: Vec::new(),
            address: None,
            terms: None,
            token: None,
        }
    }
}

/// No counter is kept, so that no limit is enforced.
impl Default for Usage {
    fn default() -> Self {
        Self {
            account_clients: None,
            address_registrations: None,
            wider_registrations: None,
            key_registrations: None,
            anonymous_clients: None,
            total_clients: None,
        }
    }
}

/// Nothing is known to have happened.
impl Default for Activity {
    fn default() -> Self {
        Self {
            authorised_at: None,
            last_used: None,
            refresh_tokens: None,
        }
    }
}
