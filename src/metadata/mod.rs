//! Client metadata (RFC 7591 §2): reads what a client submits, and makes of it what is registered.

mod by_kind;
mod client_metadata;
mod described;
mod extensions;
mod mail;
mod members;
mod profile;
mod read;
mod redirects;
mod registered;
mod relations;
mod scope;
mod site;
mod statement;
mod submitted;

pub(crate) use self::client_metadata::ClientMetadata;
pub(crate) use self::profile::Profile;
pub(crate) use self::redirects::{native, permit};
pub(crate) use self::registered::{Registered, without_protected_names};
pub(crate) use self::relations::{accept, judge};
