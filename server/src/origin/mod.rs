//! Who asks, and how often: proxies that are believed, networks that ask too much, guesses that are wrong.

pub mod attempts;
pub mod pace;
pub mod place;
pub mod proven;
pub mod proxies;
pub mod shares;
