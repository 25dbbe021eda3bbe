//! Where the message of a panic goes.

use std::ffi::c_void;
use std::panic::{self, PanicHookInfo};
use std::sync::{PoisonError, RwLock};

use super::pointer::guard;
use super::str::Str;

/// A function of the host, and what it is passed.
#[derive(Clone, Copy)]
struct Log {
    call: unsafe extern "C" fn(data: *mut c_void, message: Str),
    data: *mut c_void,
}

// SAFETY: the header asks for a function that any thread may call with this pointer.
unsafe impl Send for Log {}
// SAFETY: as above.
unsafe impl Sync for Log {}

static LOG: RwLock<Option<Log>> = RwLock::new(None);

/// Sets the function that gets the message of a panic, in the whole process, instead of the standard error stream. A
/// panic is a bug in the library; the call returns `GATEPOST_STATUS_PANIC`.
///
/// `log` is called by the thread that called the library, before that call returns, with `data` and the message, which
/// is valid during the call. Any thread may call it. It must not throw, nor jump out. If `log` is NULL,
/// messages go to the standard error stream again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_set_panic_log(
    log: Option<unsafe extern "C" fn(data: *mut c_void, message: Str)>,
    data: *mut c_void,
) {
    guard((), || {
        let log = log.map(|call| Log { call, data });
        *LOG.write().unwrap_or_else(PoisonError::into_inner) = log;
        match log {
            Some(_) => panic::set_hook(Box::new(tell)),
            None => drop(panic::take_hook()),
        }
    });
}

fn tell(panic: &PanicHookInfo<'_>) {
    // It is copied, so that the host's function may set another one.
    let log = *LOG.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(Log { call, data }) = log {
        let message = panic.to_string();
        // SAFETY: the host set this function to be called like this.
        unsafe { call(data, Str::view(&message)) };
    }
}
