//! `gatepost_status`: how a call went.

use super::str::Str;

/// How a call went. A number keeps its meaning for ever; later versions may add others.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It succeeded, and every output is written.
    Ok = 0,
    /// A pointer was NULL that must not be.
    NullPointer = 1,
    /// A text was not UTF-8.
    InvalidUtf8 = 2,
    /// A number was none of its enumeration's, or a length was more than memory can hold.
    InvalidValue = 3,
    /// The settings have mistakes: the error object lists them all.
    InvalidSettings = 4,
    /// Fewer than 32 bytes of entropy were given.
    EntropyTooShort = 5,
    /// Entropy was left out, and the operating system gave none.
    EntropyMissing = 6,
    /// The time was left out, and the operating system's clock could not be read.
    TimeMissing = 7,
    /// A bug in Gatepost, which wrote what it knows to the standard error stream. Every object stays
    /// valid.
    Panic = 8,
    /// The record is not one that Gatepost wrote, or of a later version.
    RecordUnreadable = 9,
    /// The record is that of another client than the one in question.
    RecordMismatch = 10,
    /// The terms are wrong. If they were only checked, the error object lists every mistake.
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

/// What a `gatepost_status` means, in words. Valid for as long as the library is loaded; absent for a
/// number that is no status.
#[unsafe(no_mangle)]
pub extern "C" fn gatepost_status_message(status: i32) -> Str {
    Status::ALL
        .into_iter()
        .find(|known| *known as i32 == status)
        .map_or(Str::ABSENT, |known| Str::view(known.message()))
}
