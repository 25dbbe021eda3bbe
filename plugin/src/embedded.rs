//! The component that this crate has inside.

/// The component of this version of Gatepost, as it is shipped: the bytes of `gatepost.wasm`.
///
/// It imports nothing, and its interface is `wit/registrar.wit`. Write it to a file for hosts in other
/// languages, or load it with [`load`](crate::load) and [`Source::default`](crate::Source).
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// use gatepost_plugin::COMPONENT;
///
/// // The preamble of a WASM component: the magic number, version 13, layer 1.
/// assert!(COMPONENT.starts_with(b"\0asm\x0d\0\x01\0"));
/// # }
/// ```
pub const COMPONENT: &[u8] = &BYTES;

/// A constant alone would be in the program once for each place that uses it.
static BYTES: [u8; include_bytes!(concat!(env!("OUT_DIR"), "/gatepost.wasm")).len()] =
    *include_bytes!(concat!(env!("OUT_DIR"), "/gatepost.wasm"));
