//! Refresh tokens in every order of more steps than the contract takes, which a file does in seconds.

use super::fresh;
use crate::contract::{every_order, mistakes_are_found};

/// `scripts/prove` asks for orders of six steps.
#[test]
fn refresh_tokens_in_every_order_of_four_steps() {
    let (_folder, directory, runtime) = fresh();
    let is_long = std::env::var_os("GATEPOST_PROOFS").is_some_and(|form| form == "long");
    let length = if is_long { 6 } else { 4 };
    let orders = runtime.block_on(every_order(&directory, length));
    println!("{orders} orders of up to {length} steps");
    assert!(orders > 1_000, "{orders}");
}

#[test]
fn mistakes_with_refresh_tokens_are_found() {
    let (_folder, directory, runtime) = fresh();
    runtime.block_on(mistakes_are_found(&directory, 5));
}
