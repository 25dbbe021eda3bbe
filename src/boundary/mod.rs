//! Gatepost for other languages: as a C library and as a WASM component.
//!
//! Both convert what they are given, call the registrar and convert its answer. No rule is here.

#[cfg(not(target_family = "wasm"))]
mod c;
#[cfg(target_family = "wasm")]
mod component;
