//! JSON Object Signing and Encryption (RFC 7515 to RFC 7518): the keys that clients register and that
//! administrators trust, and the signatures that they verify.

mod algorithms;
pub(crate) mod jws;
mod keys;

pub(crate) use self::algorithms::{
    CONTENT_ENCRYPTION_ALGORITHMS, ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS,
};
pub(crate) use self::keys::{KeyRules, KeySet};
