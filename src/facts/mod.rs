//! The facts that a decision is made from: the caller, the host's counters, the stored record and
//! the request.

pub(crate) mod ambient;
mod context;
mod request;

pub use self::context::{Activity, Caller, Context, Credential, MIN_ENTROPY, Misuse, Usage};
pub use self::request::{Endpoint, Request};
