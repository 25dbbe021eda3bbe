//! What a plugin is asked, as a value: it can be asked again, written down, and asked another plugin.

use crate::{Activity, Context, Decision, Outcome, Plugin, PluginError, Request};

/// One question to the plugin, all of it but the facts.
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
    /// Asks the plugin.
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
            Self::Disable { client_id } => plugin.disable(context, client_id),
            Self::Enable { client_id } => plugin.enable(context, client_id),
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
            Self::Review { client_id } => plugin.review(context, client_id),
            Self::Lifecycle { client_id } => plugin.lifecycle(context, client_id, activity),
        }
    }

    /// What is asked, in a word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::Provision { .. } => "provision",
            Self::Read { .. } => "read",
            Self::Update { .. } => "update",
            Self::RotateSecret { .. } => "rotate-secret",
            Self::Disable { .. } => "disable",
            Self::Enable { .. } => "enable",
            Self::Remove { .. } => "remove",
            Self::Authorize(_) => "authorize",
            Self::Authenticate(_) => "authenticate",
            Self::AuthenticateAndAuthorize(_) => "authenticate-and-authorize",
            Self::Review { .. } => "review",
            Self::Lifecycle { .. } => "lifecycle",
        }
    }

    /// The client that is asked about, where it is named.
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::Provision { client_id, .. } => client_id.as_deref(),
            Self::Read { client_id }
            | Self::Update { client_id, .. }
            | Self::RotateSecret { client_id }
            | Self::Disable { client_id }
            | Self::Enable { client_id }
            | Self::Remove { client_id }
            | Self::Review { client_id }
            | Self::Lifecycle { client_id } => Some(client_id),
            Self::Register { .. }
            | Self::Authorize(_)
            | Self::Authenticate(_)
            | Self::AuthenticateAndAuthorize(_) => None,
        }
    }
}
