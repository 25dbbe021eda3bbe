//! Passwords of accounts.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use once_cell::sync::OnceCell;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// How long a password may be, in bytes.
pub const LIMIT: usize = 1024;

/// How short a password may be that somebody chooses, in characters (NIST SP 800-63B-4 §3.1.1.2). Those that there are
/// stay.
pub const SHORTEST: usize = 8;

/// Why a password that somebody chooses is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// It is shorter than [`SHORTEST`].
    #[error("a password has {SHORTEST} characters at least")]
    TooShort,
    /// It is longer than [`LIMIT`].
    #[error("a password has {LIMIT} bytes at most")]
    TooLong,
}

/// Whether somebody may choose this password.
pub fn check(text: &str) -> Result<(), Unfit> {
    if text.len() > LIMIT {
        return Err(Unfit::TooLong);
    }
    match text.chars().count() < SHORTEST {
        true => Err(Unfit::TooShort),
        false => Ok(()),
    }
}

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
    is_made_of(&compared, password) && hash.is_some()
}

/// Whether a hash was made of this password, with the parameters that the hash has.
///
/// The memory is used again: if each call had its own, the allocator would keep the holes of many (before glibc 2.38, a hole
/// that a block with an alignment left is not used for the next one), and whoever guesses passwords could use up a
/// gigabyte.
fn is_made_of(compared: &PasswordHash, password: &str) -> bool {
    /// As many as passwords are verified at once, in practice.
    static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());
    let memory = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(salt), Some(expected)) = (&compared.salt, &compared.hash) else {
        return false;
    };
    let (Ok(algorithm), Ok(version), Ok(params)) = (
        Algorithm::try_from(compared.algorithm.as_str()),
        compared
            .version
            .map_or(Ok(Version::default()), Version::try_from),
        Params::try_from(compared),
    ) else {
        return false;
    };
    let needed = params.block_count();
    let mut blocks = memory().pop().unwrap_or_default();
    if needed > blocks.len() {
        if blocks.try_reserve_exact(needed - blocks.len()).is_err() {
            return false;
        }
        blocks.resize(needed, Block::default());
    }
    let mut computed = vec![0; expected.len()];
    let made = Argon2::new(algorithm, version, params).hash_password_into_with_memory(
        password.as_bytes(),
        salt,
        &mut computed,
        &mut blocks,
    );
    // A hash that was imported may ask for more than is worth keeping.
    if blocks.len() <= PARAMS.block_count() {
        memory().push(blocks);
    }
    made.is_ok() && bool::from(computed.ct_eq(expected.as_bytes()))
}

/// Those that OWASP's password storage cheat sheet gives first for this memory.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("the parameters are within the bounds of RFC 9106 §3.1"),
};

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of "password", made by the reference implementation.
    const OF_ANOTHER: &str =
        "$argon2i$v=19$m=64,t=1,p=2$c29tZXNhbHRzb21lc2FsdA$iMNe9RwkumZ9lD/1OztF7YPtyVN4fVmJ";
    const SCRYPT: &str =
        "$scrypt$ln=16,r=8,p=1$c29tZXNhbHRzb21lc2FsdA$iMNe9RwkumZ9lD/1OztF7YPtyVN4fVmJ";

    #[test]
    fn a_password_that_somebody_chooses() {
        for (text, expected) in [
            ("", Err(Unfit::TooShort)),
            ("1234567", Err(Unfit::TooShort)),
            ("äöüäöüä", Err(Unfit::TooShort)),
            ("12345678", Ok(())),
            ("äöüäöüäö", Ok(())),
            (&"x".repeat(LIMIT), Ok(())),
            (&"x".repeat(LIMIT + 1), Err(Unfit::TooLong)),
            (&"ä".repeat(LIMIT / 2 + 1), Err(Unfit::TooLong)),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }

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
            ("another's parameters", "password", Some(OF_ANOTHER), true),
            (
                "another's parameters, wrong",
                "passwort",
                Some(OF_ANOTHER),
                false,
            ),
            (
                "no salt",
                "password",
                Some("$argon2id$v=19$m=64,t=1,p=1"),
                false,
            ),
            ("another algorithm", "password", Some(SCRYPT), false),
        ] {
            assert_eq!(verify(password, hash), expected, "{name}");
        }
        for password in ["", &long] {
            assert!(matches!(hash(password), Err(HashError::Length)));
        }
    }
}
