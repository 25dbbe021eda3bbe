//! The order of the rooms is kept: no import runs up.
//!
//! A room is a source file, or a folder with everything below it. `docs/DESIGN.md` has the order,
//! under the heading "Rooms": one table, or one for each package. A file belongs to the row with
//! the longest path that covers it, and may import the rooms in the rows below and its own. So
//! every import between rooms goes down one list, and no circle of rooms is possible.
//!
//! An import is any path that leads to another file, wherever it is written: in a `use`, in an
//! expression, in a macro's tokens, in an attribute's string, in a test. A name that a module only
//! re-exports is followed to the module that has it.

#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files; this test reads its sources"
)]

use std::fs;

use self::planted::{FILES, LIMITS, ORDER, REPOSITORIES, SOUND, UPWARD};
use self::rooms::{Files, findings, packages};

#[path = "support/rooms/planted.rs"]
mod planted;
#[path = "support/rooms/mod.rs"]
mod rooms;
#[path = "support/root.rs"]
mod root;

#[test]
fn no_import_of_this_repository_runs_up() {
    let found = findings(&repository());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_runs_up_is_found() {
    for (name, code, expected) in UPWARD {
        let expected = expected.iter().map(|(line, path, room)| {
            format!(
                "{LIMITS}:{line}: {path} (room src/policy/) imports room {room}, which is above it"
            )
        });
        assert_eq!(
            findings(&planted(&[(LIMITS, code)])),
            expected.collect::<Vec<_>>(),
            "{name}"
        );
    }
}

#[test]
fn nothing_else_is_found() {
    for (name, code) in SOUND {
        let found = findings(&planted(&[(LIMITS, code)]));
        assert!(found.is_empty(), "{name}: {}", found.join("\n"));
    }
}

#[test]
fn what_is_wrong_with_files_and_rows_is_found() {
    for (name, files, expected) in REPOSITORIES {
        assert_eq!(findings(&planted(files)), *expected, "{name}");
    }
}

/// The planted repository, with other files.
fn planted(files: &[(&str, &str)]) -> Files {
    [("docs/DESIGN.md", ORDER)]
        .iter()
        .chain(FILES)
        .chain(files)
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

/// The files of this repository that are judged.
fn repository() -> Files {
    let mut files = Files::new();
    add(&mut files, "docs/DESIGN.md");
    add(&mut files, "Cargo.toml");
    for package in packages(&files["Cargo.toml"]) {
        add(&mut files, &format!("{package}Cargo.toml"));
        add_sources(&mut files, &format!("{package}src/"));
    }
    files
}

fn add(files: &mut Files, path: &str) {
    let text = fs::read_to_string(root::root().join(path));
    let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
    files.insert(path.to_owned(), text);
}

fn add_sources(files: &mut Files, folder: &str) {
    for entry in fs::read_dir(root::root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            add_sources(files, &format!("{folder}{name}/"));
        } else if name.ends_with(".rs") {
            add(files, &format!("{folder}{name}"));
        }
    }
}
