//! A limit of the policy, and how much of it is used.

/// A limit of the policy.
pub(super) struct Limit {
    pub(super) called: &'static str,
    /// The setting.
    pub(super) key: &'static str,
    pub(super) used: u64,
    /// Nothing if there is no limit.
    pub(super) most: Option<u64>,
    /// Whose it is, of several that have one; empty if there is one.
    pub(super) whose: String,
}

impl Limit {
    /// How much of a limit is used; 0 is no limit.
    pub(super) fn new(called: &'static str, key: &'static str, used: u64, most: u64) -> Self {
        Self {
            called,
            key,
            used,
            most: Some(most).filter(|most| *most > 0),
            whose: String::new(),
        }
    }

    pub(super) fn of(self, whose: String) -> Self {
        Self { whose, ..self }
    }

    /// How much is used, in percent.
    pub(super) fn percent(&self) -> u64 {
        let used = u128::from(self.used) * 100;
        let percent = self.most.map_or(0, |most| used / u128::from(most));
        u64::try_from(percent).unwrap_or(u64::MAX)
    }

    /// What may be used before little of it is left: less than 80 percent.
    pub(super) fn high(&self) -> u64 {
        let most = u128::from(self.most.unwrap_or_default());
        let scarce = (4 * most).div_ceil(5);
        u64::try_from(scarce.saturating_sub(1)).unwrap_or(u64::MAX)
    }

    /// Whether little of it is left.
    pub(super) fn is_scarce(&self) -> bool {
        self.most.is_some() && self.used > self.high()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_full_it_is() {
        for (used, most, percent, high, is_scarce) in [
            (0, 0, 0, 0, false),
            (9, 0, 0, 0, false),
            (79, 100, 79, 79, false),
            (80, 100, 80, 79, true),
            (6, 8, 75, 6, false),
            (7, 8, 87, 6, true),
            (4, 5, 80, 3, true),
            // It was lowered.
            (30, 10, 300, 7, true),
            (0, 1, 0, 0, false),
            (u64::MAX, 1, u64::MAX, 0, true),
        ] {
            let limit = Limit::new("", "", used, most);
            assert_eq!(limit.percent(), percent, "{used} of {most}");
            assert_eq!(limit.high(), high, "{used} of {most}");
            assert_eq!(limit.is_scarce(), is_scarce, "{used} of {most}");
        }
    }
}
