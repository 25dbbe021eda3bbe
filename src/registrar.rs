//! The front door: a compiled policy, and each operation of the interface as a function of it.

use std::borrow::Cow;

use crate::config::{self, Policy, SettingFinding, SettingsError};
use crate::decision::Decision;
use crate::facts::{Activity, Context, MIN_ENTROPY, Misuse, Request, ambient};
use crate::operations::{
    authenticate, authorize, client_document, identify, lifecycle, manage, provision, register,
    review, server_metadata,
};
use crate::policy;

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
        let (now, entropy) = (now(context)?, entropy(context)?);
        register::register(context, now, &entropy, metadata, &self.policy)
    }

    /// Decides a registration that an administrator makes by hand: the same validation, with a
    /// client id of the administrator's choice, or one that is made if it is `None`, and with
    /// redirect URIs that only an administrator may allow, such as `stalwart://auth`.
    ///
    /// It takes the permission `oauth-client-create`. `context.record` is that of the client that
    /// has the id already, if there is one.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn provision(
        &self,
        context: &Context<'_>,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, Misuse> {
        let (now, entropy) = (now(context)?, entropy(context)?);
        provision::provision(context, now, &entropy, client_id, metadata, &self.policy)
    }

    /// Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1), by the client with its
    /// registration access token, or by an administrator with the permission `oauth-client-get`.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn read(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        manage::read(context, now(context)?, client_id, &self.policy)
    }

    /// Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2), by the client with its
    /// registration access token, or by an administrator with the permission `oauth-client-update`.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn update(
        &self,
        context: &Context<'_>,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, Misuse> {
        let (now, entropy) = (now(context)?, entropy(context)?);
        manage::update(context, now, &entropy, client_id, metadata, &self.policy)
    }

    /// Gives a client a new secret, for an administrator with the permission `oauth-client-update`.
    /// The old one stays good for `secret-overlap` seconds.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn rotate_secret(
        &self,
        context: &Context<'_>,
        client_id: &str,
    ) -> Result<Decision, Misuse> {
        let (now, entropy) = (now(context)?, entropy(context)?);
        manage::rotate_secret(context, now, &entropy, client_id, &self.policy)
    }

    /// Disables a client, for an administrator with the permission `oauth-client-update`: it is as if
    /// it were not there, and its registration access token is worth nothing, until it is
    /// [enabled](Self::enable) again.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn disable(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        manage::disable(context, now(context)?, client_id, &self.policy)
    }

    /// Enables a client that was [disabled](Self::disable), for an administrator with the permission
    /// `oauth-client-update`.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn enable(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        manage::enable(context, now(context)?, client_id, &self.policy)
    }

    /// Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3), by the client with
    /// its registration access token, or by an administrator with the permission
    /// `oauth-client-delete`.
    ///
    /// A client whose id carries its registration leaves a record behind that denies it, for as long
    /// as the id could be read.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn remove(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        manage::remove(context, now(context)?, client_id, &self.policy)
    }

    /// The id of the client that a request speaks of, so that the host can look up its record.
    /// `None` if it names none, or more than one.
    pub fn identify(&self, request: &Request<'_>) -> Option<String> {
        identify::client_id(request)
    }

    /// Decides whether a client may be used, and with what: at the authorization endpoint (RFC 6749
    /// §4.1.1), the device authorization endpoint (RFC 8628 §3.1), and the token endpoint for each
    /// grant.
    ///
    /// `context.caller` is the account that signed in, so that its permission
    /// `oauth-client-override` counts; before anybody did, it is nobody. An accepted decision says in
    /// `client` what may be granted, and its effect, if it has one, is due when the user agrees. The
    /// response of a refusal is a redirect only where the client and its redirect URI are known; that
    /// of an acceptance is empty, because the answer is the host's own page or token.
    ///
    /// For a token the caller is the account that the grant is of, and the scope is at most what is
    /// registered: the host cuts it to what the user granted. Where the host unpacks a request object
    /// or a `request_uri`, it asks with the parameters from there, those of a pushed request as
    /// [`PushedAuthorization`](crate::Endpoint::PushedAuthorization) again.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn authorize(
        &self,
        context: &Context<'_>,
        request: &Request<'_>,
    ) -> Result<Decision, Misuse> {
        authorize::authorize(context, now(context)?, request, &self.policy)
    }

    /// Decides whether a request comes from the client that it names (RFC 6749 §2.3), at the token,
    /// introspection, revocation, device authorization and pushed authorization endpoints.
    ///
    /// Every refusal looks the same; its reason is in the diagnostics, which are for the host.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn authenticate(
        &self,
        context: &Context<'_>,
        request: &Request<'_>,
    ) -> Result<Decision, Misuse> {
        authenticate::authenticate(context, now(context)?, request, &self.policy)
    }

    /// Judges a client that is registered already by this policy: every finding, and nothing is
    /// issued. Accepted means that the client could register the same today.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn review(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        review::client(context, now(context)?, client_id, &self.policy)
    }

    /// Judges a metadata document as if this caller had submitted it: every finding, what would be
    /// registered, and nothing is issued.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn review_draft(&self, context: &Context<'_>, metadata: &[u8]) -> Result<Decision, Misuse> {
        review::draft(context, now(context)?, metadata, &self.policy)
    }

    /// Decides whether a client is kept. The effect is to remove it, or nothing.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn lifecycle(
        &self,
        context: &Context<'_>,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, Misuse> {
        lifecycle::judge(context, now(context)?, client_id, activity, &self.policy)
    }

    /// Judges a client id that is a URL
    /// (draft-ietf-oauth-client-id-metadata-document). Without its document, the decision says
    /// whether it is acceptable and what to fetch; with it, whether the client is, and the effect is
    /// to store its record, for as long as the host caches the document.
    ///
    /// # Errors
    ///
    /// Only if the host misused the interface.
    pub fn client_document(
        &self,
        context: &Context<'_>,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, Misuse> {
        client_document::judge(context, now(context)?, client_id, document, &self.policy)
    }

    /// The network that registrations from an address are counted under; `None` if it is no
    /// address.
    pub fn network(&self, address: &str) -> Option<String> {
        policy::network(address, &self.policy)
    }

    /// How long registrations from a network are counted, in seconds: windows begin at multiples of
    /// it since 1970.
    pub fn window(&self) -> u64 {
        self.policy.address_window.max(1)
    }

    /// Checks the terms of an API key, as JSON, before they are stored.
    ///
    /// # Errors
    ///
    /// All mistakes at once.
    pub fn check_terms(terms: &str) -> Result<(), SettingsError> {
        config::terms(terms).map(|_| ())
    }

    /// The members of the authorization server's metadata document (RFC 8414 §2) that follow from
    /// the policy, as a JSON object, so that what is advertised is what is accepted.
    pub fn server_metadata(&self) -> String {
        server_metadata::advertise(&self.policy)
    }
}

fn now(context: &Context<'_>) -> Result<u64, Misuse> {
    context.now.map_or_else(ambient::now, Ok)
}

fn entropy<'a>(context: &Context<'a>) -> Result<Cow<'a, [u8]>, Misuse> {
    let entropy = match context.entropy {
        Some(entropy) => Cow::Borrowed(entropy),
        None => Cow::Owned(ambient::entropy()?.to_vec()),
    };
    if entropy.len() < MIN_ENTROPY {
        return Err(Misuse::EntropyTooShort);
    }
    Ok(entropy)
}
