//! What is remembered of sign-ins: wrong guesses, and where sign-ins were right.

use crate::secret::SecretHash;

/// What was remembered of sign-ins to an account, when somebody tries again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInPast {
    /// How many wrong passwords were tried within [`GUESS_WINDOW`], from all networks, on all servers that share
    /// the directory.
    pub wrong_guesses: u32,
    /// Whether a sign-in to this account was right at this place within [`PLACE_REMEMBERED`].
    pub is_known_place: bool,
}

/// How long wrong guesses are counted together, in seconds, from the first on.
pub const GUESS_WINDOW: u64 = 3_600;

/// How long a place is remembered since a sign-in there, in seconds.
pub const PLACE_REMEMBERED: u64 = 90 * 86_400;

/// How many places are remembered for an account. The one that was used longest ago goes first.
pub(crate) const MOST_PLACES: i64 = 20;

/// Which counter a name is counted in: the first 16 bits of its hash. So names that nobody has fill no more than
/// 65,536 rows. They are counted like all others, so that no answer tells which accounts exist.
pub(crate) fn counter(name: SecretHash) -> i64 {
    let bits = name.bytes().iter().take(2);
    bits.fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// A count as it is told.
pub(crate) fn told(guesses: Option<u64>) -> u32 {
    u32::try_from(guesses.unwrap_or_default()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_the_first_sixteen_bits() {
        let mut bytes = [0xff; 32];
        assert_eq!(SecretHash::from_bytes(&bytes).map(counter), Some(0xffff));
        (bytes[0], bytes[1]) = (1, 2);
        assert_eq!(SecretHash::from_bytes(&bytes).map(counter), Some(0x102));
    }
}
