//! The versions of the library and of its binary interface.

use super::str::Str;

/// The version of the binary interface. The soname ends with it. It changes only if programs have to be
/// compiled again. Functions that are added without such a change make the `struct_size` of
/// `gatepost_plugin` larger.
pub const GATEPOST_ABI_VERSION: u32 = 1;

/// Returns the version of the library, such as `1.2.3`. Valid as long as the library is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_version() -> Str {
    Str::view(env!("CARGO_PKG_VERSION"))
}

/// Returns the `GATEPOST_ABI_VERSION` of the loaded library. A program that was compiled with another number
/// must not use the library.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_abi_version() -> u32 {
    GATEPOST_ABI_VERSION
}
