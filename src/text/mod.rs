//! Checks text that people see: its characters, and whether a name imitates a protected one.

mod impersonation;
mod shown;

pub(crate) use self::impersonation::{ProtectedName, ProtectedNames};
pub(crate) use self::shown::{is_contact, shown};
