//! The values that OAuth itself defines: grants, response types, ways to authenticate, scopes, client ids.

pub(crate) mod client_id;
mod names;
mod scope;

pub(crate) use self::client_id::ClientId;
pub(crate) use self::names::{ApplicationType, AuthMethod, Extension, GrantType, ResponseType};
pub(crate) use self::scope::{Cut, cut, is_scope_token};
