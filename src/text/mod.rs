//! Text that people see: what may be shown, and which names imitate a protected one.

mod impersonation;
mod shown;

pub(crate) use self::impersonation::{ProtectedName, ProtectedNames};
pub(crate) use self::shown::{is_contact, shown};
