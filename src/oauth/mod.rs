//! Values that OAuth defines: grant types, response types, authentication methods, scopes and
//! client ids.

pub(crate) mod client_id;
mod names;
mod scope;

pub(crate) use self::client_id::ClientId;
pub(crate) use self::names::{ApplicationType, AuthMethod, Extension, GrantType, ResponseType};
pub(crate) use self::scope::{Cut, cut, gives_access, is_scope_token};
