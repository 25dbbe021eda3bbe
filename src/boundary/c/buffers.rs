//! The buffers of a context or a request. They keep their memory from one use to the next, so a host that
//! reuses its objects allocates nothing.

use std::borrow::Cow;

use zeroize::{Zeroize, Zeroizing};

/// A text that can be absent.
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

/// Secret bytes that can be absent. They are overwritten when they are replaced or freed.
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

/// A secret text that can be absent.
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

/// A list of texts in one buffer.
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

    /// Returns all texts as a slice: in `room` if they fit there, otherwise in new memory.
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
