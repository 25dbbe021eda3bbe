//! From a finding to its place in the document.
//!
//! The document is what somebody wrote, so it may be no JSON at all, and a JSON library would not
//! say where its members stand. It is scanned along the finding's pointer only.

use std::ops::Range;

use gatepost_plugin::Diagnostic;

/// Where in the document a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The bytes it is about.
    pub(super) span: Range<usize>,
    pub(super) aim: Aim,
}

/// What the bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// What the finding's pointer points at.
    Target,
    /// What encloses the target, which is not there.
    Enclosing,
    /// The document as a whole, or where that begins.
    Document,
    /// Where the document stops being JSON, and what a reader says to that.
    Syntax(Option<String>),
}

/// Finds the place of a finding. `earlier` is how many findings of the same code and pointer came
/// before it.
pub(super) fn locate(document: &[u8], finding: &Diagnostic, earlier: usize) -> Place {
    if !finding.pointer.is_empty() {
        let occurrence = match &*finding.code {
            MEMBER_DUPLICATE => Occurrence::Repeated(earlier),
            _ => Occurrence::Last,
        };
        return follow(document, &finding.pointer, occurrence);
    }
    if finding.code == DOCUMENT_ENCODING
        && let Some(span) = not_utf8(document)
    {
        return Place {
            span,
            aim: Aim::Document,
        };
    }
    stumble(document, &finding.message).unwrap_or_else(|| top(document))
}

/// Line and column of an offset, both counted from 1, the column in characters.
pub(super) fn line_and_column(document: &[u8], offset: usize) -> (usize, usize) {
    let before = &document[..offset.min(document.len())];
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    (
        1 + before.iter().filter(|byte| **byte == b'\n').count(),
        1 + String::from_utf8_lossy(&before[line_start..])
            .chars()
            .count(),
    )
}

/// Which of several places with the same pointer. Only a document that is refused for its
/// duplicate members has several.
enum Occurrence {
    /// This one of the members that repeat a name of their object.
    Repeated(usize),
    Last,
}

fn follow(document: &[u8], pointer: &str, occurrence: Occurrence) -> Place {
    let steps: Vec<String> = pointer
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    let mut search = Search {
        document,
        found: Vec::new(),
        enclosing: None,
    };
    let mut scanner = Scanner { document, at: 0 };
    scanner.skip_space();
    search.descend(&steps[..steps.len().min(MAX_STEPS)], scanner.at);
    let span = match occurrence {
        Occurrence::Repeated(earlier) => search
            .found
            .into_iter()
            .filter(|child| child.repeats)
            .nth(earlier)
            .map(|child| child.name),
        Occurrence::Last => search.found.pop().map(|child| child.value),
    };
    match (span, search.enclosing) {
        (Some(span), _) => Place {
            span,
            aim: Aim::Target,
        },
        (None, Some(opening)) => Place {
            span: opening..opening + 1,
            aim: Aim::Enclosing,
        },
        (None, None) => top(document),
    }
}

/// The place that a message names as "line N, column M", as a reader of bytes counts them.
fn stumble(document: &[u8], message: &str) -> Option<Place> {
    let (line, column) = message
        .rsplit_once("line ")?
        .1
        .trim_end_matches('.')
        .split_once(", column ")?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let line_start = match line.checked_sub(2) {
        None => 0,
        Some(newlines) => document
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
            .nth(newlines)
            .map(|(at, _)| at + 1)?,
    };
    // Column 0 is the newline before the line.
    let named = line_start.saturating_add(column).saturating_sub(1);
    let end = document.trim_ascii_end().len();

    let error = serde_json::from_slice::<serde_json::Value>(document)
        .err()
        .filter(|error| (error.line(), error.column()) == (line, column));
    let at = match &error {
        Some(error) if error.is_eof() => end,
        _ => named.min(end),
    };
    let said = error.map(|error| {
        let said = error.to_string();
        match said.rsplit_once(" at line ") {
            Some((said, _)) => said.to_owned(),
            None => said,
        }
    });
    Some(Place {
        span: at..(at + 1).min(document.len()),
        aim: Aim::Syntax(said),
    })
}

