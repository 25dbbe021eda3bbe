//! Who proved lately who it is, so that others who ask beside it cannot use up what it may ask.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatepost_directory::secret::SecretHash;

/// How many are remembered. Of more, those are forgotten that were seen longest ago.
const CAPACITY: usize = 1_000;

/// Seconds for which somebody is remembered who does not come again.
const REMEMBERED: u64 = 86_400;

/// What was presented and turned out to be right, as hashes.
#[derive(Default)]
pub struct Proven(Mutex<HashMap<SecretHash, u64>>);

impl Proven {
    /// Remembers a credential that was right just now.
    pub fn note(&self, credential: SecretHash, now: u64) {
        let mut seen = self.seen();
        if seen.len() >= CAPACITY
            && !seen.contains_key(&credential)
            && let Some(oldest) = seen.iter().min_by_key(|(_, at)| **at)
        {
            let oldest = *oldest.0;
            seen.remove(&oldest);
        }
        seen.insert(credential, now);
    }

    /// Whether a credential was right lately. It may be wrong by now.
    pub fn has(&self, credential: SecretHash, now: u64) -> bool {
        self.seen()
            .get(&credential)
            .is_some_and(|at| now < at + REMEMBERED)
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<SecretHash, u64>> {
        // Nothing is left half done in it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_seen_lately_is_remembered() {
        let proven = Proven::default();
        let credential = |number: usize| SecretHash::of(&number.to_string());
        for number in 0..CAPACITY {
            proven.note(credential(number), number as u64);
        }
        proven.note(credential(0), 5_000);
        proven.note(credential(CAPACITY), 5_000);
        let now = 5_000;
        assert!(proven.has(credential(0), now) && proven.has(credential(CAPACITY), now));
        assert!(
            !proven.has(credential(1), now),
            "it was seen longest ago when there was no room"
        );
        assert!(proven.has(credential(2), now));
        assert!(!proven.has(credential(2), 2 + REMEMBERED));
    }
}
