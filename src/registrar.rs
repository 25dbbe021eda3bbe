//! The front door.

use std::borrow::Cow;

use crate::config::{self, Policy};
use crate::credentials::MIN_ENTROPY;
use crate::{Context, Decision, Misuse, SettingFinding, SettingsError, ambient};
use crate::{registration, server_metadata};

/// A compiled policy. It keeps nothing between two calls, and may be shared between threads.
#[derive(Debug)]
pub struct Registrar {
    policy: Policy,
    warnings: Vec<SettingFinding>,
}

impl Registrar {
    /// Compiles a mail server's settings: TOML, or JSON if the text starts with `{`.
    ///
    /// Only the table `[oauth.client-registration]` is read; the rest of the file is the mail
    /// server's.
    ///
    /// # Errors
    ///
    /// All mistakes at once: keys that do not exist, and values that are not allowed.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile(
    ///     "[oauth.client-registration]
    ///      anonymous = true
    ///      max-clients = 10000",
    /// )?;
    /// assert!(registrar.warnings().is_empty());
    ///
    /// let mistakes = Registrar::compile("[oauth.client-registration]\nanonymus = 1").unwrap_err();
    /// assert_eq!(mistakes.0[0].path, "oauth.client-registration.anonymus");
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn compile(settings: &str) -> Result<Self, SettingsError> {
        let (policy, warnings) = config::compile(settings)?;
        Ok(Self { policy, warnings })
    }

    /// What is legal in these settings and unwise.
    pub fn warnings(&self) -> &[SettingFinding] {
        &self.warnings
    }

    /// Decides a `POST` to the registration endpoint (RFC 7591 §3.1); `metadata` is the request's
    /// body as it arrived.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface. A refusal is a decision.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
    ///     ..Context::default()
    /// };
    /// let document = br#"{
    ///     "client_name": "Example Mail",
    ///     "redirect_uris": ["http://127.0.0.1/callback"],
    ///     "token_endpoint_auth_method": "none"
    /// }"#;
    ///
    /// let decision = registrar.register(&context, document)?;
    /// assert_eq!(decision.response.status, 201);
    /// assert!(matches!(decision.effect, Effect::Store(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn register(&self, context: &Context<'_>, metadata: &[u8]) -> Result<Decision, Misuse> {
        let now = match context.now {
            Some(now) => now,
            None => ambient::now()?,
        };
        let entropy = match context.entropy {
            Some(entropy) => Cow::Borrowed(entropy),
            None => Cow::Owned(ambient::entropy()?.to_vec()),
        };
        if entropy.len() < MIN_ENTROPY {
            return Err(Misuse::EntropyTooShort);
        }
        Ok(registration::register(
            context,
            now,
            &entropy,
            metadata,
            &self.policy,
        ))
    }

    /// The members of the authorization server's metadata document (RFC 8414 §2) that follow from
    /// the policy, as a JSON object, so that what is advertised is what is accepted.
    pub fn server_metadata(&self) -> String {
        server_metadata::advertise(&self.policy)
    }
}
