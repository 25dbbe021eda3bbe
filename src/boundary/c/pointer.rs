//! Reads from and frees objects behind raw pointers, and catches panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads from an object. Returns `otherwise` if the pointer is NULL or if `read` panics.
///
/// # Safety
///
/// `object` is NULL or live, and nothing changes it during the call.
pub(super) unsafe fn read<T, R: Copy>(
    object: *const T,
    otherwise: R,
    read: impl FnOnce(&T) -> R,
) -> R {
    guard(otherwise, || {
        // SAFETY: it is NULL or live, as the caller guarantees.
        unsafe { object.as_ref() }.map_or(otherwise, read)
    })
}

/// Frees an object. Does nothing if the pointer is NULL.
///
/// # Safety
///
/// `object` is NULL, or came from `Box::into_raw` and is freed once.
pub(super) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        // SAFETY: it came from `Box::into_raw`, and this is the one time it is freed.
        guard((), || drop(unsafe { Box::from_raw(object) }));
    }
}

/// Catches a panic, which would end the process if it unwound into C.
pub(super) fn guard<T>(on_panic: T, call: impl FnOnce() -> T) -> T {
    // After a panic the caller's object is still valid, because every change to one is a single
    // assignment or an append.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(on_panic)
}
