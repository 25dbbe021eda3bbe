//! What is done with a pointer that can have no error: reading and freeing, and what becomes of a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads from an object: one that is NULL, or a panic, reads as `otherwise`.
///
/// # Safety
///
/// `object` is NULL or live, and nobody changes it meanwhile.
pub(super) unsafe fn read<T, R: Copy>(
    object: *const T,
    otherwise: R,
    read: impl FnOnce(&T) -> R,
) -> R {
    guard(otherwise, || {
        // SAFETY: it is NULL or live, says the caller.
        unsafe { object.as_ref() }.map_or(otherwise, read)
    })
}

/// Frees an object; NULL is none.
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

/// Keeps a panic from unwinding into C, where it would end the process.
pub(super) fn guard<T>(on_panic: T, call: impl FnOnce() -> T) -> T {
    // What a panic leaves half done is the caller's object, which stays valid: every change to one is
    // a single assignment, or an append.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(on_panic)
}
