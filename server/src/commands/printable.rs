//! What may be shown of text that somebody else wrote.
//!
//! A document may hold what moves the cursor, turns the direction of writing or cannot be seen.
//! None of it reaches a terminal: it is shown as its code.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

/// Something that is shown: a character, an escape in its place, or a word for what is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) text: String,
    /// How many columns of a terminal it takes.
    pub(super) width: usize,
}

impl Glyph {
    /// A character, after so many combining ones in a row.
    pub(super) fn of_char(c: char, marks_before: usize) -> Self {
        if c == '\t' {
            return Self::ascii("    ".to_owned());
        }
        let width = c.width().unwrap_or_default();
        let is_plain = match c.general_category() {
            GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned => false,
            GeneralCategory::SpaceSeparator => c == ' ',
            // A pile of them would cover the lines above and below.
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => {
                marks_before < MAX_MARKS && !is_variation_selector(c)
            }
            GeneralCategory::SpacingMark => true,
            _ => width > 0,
        };
        if is_plain {
            Self {
                text: c.into(),
                width,
            }
        } else {
            Self::ascii(c.escape_unicode().to_string())
        }
    }

    /// A byte that is no text.
    pub(super) fn of_byte(byte: u8) -> Self {
        Self::ascii(format!("\\x{byte:02x}"))
    }

    pub(super) fn ascii(text: String) -> Self {
        Self {
            width: text.len(),
            text,
        }
    }

    pub(super) fn is_mark(&self) -> bool {
        self.width == 0
    }
}

/// Text in one line and at most so many columns, nothing in it but what can be seen.
pub(crate) fn printable(text: &str, columns: usize) -> String {
    let mut shown = String::new();
    let mut left = columns;
    let mut marks = 0;
    for c in text.chars() {
        let glyph = Glyph::of_char(c, marks);
        if glyph.width > left {
            shown.push_str("...");
            break;
        }
        marks = if glyph.is_mark() { marks + 1 } else { 0 };
        left -= glyph.width;
        shown.push_str(&glyph.text);
    }
    shown
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// How many combining characters one other may carry. Vietnamese needs two.
const MAX_MARKS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_seen() {
        for (text, expected) in [
            ("plain ~ text", "plain ~ text"),
            ("日本 한글 العربية עברית", "日本 한글 العربية עברית"),
            ("e\u{301}", "e\u{301}"),
            ("e\u{323}\u{302}\u{301}", "e\u{323}\u{302}\\u{301}"),
            ("\u{1b}[31m\u{7}", "\\u{1b}[31m\\u{7}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\nb\rc\0\u{7f}", "a\\u{a}b\\u{d}c\\u{0}\\u{7f}"),
            ("\u{202e}\u{2066}\u{200f}", "\\u{202e}\\u{2066}\\u{200f}"),
            (
                "\u{200b}\u{200d}\u{feff}\u{ad}",
                "\\u{200b}\\u{200d}\\u{feff}\\u{ad}",
            ),
            ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            ("\u{a0}\u{3000}", "\\u{a0}\\u{3000}"),
            ("\u{e000}\u{e0041}", "\\u{e000}\\u{e0041}"),
            ("\u{3164}\u{fe0f}", "\\u{3164}\\u{fe0f}"),
            ("a\tb", "a    b"),
        ] {
            assert_eq!(printable(text, 80), expected, "{text:?}");
        }
    }

    #[test]
    fn only_so_much() {
        for (text, expected) in [
            ("12345", "12345"),
            ("123456", "12345..."),
            ("日本語", "日本..."),
            ("1234e\u{301}", "1234e\u{301}"),
            ("123\u{202e}", "123..."),
        ] {
            assert_eq!(printable(text, 5), expected, "{text:?}");
        }
    }
}
