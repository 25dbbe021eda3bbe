//! The names of the permissions that an API key or an account can have, for
//! [`Caller::permissions`](crate::Caller::permissions).
//!
//! ```
//! use gatepost::{Caller, permission};
//!
//! let caller = Caller::with_permissions(&[permission::AUTHENTICATE, permission::REGISTRATION]);
//! assert_eq!(caller.permissions, ["authenticate", "oauth-client-registration"]);
//! ```

/// To sign in. Without it, no other permission counts.
pub const AUTHENTICATE: &str = "authenticate";

/// To register clients.
pub const REGISTRATION: &str = "oauth-client-registration";

/// To use any client id, although the settings require registration.
pub const OVERRIDE: &str = "oauth-client-override";

/// To see which clients there are. The host decides about it, because no operation lists clients.
pub const LIST: &str = "oauth-client-list";

/// To read any client's registration.
pub const GET: &str = "oauth-client-get";

/// To register a client as an administrator.
pub const CREATE: &str = "oauth-client-create";

/// To change, approve, disable and enable any client, and to give it a new secret or registration access token.
pub const UPDATE: &str = "oauth-client-update";

/// To delete any client, and to deny one that waits for approval.
pub const DELETE: &str = "oauth-client-delete";
