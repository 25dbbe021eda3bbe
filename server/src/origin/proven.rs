//! Who proved lately who it is, so that others who ask beside it cannot use up what it may ask.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatepost_directory::secret::SecretHash;

/// How many are remembered. Of more, those are forgotten that were seen longest ago.
const CAPACITY: usize = 1_000;

/// Seconds for which somebody is remembered who does not come again.
const REMEMBERED: u64 = 86_400;

/// How many ways to present the same are remembered of one party, such as upper and lower case.
const WAYS: usize = 8;

/// What was presented and turned out to be right, as hashes.
#[derive(Default)]
pub struct Proven(Mutex<HashMap<SecretHash, Seen>>);

struct Seen {
    /// Who it was.
    party: SecretHash,
    /// When it was last right, in seconds since 1970.
    at: u64,
}

impl Proven {
    /// Remembers a credential that was right just now, and whose it is. Whoever presents it in many ways pushes out his own
    /// alone.
    pub fn note(&self, credential: SecretHash, party: SecretHash, now: u64) {
        let mut seen = self.seen();
        if !seen.contains_key(&credential) {
            let own = seen.values().filter(|known| known.party == party).count();
            let is_of_party = |known: &Seen| own < WAYS || known.party == party;
            if own >= WAYS || seen.len() >= CAPACITY {
                let others = seen.iter().filter(|(_, known)| is_of_party(known));
                let oldest = others.min_by_key(|(_, known)| known.at).map(|(c, _)| *c);
                oldest.and_then(|oldest| seen.remove(&oldest));
            }
        }
        seen.insert(credential, Seen { party, at: now });
    }

    /// Who presented a credential that was right lately. It may be wrong by now.
    pub fn party(&self, credential: SecretHash, now: u64) -> Option<SecretHash> {
        self.seen()
            .get(&credential)
            .filter(|known| now < known.at + REMEMBERED)
            .map(|known| known.party)
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<SecretHash, Seen>> {
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
        let hash = |number: usize| SecretHash::of(&number.to_string());
        let has = |number, now| proven.party(hash(number), now) == Some(hash(number));
        for number in 0..CAPACITY {
            proven.note(hash(number), hash(number), number as u64);
        }
        proven.note(hash(0), hash(0), 5_000);
        proven.note(hash(CAPACITY), hash(CAPACITY), 5_000);
        let now = 5_000;
        assert!(has(0, now) && has(CAPACITY, now));
        assert!(
            !has(1, now),
            "it was seen longest ago when there was no room"
        );
        assert!(has(2, now));
        assert!(!has(2, 2 + REMEMBERED));
        // Somebody who varies what he presents has as many places as anybody, or a few.
        for way in 0..CAPACITY {
            proven.note(hash(10_000 + way), hash(3), 6_000 + way as u64);
        }
        let others = (4..CAPACITY).filter(|number| has(*number, now)).count();
        assert!(others >= CAPACITY - 4 - WAYS, "{others}");
    }
}
