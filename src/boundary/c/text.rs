//! `gatepost_text`: a string that a function made.

use super::pointer::{free, read};
use super::str::Str;

/// A string that a function made, and that the caller owns.
///
/// Ownership: free it with `gatepost_text_free`.
/// Threads: any number may use it at the same time.
pub struct Text(String);

/// Returns the string; absent if `text` is NULL. Valid until the text is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gatepost_text_view(text: *const Text) -> Str {
    // SAFETY: the caller passes NULL or a text that is not freed yet.
    unsafe { read(text, Str::ABSENT, |text| Str::view(&text.0)) }
}

/// Frees a text. Does nothing if `text` is NULL.
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
