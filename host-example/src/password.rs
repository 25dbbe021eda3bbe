//! Passwords: hashed with argon2id, and verified.

use argon2::password_hash::PasswordVerifier;
use argon2::{Argon2, PasswordHash};

/// Whether a password is the one that was hashed.
pub fn verify(password: &str, phc: Option<&str>) -> bool {
    phc.and_then(|phc| PasswordHash::new(phc).ok())
        .is_some_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
}
