//! The library's two boundaries beside Rust: each converts, calls the registrar and converts back, and
//! has no rule of its own.

#[cfg(not(target_family = "wasm"))]
mod c;
#[cfg(target_family = "wasm")]
mod component;
