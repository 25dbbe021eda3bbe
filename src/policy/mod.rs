//! Who may register, how often, and not under whose name.

mod admission;
mod impersonation;

pub(crate) use self::admission::{AUTHENTICATE, REGISTRATION, admit};
pub(crate) use self::impersonation::{ProtectedName, ProtectedNames};
