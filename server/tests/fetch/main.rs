//! What clients name by URI is fetched, and nothing else is.

#[path = "../common/mod.rs"]
mod common;

mod documents;
mod hostile;
mod keys;
mod program;
mod room;
mod shares;
mod site;