/// A byte order mark, or the first bytes that are not UTF-8.
fn not_utf8(document: &[u8]) -> Option<Range<usize>> {
    if document.starts_with("\u{feff}".as_bytes()) {
        return Some(0.."\u{feff}".len());
    }
    let error = str::from_utf8(document).err()?;
    let start = error.valid_up_to();
    let end = error.error_len().map_or(document.len(), |len| start + len);
    Some(start..end)
}

/// The bracket that the document begins with, or the value it is instead of an object.
fn top(document: &[u8]) -> Place {
    let mut scanner = Scanner { document, at: 0 };
    scanner.skip_space();
    let start = scanner.at;
    let span = match scanner.peek() {
        Some(b'{' | b'[') => start..start + 1,
        _ => {
            scanner.skip_value();
            start..scanner.at
        }
    };
    Place {
        span,
        aim: Aim::Document,
    }
}

struct Search<'d> {
    document: &'d [u8],
    found: Vec<Child>,
    /// The last bracket that was entered.
    enclosing: Option<usize>,
}

/// A member of an object, or an item of an array.
struct Child {
    /// Nothing, if it is an item.
    name: Range<usize>,
    value: Range<usize>,
    /// Whether its object has this name before.
    repeats: bool,
}

impl Search<'_> {
    fn descend(&mut self, steps: &[String], start: usize) {
        let Some((step, rest)) = steps.split_first() else {
            return;
        };
        let mut scanner = Scanner {
            document: self.document,
            at: start,
        };
        let bracket = match scanner.peek() {
            Some(bracket @ (b'{' | b'[')) => bracket,
            _ => return,
        };
        scanner.at += 1;
        self.enclosing = Some(start);
        let index: Option<usize> = step.parse().ok();
        let mut repeats = false;
        for number in 0.. {
            let Some(child) = scanner.next_child(bracket) else {
                return;
            };
            if match bracket {
                b'{' => !self.is_named(&child, step),
                _ => index != Some(number),
            } {
                continue;
            }
            let value = child.value.start;
            if rest.is_empty() {
                self.found.push(Child { repeats, ..child });
            } else {
                self.descend(rest, value);
            }
            repeats = true;
        }
    }

    fn is_named(&self, child: &Child, name: &str) -> bool {
        serde_json::from_slice::<String>(&self.document[child.name.clone()])
            .is_ok_and(|read| read == name)
    }
}

/// Goes over what should be JSON without minding if it is not.
pub(super) struct Scanner<'d> {
    pub(super) document: &'d [u8],
    pub(super) at: usize,
}

impl Scanner<'_> {
    /// The next member or item of what this bracket opened. Nothing at the end, or where it stops
    /// being JSON.
    fn next_child(&mut self, bracket: u8) -> Option<Child> {
        self.skip_space();
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip_space();
        }
        let mut name = self.at..self.at;
        if bracket == b'{' {
            if self.peek() != Some(b'"') {
                return None;
            }
            self.skip_string();
            name.end = self.at;
            self.skip_space();
            if self.peek() != Some(b':') {
                return None;
            }
            self.at += 1;
            self.skip_space();
        }
        let start = self.at;
        self.skip_value();
        (self.at > start).then_some(Child {
            name,
            value: start..self.at,
            repeats: false,
        })
    }

    fn skip_value(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                _ => self.skip_while(|byte| !b"\"{}[],: \t\r\n".contains(&byte)),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// A string has no newline in it, so that one that is not closed ends there.
    pub(super) fn skip_string(&mut self) {
        self.at += 1;
        loop {
            self.skip_while(|byte| !b"\"\\\n".contains(&byte));
            match self.peek() {
                Some(b'\\') => self.at = (self.at + 2).min(self.document.len()),
                Some(b'"') => {
                    self.at += 1;
                    return;
                }
                _ => return,
            }
        }
    }

    pub(super) fn skip_space(&mut self) {
        self.skip_while(|byte| b" \t\r\n".contains(&byte));
    }

    pub(super) fn skip_while(&mut self, skip: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&skip) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.document.get(self.at).copied()
    }
}

const MEMBER_DUPLICATE: &str = "member-duplicate";
const DOCUMENT_ENCODING: &str = "document-encoding";

/// How deep a pointer is followed. Nothing that is nested deeper is client metadata.
const MAX_STEPS: usize = 128;

#[cfg(test)]
mod tests;
