//! The catalogue of rules: every code that a diagnostic can carry, its source, and the error it
//! makes of a refusal. The function that enforces a rule names it; nothing else repeats it.

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
