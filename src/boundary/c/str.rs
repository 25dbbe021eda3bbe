//! `gatepost_str`: text that somebody else owns.

use std::ffi::c_char;
use std::ptr;

/// Text that somebody else owns: `len` bytes at `ptr`, with no NUL behind them.
///
/// A NULL `ptr` is the absent string, and its `len` is 0. An empty string that is present has a `ptr`
/// that is not NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// The first byte, or NULL.
    pub ptr: *const c_char,
    /// How many bytes there are.
    pub len: usize,
}

impl Str {
    pub(super) const ABSENT: Self = Self {
        ptr: ptr::null(),
        len: 0,
    };

    // Inlined, its branch moves up before the one that asks whether the text is there at all: harmless,
    // and a use of uninitialised memory to valgrind.
    #[inline(never)]
    pub(super) const fn view(text: &str) -> Self {
        // An empty `String` points nowhere, and C may not so much as hold such a pointer.
        let bytes = if text.is_empty() { "\0" } else { text };
        Self {
            ptr: bytes.as_ptr().cast(),
            len: text.len(),
        }
    }

    pub(super) const fn optional(text: Option<&str>) -> Self {
        match text {
            Some(text) => Self::view(text),
            None => Self::ABSENT,
        }
    }
}
