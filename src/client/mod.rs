//! Finds the client for a client id, by its record or by what the id itself contains, and makes
//! ids, secrets and tokens.

mod approval;
mod credentials;
mod look_up;
mod record;
pub(crate) mod stateless;

pub(crate) use self::approval::must_wait;
pub(crate) use self::credentials::{Generator, Hash, Secret, shared_client_id};
pub(crate) use self::look_up::{Absence, Known, NOBODY, Usable, alike, look_up, usable};
pub(crate) use self::record::{By, Members, Registrant, Stored};
