//! Passwords of accounts.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use once_cell::sync::OnceCell;
use thiserror::Error;

/// How long a password may be, in bytes.
pub const LIMIT: usize = 1024;

/// How short a password may be that somebody chooses, in characters (NIST SP 800-63B-4 §3.1.1.2). Those that there are
/// stay.
pub const SHORTEST: usize = 8;

/// Why there is no hash of a password.
#[derive(Debug, Error)]
pub enum HashError {
    /// The password is empty, or longer than [`LIMIT`].
    #[error("a password has from 1 to {LIMIT} bytes")]
    Length,
    /// The hash could not be made.
    #[error("the password could not be hashed: {0}")]
    Failed(password_hash::Error),
}

/// What is kept of a password: a PHC string of Argon2id (RFC 9106).
///
/// It takes some 20 milliseconds and 19 MiB, so that it is no work for a thread that serves.
pub fn hash(password: &str) -> Result<String, HashError> {
    if password.is_empty() || password.len() > LIMIT {
        return Err(HashError::Length);
    }
    let hash = hasher()
        .hash_password(password.as_bytes())
        .map_err(HashError::Failed)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that a hash was made of. Without a hash it is not, and that takes as
/// long.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    /// Of a password that nobody has. If it cannot be made, the next call tries again; a `LazyLock`
    /// would keep the failure.
    static NOBODYS: OnceCell<String> = OnceCell::new();
    if password.len() > LIMIT {
        return false;
    }
    let nobodys = NOBODYS.get_or_try_init(|| self::hash("a password that nobody has"));
    let Some(compared) = hash.or(nobodys.ok().map(String::as_str)) else {
        return false;
    };
    let Ok(compared) = PasswordHash::new(compared) else {
        return false;
    };
    let is_right = hasher()
        .verify_password(password.as_bytes(), &compared)
        .is_ok();
    is_right && hash.is_some()
}

/// With the parameters that OWASP's password storage cheat sheet gives first for this memory.
fn hasher() -> Argon2<'static> {
    const PARAMS: Params = match Params::new(19 * 1024, 2, 1, None) {
        Ok(params) => params,
        Err(_) => panic!("the parameters are within the bounds of RFC 9106 §3.1"),
    };
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords() {
        let hashed = hash("correct horse").expect("it can be hashed");
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(hashed, hash("correct horse").expect("it can be hashed"));
        let long = "x".repeat(LIMIT + 1);
        for (name, password, hash, expected) in [
            ("right", "correct horse", Some(&*hashed), true),
            ("wrong", "correct house", Some(&hashed), false),
            ("empty", "", Some(&hashed), false),
            ("too long", &long, Some(&hashed), false),
            ("no account", "correct horse", None, false),
            (
                "the password that nobody has",
                "a password that nobody has",
                None,
                false,
            ),
            ("no hash", "correct horse", Some("correct horse"), false),
        ] {
            assert_eq!(verify(password, hash), expected, "{name}");
        }
        for password in ["", &long] {
            assert!(matches!(hash(password), Err(HashError::Length)));
        }
    }
}
