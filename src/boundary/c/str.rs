//! `gatepost_str`: a borrowed string.

use std::ffi::{CStr, c_char};
use std::ptr;

/// A borrowed string: `len` bytes at `ptr`, without a NUL at the end.
///
/// If `ptr` is NULL and `len` is 0, the string is absent. An empty string that is not absent has a `ptr`
/// that is not NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// A pointer to the first byte, or NULL.
    pub ptr: *const c_char,
    /// The length in bytes.
    pub len: usize,
}

/// Makes a `gatepost_str` from a C string, which ends with a NUL; the absent string if `text` is NULL. It is valid as
/// long as `text`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_cstr(text: *const c_char) -> Str {
    if text.is_null() {
        return Str::ABSENT;
    }
    Str {
        ptr: text,
        // SAFETY: the caller passes a C string.
        len: unsafe { CStr::from_ptr(text) }.count_bytes(),
    }
}

impl Str {
    pub(super) const ABSENT: Self = Self {
        ptr: ptr::null(),
        len: 0,
    };

    // If it were inlined, the compiler would move its branch before the check that the text is present.
    // That is harmless, but valgrind reports a use of uninitialised memory.
    #[inline(never)]
    pub(super) const fn view(text: &str) -> Self {
        // An empty `String` has a dangling pointer, which a C program must not even copy.
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
