//! The trait that every plugin is called by.

use crate::error::PluginError;
use crate::wit::{Activity, BearerCredential, Context, Decision, Request, SettingFinding};

/// A loaded plugin with its settings compiled. [`load`](crate::load) makes one.
///
/// It keeps nothing between two calls, and may be called from any thread. A call takes microseconds and
/// waits for nothing, so it is made in place, also in asynchronous code, and not on a thread of its own.
/// The thread needs 1 MiB of stack.
///
/// A method that returns a [`Decision`] is given the facts of one request. If it succeeds, the mail server
/// carries out the effect and sends the response, whether the request was accepted or refused. On an
/// error there is no decision: nothing is stored, and the answer is `503` if
/// [`PluginError::is_busy`], `500` otherwise.
///
/// A mail server can implement it too, for a test of its own endpoints.
pub trait Plugin: Send + Sync {
    /// Decides a `POST` to the registration endpoint (RFC 7591 §3.1).
    ///
    /// `metadata` is the request's body as it arrived. The context's usage is that of the caller's
    /// account, key and network; its record is absent, or that of the client that an earlier decision
    /// was about. On acceptance the effect is to store the client, and the response has the status 201
    /// with the client's id; a refusal has every mistake in its diagnostics.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Context, Effect, Options, Source, load};
    /// # let settings = "[oauth.client-registration]\nanonymous = true";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// let metadata = br#"{
    ///     "redirect_uris": ["com.example.mail:/callback"],
    ///     "token_endpoint_auth_method": "none"
    /// }"#;
    /// let decision = plugin.register(&Context::fresh()?, metadata)?;
    /// assert_eq!(decision.response.status, 201);
    /// assert!(matches!(decision.effect, Effect::Store(_) | Effect::Share(_)));
    ///
    /// let decision = plugin.register(&Context::fresh()?, b"{}")?;
    /// assert_eq!(decision.response.status, 400);
    /// assert_eq!(decision.diagnostics[0].code, "redirect-uris-missing");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn register(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError>;

