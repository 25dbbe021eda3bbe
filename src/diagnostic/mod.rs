//! Findings: what is wrong, where, and which standard says so.

mod catalogue;
mod error_code;
mod findings;
mod place;
pub(crate) mod rule;

pub(crate) use self::catalogue::{Flaw, Role, Rule};
pub(crate) use self::error_code::ErrorCode;
pub(crate) use self::findings::Findings;
pub use self::findings::{Diagnostic, Severity};
pub(crate) use self::place::Place;
