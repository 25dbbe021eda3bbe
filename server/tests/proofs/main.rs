//! What holds in every case of a bounded kind, and what nobody can measure.
//!
//! Each module takes one promise, says by what it is judged, and finds faults that were planted. `cargo test --release -p
//! gatepost-server --test proofs` takes seconds. `scripts/prove` goes to the higher bounds, and prints its figures. What is
//! proved of the core is in `tests/proofs/`, and of refresh tokens in `server/directory/src/contract/rotation.rs`.

mod directory;
mod limits;
#[path = "../../../tests/support/timing.rs"]
mod measure;
mod orders;
mod sign_in;

/// Whether the higher bounds are asked for.
fn is_long() -> bool {
    std::env::var_os("GATEPOST_PROOFS").is_some_and(|form| form == "long")
}
