//! Facts that a context or a request owns, in memory that it keeps from one use to the next: a host that
//! reuses them allocates nothing.

use std::borrow::Cow;

use zeroize::{Zeroize, Zeroizing};

/// Text that may be left out.
#[derive(Default)]
pub(super) struct OptionalText {
    buffer: String,
    present: bool,
}

impl OptionalText {
    pub(super) fn set(&mut self, text: Option<&str>) {
        self.present = text.is_some();
        self.buffer.clear();
        self.buffer.push_str(text.unwrap_or_default());
    }

    pub(super) fn as_deref(&self) -> Option<&str> {
        self.present.then_some(self.buffer.as_str())
    }
}

/// Bytes that may be left out, and that nobody else is to see: they are overwritten.
#[derive(Default)]
pub(super) struct SecretBytes {
    buffer: Zeroizing<Vec<u8>>,
    present: bool,
}

impl SecretBytes {
    pub(super) fn set(&mut self, bytes: Option<&[u8]>) {
        self.present = bytes.is_some();
        if !self.buffer.is_empty() {
            self.buffer.zeroize();
        }
        self.buffer.extend_from_slice(bytes.unwrap_or_default());
    }

    pub(super) fn as_deref(&self) -> Option<&[u8]> {
        self.present.then_some(self.buffer.as_slice())
    }
}

/// Text that may be left out, and that nobody else is to see.
#[derive(Default)]
pub(super) struct SecretText(SecretBytes);

impl SecretText {
    pub(super) fn set(&mut self, text: Option<&str>) {
        self.0.set(text.map(str::as_bytes));
    }

    pub(super) fn as_deref(&self) -> Option<&str> {
        let bytes = self.0.as_deref()?;
        Some(str::from_utf8(bytes).expect("it was text when it was set"))
    }
}

/// Any number of texts, one behind the other.
#[derive(Default)]
pub(super) struct Texts {
    buffer: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
    }

    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        self.ends.clear();
    }

    /// All of them, in the room that is lent, or in new memory if they are too many for it.
    pub(super) fn list<'a, 'r>(&'a self, room: &'r mut [&'a str]) -> Cow<'r, [&'a str]> {
        match room.get_mut(..self.ends.len()) {
            Some(room) => {
                for (place, text) in room.iter_mut().zip(self.iter()) {
                    *place = text;
                }
                Cow::Borrowed(room)
            }
            None => Cow::Owned(self.iter().collect()),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts
            .zip(&self.ends)
            .map(|(&start, &end)| &self.buffer[start..end])
    }
}
