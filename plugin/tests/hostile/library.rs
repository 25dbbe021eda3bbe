//! A library that is none of Gatepost's, compiled by a test with one `fault` at a time.

#[repr(C)]
pub struct Head {
    struct_size: usize,
    abi_version: u32,
}

#[cfg(fault = "version")]
static HEAD: Head = Head {
    struct_size: 4096,
    abi_version: 2,
};

#[cfg(fault = "older")]
static HEAD: Head = Head {
    struct_size: 64,
    abi_version: 1,
};

#[cfg(any(fault = "version", fault = "older"))]
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_plugin_v1() -> *const Head {
    &raw const HEAD
}

#[cfg(fault = "no-table")]
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_plugin_v1() -> *const Head {
    std::ptr::null()
}
