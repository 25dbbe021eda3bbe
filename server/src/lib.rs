//! The OAuth side of a mail server, with Gatepost deciding which clients it knows.
//!
//! A request's facts are gathered in [`http`], decided by the plugin and carried out by the directory, and
//! only then answered; [`decide`] is how. `docs/DESIGN.md` has the order of the rooms.

pub mod commands;
pub mod config;
pub mod decide;
pub mod fetch;
pub mod http;
pub mod observe;
pub mod operate;
pub mod origin;
pub mod password;
mod shell;
