//! What every entry point that can fail does with the pointers it is given.

use std::ptr;

use super::error::Error;
use super::pointer::guard;
use super::status::Status;

/// Runs an operation: a failure, or a panic, becomes a status and an error object.
///
/// # Safety
///
/// `error` is NULL or may be written.
pub(super) unsafe fn operate(
    error: *mut *mut Error,
    operation: impl FnOnce() -> Result<(), Error>,
) -> Status {
    let Err(failure) = guard(Err(Error::PANIC), operation) else {
        return Status::Ok;
    };
    let status = failure.status();
    if !error.is_null() {
        // SAFETY: it is not NULL, so the caller says that it may be written.
        unsafe { error.write(Box::into_raw(Box::new(failure))) };
    }
    status
}

/// Changes an object, or says by a status alone why not.
///
/// # Safety
///
/// `object` is NULL or live, and nobody else uses it meanwhile.
pub(super) unsafe fn change<T>(
    object: *mut T,
    name: &str,
    change: impl FnOnce(&mut T) -> Result<(), Error>,
) -> Status {
    let changed = guard(Err(Error::PANIC), || {
        // SAFETY: it is NULL or live, and nobody else uses it, says the caller.
        unsafe { required_mut(object, name) }.and_then(change)
    });
    changed.map_or_else(|failure| failure.status(), |()| Status::Ok)
}

/// The object behind a pointer that must not be NULL.
///
/// # Safety
///
/// `object` is NULL, or live for `'a` with nobody changing it.
pub(super) unsafe fn required<'a, T>(object: *const T, name: &str) -> Result<&'a T, Error> {
    // SAFETY: it is NULL or live, says the caller.
    unsafe { object.as_ref() }.ok_or_else(|| Error::null(name))
}

/// The object behind a pointer that must not be NULL, to be changed.
///
/// # Safety
///
/// `object` is NULL, or live for `'a` with nobody else using it.
pub(super) unsafe fn required_mut<'a, T>(object: *mut T, name: &str) -> Result<&'a mut T, Error> {
    // SAFETY: it is NULL or live and unshared, says the caller.
    unsafe { object.as_mut() }.ok_or_else(|| Error::null(name))
}

/// A place for a result, checked before the work is done and written only when it succeeded.
pub(super) struct Output<T>(*mut T);

impl<T> Output<T> {
    /// # Safety
    ///
    /// `place` is NULL, or may be written for as long as the output lives.
    pub(super) unsafe fn new(place: *mut T, name: &str) -> Result<Self, Error> {
        if place.is_null() {
            return Err(Error::null(name));
        }
        Ok(Self(place))
    }

    pub(super) fn write(self, value: T) {
        // SAFETY: whoever made the output said that its place may be written.
        unsafe { self.0.write(value) };
    }
}

impl<T> Output<*mut T> {
    pub(super) fn hand_over(self, object: T) {
        self.write(Box::into_raw(Box::new(object)));
    }

    /// Hands NULL over if there is nothing.
    pub(super) fn hand_over_if_any(self, object: Option<T>) {
        self.write(object.map_or(ptr::null_mut(), |object| Box::into_raw(Box::new(object))));
    }
}
