//! The randomness that a decision makes ids and secrets of.

use rand::TryRng;
use rand::rngs::{SysError, SysRng};

/// Draws as many bytes from the operating system as a decision needs.
pub fn draw() -> Result<Vec<u8>, SysError> {
    let mut entropy = vec![0; 32];
    SysRng.try_fill_bytes(&mut entropy)?;
    Ok(entropy)
}
