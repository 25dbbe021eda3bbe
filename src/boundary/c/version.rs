//! Which library this is.

use super::str::Str;

/// The version of the binary interface, which ends the soname. It changes only if programs have to be
/// built again; what is added meanwhile shows in the `struct_size` of `gatepost_plugin`.
pub const GATEPOST_ABI_VERSION: u32 = 1;

/// The library's version, such as `1.2.3`. Valid for as long as the library is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_version() -> Str {
    Str::view(env!("CARGO_PKG_VERSION"))
}

/// The `GATEPOST_ABI_VERSION` of the library that was loaded. A program that was built with another one
/// cannot use it.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_abi_version() -> u32 {
    GATEPOST_ABI_VERSION
}
