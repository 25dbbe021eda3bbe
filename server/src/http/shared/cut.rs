//! Texts of any length, cut where a page shows them.

use std::fmt;

/// How much of a text a page shows, and how much of it is there when the pointer rests on it, in characters.
const SHOWN: usize = 80;
const WHOLE: usize = 1024;

/// A text of somebody else's, such as a client id, which may have any length. It is shown cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Cut {
    shown: String,
    whole: Option<String>,
}

impl Cut {
    pub(in crate::http) fn new(text: &str) -> Self {
        let shown = cut(text, SHOWN);
        Self {
            whole: (shown != text).then(|| cut(text, WHOLE)),
            shown,
        }
    }

    /// The text for the `title` attribute, if not all of it is shown.
    pub(in crate::http) fn title(&self) -> Option<&str> {
        self.whole.as_deref()
    }

    pub(in crate::http) const fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_texts() {
        let (long, very_long) = ("\u{e4}".repeat(SHOWN + 1), "x".repeat(30_000));
        for (text, shown, title) in [
            ("", 0, None),
            ("gpc_1", 5, None),
            (&"\u{e4}".repeat(SHOWN), SHOWN, None),
            (&long, SHOWN + 1, Some(SHOWN + 1)),
            (&very_long, SHOWN + 1, Some(WHOLE + 1)),
        ] {
            let cut = Cut::new(text);
            assert_eq!(cut.to_string().chars().count(), shown);
            assert_eq!(cut.title().map(|title| title.chars().count()), title);
            assert_eq!(cut.to_string().ends_with('\u{2026}'), title.is_some());
        }
    }
}