    /// Decides a registration that an administrator makes by hand, with a client id of the
    /// administrator's choice or a new one.
    ///
    /// It needs the permission `oauth-client-create`. The context's record is that of the client that
    /// has the id already.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// let context = Context {
    ///     caller: Caller {
    ///         credential: Credential::Accepted,
    ///         permissions: vec!["authenticate".into(), "oauth-client-create".into()],
    ///         ..Caller::default()
    ///     },
    ///     ..Context::fresh()?
    /// };
    /// // Nobody but an administrator may register this URI.
    /// let metadata = br#"{"redirect_uris": ["stalwart://auth"], "token_endpoint_auth_method": "none"}"#;
    /// let decision = plugin.provision(&context, Some("webadmin"), metadata)?;
    /// assert!(matches!(decision.effect, Effect::Store(stored) if stored.client_id == "webadmin"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn provision(
        &self,
        context: &Context,
        client_id: Option<&str>,
        metadata: &[u8],
    ) -> Result<Decision, PluginError>;

    /// Decides a `GET` of the client configuration endpoint (RFC 7592 §2.1).
    ///
    /// The client presents its registration access token (`Caller::token`); an administrator needs the
    /// permission `oauth-client-get`. The context's record is that of the client, as it is for all
    /// operations that take a client id.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-get"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, Some("webmail"), metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document), ..context };
    /// let decision = plugin.read(&context, "webmail")?;
    /// assert_eq!(decision.response.status, 200);
    /// assert!(decision.response.body.contains("https://webmail.example.com/cb"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn read(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Decides a `PUT` of the client configuration endpoint (RFC 7592 §2.2).
    ///
    /// `metadata` is the request's body as it arrived: all of the client's metadata, which replaces
    /// what is registered. The client presents its registration access token; an administrator needs
    /// the permission `oauth-client-update`. On acceptance the effect is to replace the record.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-update"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, Some("webmail"), metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document), ..context };
    /// let metadata = br#"{"client_id": "webmail", "redirect_uris": ["https://webmail.example.com/new"]}"#;
    /// let decision = plugin.update(&context, "webmail", metadata)?;
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn update(
        &self,
        context: &Context,
        client_id: &str,
        metadata: &[u8],
    ) -> Result<Decision, PluginError>;

    /// Gives a client a new secret; the response has it in `client_secret` (RFC 7591 §3.2.1).
    ///
    /// It needs the permission `oauth-client-update`. The setting `secret-overlap` says how long the
    /// old secret stays valid.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-update"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, Some("webmail"), metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document), ..context };
    /// let decision = plugin.rotate_secret(&context, "webmail")?;
    /// assert!(decision.response.body.contains("client_secret"));
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn rotate_secret(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Gives a client a new registration access token (RFC 7592 §3); the response has it. The old one is
    /// refused from then on.
    ///
    /// It needs the permission `oauth-client-update`, and the setting `registration-endpoint`. A client that
    /// never has such a token is refused: it shares its id, or an administrator or a document describes it.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// let settings = "[oauth.client-registration]\nregistration-endpoint = 'https://mail.example.com/auth/register'";
    /// let plugin = load(&Source::default(), settings, &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-registration", "oauth-client-update"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.register(&context, metadata)?.effect else {
    /// #     panic!("a key may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document.clone()), ..context };
    /// let decision = plugin.rotate_registration_access_token(&context, &stored.client_id)?;
    /// assert!(decision.registration_access_token.is_some());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn rotate_registration_access_token(
        &self,
        context: &Context,
        client_id: &str,
    ) -> Result<Decision, PluginError>;

    /// Disables a client: all decisions about it are as if it were not registered, until it is enabled
    /// again.
    ///
    /// It needs the permission `oauth-client-update`.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-update"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, Some("webmail"), metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document), ..context };
    /// let decision = plugin.disable(&context, "webmail")?;
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn disable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Enables a client that was disabled.
    ///
    /// It needs the permission `oauth-client-update`.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-update"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, Some("webmail"), metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document), ..context };
    /// let Effect::Replace(disabled) = plugin.disable(&context, "webmail")?.effect else {
    ///     panic!("it was enabled");
    /// };
    /// let context = Context { record: Some(disabled.document), ..context };
    /// let decision = plugin.enable(&context, "webmail")?;
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn enable(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Approves a client that waits (setting `approval`), so that it can be used.
    ///
    /// It needs the permission `oauth-client-update`. The record is the one that the administrator was shown:
    /// a mail server does not ask if the client has changed since. For a client that does not wait there is no
    /// effect.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// let settings = "[oauth.client-registration]\nrequire = true\napproval = 'all'";
    /// let plugin = load(&Source::default(), settings, &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-registration", "oauth-client-update"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.register(&context, metadata)?.effect else {
    /// #     panic!("a key may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document.clone()), ..context };
    /// let decision = plugin.approve(&context, &stored.client_id)?;
    /// assert!(matches!(decision.effect, Effect::Replace(_)));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn approve(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Denies a client that waits (setting `approval`): it is deleted.
    ///
    /// It needs the permission `oauth-client-delete`. The same program may register again, and waits again; to
    /// [disable](Self::disable) it instead keeps this id out, and no more. A client that does not wait is refused (409), because
    /// somebody else may have approved it.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// let settings = "[oauth.client-registration]\nrequire = true\napproval = 'all'";
    /// let plugin = load(&Source::default(), settings, &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-registration", "oauth-client-delete"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.register(&context, metadata)?.effect else {
    /// #     panic!("a key may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document.clone()), ..context };
    /// let decision = plugin.deny(&context, &stored.client_id)?;
    /// assert!(matches!(decision.effect, Effect::Remove(_)));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn deny(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Decides a `DELETE` of the client configuration endpoint (RFC 7592 §2.3).
    ///
    /// The client presents its registration access token; an administrator needs the permission
    /// `oauth-client-delete`. On acceptance the mail server removes the client and its tokens.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-delete"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, None, metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document.clone()), ..context };
    /// let decision = plugin.remove(&context, &stored.client_id)?;
    /// assert_eq!(decision.response.status, 204);
    /// assert_eq!(decision.effect, Effect::Remove(stored.client_id));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn remove(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// The id of the client that a request names, so that the mail server can look up its record: from
    /// the parameter `client_id`, the `Authorization` header (RFC 6749 §2.3.1) or the client assertion
    /// (RFC 7523 §2.2).
    ///
    /// It is `None` if the request names no client, or more than one.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Endpoint, Options, Request, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// let request = Request {
    ///     endpoint: Endpoint::Token,
    ///     authorization: Some("Basic d2VibWFpbDpzZWNyZXQ=".into()), // webmail:secret
    ///     parameters: b"grant_type=refresh_token".into(),
    ///     jwks: None,
    /// };
    /// assert_eq!(plugin.identify(&request)?.as_deref(), Some("webmail"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn identify(&self, request: &Request) -> Result<Option<String>, PluginError>;

    /// Decides whether a client may be used, and with which redirect URI and scope: at the
    /// authorization endpoint (RFC 6749 §4.1.1, RFC 7636 §4.3), the pushed authorization endpoint (RFC
    /// 9126 §2), the device authorization endpoint (RFC 8628 §3.1) and the token endpoint (RFC 6749
    /// §4.1.3).
    ///
    /// The caller is the account that signed in. An accepted decision has the client in
    /// [`Decision::client`]; its effect is due when the user agrees. The response of a refusal is a
    /// redirect only where the client and its redirect URI are known (RFC 6749 §4.1.2.1).
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Context, Endpoint, Options, Outcome, Request, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// let request = Request {
    ///     endpoint: Endpoint::Authorization,
    ///     authorization: None,
    ///     parameters: b"client_id=mail&redirect_uri=https://a.example/cb&response_type=code".into(),
    ///     jwks: None,
    /// };
    /// let decision = plugin.authorize(&Context::fresh()?, &request)?;
    /// assert_eq!(decision.outcome, Outcome::Refuse);
    /// assert_eq!(decision.diagnostics[0].code, "pkce-missing");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn authorize(&self, context: &Context, request: &Request) -> Result<Decision, PluginError>;

    /// Decides whether a request comes from the client that it names (RFC 6749 §2.3, RFC 7523 §3).
    ///
    /// All refusals look the same to the client. The reason is in the diagnostics, which are for the
    /// mail server's log. Where [`Client::assertion`](crate::Client::assertion) is present, the mail
    /// server refuses the request if it has seen that id from this client before.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{
    /// #     Caller, Context, Credential, Effect, Endpoint, Options, Outcome, Request, Source,
    /// #     load,
    /// # };
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-get"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, Some("webmail"), metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document), ..context };
    /// let request = Request {
    ///     endpoint: Endpoint::Token,
    ///     authorization: Some("Basic d2VibWFpbDpzZWNyZXQ=".into()), // webmail:secret
    ///     parameters: b"grant_type=refresh_token".into(),
    ///     jwks: None,
    /// };
    /// let decision = plugin.authenticate(&context, &request)?;
    /// assert_eq!(decision.outcome, Outcome::Refuse);
    /// assert_eq!(decision.response.status, 401);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn authenticate(&self, context: &Context, request: &Request) -> Result<Decision, PluginError>;

    /// Decides whether a client may be used now: what a mail server asks at each sign-in, or whenever it looks a
    /// token up.
    ///
    /// `client_id` is the client that the token was issued to; the caller is the account that it was issued for,
    /// with its permissions. `scope` is what this use needs, such as the scope of the token or the one of the
    /// protocol (RFC 6749 §3.3): the client must have all of it. The mail server itself has checked the token. The
    /// diagnostics of a refusal tell a client that is disabled from one that is unknown.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: nobody signs in, and the mail client is told to try again later (RFC 4954 §6:
    /// 454). See [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Options, Outcome, Source, load};
    /// # let settings = "[oauth.client-registration]\nrequire = true";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// let account = Context {
    ///     caller: Caller {
    ///         credential: Credential::Accepted,
    ///         account: Some("alice".into()),
    ///         permissions: vec!["authenticate".into()],
    ///         ..Caller::default()
    ///     },
    ///     ..Context::fresh()?
    /// };
    /// let decision = plugin.usable(&account, "webmail", Some("urn:ietf:params:oauth:scope:mail"))?;
    /// assert_eq!(decision.outcome, Outcome::Refuse);
    /// assert_eq!(decision.diagnostics[0].code, "client-unknown");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn usable(
        &self,
        context: &Context,
        client_id: &str,
        scope: Option<&str>,
    ) -> Result<Decision, PluginError>;

    /// Judges a client that is registered already by the present settings. Nothing is issued and
    /// nothing is to be stored.
    ///
    /// It tells which clients would stop working under other settings, and why.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// # let permissions = ["authenticate", "oauth-client-create", "oauth-client-get"];
    /// # let context = Context {
    /// #     caller: Caller {
    /// #         credential: Credential::Accepted,
    /// #         permissions: permissions.map(Into::into).into(),
    /// #         ..Caller::default()
    /// #     },
    /// #     ..Context::fresh()?
    /// # };
    /// # let metadata = br#"{"redirect_uris": ["https://webmail.example.com/cb"]}"#;
    /// # let Effect::Store(stored) = plugin.provision(&context, Some("webmail"), metadata)?.effect else {
    /// #     panic!("an administrator may register it");
    /// # };
    /// # let context = Context { record: Some(stored.document), ..context };
    /// let stricter = "[oauth.client-registration]\nscopes = ['offline_access']";
    /// let stricter = load(&Source::default(), stricter, &Options::default())?;
    /// let decision = stricter.review(&context, "webmail")?;
    /// assert!(!decision.diagnostics.is_empty());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn review(&self, context: &Context, client_id: &str) -> Result<Decision, PluginError>;

    /// Judges a metadata document as if this caller had submitted it. Nothing is issued and nothing is
    /// to be stored.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Context, Options, Source, load};
    /// # let settings = "[oauth.client-registration]\nanonymous = true";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// let decision = plugin.review_draft(&Context::fresh()?, br#"{"redirect_uris": ["javascript:0"]}"#)?;
    /// assert_eq!(decision.diagnostics[0].code, "redirect-uri-scheme-forbidden");
    /// assert_eq!(decision.diagnostics[0].pointer, "/redirect_uris/0");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn review_draft(&self, context: &Context, metadata: &[u8]) -> Result<Decision, PluginError>;

    /// Decides whether a client is kept: the effect is to remove it, or nothing.
    ///
    /// A mail server asks it of every client from time to time, with what it knows of the client's use.
    /// The settings `unused-lifetime`, `idle-lifetime` and `expired-secret-lifetime` are in seconds.
    ///
    /// A mail server that needs room for a new client of an anonymous caller passes
    /// `Usage::anonymous_clients`. If `max-anonymous-clients` is reached, a client of an anonymous caller that
    /// no user authorised is removed after one hour.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Activity, Context, Effect, Options, Source, load};
    /// let settings = "[oauth.client-registration]\nanonymous = true\nunused-lifetime = 86400";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// # let context = Context::fresh()?;
    /// # let metadata = br#"{
    /// #     "redirect_uris": ["com.example.mail:/callback"],
    /// #     "token_endpoint_auth_method": "none"
    /// # }"#;
    /// # let registered = plugin.register(&context, metadata)?;
    /// # let (Effect::Store(stored) | Effect::Share(stored)) = registered.effect else {
    /// #     panic!("a stranger may register it");
    /// # };
    /// let later = Context { now: context.now + 86_401, record: Some(stored.document), ..context };
    /// let decision = plugin.lifecycle(&later, &stored.client_id, &Activity::default())?;
    /// assert_eq!(decision.effect, Effect::Remove(stored.client_id));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn lifecycle(
        &self,
        context: &Context,
        client_id: &str,
        activity: &Activity,
    ) -> Result<Decision, PluginError>;

    /// Judges a client id that is a URL (draft-ietf-oauth-client-id-metadata-document).
    ///
    /// Without its document, it decides whether the id is acceptable, and [`Decision::fetches`] has
    /// what to fetch; with it, whether the client is acceptable.
    ///
    /// # Errors
    ///
    /// The plugin made no decision: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Context, Options, Source, load};
    /// let settings = "[oauth.client-registration]\nclient-id-metadata-documents = true";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// let id = "https://app.example.com/client.json";
    /// let decision = plugin.client_document(&Context::fresh()?, id, None)?;
    /// assert_eq!(decision.fetches[0].uri, id);
    /// assert_eq!(decision.fetches[0].max_bytes, 5120);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn client_document(
        &self,
        context: &Context,
        client_id: &str,
        document: Option<&[u8]>,
    ) -> Result<Decision, PluginError>;

    /// The network that registrations from an IP address are counted under, in CIDR notation (RFC 4632
    /// §3.1); `None` if the text is no address.
    ///
    /// The settings `ipv4-prefix` and `ipv6-prefix` say how large a network is.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// let settings = "[oauth.client-registration]\nipv4-prefix = 24";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// assert_eq!(plugin.network("192.0.2.77")?.as_deref(), Some("192.0.2.0/24"));
    /// assert_eq!(plugin.network("mail.example.com")?, None);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn network(&self, address: &str) -> Result<Option<String>, PluginError>;

    /// The wider network that registrations without an API key from an IP address are counted under, in
    /// CIDR notation (RFC 4632 §3.1); `None` if the text is no address.
    ///
    /// One party can have very many networks, which are in one wider network, or in a few.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// assert_eq!(plugin.wider_network("2001:db8:1::7")?.as_deref(), Some("2001:db8::/32"));
    /// assert_eq!(plugin.wider_network("mail.example.com")?, None);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn wider_network(&self, address: &str) -> Result<Option<String>, PluginError>;

    /// How long registrations from a network are counted, in seconds: windows begin at multiples of it
    /// since 1970-01-01T00:00:00Z. It is the setting `address-window`.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// let settings = "[oauth.client-registration]\naddress-window = 900";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// let (now, window) = (1_790_000_123, plugin.window()?);
    /// let window_start = now - now % window;
    /// assert_eq!(window_start, 1_790_000_100);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn window(&self) -> Result<u64, PluginError>;

    /// How long registrations from a wider network are counted, in seconds: wider windows begin at
    /// multiples of it since 1970-01-01T00:00:00Z. It is the setting `provisional-lifetime`.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// let settings = "[oauth.client-registration]\nprovisional-lifetime = 7200";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// assert_eq!(plugin.wider_window()?, 7200);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn wider_window(&self) -> Result<u64, PluginError>;

    /// Checks the terms of an API key, as JSON, before they are stored: the inner error has every
    /// mistake.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// assert!(plugin.check_terms(r#"{"max-registrations": 5}"#)?.is_ok());
    /// let mistakes = plugin.check_terms(r#"{"networks": ["192.0.2.0/33"]}"#)?.unwrap_err();
    /// assert_eq!(mistakes.len(), 1);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn check_terms(&self, terms: &str) -> Result<Result<(), Vec<SettingFinding>>, PluginError>;

    /// The members of the authorization server's metadata (RFC 8414 §2) that follow from the settings,
    /// as a JSON object. The mail server adds those that are its own.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// assert!(plugin.server_metadata()?.contains(r#""code_challenge_methods_supported":["S256"]"#));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn server_metadata(&self) -> Result<String, PluginError>;

    /// Reads the value of an `Authorization` header (RFC 6750 §2.1), for [`Caller::credential`](crate::Caller) and
    /// `token`. `None`: the request has no such header. A mail server that got several passes them joined with a
    /// comma (RFC 9110 §5.2), or an empty text.
    ///
    /// With a bearer token the credential is `Rejected`, until the mail server has looked the token up: if it is a
    /// live API key, the credential is `Accepted`.
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Credential, Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// let found = plugin.bearer(Some("Bearer gpak_1"))?;
    /// assert_eq!(found.credential, Credential::Rejected);
    /// assert_eq!(found.token.as_deref(), Some("gpak_1"));
    /// assert_eq!(plugin.bearer(None)?.credential, Credential::Missing);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn bearer(&self, authorization: Option<&str>) -> Result<BearerCredential, PluginError>;

    /// Whether a requested redirect URI is this registered one: the same string (RFC 9700 §4.1.3),
    /// except for the port of a loopback address (RFC 8252 §7.3).
    ///
    /// # Errors
    ///
    /// The plugin failed: see [`PluginError`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// assert!(plugin.redirect_uri_matches("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb")?);
    /// assert!(!plugin.redirect_uri_matches("https://mail.example.com/cb", "https://mail.example.com/cb/")?);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn redirect_uri_matches(&self, registered: &str, requested: &str) -> Result<bool, PluginError>;

    /// How many instances of the plugin there are now, for a metric: at most
    /// [`Limits::instances`](crate::Limits::instances) of a component, and always 1 of a library or a linked plugin.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// # let plugin = load(&Source::default(), "", &Options::default())?;
    /// assert_eq!(plugin.instances(), 1);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn instances(&self) -> u32;

    /// What is legal in the settings and unwise: to be logged when the plugin is loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// let settings = "[oauth.client-registration]\npkce = 'public'";
    /// # let plugin = load(&Source::default(), settings, &Options::default())?;
    /// let warnings = plugin.warnings();
    /// assert!(warnings.iter().any(|warning| warning.path == "oauth.client-registration.pkce"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn warnings(&self) -> Vec<SettingFinding>;

    /// The warning for a mail server that has a web administration: with the setting `require` it stops working until
    /// an administrator registers the client that it is, such as `webadmin`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// # use gatepost_plugin::{Options, Source, load};
    /// let settings = "[oauth.client-registration]\nrequire = true";
    /// let plugin = load(&Source::default(), settings, &Options::default())?;
    /// assert!(plugin.warnings().is_empty());
    /// let warning = plugin.web_administration_warning().expect("only registered clients work");
    /// assert_eq!((warning.line, warning.column), (Some(2), Some(1)));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn web_administration_warning(&self) -> Option<SettingFinding>;
}
