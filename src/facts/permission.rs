//! The names of the permissions that an API key or an account can have.

/// The permission to sign in. Without it, no other permission counts.
pub(crate) const AUTHENTICATE: &str = "authenticate";

/// The permission to register clients.
pub(crate) const REGISTRATION: &str = "oauth-client-registration";

/// The permission to use any client id, although the settings require registration.
pub(crate) const OVERRIDE: &str = "oauth-client-override";

/// The permission to read any client's registration.
pub(crate) const GET: &str = "oauth-client-get";

/// The permission to register a client as an administrator.
pub(crate) const CREATE: &str = "oauth-client-create";

/// The permission to change, disable and enable any client, and to give it a new secret.
pub(crate) const UPDATE: &str = "oauth-client-update";

/// The permission to delete any client.
pub(crate) const DELETE: &str = "oauth-client-delete";
