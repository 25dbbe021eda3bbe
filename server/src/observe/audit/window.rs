//! The last events, in memory and within bounds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::observe::event::Event;

/// How many events there are at most, and how long they are together, in bytes as they are written.
const EVENTS: usize = 1_000;
const BYTES: usize = 2 << 20;

/// The last events.
#[derive(Default)]
pub(super) struct Window(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    events: VecDeque<(Arc<Event>, usize)>,
    bytes: usize,
}

impl Window {
    pub(super) fn push(&self, event: Arc<Event>, length: usize) {
        let mut kept = self.kept();
        kept.bytes += length;
        kept.events.push_back((event, length));
        while kept.events.len() > EVENTS || kept.bytes > BYTES {
            let Some((_, length)) = kept.events.pop_front() else {
                break;
            };
            kept.bytes -= length;
        }
    }

    /// The latest first.
    pub(super) fn events(&self) -> Vec<Arc<Event>> {
        let kept = self.kept();
        kept.events
            .iter()
            .rev()
            .map(|(event, _)| Arc::clone(event))
            .collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing is left half done in it that would matter.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::event;
    use super::*;

    #[test]
    fn there_are_no_more_than_fit() {
        for (length, expected) in [(1, EVENTS), (BYTES / 4, 4), (BYTES + 1, 0)] {
            let window = Window::default();
            for number in 0..2 * EVENTS as u64 {
                window.push(Arc::new(event(number, "")), length);
            }
            let events = window.events();
            assert_eq!(events.len(), expected, "{length}");
            if let Some(latest) = events.first() {
                assert_eq!(latest.at, 2 * EVENTS as u64 - 1);
            }
        }
    }
}
