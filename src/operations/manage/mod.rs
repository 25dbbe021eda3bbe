//! Decides about the management of a registration (RFC 7592), by the client with its registration
//! access token, or by an administrator.

mod approve;
mod disable;
mod permit;
mod read;
mod remove;
mod rotate_registration_access_token;
mod rotate_secret;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use self::approve::{approve, deny};
pub(crate) use self::disable::{disable, enable};
pub(crate) use self::read::read;
pub(crate) use self::remove::remove;
pub(crate) use self::rotate_registration_access_token::rotate_registration_access_token;
pub(crate) use self::rotate_secret::rotate_secret;
pub(crate) use self::update::update;
