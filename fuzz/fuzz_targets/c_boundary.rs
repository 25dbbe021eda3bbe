//! Calls of the C library. `scripts/check-memory` makes those of its corpus too.

#![no_main]

// The library is in it.
use gatepost as _;
use gatepost_fuzz as _;

unsafe extern "C" {
    /// Of `tests/c/arbitrary.c`.
    fn arbitrary_calls(bytes: *const u8, len: usize) -> i32;
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // SAFETY: it reads so many bytes, and keeps none.
    unsafe { arbitrary_calls(bytes.as_ptr(), bytes.len()) };
});
