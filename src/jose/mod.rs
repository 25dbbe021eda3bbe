//! JSON Object Signing and Encryption: the keys that are registered or trusted, and the signatures that
//! they verify.

mod algorithms;
pub(crate) mod jws;
mod keys;

pub(crate) use self::algorithms::{
    CONTENT_ENCRYPTION_ALGORITHMS, ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS,
};
pub(crate) use self::keys::{KeyRules, KeySet};
