//! A number of things that are lent and given back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// So many there are, and so many are lent.
pub(super) struct Budget {
    limit: u32,
    lent: AtomicU32,
}

impl Budget {
    pub(super) fn new(limit: u32) -> Arc<Self> {
        Arc::new(Self {
            limit,
            lent: AtomicU32::new(0),
        })
    }

    pub(super) fn lent(&self) -> u32 {
        self.lent.load(Ordering::Relaxed)
    }

    /// Lends so many, if there are so many left.
    pub(super) fn lend(self: &Arc<Self>, count: u32) -> Option<Loan> {
        self.lent
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |lent| {
                lent.checked_add(count).filter(|lent| *lent <= self.limit)
            })
            .ok()?;
        Some(Loan {
            from: Arc::clone(self),
            count,
        })
    }
}

/// What is lent until it is dropped.
pub(super) struct Loan {
    from: Arc<Budget>,
    count: u32,
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.from.lent.fetch_sub(self.count, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_lent_than_there_is() {
        let budget = Budget::new(3);
        let two = budget.lend(2).expect("there are three");
        assert!(budget.lend(2).is_none());
        assert!(budget.lend(u32::MAX).is_none());
        let one = budget.lend(1).expect("one is left");
        assert!(budget.lend(1).is_none());
        assert_eq!(budget.lent(), 3);
        drop(two);
        assert_eq!(budget.lent(), 1);
        assert!(budget.lend(2).is_some());
        drop(one);
        assert_eq!(budget.lent(), 0);
    }
}
