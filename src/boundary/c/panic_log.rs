//! Where the message of a panic goes.

use std::ffi::c_void;
use std::panic::{self, PanicHookInfo};
use std::sync::{Once, PoisonError, RwLock};

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
static HOOKED: Once = Once::new();

/// Sets the function that gets the message of a panic, in the whole process, instead of the standard error stream. A
/// panic is a bug in the library; the call returns `GATEPOST_STATUS_PANIC`.
///
/// `log` is called by the thread that called the library, before that call returns, with `data` and the message, which
/// is valid during the call. Any thread may call it. It must not throw, nor jump out. If `log` is NULL,
/// messages go to the standard error stream again. A thread that panics at that time may still be in the function that was
/// set before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_set_panic_log(
    log: Option<unsafe extern "C" fn(data: *mut c_void, message: Str)>,
    data: *mut c_void,
) {
    guard((), || {
        let log = log.map(|call| Log { call, data });
        *LOG.write().unwrap_or_else(PoisonError::into_inner) = log;
        // Once: a host's function may set another one, and a thread that panics may not change the hook.
        HOOKED.call_once(|| {
            let otherwise = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                if !is_told(panic) {
                    otherwise(panic);
                }
            }));
        });
    });
}

/// Tells the host of a panic, if it has set a function.
fn is_told(panic: &PanicHookInfo<'_>) -> bool {
    // It is copied, so that the function is not called with the lock.
    let log = *LOG.read().unwrap_or_else(PoisonError::into_inner);
    let Some(Log { call, data }) = log else {
        return false;
    };
    let message = panic.to_string();
    // SAFETY: the host set this function to be called like this.
    unsafe { call(data, Str::view(&message)) };
    true
}
