//! `docs/requirements.md` is true: every number is there once, and every function, test, row and
//! case that it names exists.

#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files; this test reads its sources"
)]

#[path = "support/references.rs"]
mod references;
#[path = "support/root.rs"]
mod root;

use std::collections::BTreeSet;
use std::path::Path;

use references::{find, is_test, read, references};

/// How many numbers there are under each letter.
const NUMBERS: [(char, usize); 11] = [
    ('A', 22),
    ('B', 9),
    ('C', 4),
    ('D', 8),
    ('E', 12),
    ('F', 7),
    ('G', 9),
    ('H', 8),
    ('I', 3),
    ('J', 3),
    ('K', 12),
];

/// One line of a table.
struct Row {
    number: String,
    held_by: String,
    proved_by: String,
}

#[test]
fn every_number_is_there_once() {
    let found: Vec<_> = rows().into_iter().map(|row| row.number).collect();
    let expected: Vec<_> = NUMBERS
        .iter()
        .flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}")))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_number_is_held_and_proved_or_said_not_to_be() {
    for row in rows() {
        let held = references(&row.held_by).count();
        let proved = references(&row.proved_by).count();
        let open = row.held_by.to_lowercase().contains("not yet");
        assert!(
            held > 0 && proved > 0 || open && held == 0 && proved == 0,
            "{} has {held} functions and {proved} tests",
            row.number
        );
    }
}

#[test]
fn what_is_named_exists() {
    let mut missing = Vec::new();
    for row in rows() {
        for reference in references(&row.held_by).chain(references(&row.proved_by)) {
            if let Err(what) = find(&reference) {
                missing.push(format!("{}: {what} in {reference:?}", row.number));
            }
        }
        for reference in references(&row.proved_by) {
            if reference.name.is_some() && !is_test(&reference) {
                missing.push(format!("{}: {reference:?} is no test", row.number));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn what_the_source_cites_is_there() {
    let numbers: BTreeSet<_> = rows().into_iter().map(|row| row.number).collect();
    let mut cited = 0;
    for folder in ["src", "tests", "server/src", "server/tests"] {
        for (path, text) in sources(&root::root().join(folder)) {
            for number in citations(&text) {
                cited += 1;
                let known = match number.len() {
                    1 => NUMBERS
                        .iter()
                        .any(|(letter, _)| number.starts_with(*letter)),
                    _ => numbers.contains(&number),
                };
                assert!(known, "{path} cites requirements {number}");
            }
        }
    }
    assert!(cited > 20, "only {cited} citations were found");
}

#[test]
fn citations_are_read() {
    for (text, expected) in [
        ("// requirements A11.", &["A11"][..]),
        ("(requirements A8, A9; RFC 7591)", &["A8", "A9"]),
        ("Requirements G1 and G2, for what", &["G1", "G2"]),
        ("(requirements E1 to E3)", &["E1", "E2", "E3"]),
        ("(requirements\n    /// C1, C2)", &["C1", "C2"]),
        ("(requirements F)", &["F"]),
        ("the requirements are", &[]),
        ("requirements Are", &[]),
        ("requirements X9", &["X9"]),
    ] {
        assert_eq!(citations(text), expected, "{text}");
    }
}

/// The rows of all tables.
fn rows() -> Vec<Row> {
    let page = read("docs/requirements.md");
    let rows = references::rows(&page).into_iter();
    rows.map(|cells| {
        let [number, asked, held_by, proved_by] = cells[..] else {
            panic!("this row does not have four cells: {cells:?}");
        };
        assert!(!asked.is_empty(), "{number} asks nothing");
        Row {
            number: number.to_owned(),
            held_by: held_by.to_owned(),
            proved_by: proved_by.to_owned(),
        }
    })
    .collect()
}

/// The numbers after the word "requirements"; a letter alone is all that stands under it.
fn citations(text: &str) -> Vec<String> {
    let text = text.replace("///", " ").replace("//", " ");
    let mut words = text.split_whitespace().peekable();
    let mut found: Vec<(char, usize)> = Vec::new();
    while let Some(word) = words.next() {
        if !word
            .trim_start_matches('(')
            .eq_ignore_ascii_case("requirements")
        {
            continue;
        }
        let mut first = None;
        while let Some(word) = words.peek() {
            match number(word) {
                Some((letter, last)) => {
                    let first = first.take().unwrap_or(last);
                    found.extend((first..=last).map(|n| (letter, n)));
                }
                None if *word == "and" => {}
                None if *word == "to" => first = found.last().map(|(_, n)| n + 1),
                None => break,
            }
            words.next();
        }
    }
    let name = |(letter, number): (char, usize)| match number {
        0 => letter.to_string(),
        number => format!("{letter}{number}"),
    };
    found.into_iter().map(name).collect()
}

/// A letter and a number, with what a sentence puts behind them; 0 for a letter alone.
fn number(word: &str) -> Option<(char, usize)> {
    let word = word.trim_end_matches(['.', ',', ';', ':', ')']);
    let (letter, digits) = word.split_at_checked(1)?;
    let letter = letter.chars().next().filter(char::is_ascii_uppercase)?;
    match digits {
        "" => Some((letter, 0)),
        digits => Some((letter, digits.parse().ok()?)),
    }
}

/// Every Rust file below a folder, with its path.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path.display().to_string(), text));
        }
    }
    found
}
