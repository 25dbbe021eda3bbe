//! What a registrar decides: each operation of the interface is in a file of its name.
//!
//! `read`, `update`, `remove`, `disable`, `enable` and `rotate_secret` are in [`manage`]. Several operations
//! share [`parameters`] and [`basic`], which read a request, and [`information`], which is what a client is
//! told of its registration.

pub(crate) mod authenticate;
pub(crate) mod authorize;
mod basic;
pub(crate) mod client_document;
pub(crate) mod identify;
mod information;
pub(crate) mod lifecycle;
pub(crate) mod manage;
mod parameters;
pub(crate) mod provision;
pub(crate) mod register;
pub(crate) mod review;
pub(crate) mod server_metadata;
