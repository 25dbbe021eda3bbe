//! The line of the document that a finding is about.

use std::ops::Range;

use crate::commands::printable::Glyph;

/// A line as it can be shown, or the part of it around the place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// Where the place begins, in columns, and how many it takes. It takes at least one.
    pub(super) underline: Range<usize>,
}

impl Excerpt {
    /// Shows the line in which the span begins, and of the span what is in that line. What is
    /// `hidden` is not shown, wherever it is.
    pub(super) fn new(document: &[u8], span: &Range<usize>, hidden: &[Range<usize>]) -> Self {
        let line = line_around(document, span.start);
        let span = span.start.min(line.end)..span.end.min(line.end).max(span.start.min(line.end));
        let near = near(document, &line, span.start);
        let mut pieces = pieces(document, near.clone(), hidden);

        let place = pieces.iter().position(|piece| piece.at.end > span.start);
        let place = place.unwrap_or(pieces.len());
        let lead = width(&pieces[..place]);
        let rest = width(&pieces[place..]);
        let mut text = String::new();
        let mut column = 0;
        let mut dropped = 0;
        if lead + rest > WIDTH || near.start > line.start {
            let keep = LEAD.max((WIDTH - CUT.len()).saturating_sub(rest));
            while dropped < place && width(&pieces[dropped..place]) > keep {
                dropped += 1;
            }
            // What combines with a character goes with it.
            while dropped > 0 && dropped < place && pieces[dropped].glyph.is_mark() {
                dropped += 1;
            }
            if dropped > 0 || near.start > line.start {
                text.push_str(CUT);
                column = CUT.len();
            }
        }
        pieces.drain(..dropped);
        let is_cut = column + width(&pieces) > WIDTH || near.end < line.end;

        let mut underline = None;
        for piece in pieces {
            if is_cut && column + piece.glyph.width > WIDTH - CUT.len() {
                break;
            }
            let end = column + piece.glyph.width;
            if piece.at.end > span.start && piece.at.start < span.end {
                underline.get_or_insert(column..end).end = end;
            }
            text.push_str(&piece.glyph.text);
            column = end;
        }
        let underline = underline.unwrap_or(column..column);
        if is_cut {
            text.push_str(CUT);
        }
        Self {
            text,
            underline: underline.start..underline.end.max(underline.start + 1),
        }
    }
}

/// A part of the document and what is shown of it.
struct Piece {
    at: Range<usize>,
    glyph: Glyph,
}

fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.glyph.width).sum()
}

/// The line that a place is in, without its end.
fn line_around(document: &[u8], at: usize) -> Range<usize> {
    let is_newline = |byte: &u8| *byte == b'\n';
    let start = document[..at].iter().rposition(is_newline);
    let start = start.map_or(0, |newline| newline + 1);
    let end = document[at..].iter().position(is_newline);
    let end = end.map_or(document.len(), |newline| at + newline);
    match document[start..end].strip_suffix(b"\r") {
        Some(line) => start..start + line.len(),
        None => start..end,
    }
}

/// What of a line is looked at, so that a line of a megabyte costs no more than others. It is far
/// more than can be shown.
fn near(document: &[u8], line: &Range<usize>, at: usize) -> Range<usize> {
    let mut start = at.saturating_sub(FAR).max(line.start);
    while start < at && start > line.start && is_continuation(document[start]) {
        start += 1;
    }
    let mut end = at.saturating_add(FAR).min(line.end);
    while end > at && end < line.end && is_continuation(document[end]) {
        end -= 1;
    }
    start..end
}

/// Whether a byte stands inside of a character's encoding.
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

fn pieces(document: &[u8], range: Range<usize>, hidden: &[Range<usize>]) -> Vec<Piece> {
    let hidden: Vec<_> = hidden
        .iter()
        .filter(|secret| secret.start < range.end && range.start < secret.end)
        .collect();
    let mut pieces = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if let Some(secret) = hidden.iter().find(|secret| secret.contains(&at)) {
            let end = secret.end.min(range.end);
            pieces.push(Piece {
                at: at..end,
                glyph: Glyph::ascii(HIDDEN.to_owned()),
            });
            at = end;
            continue;
        }
        let end = hidden
            .iter()
            .map(|secret| secret.start)
            .filter(|start| *start > at)
            .min()
            .map_or(range.end, |start| start.min(range.end));
        let mut marks = 0;
        for chunk in document[at..end].utf8_chunks() {
            for c in chunk.valid().chars() {
                let glyph = Glyph::of_char(c, marks);
                marks = if glyph.is_mark() { marks + 1 } else { 0 };
                pieces.push(Piece {
                    at: at..at + c.len_utf8(),
                    glyph,
                });
                at += c.len_utf8();
            }
            for byte in chunk.invalid() {
                pieces.push(Piece {
                    at: at..at + 1,
                    glyph: Glyph::of_byte(*byte),
                });
                at += 1;
            }
        }
    }
    pieces
}

/// How many columns are shown of a line that is too long, and how many before the place at least.
const WIDTH: usize = 96;
const LEAD: usize = 32;

