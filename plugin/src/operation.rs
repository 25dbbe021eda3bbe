//! What a plugin is asked, as a value: it can be asked again, written down, and asked another plugin.

use crate::error::PluginError;
use crate::plugin::Plugin;
use crate::wit::{Activity, Context, Decision, Outcome, Request};

/// One question to the plugin, all of it but the facts.
///
/// A mail server that decides, stores and perhaps decides again can keep its question as a value. Each
/// variant is a method of [`Plugin`], or two of them, which say what is decided and by which standard.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// use gatepost_plugin::{Activity, Context, Operation, Options, Source, load};
///
/// let plugin = load(&Source::default(), "", &Options::default())?;
/// let operation = Operation::Register {
///     metadata: b"{}".into(),
/// };
/// let decision = operation.ask(&*plugin, &Context::fresh()?, &Activity::default())?;
/// assert_eq!(decision.response.status, 401);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum Operation {
    /// A client registers.
    Register {
        /// The request's body as it arrived.
        metadata: Vec<u8>,
    },
    /// An administrator registers a client by hand.
    Provision {
        /// The id that it is to have.
        client_id: Option<String>,
        /// Its metadata.
        metadata: Vec<u8>,
    },
    /// A registration is read.
    Read {
        /// The client's id.
        client_id: String,
    },
    /// A registration is changed.
    Update {
        /// The client's id.
        client_id: String,
        /// The request's body as it arrived.
        metadata: Vec<u8>,
    },
    /// A client is to have a new secret.
    RotateSecret {
        /// The client's id.
        client_id: String,
    },
    /// A client is to have a new registration access token.
    RotateRegistrationAccessToken {
        /// The client's id.
        client_id: String,
    },
    /// A client is to be disabled.
    Disable {
        /// The client's id.
        client_id: String,
    },
    /// A client is to be enabled.
    Enable {
        /// The client's id.
        client_id: String,
    },
    /// A client that waits is to be approved.
    Approve {
        /// The client's id.
        client_id: String,
    },
    /// A client that waits is to be denied.
    Deny {
        /// The client's id.
        client_id: String,
    },
    /// A registration is to be deleted.
    Remove {
        /// The client's id.
        client_id: String,
    },
    /// May the client be used, and with what?
    Authorize(Request),
    /// Is it the client?
    Authenticate(Request),
    /// Is it the client, and if so, may it be used, and with what?
    AuthenticateAndAuthorize(Request),
    /// May the client be used now, with this scope?
    Usable {
        /// The client's id.
        client_id: String,
        /// The scope that the use needs.
        scope: Option<String>,
    },
    /// What does the policy say of a client that is registered?
    Review {
        /// The client's id.
        client_id: String,
    },
    /// Is the client kept?
    Lifecycle {
        /// The client's id.
        client_id: String,
    },
}

