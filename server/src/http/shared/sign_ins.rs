//! How often passwords may be guessed, and how many are looked at together.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::origin::attempts::Attempts;

/// How many passwords are verified at once: each takes a processor and 19 MiB for a while.
const TURNS: usize = 2;

/// How many may wait for that.
const QUEUE: usize = 32;

/// What keeps passwords from being guessed, and this program from being kept busy with it.
pub(in crate::http) struct SignIns {
    pub(in crate::http) attempts: Attempts,
    pub(in crate::http) turns: Arc<Semaphore>,
    pub(in crate::http) queue: Semaphore,
}

impl Default for SignIns {
    fn default() -> Self {
        Self {
            attempts: Attempts::default(),
            turns: Arc::new(Semaphore::new(TURNS)),
            queue: Semaphore::new(QUEUE),
        }
    }
}
