//! Findings: their codes, their places in the document, and the standards that they follow from.

mod catalogue;
mod error_code;
mod findings;
mod place;
pub(crate) mod rule;
mod setting;

pub(crate) use self::catalogue::{Flaw, Role, Rule};
pub(crate) use self::error_code::ErrorCode;
pub(crate) use self::findings::Findings;
pub use self::findings::{Diagnostic, Severity};
pub(crate) use self::place::Place;
pub use self::setting::{SettingFinding, SettingsError};
pub(crate) use self::setting::{conflict, mistake};
