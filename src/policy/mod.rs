//! Who may register, how often, and not under whose name.

mod admission;
mod impersonation;

pub(crate) use self::admission::{
    AUTHENTICATE, Admission, CREATE, DELETE, GET, OVERRIDE, REGISTRATION, UPDATE, admit, network,
    permit, within_limits, within_terms,
};
pub(crate) use self::impersonation::{ProtectedName, ProtectedNames};
