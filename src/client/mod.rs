//! Which client an id stands for: its record, or what the id itself carries, and the credentials that
//! belong to it.

mod credentials;
mod look_up;
mod record;
pub(crate) mod stateless;

pub(crate) use self::credentials::{Generator, Hash, Secret, shared_client_id};
pub(crate) use self::look_up::{Known, Usable, look_up, usable};
pub(crate) use self::record::{By, Members, Registrant, Stored};
