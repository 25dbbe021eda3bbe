//! How often something may be guessed.

use std::collections::HashMap;
use std::sync::Mutex;

use gatepost_directory::secret::SecretHash;

/// How many wrong guesses are allowed within [`WINDOW`].
const LIMIT: u32 = 10;

/// Seconds from the first of them until they are forgotten.
const WINDOW: u64 = 600;

/// How many guessers are remembered. Of more, those are forgotten that guessed least, and of these who began first.
const CAPACITY: usize = 10_000;

/// Who guessed wrong lately, and how often.
///
/// It is kept in memory: a restart forgives, and each of several servers with one directory counts for itself.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<SecretHash, Count>>);

struct Count {
    began_at: u64,
    guesses: u32,
}

/// There were too many wrong guesses; after so many seconds there may be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    pub retry_after: u64,
}

impl Attempts {
    /// Counts a guess as wrong before it is looked at, so that many at once are no more than many one
    /// after the other.
    pub fn begin(&self, guesser: SecretHash, now: u64) -> Result<(), TooMany> {
        let mut table = self.table();
        if let Some(count) = table.get_mut(&guesser)
            && now < count.began_at + WINDOW
        {
            if count.guesses == LIMIT {
                return Err(TooMany {
                    retry_after: count.began_at + WINDOW - now,
                });
            }
            count.guesses += 1;
            return Ok(());
        }
        if table.len() >= CAPACITY {
            table.retain(|_, count| now < count.began_at + WINDOW);
        }
        if table.len() >= CAPACITY
            && let Some(first) = table
                .iter()
                .min_by_key(|(_, count)| (count.guesses, count.began_at))
        {
            let first = *first.0;
            table.remove(&first);
        }
        let count = Count {
            began_at: now,
            guesses: 1,
        };
        table.insert(guesser, count);
        Ok(())
    }

    /// It was right, or nobody looked at it, and does not count. What was wrong before still does: a guesser may know
    /// one right answer and look for another.
    pub fn take_back(&self, guesser: SecretHash) {
        let mut table = self.table();
        let Some(count) = table.get_mut(&guesser) else {
            return;
        };
        count.guesses = count.guesses.saturating_sub(1);
        if count.guesses == 0 {
            table.remove(&guesser);
        }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, HashMap<SecretHash, Count>> {
        // Nothing is left half done in it.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesser(name: &str) -> SecretHash {
        SecretHash::of(name)
    }

    #[test]
    fn ten_wrong_guesses_and_then_a_pause() {
        let attempts = Attempts::default();
        for second in 0..10 {
            assert_eq!(attempts.begin(guesser("a"), 1000 + second), Ok(()));
        }
        let too_many = |retry_after| Err(TooMany { retry_after });
        assert_eq!(attempts.begin(guesser("a"), 1010), too_many(590));
        assert_eq!(attempts.begin(guesser("b"), 1010), Ok(()));
        assert_eq!(attempts.begin(guesser("a"), 1599), too_many(1));
        assert_eq!(attempts.begin(guesser("a"), 1600), Ok(()));
    }

    #[test]
    fn a_right_guess_does_not_count_and_forgives_nothing() {
        let attempts = Attempts::default();
        for _ in 0..9 {
            assert_eq!(attempts.begin(guesser("a"), 0), Ok(()));
        }
        for _ in 0..20 {
            assert_eq!(attempts.begin(guesser("a"), 0), Ok(()));
            attempts.take_back(guesser("a"));
        }
        assert_eq!(attempts.begin(guesser("a"), 0), Ok(()));
        assert!(attempts.begin(guesser("a"), 0).is_err());
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let attempts = Attempts::default();
        for n in 0..CAPACITY + 10 {
            let now = n as u64 / 100;
            assert_eq!(attempts.begin(guesser(&n.to_string()), now), Ok(()));
        }
        assert_eq!(attempts.table().len(), CAPACITY);
    }
}
