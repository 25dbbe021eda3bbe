//! The C interface: each function converts the arguments, calls the core and converts its answer. There
//! are no rules here.
//!
//! Every `pub extern "C"` item is part of `include/gatepost.h`, and its comment is written for the reader
//! of that header. The conventions that apply to all functions are at the top of `cbindgen.toml`.

#![expect(
    unsafe_code,
    reason = "C passes raw pointers; this is the one place that turns them into references"
)]
#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]

mod borrow;
mod buffers;
mod context;
mod decision;
mod diagnostic;
mod error;
mod fetch;
mod finding;
mod operate;
mod operations;
mod panic_log;
mod plugin;
mod pointer;
mod registrar;
mod request;
mod status;
mod str;
mod text;
mod version;

#[cfg(test)]
mod tests;
