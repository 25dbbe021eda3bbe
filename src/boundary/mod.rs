//! The interfaces for other languages: the C library and the WASM component.
//!
//! Both convert the arguments, call the registrar and convert its answer. They contain no rules.

#[cfg(not(target_family = "wasm"))]
mod c;
#[cfg(target_family = "wasm")]
mod component;
