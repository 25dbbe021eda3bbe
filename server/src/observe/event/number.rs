//! What a request is known by, in the logs and to whoever asks about it.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::TryRng;
use rand::rngs::SysRng;

/// What a request is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    start: u32,
    count: u64,
}

impl Number {
    /// The next number since this program started, after a number that each start draws: two servers, or
    /// a server before and after a restart, never log the same one.
    pub fn draw() -> Self {
        static START: LazyLock<u32> = LazyLock::new(|| SysRng.try_next_u32().unwrap_or_default());
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Self {
            start: *START,
            count: COUNT.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:x}", self.start, self.count)
    }
}
