//! The operations of the interface. Each is in a file of its name.
//!
//! `read`, `update`, `remove`, `disable`, `enable` and `rotate_secret` are in [`manage`]. Several
//! operations use [`parameters`] and [`basic`], which read a request, [`gate`], which says what a
//! client may do, and [`information`], which makes the response about a registration.

pub(crate) mod authenticate;
pub(crate) mod authorize;
mod basic;
pub(crate) mod bearer;
pub(crate) mod client_document;
mod gate;
pub(crate) mod identify;
mod information;
pub(crate) mod lifecycle;
pub(crate) mod manage;
mod parameters;
pub(crate) mod provision;
pub(crate) mod register;
pub(crate) mod review;
pub(crate) mod server_metadata;
pub(crate) mod usable;
