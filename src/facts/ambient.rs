//! Reads the operating system's clock and random generator, for a host that passes no time or no
//! entropy. No other file of the library reads a clock or draws randomness. A component can do
//! neither.

use super::context::{MIN_ENTROPY, Misuse};

/// The current time, in seconds since 1970-01-01T00:00:00Z.
#[cfg(not(target_family = "wasm"))]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a clock is read"
)]
pub(crate) fn now() -> Result<u64, Misuse> {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map(|since| since.as_secs())
        .map_err(|_| Misuse::TimeMissing)
}

/// [`MIN_ENTROPY`] random bytes.
#[cfg(not(target_family = "wasm"))]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where randomness is drawn"
)]
pub(crate) fn entropy() -> Result<[u8; MIN_ENTROPY], Misuse> {
    let mut entropy = [0; MIN_ENTROPY];
    getrandom::fill(&mut entropy).map_err(|_| Misuse::EntropyMissing)?;
    Ok(entropy)
}

#[cfg(target_family = "wasm")]
pub(crate) fn now() -> Result<u64, Misuse> {
    Err(Misuse::TimeMissing)
}

#[cfg(target_family = "wasm")]
pub(crate) fn entropy() -> Result<[u8; MIN_ENTROPY], Misuse> {
    Err(Misuse::EntropyMissing)
}