impl Operation {
    /// Asks the plugin, with the facts of this request. Only [`Operation::Lifecycle`] looks at `activity`.
    ///
    /// # Errors
    ///
    /// Those of the method that it calls. No decision was made then, and nothing may be stored.
    ///
    /// # Examples
    ///
    /// A client that nobody has used for a year, where clients are kept for 90 days:
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// use gatepost_plugin::{Activity, Context, Effect, Operation, Options, Source, load};
    ///
    /// let settings = "[oauth.client-registration]\nanonymous = true\nunused-lifetime = 7776000";
    /// let plugin = load(&Source::default(), settings, &Options::default())?;
    /// let register = Operation::Register {
    ///     metadata: br#"{
    ///         "redirect_uris": ["com.example.mail:/callback"],
    ///         "token_endpoint_auth_method": "none"
    ///     }"#
    ///     .into(),
    /// };
    /// let activity = Activity::default();
    /// let context = Context::fresh()?;
    /// let decision = register.ask(&*plugin, &context, &activity)?;
    /// let (Effect::Store(stored) | Effect::Share(stored)) = decision.effect else {
    ///     panic!("it was accepted");
    /// };
    ///
    /// let lifecycle = Operation::Lifecycle {
    ///     client_id: stored.client_id.clone(),
    /// };
    /// let a_year_later = Context {
    ///     now: context.now + 365 * 86_400,
    ///     record: Some(stored.document),
    ///     ..Context::fresh()?
    /// };
    /// let decision = lifecycle.ask(&*plugin, &a_year_later, &activity)?;
    /// assert_eq!(decision.effect, Effect::Remove(stored.client_id));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ask(
        &self,
        plugin: &dyn Plugin,
        context: &Context,
        activity: &Activity,
    ) -> Result<Decision, PluginError> {
        match self {
            Self::Register { metadata } => plugin.register(context, metadata),
            Self::Provision {
                client_id,
                metadata,
            } => plugin.provision(context, client_id.as_deref(), metadata),
            Self::Read { client_id } => plugin.read(context, client_id),
            Self::Update {
                client_id,
                metadata,
            } => plugin.update(context, client_id, metadata),
            Self::RotateSecret { client_id } => plugin.rotate_secret(context, client_id),
            Self::RotateRegistrationAccessToken { client_id } => {
                plugin.rotate_registration_access_token(context, client_id)
            }
            Self::Disable { client_id } => plugin.disable(context, client_id),
            Self::Enable { client_id } => plugin.enable(context, client_id),
            Self::Approve { client_id } => plugin.approve(context, client_id),
            Self::Deny { client_id } => plugin.deny(context, client_id),
            Self::Remove { client_id } => plugin.remove(context, client_id),
            Self::Authorize(request) => plugin.authorize(context, request),
            Self::Authenticate(request) => plugin.authenticate(context, request),
            Self::AuthenticateAndAuthorize(request) => {
                let authenticated = plugin.authenticate(context, request)?;
                if authenticated.outcome == Outcome::Refuse {
                    return Ok(authenticated);
                }
                let mut authorized = plugin.authorize(context, request)?;
                if let Some(client) = &mut authorized.client {
                    client.assertion = authenticated.client.and_then(|client| client.assertion);
                }
                Ok(authorized)
            }
            Self::Usable { client_id, scope } => {
                plugin.usable(context, client_id, scope.as_deref())
            }
            Self::Review { client_id } => plugin.review(context, client_id),
            Self::Lifecycle { client_id } => plugin.lifecycle(context, client_id, activity),
        }
    }

    /// What is asked, in a word: the method's name in kebab-case, as in `wit/registrar.wit`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gatepost_plugin::Operation;
    ///
    /// let operation = Operation::RotateSecret {
    ///     client_id: "webmail".into(),
    /// };
    /// assert_eq!(operation.name(), "rotate-secret");
    /// ```
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::Provision { .. } => "provision",
            Self::Read { .. } => "read",
            Self::Update { .. } => "update",
            Self::RotateSecret { .. } => "rotate-secret",
            Self::RotateRegistrationAccessToken { .. } => "rotate-registration-access-token",
            Self::Disable { .. } => "disable",
            Self::Enable { .. } => "enable",
            Self::Approve { .. } => "approve",
            Self::Deny { .. } => "deny",
            Self::Remove { .. } => "remove",
            Self::Authorize(_) => "authorize",
            Self::Authenticate(_) => "authenticate",
            Self::AuthenticateAndAuthorize(_) => "authenticate-and-authorize",
            Self::Usable { .. } => "usable",
            Self::Review { .. } => "review",
            Self::Lifecycle { .. } => "lifecycle",
        }
    }

    /// The id of the client that is asked about, where the question has it. A [`Request`] is asked by
    /// [`Plugin::identify`] which client it names.
    ///
    /// # Examples
    ///
    /// ```
    /// use gatepost_plugin::Operation;
    ///
    /// let operation = Operation::Read {
    ///     client_id: "webmail".into(),
    /// };
    /// assert_eq!(operation.client_id(), Some("webmail"));
    /// let operation = Operation::Register {
    ///     metadata: b"{}".into(),
    /// };
    /// assert_eq!(operation.client_id(), None);
    /// ```
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::Provision { client_id, .. } => client_id.as_deref(),
            Self::Read { client_id }
            | Self::Update { client_id, .. }
            | Self::RotateSecret { client_id }
            | Self::RotateRegistrationAccessToken { client_id }
            | Self::Disable { client_id }
            | Self::Enable { client_id }
            | Self::Approve { client_id }
            | Self::Deny { client_id }
            | Self::Remove { client_id }
            | Self::Usable { client_id, .. }
            | Self::Review { client_id }
            | Self::Lifecycle { client_id } => Some(client_id),
            Self::Register { .. }
            | Self::Authorize(_)
            | Self::Authenticate(_)
            | Self::AuthenticateAndAuthorize(_) => None,
        }
    }
}
