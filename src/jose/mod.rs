//! JSON Object Signing and Encryption (RFC 7515 to RFC 7518): checks the keys that clients register
//! and administrators trust, and verifies signatures with them.

mod algorithms;
pub(crate) mod jws;
mod keys;

pub(crate) use self::algorithms::{
    CONTENT_ENCRYPTION_ALGORITHMS, ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS,
};
pub(crate) use self::keys::{KeyRules, KeySet};
