//! `gatepost_text`: text that a function has made.

use super::pointer::{free, read};
use super::str::Str;

/// Text that a function has made for its caller.
///
/// Ownership: free it with `gatepost_text_free`.
/// Threads: any number may use it at once.
pub struct Text(String);

/// The text; absent if `text` is NULL. Valid until the text is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_text_view(text: *const Text) -> Str {
    // SAFETY: the caller passes NULL or a text that is not freed yet.
    unsafe { read(text, Str::ABSENT, |text| Str::view(&text.0)) }
}

/// Frees a text. NULL is allowed, and nothing is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_text_free(text: *mut Text) {
    // SAFETY: the caller passes NULL or a text that is not freed yet.
    unsafe { free(text) }
}

impl Text {
    pub(super) const fn new(text: String) -> Self {
        Self(text)
    }
}
