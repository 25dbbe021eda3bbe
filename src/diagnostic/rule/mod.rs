//! The catalogue of rules: every code that a diagnostic can have, with its source and its error
//! code. The function that enforces a rule refers to it; the rule is written nowhere else.

mod clients;
mod document;
mod keys;
mod metadata;
mod registration;
mod requests;
#[cfg(test)]
mod tests;
mod uri;

pub(crate) use self::clients::*;
pub(crate) use self::document::*;
pub(crate) use self::keys::*;
pub(crate) use self::metadata::*;
pub(crate) use self::registration::*;
pub(crate) use self::requests::*;
pub(crate) use self::uri::*;
