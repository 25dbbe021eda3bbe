//! Which client an id stands for: its record, what an id carries that has none, and its credentials.

mod credentials;
mod look_up;
mod record;
pub(crate) mod stateless;

pub(crate) use self::credentials::{Generator, Hash, Secret, shared_client_id};
pub(crate) use self::look_up::{Known, Usable, look_up, usable};
pub(crate) use self::record::{By, Members, Registrant, Stored};
