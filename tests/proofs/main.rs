//! What holds in every case of a bounded kind, not only in the cases that somebody thought of; and what nobody can measure.
//!
//! Each module takes one promise, says by what it is judged, and looks at everything below a bound. The same search is
//! made with faults that were planted, and finds each of them. `cargo test --release -p gatepost --test proofs` takes
//! seconds. `scripts/prove` goes to the higher bounds, and prints its figures. What is proved of the server is in
//! `server/tests/proofs/`, and of refresh tokens in `server/directory/src/contract/rotation.rs`.

#[path = "../support/timing.rs"]
mod measure;
mod redirects;
mod timing;

/// Whether the higher bounds are asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "the core reads no environment; its tests may"
)]
fn is_long() -> bool {
    std::env::var_os("GATEPOST_PROOFS").is_some_and(|form| form == "long")
}
