//! Decides who can register, within which policy, and how often.

mod admission;
mod limits;

pub(crate) use self::admission::{
    Admission, admit, may_use_devices, permit, within_terms, within_use,
};
pub(crate) use self::limits::{network, one_makes_room, wider_network, within_limits};
