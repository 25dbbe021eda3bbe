//! How much is written down of what a stranger wrote.

/// How long an id may be, in bytes. One that carries a registration is shorter by far.
const ID: usize = 8 << 10;

/// How long the parameters of a request may be, in bytes.
const PARAMETERS: usize = 8 << 10;

/// How long a document may be, in bytes: what the server reads of one at most.
const DOCUMENT: usize = 64 << 10;

/// How many codes of findings there may be.
const CODES: usize = 64;

/// Cuts texts, and remembers whether there was anything to cut.
#[derive(Default)]
pub(super) struct Cutter {
    pub(super) has_cut: bool,
}

impl Cutter {
    pub(super) fn id(&mut self, id: Option<String>) -> Option<String> {
        id.map(|id| self.text(id, ID))
    }

    pub(super) fn parameters(&mut self, parameters: String) -> String {
        self.text(parameters, PARAMETERS)
    }

    pub(super) fn document(&mut self, document: String) -> String {
        self.text(document, DOCUMENT)
    }

    pub(super) fn codes(&mut self, mut codes: Vec<String>) -> Vec<String> {
        self.has_cut |= codes.len() > CODES;
        codes.truncate(CODES);
        codes
    }

    fn text(&mut self, mut text: String, longest: usize) -> String {
        if text.len() > longest {
            self.has_cut = true;
            text.truncate(text.floor_char_boundary(longest));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_and_said_to_be() {
        for (length, expected) in [(ID, false), (ID + 1, true), (30_000, true)] {
            let mut cutter = Cutter::default();
            let id = cutter.id(Some("x".repeat(length))).expect("there is one");
            assert_eq!((id.len(), cutter.has_cut), (length.min(ID), expected));
        }
        let mut cutter = Cutter::default();
        assert_eq!(cutter.parameters("é".repeat(PARAMETERS)).len(), PARAMETERS);
        assert_eq!(cutter.document("x".repeat(DOCUMENT)).len(), DOCUMENT);
        assert!(cutter.has_cut);
    }
}
