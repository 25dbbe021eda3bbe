//! The permissions of an API key, by the names that a mail server knows them by.

/// Permission to sign in at all.
pub(crate) const AUTHENTICATE: &str = "authenticate";

/// Permission to register clients.
pub(crate) const REGISTRATION: &str = "oauth-client-registration";

/// Permission to use any client id where registration is required.
pub(crate) const OVERRIDE: &str = "oauth-client-override";

/// Permission to show a client.
pub(crate) const GET: &str = "oauth-client-get";

/// Permission to register a client by hand.
pub(crate) const CREATE: &str = "oauth-client-create";

/// Permission to change a client.
pub(crate) const UPDATE: &str = "oauth-client-update";

/// Permission to delete a client.
pub(crate) const DELETE: &str = "oauth-client-delete";
