//! Borrows the strings and bytes that C passes to a call.

use std::slice;

use super::error::Error;
use super::str::Str;

impl Str {
    /// # Safety
    ///
    /// As for [`borrow`].
    pub(super) unsafe fn bytes<'a>(self, name: &str) -> Result<&'a [u8], Error> {
        // SAFETY: the caller guarantees the same.
        Ok(unsafe { self.optional_bytes(name) }?.unwrap_or_default())
    }

    /// # Safety
    ///
    /// As for [`borrow`].
    pub(super) unsafe fn optional_bytes<'a>(self, name: &str) -> Result<Option<&'a [u8]>, Error> {
        // SAFETY: the caller guarantees the same.
        unsafe { borrow(self.ptr.cast(), self.len, name) }
    }

    /// # Safety
    ///
    /// As for [`borrow`].
    pub(super) unsafe fn text<'a>(self, name: &str) -> Result<&'a str, Error> {
        // SAFETY: the caller guarantees the same.
        utf8(unsafe { self.bytes(name) }?, name)
    }

    /// # Safety
    ///
    /// As for [`borrow`].
    pub(super) unsafe fn optional_text<'a>(self, name: &str) -> Result<Option<&'a str>, Error> {
        // SAFETY: the caller guarantees the same.
        unsafe { self.optional_bytes(name) }?
            .map(|bytes| utf8(bytes, name))
            .transpose()
    }
}

/// Borrows the bytes at a pointer; `None` if it is NULL and the length is 0.
///
/// # Safety
///
/// If `ptr` is not NULL and `len` is a length that memory can have, `len` bytes can be read there for `'a`,
/// and nothing writes to them during that time.
pub(super) unsafe fn borrow<'a>(
    ptr: *const u8,
    len: usize,
    name: &str,
) -> Result<Option<&'a [u8]>, Error> {
    if ptr.is_null() {
        return if len == 0 {
            Ok(None)
        } else {
            Err(Error::null(name))
        };
    }
    // A negative length that was passed by mistake is larger than any object.
    if isize::try_from(len).is_err() {
        return Err(Error::length(name));
    }
    // SAFETY: the pointer is not NULL, the length is possible, and the caller guarantees the rest.
    Ok(Some(unsafe { slice::from_raw_parts(ptr, len) }))
}

fn utf8<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Error> {
    str::from_utf8(bytes).map_err(|failure| Error::utf8(name, failure))
}
