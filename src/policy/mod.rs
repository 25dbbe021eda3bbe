//! Decides who can register, within which policy, and how often.

mod admission;
mod limits;

pub(crate) use self::admission::{Admission, admit, permit, within_terms};
pub(crate) use self::limits::{network, within_limits};
