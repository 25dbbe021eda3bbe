//! `gatepost_status`: the result of a call.

use super::str::Str;

/// The result of a call. The meaning of a number never changes; later versions may add numbers.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The call succeeded, and every output is written.
    Ok = 0,
    /// A required pointer was NULL.
    NullPointer = 1,
    /// A string was not UTF-8.
    InvalidUtf8 = 2,
    /// A number was not a value of its enumeration, or a length was larger than any object can be.
    InvalidValue = 3,
    /// The settings have mistakes. The error object lists all of them.
    InvalidSettings = 4,
    /// The entropy had fewer than 32 bytes.
    EntropyTooShort = 5,
    /// The entropy was not set, and the operating system gave none.
    EntropyMissing = 6,
    /// The time was not set, and the operating system's clock could not be read.
    TimeMissing = 7,
    /// There is a bug in Gatepost. Its message went to the standard error stream, or to the function of
    /// `gatepost_set_panic_log`. Every object stays valid.
    Panic = 8,
    /// The record was not written by Gatepost, or by a later version of it.
    RecordUnreadable = 9,
    /// The record belongs to another client than the one that the operation is about.
    RecordMismatch = 10,
    /// The terms have mistakes. The error object lists all of them.
    TermsInvalid = 11,
}

impl Status {
    const ALL: [Self; 12] = [
        Self::Ok,
        Self::NullPointer,
        Self::InvalidUtf8,
        Self::InvalidValue,
        Self::InvalidSettings,
        Self::EntropyTooShort,
        Self::EntropyMissing,
        Self::TimeMissing,
        Self::Panic,
        Self::RecordUnreadable,
        Self::RecordMismatch,
        Self::TermsInvalid,
    ];

    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Ok => "success",
            Self::NullPointer => "a pointer is NULL that must not be",
            Self::InvalidUtf8 => "a text is not UTF-8",
            Self::InvalidValue => "a number or a length is out of range",
            Self::InvalidSettings => "the settings have mistakes",
            Self::EntropyTooShort => "the entropy is shorter than 32 bytes",
            Self::EntropyMissing => "the entropy is missing, and the operating system gave none",
            Self::TimeMissing => "the time is missing, and no clock could be read",
            Self::Panic => "a bug in Gatepost: it panicked",
            Self::RecordUnreadable => "the record cannot be read",
            Self::RecordMismatch => "the record is another client's",
            Self::TermsInvalid => "the terms are wrong",
        }
    }
}

/// Returns a description of a `gatepost_status`; absent if the number is not a status. Valid as long as the
/// library is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_status_message(status: i32) -> Str {
    Status::ALL
        .into_iter()
        .find(|known| *known as i32 == status)
        .map_or(Str::ABSENT, |known| Str::view(known.message()))
}
