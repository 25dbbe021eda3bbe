//! The API of the library: a compiled policy, with one function for each operation.

use std::borrow::Cow;

use crate::config::{self, Compiled, Policy};
use crate::decision::Decision;
use crate::diagnostic::{SettingFinding, SettingsError};
use crate::facts::{Activity, Context, MIN_ENTROPY, Misuse, Request, ambient};
use crate::operations::{
    authenticate, authorize, client_document, identify, lifecycle, manage, provision, register,
    review, server_metadata, usable,
};
use crate::policy;

/// A compiled policy, with one function for each operation.
///
/// It never changes and keeps no state between two calls. Threads may share it.
///
/// The operations return a [`Decision`]. A refusal is a decision too. They return [`Misuse`] only
/// if the host passed facts that no decision can be made from: then nothing was decided.
///
/// ```
/// use gatepost::{Context, Registrar};
///
/// let registrar = Registrar::compile("[oauth.client-registration]\nanonymous = true")?;
/// let document = br#"{"client_name": "Example Mail", "redirect_uris": ["com.example.mail:/cb"]}"#;
/// let decision = registrar.register(&Context::default(), document)?;
/// assert_eq!(decision.response.status, 201);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Registrar {
    policy: Policy,
    warnings: Vec<SettingFinding>,
    web_administration: Option<SettingFinding>,
}

impl Registrar {
    /// Compiles the settings. They are TOML, or JSON if the text starts with `{`.
    ///
    /// It reads only the table `[oauth.client-registration]`, so the text can be the mail server's
    /// whole configuration file. `docs/configuration.md` describes the keys and their defaults. An
    /// empty text gives the defaults.
    ///
    /// # Errors
    ///
    /// Returns all mistakes at once: a text that is not TOML or JSON, keys that do not exist, and
    /// values that are not allowed.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile(
    ///     "[oauth.client-registration]
    ///      anonymous = true
    ///      max-clients = 10000",
    /// )?;
    /// // Any client can be used until `require` is true.
    /// assert_eq!(registrar.warnings()[0].path, "oauth.client-registration.require");
    ///
    /// let mistakes = Registrar::compile("[oauth.client-registration]\nanonymus = 1").unwrap_err();
    /// assert_eq!(mistakes.0[0].path, "oauth.client-registration.anonymus");
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn compile(settings: &str) -> Result<Self, SettingsError> {
        let Compiled {
            policy,
            warnings,
            web_administration,
        } = config::compile(settings)?;
        Ok(Self {
            policy,
            warnings,
            web_administration,
        })
    }

    /// Returns the warnings about the settings: what is allowed, but can be a risk or a mistake.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile("[oauth.client-registration]\npkce = 'public'")?;
    /// assert_eq!(registrar.warnings()[0].path, "oauth.client-registration.pkce");
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn warnings(&self) -> &[SettingFinding] {
        &self.warnings
    }

    /// Returns a warning for a host that has a web administration: with the setting `require` it stops working
    /// until an administrator registers the client that it is, such as `webadmin`. `None`: the settings do not
    /// require registration.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile("[oauth.client-registration]\nrequire = true")?;
    /// assert!(registrar.warnings().is_empty());
    /// let warning = registrar.web_administration_warning().expect("only registered clients work");
    /// assert_eq!(warning.path, "oauth.client-registration.require");
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn web_administration_warning(&self) -> Option<&SettingFinding> {
        self.web_administration.as_ref()
    }

