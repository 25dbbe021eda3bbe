//! Runs the calls that can fail, and turns failures into a status and an error object.

use std::ptr;

use super::error::Error;
use super::pointer::guard;
use super::status::Status;

/// Runs an operation. A failure or a panic becomes a status and an error object.
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

/// An object that setters change. One that fails spoils it: no decision is made with it until it is reset, so
/// that a host that ignores the failure does not decide without what it meant to set.
pub(super) trait Spoils {
    fn spoiled(&mut self) -> &mut Option<Error>;
}

/// Changes an object. A failure becomes a status, without an error object, and spoils the object. The first failure
/// is kept.
///
/// # Safety
///
/// `object` is NULL or live, and nothing else uses it during the call.
pub(super) unsafe fn change<T: Spoils>(
    object: *mut T,
    name: &str,
    change: impl FnOnce(&mut T) -> Result<(), Error>,
) -> Status {
    let changed = guard(Err(Error::PANIC), || {
        // SAFETY: it is NULL or live, and nothing else uses it, as the caller guarantees.
        let object = unsafe { required_mut(object, name) }?;
        let changed = guard(Err(Error::PANIC), || change(object));
        if let Err(failure) = &changed {
            object.spoiled().get_or_insert_with(|| failure.clone());
        }
        changed
    });
    changed.map_or_else(|failure| failure.status(), |()| Status::Ok)
}

/// Fails if a setter failed on the object.
pub(super) fn unspoiled(spoiled: Option<&Error>) -> Result<(), Error> {
    spoiled.map_or(Ok(()), |failure| Err(Error::spoiled(failure)))
}

/// Borrows the object behind a pointer that must not be NULL.
///
/// # Safety
///
/// `object` is NULL, or live for `'a` and nothing changes it.
pub(super) unsafe fn required<'a, T>(object: *const T, name: &str) -> Result<&'a T, Error> {
    // SAFETY: it is NULL or live, as the caller guarantees.
    unsafe { object.as_ref() }.ok_or_else(|| Error::null(name))
}

/// Borrows the object behind a pointer that must not be NULL, in order to change it.
///
/// # Safety
///
/// `object` is NULL, or live for `'a` and nothing else uses it.
pub(super) unsafe fn required_mut<'a, T>(object: *mut T, name: &str) -> Result<&'a mut T, Error> {
    // SAFETY: it is NULL or live and unshared, as the caller guarantees.
    unsafe { object.as_mut() }.ok_or_else(|| Error::null(name))
}

/// An output parameter. It is checked before the operation runs, and written only if the operation
/// succeeds.
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
        // SAFETY: the caller of `new` guarantees that the place may be written.
        unsafe { self.0.write(value) };
    }
}

impl<T> Output<*mut T> {
    pub(super) fn hand_over(self, object: T) {
        self.write(Box::into_raw(Box::new(object)));
    }

    /// Writes the object, or NULL if there is none.
    pub(super) fn hand_over_if_any(self, object: Option<T>) {
        self.write(object.map_or(ptr::null_mut(), |object| Box::into_raw(Box::new(object))));
    }
}
