//! The request that is being answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Gathered, Number};
use crate::origin::place::Origin;

/// A request that is being answered, and what has come to light of it so far.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What it is known by.
    pub number: Number,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether there is an event of it if it is refused.
    pub can_be_event: bool,
    gathered: Arc<Mutex<Gathered>>,
}

impl Asked {
    /// A request that has just arrived.
    pub fn new(origin: Origin, can_be_event: bool) -> Self {
        Self {
            number: Number::draw(),
            origin,
            can_be_event,
            gathered: Arc::default(),
        }
    }

    /// What has come to light of it.
    pub(in crate::observe) fn gathered(&self) -> MutexGuard<'_, Gathered> {
        // Nothing is left half done in it that would matter.
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
