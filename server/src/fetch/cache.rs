//! What is remembered of all documents, within bounds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::kept::Kept;

/// How many documents are remembered at most.
const MAX_ENTRIES: usize = 1024;

/// What an entry takes beside its body and its URI, in bytes, near enough.
const OVERHEAD: usize = 512;

/// A document is another one where another length is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) uri: String,
    pub(super) max_bytes: u32,
}

/// What is remembered of a document. Who holds it fetches the document, and the others wait.
pub(super) type Slot = Arc<tokio::sync::Mutex<Kept>>;

/// Forgets what was not used for the longest time when there is too much: first of the clients that nobody uses.
pub(super) struct Cache {
    max_bytes: usize,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    by_key: HashMap<Key, Entry>,
    bytes: usize,
    uses: u64,
}

struct Entry {
    slot: Slot,
    bytes: usize,
    last_use: u64,
    /// Whether it is the document of a client that is in use.
    is_in_use: bool,
}

impl Cache {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            entries: Mutex::default(),
        }
    }

    /// What is remembered of a document, if there is a place for it.
    pub(super) fn known(&self, key: &Key) -> Option<Slot> {
        self.with(|entries| {
            let entry = entries.by_key.get(key)?;
            Some(Arc::clone(&entry.slot))
        })
    }

    /// What is remembered of a document, which may be nothing.
    pub(super) fn slot(&self, key: &Key, is_in_use: bool) -> Slot {
        self.with(|entries| {
            entries.uses += 1;
            let last_use = entries.uses;
            let slot = match entries.by_key.get_mut(key) {
                Some(entry) => {
                    entry.last_use = last_use;
                    entry.is_in_use = is_in_use;
                    Arc::clone(&entry.slot)
                }
                None => {
                    let entry = Entry {
                        slot: Slot::default(),
                        bytes: OVERHEAD + key.uri.len(),
                        last_use,
                        is_in_use,
                    };
                    entries.bytes += entry.bytes;
                    let slot = Arc::clone(&entry.slot);
                    entries.by_key.insert(key.clone(), entry);
                    slot
                }
            };
            entries.shrink(self.max_bytes);
            slot
        })
    }

    /// Counts the bytes of a document's body.
    pub(super) fn weigh(&self, key: &Key, body: usize) {
        self.with(|entries| {
            if let Some(entry) = entries.by_key.get_mut(key) {
                entries.bytes -= entry.bytes;
                entry.bytes = OVERHEAD + key.uri.len() + body;
                entries.bytes += entry.bytes;
            }
            entries.shrink(self.max_bytes);
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Entries) -> T) -> T {
        // Nothing in here panics half way.
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries {
    /// What is in use stays, so that nobody fetches what another is fetching.
    fn shrink(&mut self, max_bytes: usize) {
        while self.bytes > max_bytes || self.by_key.len() > MAX_ENTRIES {
            let idle = self.by_key.iter();
            let idle = idle.filter(|(_, entry)| Arc::strong_count(&entry.slot) == 1);
            let first = idle.min_by_key(|(_, entry)| (entry.is_in_use, entry.last_use));
            let Some((oldest, _)) = first else {
                return;
            };
            let oldest = oldest.clone();
            if let Some(entry) = self.by_key.remove(&oldest) {
                self.bytes -= entry.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(uri: &str) -> Key {
        Key {
            uri: uri.to_owned(),
            max_bytes: 1,
        }
    }

    fn known(cache: &Cache) -> Vec<String> {
        let mut uris: Vec<String> = cache.with(|entries| {
            let keys = entries.by_key.keys();
            keys.map(|key| key.uri.clone()).collect()
        });
        uris.sort();
        uris
    }

    #[test]
    fn what_was_not_used_for_long_goes_first() {
        let cache = Cache::new(3 * OVERHEAD);
        for uri in ["a", "b"] {
            drop(cache.slot(&key(uri), false));
            cache.weigh(&key(uri), 10);
        }
        drop(cache.slot(&key("a"), false));
        cache.weigh(&key("c"), 10);
        assert_eq!(known(&cache), ["a", "b"], "what is not there has no weight");
        let in_use = cache.slot(&key("c"), false);
        assert_eq!(known(&cache), ["a", "c"]);
        cache.weigh(&key("a"), 3 * OVERHEAD);
        assert_eq!(known(&cache), ["c"], "one that is too large does not stay");
        cache.weigh(&key("c"), 3 * OVERHEAD);
        assert_eq!(known(&cache), ["c"], "what is in use stays");
        drop(in_use);
        drop(cache.slot(&key("d"), false));
        assert_eq!(known(&cache), ["d"]);
        assert_eq!(cache.with(|entries| entries.bytes), OVERHEAD + 1);
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let cache = Cache::new(usize::MAX);
        for number in 0..MAX_ENTRIES + 10 {
            drop(cache.slot(&key(&number.to_string()), false));
        }
        assert_eq!(known(&cache).len(), MAX_ENTRIES);
    }
    #[test]
    fn strangers_documents_push_out_none_that_is_in_use() {
        let cache = Cache::new(usize::MAX);
        for number in 0..10 {
            drop(cache.slot(&key(&format!("used {number}")), true));
        }
        for number in 0..2 * MAX_ENTRIES {
            drop(cache.slot(&key(&number.to_string()), false));
        }
        let used = known(&cache)
            .into_iter()
            .filter(|uri| uri.starts_with("used"));
        assert_eq!(used.count(), 10);
        // Its client is not in use any more.
        drop(cache.slot(&key("used 0"), false));
        for number in 0..2 * MAX_ENTRIES {
            drop(cache.slot(&key(&number.to_string()), false));
        }
        assert!(!known(&cache).contains(&"used 0".to_owned()));
    }
}