    /// Decides a `POST` to the registration endpoint (RFC 7591 §3.1).
    ///
    /// `metadata` is the body of the request as it arrived. A caller with an API key needs the
    /// permission `oauth-client-registration`. A caller without a credential needs the setting
    /// `anonymous`. With the setting `approval`, the client may have to wait until an administrator
    /// [approves](Self::approve) it: the response is the same, and the diagnostics have the note
    /// `client-waits`.
    ///
    /// Equal registrations can have the same client id. If the effect is
    /// [`Share`](crate::Effect::Share), or if [`client`](Decision::client) is set, a record with
    /// that client id may exist. The host looks it up. If it exists, the host asks again with the
    /// record in the context and with the same entropy, and uses the second decision.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, missing or short entropy, terms that
    /// [`check_terms`](Self::check_terms) does not accept, and a record that is unreadable or
    /// belongs to another client.
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
        let decision = register::register(context, now, &entropy, metadata, &self.policy)?;
        Ok(decision.about(None))
    }

    /// Decides a registration by an administrator.
    ///
    /// It validates the metadata as [`register`](Self::register) does, with two differences. The
    /// administrator may choose the client id; if `client_id` is `None`, one is generated. Redirect
    /// URIs are allowed that a client cannot register itself, such as `stalwart://auth`.
    ///
    /// The caller needs the permission `oauth-client-create`. `context.record` is the record that
    /// already has the chosen client id, if there is one: then the decision is a refusal (409).
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, missing or short entropy, and a record that is
    /// unreadable or belongs to another client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-create"]),
    ///     ..Context::default()
    /// };
    /// let document = br#"{"redirect_uris": ["stalwart://auth"], "token_endpoint_auth_method": "none"}"#;
    ///
    /// let decision = registrar.provision(&context, Some("webadmin"), document)?;
    /// assert_eq!(decision.response.status, 201);
    /// assert!(matches!(decision.effect, Effect::Store(record) if record.client_id == "webadmin"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn provision(
        &self,
        context: &Context<'_>,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, Misuse> {
        let (now, entropy) = (now(context)?, entropy(context)?);
        let decision =
            provision::provision(context, now, &entropy, client_id, metadata, &self.policy)?;
        Ok(decision.about(client_id))
    }

    /// Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1).
    ///
    /// The caller is the client with its registration access token, or an administrator with the
    /// permission `oauth-client-get`. `context.record` is the client's record.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Credential, Registrar};
    /// # use gatepost::Effect;
    ///
    /// let registrar = Registrar::compile(
    ///     r#"oauth.client-registration.registration-endpoint = "https://mail.example.com/auth/register""#,
    /// )?;
    /// # let key = Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
    /// # let registered = registrar.register(
    /// #     &Context { caller: key, ..Context::default() },
    /// #     br#"{"redirect_uris": ["com.example:/cb"]}"#,
    /// # )?;
    /// # let Effect::Store(record) = registered.effect else { panic!("it is a new client") };
    /// # let body: serde_json::Value = serde_json::from_str(&registered.response.body)?;
    /// # let token = body["registration_access_token"].as_str();
    /// // `token` is what the client sent, and `record` is what the host stored.
    /// let context = Context {
    ///     caller: Caller {
    ///         credential: Credential::Rejected, // it is no API key
    ///         token,
    ///         ..Caller::anonymous()
    ///     },
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    /// assert_eq!(registrar.read(&context, &record.client_id)?.response.status, 200);
    ///
    /// let caller = Caller { token: Some("gpr_wrong"), ..context.caller };
    /// let context = Context { caller, ..context };
    /// assert_eq!(registrar.read(&context, &record.client_id)?.response.status, 401);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        let decision = manage::read(context, now(context)?, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2).
    ///
    /// `metadata` is the body of the request as it arrived. It replaces the whole registration: a
    /// member that it leaves out is deleted, or gets its default again. The caller is the client
    /// with its registration access token, or an administrator with the permission
    /// `oauth-client-update`. `context.record` is the client's record.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, missing or short entropy, and a record that is
    /// unreadable or belongs to another client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// # let create = Caller::with_permissions(&["authenticate", "oauth-client-create"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"], "token_endpoint_auth_method": "none"}"#;
    /// # let made = registrar.provision(&Context { caller: create, ..Context::default() }, Some("app"), document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-update"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    /// let document = br#"{
    ///     "client_id": "app",
    ///     "redirect_uris": ["com.example:/new"],
    ///     "token_endpoint_auth_method": "none"
    /// }"#;
    ///
    /// let decision = registrar.update(&context, "app", document)?;
    /// assert_eq!(decision.response.status, 200);
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn update(
        &self,
        context: &Context<'_>,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, Misuse> {
        let (now, entropy) = (now(context)?, entropy(context)?);
        let decision = manage::update(context, now, &entropy, client_id, metadata, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides whether a client gets a new secret.
    ///
    /// The response contains the new secret. The old secret stays valid for the number of seconds
    /// in the setting `secret-overlap`. The caller needs the permission `oauth-client-update`.
    /// `context.record` is the client's record.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, missing or short entropy, and a record that is
    /// unreadable or belongs to another client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// # let create = Caller::with_permissions(&["authenticate", "oauth-client-create"]);
    /// # let document = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let made = registrar.provision(&Context { caller: create, ..Context::default() }, Some("webmail"), document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-update"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    ///
    /// let decision = registrar.rotate_secret(&context, "webmail")?;
    /// assert!(decision.response.body.contains(r#""client_secret":"gps_"#));
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rotate_secret(
        &self,
        context: &Context<'_>,
        client_id: &str,
    ) -> Result<Decision, Misuse> {
        let (now, entropy) = (now(context)?, entropy(context)?);
        let decision = manage::rotate_secret(context, now, &entropy, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides whether a client gets a new registration access token, by an administrator's hand.
    ///
    /// The response and [`secrets`](Decision::secrets) contain the new token. The old one is refused from
    /// then on. The caller needs the permission `oauth-client-update`. `context.record` is the client's
    /// record. The decision is a refusal if the settings have no `registration-endpoint`, and for a client
    /// that never has such a token: it shares its id, or an administrator or a document describes it.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, missing or short entropy, and a record that is
    /// unreadable or belongs to another client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile(
    ///     r#"oauth.client-registration.registration-endpoint = "https://mail.example.com/auth/register""#,
    /// )?;
    /// # let key = Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"]}"#;
    /// # let made = registrar.register(&Context { caller: key, ..Context::default() }, document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// // `record` is the one of a client that registered itself.
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-update"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    ///
    /// let decision = registrar.rotate_registration_access_token(&context, &record.client_id)?;
    /// assert!(decision.secrets.registration_access_token.is_some());
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rotate_registration_access_token(
        &self,
        context: &Context<'_>,
        client_id: &str,
    ) -> Result<Decision, Misuse> {
        let (now, entropy) = (now(context)?, entropy(context)?);
        let decision = manage::rotate_registration_access_token(
            context,
            now,
            &entropy,
            client_id,
            &self.policy,
        )?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides whether a client is disabled.
    ///
    /// A disabled client cannot be used, and its registration access token is refused, until it is
    /// [enabled](Self::enable). The caller needs the permission `oauth-client-update`.
    /// `context.record` is the client's record. A client that is already disabled is accepted
    /// without an effect.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// # let create = Caller::with_permissions(&["authenticate", "oauth-client-create"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"]}"#;
    /// # let made = registrar.provision(&Context { caller: create, ..Context::default() }, Some("app"), document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-update"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    ///
    /// let decision = registrar.disable(&context, "app")?;
    /// assert_eq!(decision.response.status, 204);
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn disable(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        let decision = manage::disable(context, now(context)?, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides whether a client that was [disabled](Self::disable) is enabled.
    ///
    /// The caller needs the permission `oauth-client-update`. `context.record` is the client's
    /// record. A client that is not disabled is accepted without an effect.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// # let create = Caller::with_permissions(&["authenticate", "oauth-client-create"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"]}"#;
    /// # let made = registrar.provision(&Context { caller: create, ..Context::default() }, Some("app"), document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-update"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    ///
    /// let decision = registrar.enable(&context, "app")?;
    /// assert_eq!(decision.response.status, 204);
    /// assert_eq!(decision.effect, Effect::None); // it was not disabled
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn enable(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        let decision = manage::enable(context, now(context)?, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides whether a client that waits for approval (setting `approval`) is approved.
    ///
    /// It can be used from then on. The caller needs the permission `oauth-client-update`.
    /// `context.record` is the client's record: the one that the administrator was shown. If the client
    /// has changed since, the host does not ask. A client that does not wait is accepted without an
    /// effect. A client that is disabled as well stays disabled.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile(
    ///     "oauth.client-registration = { require = true, approval = 'all' }",
    /// )?;
    /// # let key = Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"]}"#;
    /// # let made = registrar.register(&Context { caller: key, ..Context::default() }, document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// // `record` is the one of a client that registered itself.
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-update"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    ///
    /// let decision = registrar.approve(&context, &record.client_id)?;
    /// assert_eq!(decision.response.status, 204);
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn approve(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        let decision = manage::approve(context, now(context)?, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides whether a client that waits for approval (setting `approval`) is denied.
    ///
    /// It is deleted, as by [`remove`](Self::remove). The same program may register again, and waits
    /// again. To [disable](Self::disable) it instead keeps this id out, and no more: with another id or
    /// another name the program may register. The caller needs the permission `oauth-client-delete`. `context.record` is the client's record. A client that does
    /// not wait is refused (409), because somebody else may have approved it.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile(
    ///     "oauth.client-registration = { require = true, approval = 'all' }",
    /// )?;
    /// # let key = Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"]}"#;
    /// # let made = registrar.register(&Context { caller: key, ..Context::default() }, document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// // `record` is the one of a client that registered itself.
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-delete"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    ///
    /// let decision = registrar.deny(&context, &record.client_id)?;
    /// assert_eq!(decision.response.status, 204);
    /// assert_eq!(decision.effect, Effect::Remove(record.client_id.clone()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deny(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        let decision = manage::deny(context, now(context)?, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3).
    ///
    /// The caller is the client with its registration access token, or an administrator with the
    /// permission `oauth-client-delete`. `context.record` is the client's record.
    ///
    /// A client whose id contains its registration (setting `stateless`) needs no record to be
    /// used, and neither does an id that an administrator chose, while nothing is required. So the
    /// effect stores or replaces a record that denies the client, for good. The host ends the client's
    /// grants, and lists it no more.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// # let create = Caller::with_permissions(&["authenticate", "oauth-client-create"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"]}"#;
    /// # let entropy = [7; 64];
    /// # let create = Context { caller: create, entropy: Some(&entropy), ..Context::default() };
    /// # let made = registrar.provision(&create, None, document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-delete"]),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    ///
    /// let decision = registrar.remove(&context, &record.client_id)?;
    /// assert_eq!(decision.response.status, 204);
    /// assert_eq!(decision.effect, Effect::Remove(record.client_id.clone()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remove(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        let decision = manage::remove(context, now(context)?, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Returns the client id that a request names, so that the host can look up the record.
    ///
    /// The id is the parameter `client_id`, the user name of HTTP Basic (RFC 6749 §2.3.1), or the
    /// subject of an assertion (RFC 7523 §3). At the authorization endpoint only the parameter
    /// counts. The id is not verified.
    ///
    /// `None`: the request names no client, or two different ones, or its parameters cannot be
    /// read.
    ///
    /// ```
    /// use gatepost::{Endpoint, Registrar, Request};
    ///
    /// let registrar = Registrar::compile("")?;
    /// let request = Request {
    ///     endpoint: Endpoint::Token,
    ///     authorization: Some("Basic YXBwOnNlY3JldA=="), // app:secret
    ///     parameters: b"grant_type=client_credentials",
    ///     jwks: None,
    /// };
    /// assert_eq!(registrar.identify(&request).as_deref(), Some("app"));
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn identify(&self, request: &Request<'_>) -> Option<String> {
        identify::client_id(request)
    }

    /// Decides whether a client may be used, and with which redirect URI and scope.
    ///
    /// The host asks at the authorization endpoint (RFC 6749 §4.1.1), the pushed authorization
    /// request endpoint (RFC 9126 §2.1), the device authorization endpoint (RFC 8628 §3.1), and the
    /// token endpoint, for each grant. `context.record` is the client's record. `context.caller` is
    /// the account that signed in, because its permission `oauth-client-override` counts; before
    /// the sign-in it is [`Caller::anonymous`](crate::Caller::anonymous).
    ///
    /// If the decision accepts, [`client`](Decision::client) contains the redirect URI and the
    /// scope that may be granted. The response is empty, because the host sends a page or a token
    /// of its own. If the decision has an effect, the host carries it out when the user agrees.
    ///
    /// If the decision refuses, the response is a redirect only if the client and its redirect URI
    /// are verified (RFC 6749 §4.1.2.1). Otherwise it is an error response.
    ///
    /// At the token endpoint the caller is the account that the grant belongs to. The scope in the
    /// decision is then the most that the client may have, and the host reduces it to the scope
    /// that the user granted.
    ///
    /// A host that supports request objects or `request_uri` (RFC 9101, RFC 9126) resolves them
    /// first, and passes the parameters that they contain. For a pushed request it passes
    /// [`PushedAuthorization`](crate::Endpoint::PushedAuthorization) as the endpoint again.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Context, Endpoint, Registrar, Request, Standing};
    ///
    /// // Registration is not required by default, so an unknown client may be used.
    /// let registrar = Registrar::compile("")?;
    /// let request = Request {
    ///     endpoint: Endpoint::Authorization,
    ///     authorization: None,
    ///     parameters: b"response_type=code&client_id=app&redirect_uri=com.example:/cb\
    ///         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
    ///         &code_challenge_method=S256",
    ///     jwks: None,
    /// };
    ///
    /// let decision = registrar.authorize(&Context::default(), &request)?;
    /// let client = decision.client.expect("the client may be used");
    /// assert_eq!(client.standing, Standing::Unregistered);
    /// assert_eq!(client.redirect_uri.as_deref(), Some("com.example:/cb"));
    ///
    /// let registrar = Registrar::compile("[oauth.client-registration]\nrequire = true")?;
    /// let decision = registrar.authorize(&Context::default(), &request)?;
    /// assert_eq!(decision.diagnostics[0].code, "client-unknown");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn authorize(
        &self,
        context: &Context<'_>,
        request: &Request<'_>,
    ) -> Result<Decision, Misuse> {
        let decision = authorize::authorize(context, now(context)?, request, &self.policy)?;
        Ok(decision.about(identify::client_id(request).as_deref()))
    }

    /// Decides whether a request comes from the client that it names (RFC 6749 §2.3, RFC 7523
    /// §2.2).
    ///
    /// The host asks at the token, introspection, revocation, device authorization and pushed
    /// authorization request endpoints. `context.record` is the client's record.
    ///
    /// If the decision accepts, the response is empty. If [`assertion`](crate::Client::assertion)
    /// is set, the host checks that it was not used before.
    ///
    /// Every failed authentication gets the same response, 401 `invalid_client`. The diagnostics
    /// contain the reason; the host logs them and does not send them. A request that cannot be
    /// read, or that authenticates in two ways, gets 400 `invalid_request` with the reason. A client that
    /// is authenticated and waits for approval gets 400 `unauthorized_client`, and is told so.
    ///
    /// The library does not see the TLS connection. A client that registered a certificate (RFC
    /// 8705 §2) is refused with the diagnostic `client-method-tls`, and the host verifies the
    /// certificate.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Context, Endpoint, Outcome, Registrar, Request};
    /// # use gatepost::{Caller, Effect};
    ///
    /// let registrar = Registrar::compile("")?;
    /// # let create = Caller::with_permissions(&["authenticate", "oauth-client-create"]);
    /// # let document = br#"{"redirect_uris": ["https://webmail.example.com/cb"], "token_endpoint_auth_method": "client_secret_post"}"#;
    /// # let made = registrar.provision(&Context { caller: create, ..Context::default() }, Some("webmail"), document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// # let body: serde_json::Value = serde_json::from_str(&made.response.body)?;
    /// # let secret = body["client_secret"].as_str().unwrap();
    /// let context = Context {
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    /// let ask = |secret: &str| {
    ///     let parameters = format!("client_id=webmail&client_secret={secret}");
    ///     let request = Request {
    ///         endpoint: Endpoint::Token,
    ///         authorization: None,
    ///         parameters: parameters.as_bytes(),
    ///         jwks: None,
    ///     };
    ///     registrar.authenticate(&context, &request)
    /// };
    /// assert_eq!(ask(secret)?.outcome, Outcome::Accept);
    /// assert_eq!(ask("wrong")?.response.status, 401);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn authenticate(
        &self,
        context: &Context<'_>,
        request: &Request<'_>,
    ) -> Result<Decision, Misuse> {
        let decision = authenticate::authenticate(context, now(context)?, request, &self.policy)?;
        Ok(decision.about(identify::client_id(request).as_deref()))
    }

    /// Decides whether a client may be used now: what a mail server asks at each sign-in, or whenever it
    /// looks a token up.
    ///
    /// `client_id` is the client that the token was issued to, and the caller is the account that it was
    /// issued for: the credential is [`Accepted`](crate::Credential::Accepted), with the account's
    /// permissions, because `oauth-client-override` counts. `context.record` is the client's record.
    /// `scope` is the scope that this use needs (RFC 6749 §3.3), such as that of the token, or the one of
    /// the protocol; the client must have every name in it. `None`: no scope is asked about.
    ///
    /// If the decision accepts, the response is empty, and [`client`](Decision::client) contains the
    /// scope that was asked about, or all that the client may have. The host itself has checked the
    /// token: that it is live, whose it is, and that it has the scope.
    ///
    /// Every refusal has the same response, 401 `invalid_client`. The diagnostics contain the reason:
    /// `client-unknown`, `client-disabled`, `client-waits`, `client-document-unread`, `scope-lacking` and
    /// others.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client. Then nobody signs in: it is a failure of the server (RFC 4954 §6: 454).
    ///
    /// ```
    /// use gatepost::{Caller, Context, Outcome, Registrar};
    ///
    /// let registrar = Registrar::compile("[oauth.client-registration]\nrequire = true")?;
    /// let account = Context {
    ///     caller: Caller::with_permissions(&["authenticate"]),
    ///     ..Context::default()
    /// };
    /// let decision = registrar.usable(&account, "mail-client", None)?;
    /// assert_eq!(decision.outcome, Outcome::Refuse);
    /// assert_eq!(decision.diagnostics[0].code, "client-unknown");
    ///
    /// // This account may use any client.
    /// let account = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-override"]),
    ///     ..account
    /// };
    /// let imap = Some("urn:ietf:params:oauth:scope:mail");
    /// let decision = registrar.usable(&account, "mail-client", imap)?;
    /// assert_eq!(decision.outcome, Outcome::Accept);
    /// assert_eq!(decision.client.and_then(|client| client.scope).as_deref(), imap);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn usable(
        &self,
        context: &Context<'_>,
        client_id: &str,
        scope: Option<&str>,
    ) -> Result<Decision, Misuse> {
        let decision = usable::usable(context, now(context)?, client_id, scope, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Checks a registered client against this policy, for example before new settings are used.
    ///
    /// It accepts if the client could register the same metadata today. It issues nothing and has
    /// no effect. The response is always 200. Its body has the members `client_id`, `acceptable`,
    /// `diagnostics` with every finding, and, if the client is acceptable, `metadata`.
    ///
    /// `context.record` is the client's record. The operation checks no permission: the host
    /// decides who may call it.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Context, Outcome, Registrar};
    /// # use gatepost::{Caller, Effect};
    ///
    /// # let registrar = Registrar::compile("")?;
    /// # let create = Caller::with_permissions(&["authenticate", "oauth-client-create"]);
    /// # let document = br#"{"redirect_uris": ["com.example:/cb"], "token_endpoint_auth_method": "none"}"#;
    /// # let made = registrar.provision(&Context { caller: create, ..Context::default() }, Some("app"), document)?;
    /// # let Effect::Store(record) = made.effect else { panic!("it is a new client") };
    /// let context = Context {
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    /// let stricter = Registrar::compile(
    ///     r#"oauth.client-registration.auth-methods = ["client_secret_basic"]"#,
    /// )?;
    ///
    /// let decision = stricter.review(&context, "app")?;
    /// assert_eq!(decision.outcome, Outcome::Refuse);
    /// assert_eq!(decision.diagnostics[0].code, "auth-method-not-offered");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn review(&self, context: &Context<'_>, client_id: &str) -> Result<Decision, Misuse> {
        let decision = review::client(context, now(context)?, client_id, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Checks a metadata document as if the caller submitted it to [`register`](Self::register).
    ///
    /// It issues nothing and has no effect. The limits on the number of clients are not checked.
    /// The response is always 200. Its body has the members `acceptable`, `diagnostics` with every
    /// finding, and, if the document is acceptable, `metadata` with what would be registered.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and terms that [`check_terms`](Self::check_terms)
    /// does not accept.
    ///
    /// ```
    /// use gatepost::{Caller, Context, Outcome, Registrar};
    ///
    /// let registrar = Registrar::compile("")?;
    /// let context = Context {
    ///     caller: Caller::with_permissions(&["authenticate", "oauth-client-registration"]),
    ///     ..Context::default()
    /// };
    /// let decision = registrar.review_draft(&context, br#"{"redirect_uris": ["http://a.example/"]}"#)?;
    /// assert_eq!(decision.outcome, Outcome::Refuse);
    /// assert_eq!(decision.response.status, 200);
    /// assert_eq!(decision.diagnostics[0].code, "redirect-uri-http");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn review_draft(&self, context: &Context<'_>, metadata: &[u8]) -> Result<Decision, Misuse> {
        let decision = review::draft(context, now(context)?, metadata, &self.policy)?;
        Ok(decision.about(None))
    }

    /// Decides whether a client is kept, for a host that looks through its clients at intervals.
    ///
    /// It always accepts. The effect is [`Remove`](crate::Effect::Remove) if the client is to be
    /// removed, and the diagnostic says why: no user authorised it, nobody used it, it was idle for
    /// too long, or its secret expired. The settings `provisional-lifetime`, `unused-lifetime`,
    /// `idle-lifetime` and `expired-secret-lifetime` are the limits. The response is empty.
    ///
    /// A client is kept for at least one hour, and as long as it has a valid refresh token
    /// (draft-ietf-mailmaint-oauth-public §3.10). A client that an administrator registered, and
    /// one with a client ID metadata document, is never removed.
    ///
    /// A host that needs room for a new client of an anonymous caller passes
    /// [`Usage::anonymous_clients`](crate::Usage::anonymous_clients). If there are exactly as
    /// many as `max-anonymous-clients`, a client of an anonymous caller that no user authorised is
    /// removed after one hour. Otherwise the counters have no influence.
    ///
    /// `context.record` is the client's record; without a record there is nothing to remove. The
    /// operation checks no permission: the host decides who may call it.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Activity, Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile("[oauth.client-registration]\nanonymous = true")?;
    /// let monday = Context { now: Some(1_790_000_000), ..Context::default() };
    /// let registered = registrar.register(&monday, br#"{"redirect_uris": ["com.example:/cb"]}"#)?;
    /// let Effect::Share(record) = registered.effect else { panic!("it is a new client") };
    ///
    /// // Two days later no user has authorised the client.
    /// let wednesday = Context {
    ///     now: Some(1_790_000_000 + 2 * 86_400),
    ///     record: Some(&record.document),
    ///     ..Context::default()
    /// };
    /// let decision = registrar.lifecycle(&wednesday, &record.client_id, &Activity::default())?;
    /// assert_eq!(decision.effect, Effect::Remove(record.client_id));
    /// assert_eq!(decision.diagnostics[0].code, "client-never-authorised");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lifecycle(
        &self,
        context: &Context<'_>,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, Misuse> {
        let decision = lifecycle::judge(context, now(context)?, client_id, activity, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Decides whether a client id that is a URL may be used
    /// (draft-ietf-oauth-client-id-metadata-document). The setting `client-id-metadata-documents`
    /// allows such ids.
    ///
    /// The host asks twice. The first time `document` is `None`. The decision says whether the URL
    /// is acceptable, and its [`fetches`](Decision::fetches) contain the URL with the limits for
    /// fetching it. The second time `document` is the body that the host fetched. If the document
    /// is acceptable, the effect stores the client's record. The host keeps the record as long as
    /// HTTP caching allows it to keep the document, and then fetches the document again.
    ///
    /// `context.record` is the client's record, if there is one. The response of an accepted
    /// decision is empty.
    ///
    /// # Errors
    ///
    /// Returns [`Misuse`] for a missing time, and a record that is unreadable or belongs to another
    /// client.
    ///
    /// ```
    /// use gatepost::{Context, Effect, Registrar};
    ///
    /// let registrar = Registrar::compile(
    ///     "[oauth.client-registration]
    ///      client-id-metadata-documents = true",
    /// )?;
    /// let context = Context::default();
    /// let url = "https://app.example.com/client.json";
    ///
    /// let decision = registrar.client_document(&context, url, None)?;
    /// assert_eq!(decision.fetches[0].uri, url);
    /// assert_eq!(decision.fetches[0].max_bytes, 5120);
    ///
    /// let document = br#"{
    ///     "client_id": "https://app.example.com/client.json",
    ///     "client_name": "Example App",
    ///     "redirect_uris": ["https://app.example.com/cb"]
    /// }"#;
    /// let decision = registrar.client_document(&context, url, Some(document))?;
    /// assert!(matches!(decision.effect, Effect::Store(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn client_document(
        &self,
        context: &Context<'_>,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, Misuse> {
        let decision =
            client_document::judge(context, now(context)?, client_id, document, &self.policy)?;
        Ok(decision.about(Some(client_id)))
    }

    /// Returns the network that an IP address is counted under, for
    /// [`Usage::address_registrations`](crate::Usage::address_registrations).
    ///
    /// The settings `ipv4-prefix` and `ipv6-prefix` are the lengths of the prefix, in bits. `None`:
    /// the text is no IP address. A host counts all requests together whose network it does not
    /// know, under a name of its own, such as `unknown`, so that they do not escape the limit.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile("")?;
    /// assert_eq!(registrar.network("192.0.2.7").as_deref(), Some("192.0.2.7/32"));
    /// assert_eq!(registrar.network("2001:db8::7").as_deref(), Some("2001:db8::/64"));
    /// assert_eq!(registrar.network("localhost"), None);
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn network(&self, address: &str) -> Option<String> {
        policy::network(address, &self.policy)
    }

    /// Returns the wider network that an IP address is counted under, for
    /// [`Usage::wider_registrations`](crate::Usage::wider_registrations): an IPv4 network of 16 bits or
    /// an IPv6 network of 32 bits, or the [network](Registrar::network) if that is larger.
    ///
    /// One party can have very many networks, and all of them are in one wider network, or in a few.
    /// `None`: the text is no IP address. A host counts all requests together whose network it does
    /// not know.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile("")?;
    /// assert_eq!(registrar.wider_network("192.0.2.7").as_deref(), Some("192.0.0.0/16"));
    /// assert_eq!(registrar.wider_network("2001:db8:1::7").as_deref(), Some("2001:db8::/32"));
    /// assert_eq!(registrar.wider_network("localhost"), None);
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn wider_network(&self, address: &str) -> Option<String> {
        policy::wider_network(address, &self.policy)
    }

    /// Returns the length of a window, in seconds; it is never 0.
    ///
    /// The host counts the registrations of a network in one window. A window begins whenever the
    /// seconds since 1970 are a multiple of the length. The setting is `address-window`.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile("")?;
    /// let now = 1_790_000_000;
    /// let window_start = now - now % registrar.window();
    /// assert_eq!(window_start, 1_789_999_200);
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn window(&self) -> u64 {
        self.policy.address_window.max(1)
    }

    /// Returns the length of a wider window, in seconds; it is never 0.
    ///
    /// The host counts the registrations of a wider network in one wider window, which begins
    /// whenever the seconds since 1970 are a multiple of the length. The setting is
    /// `provisional-lifetime`: after that time, clients that no user authorised are removed.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let registrar = Registrar::compile("")?;
    /// assert_eq!(registrar.wider_window(), 86_400);
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn wider_window(&self) -> u64 {
        self.policy.provisional_time()
    }

    /// Checks the terms of an API key or an account, which are a JSON object. The host calls it
    /// before it stores them; `docs/configuration.md` describes the members.
    ///
    /// # Errors
    ///
    /// Returns all mistakes at once.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// assert!(Registrar::check_terms(r#"{"max-registrations": 5}"#).is_ok());
    ///
    /// let mistakes = Registrar::check_terms(r#"{"max-registrations": "five"}"#).unwrap_err();
    /// assert_eq!(mistakes.0[0].path, "max-registrations");
    /// ```
    pub fn check_terms(terms: &str) -> Result<(), SettingsError> {
        config::terms(terms).map(|_| ())
    }

    /// Returns the members of the authorization server metadata (RFC 8414 §2) that follow from the
    /// policy, as a JSON object.
    ///
    /// The host adds the members that it knows itself, such as `authorization_endpoint`, and
    /// publishes the document. So the server advertises what it accepts.
    ///
    /// ```
    /// use gatepost::Registrar;
    ///
    /// let metadata = Registrar::compile("")?.server_metadata();
    /// assert!(metadata.contains(r#""code_challenge_methods_supported":["S256"]"#));
    /// # Ok::<(), gatepost::SettingsError>(())
    /// ```
    pub fn server_metadata(&self) -> String {
        server_metadata::advertise(&self.policy)
    }
}

/// Returns the time that the host passed, otherwise the operating system's, in seconds since 1970.
fn now(context: &Context<'_>) -> Result<u64, Misuse> {
    context.now.map_or_else(ambient::now, Ok)
}

/// Returns the entropy that the host passed, otherwise the operating system's.
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