/// What stands for the rest of the line, and for a secret.
const CUT: &str = "...";
const HIDDEN: &str = "\"(hidden)\"";

/// How many bytes are looked at before and behind a place.
const FAR: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    /// The line and the carets under it, for a document with its place between guillemets.
    fn shown(document: &str, hidden: &[Range<usize>]) -> String {
        let start = document.find('«').expect("a place");
        let end = document.find('»').expect("a place's end") - '«'.len_utf8();
        let document = document.replace(['«', '»'], "");
        let excerpt = Excerpt::new(document.as_bytes(), &(start..end), hidden);
        draw(&excerpt)
    }

    fn draw(excerpt: &Excerpt) -> String {
        format!(
            "{}\n{}{}",
            excerpt.text,
            " ".repeat(excerpt.underline.start),
            "^".repeat(excerpt.underline.len())
        )
    }

    #[test]
    fn lines() {
        for (name, document, expected) in [
            ("text", "{\"a\":«\"b\"»}", "{\"a\":\"b\"}\n     ^^^"),
            ("its line", "{\n \"a\":«1»\n}", " \"a\":1\n     ^"),
            ("no carriage return", "{\r\n«1»\r\n}", "1\n^"),
            (
                "a span of many lines",
                "\"a\":«[\r\n1,\r\n2]»\r\n",
                "\"a\":[\n    ^",
            ),
            ("a line's end", "{\"a\":1«\n»}", "{\"a\":1\n      ^"),
            ("the document's end", "{«»", "{\n ^"),
            ("an empty document", "«»", "\n^"),
            (
                "tabs",
                "\t\"a\"\t:«\t1»",
                "    \"a\"    :    1\n            ^^^^^",
            ),
            (
                "wide characters",
                "\"日本\":«\"한글\"»",
                "\"日本\":\"한글\"\n       ^^^^^^",
            ),
            (
                "combining characters",
                "\"e\u{301}\":«\"o\u{302}\u{301}\"»",
                "\"e\u{301}\":\"o\u{302}\u{301}\"\n    ^^^",
            ),
            (
                "what must not be printed",
                "\u{1b}[2J«\u{202e}»",
                "\\u{1b}[2J\\u{202e}\n         ^^^^^^^^",
            ),
        ] {
            assert_eq!(shown(document, &[]), expected, "{name}");
        }
    }

    #[test]
    fn bytes_that_are_no_text() {
        let excerpt = Excerpt::new(b"\"\xe4\xf6\xe2\x82\":1", &(1..2), &[]);
        assert_eq!(draw(&excerpt), "\"\\xe4\\xf6\\xe2\\x82\":1\n ^^^^");
    }

    #[test]
    fn secrets() {
        let document = r#"{"d":"secret","e":«1»}"#;
        let expected = "{\"d\":\"(hidden)\",\"e\":1}\n                    ^";
        assert_eq!(shown(document, std::slice::from_ref(&(5..13))), expected);
        let far = format!("{{\"d\":\"{}\",\"e\":«1»}}", "s".repeat(2 * FAR));
        let secret = 5..5 + 2 + 2 * FAR;
        let expected = "...\"(hidden)\",\"e\":1}\n                  ^";
        assert_eq!(shown(&far, &[secret]), expected);
    }

    #[test]
    fn long_lines() {
        let dots = |n| ".".repeat(n);
        for (name, document, expected) in [
            (
                "fits",
                format!("{}«x»{}", dots(48), dots(47)),
                format!("{}x{}\n{}^", dots(48), dots(47), " ".repeat(48)),
            ),
            (
                "too long behind",
                format!("{}«x»{}", dots(10), dots(200)),
                format!("{}x{}...\n{}^", dots(10), dots(82), " ".repeat(10)),
            ),
            (
                "too long before",
                format!("{}«x»{}", dots(200), dots(10)),
                format!("...{}x{}\n{}^", dots(82), dots(10), " ".repeat(85)),
            ),
            (
                "too long on both sides",
                format!("{}«x»{}", dots(200), dots(200)),
                format!("...{}x{}...\n{}^", dots(32), dots(57), " ".repeat(35)),
            ),
            (
                "too long itself",
                format!("{}«{}»{}", dots(200), "x".repeat(9999), dots(200)),
                format!(
                    "...{}{}...\n{}{}",
                    dots(32),
                    "x".repeat(58),
                    " ".repeat(35),
                    "^".repeat(58)
                ),
            ),
            (
                "far beyond what is looked at",
                format!("{}«x»{}", "日".repeat(99_999), "本".repeat(99_999)),
                format!(
                    "...{}x{}...\n{}^",
                    "日".repeat(16),
                    "本".repeat(28),
                    " ".repeat(35)
                ),
            ),
            (
                "cut before what combines",
                format!("{}a\u{301}{}«x»{}", dots(99), dots(32), dots(99)),
                format!("...{}x{}...\n{}^", dots(32), dots(57), " ".repeat(35)),
            ),
        ] {
            assert_eq!(shown(&document, &[]), expected, "{name}");
        }
    }
}
