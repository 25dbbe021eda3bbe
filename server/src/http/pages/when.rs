//! Times as a person reads them.

pub(super) use crate::observe::moment::minute as when;

/// The same, where there may be none.
pub(super) fn when_if(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "never".to_owned(), when)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(when_if(Some(951_782_399)), "2000-02-28 23:59 UTC");
        assert_eq!(when_if(None), "never");
    }
}
