//! Decides who can register, within which policy, and how often.

mod admission;
mod limits;

pub(crate) use self::admission::{
    Admission, admit, may_use_devices, permit, within_terms, within_use,
};
pub(crate) use self::limits::{is_full, network, wider_network, within_limits};
