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
//!
//! The same page says why each direct dependency of each package is here.

#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files; this test reads its sources"
)]

use std::fs;
use std::path::Path;

use self::dependencies::unjustified;
use self::planted::{FILES, LIMITS, ORDER, REPOSITORIES, SOUND, UPWARD};
use self::rooms::{Files, findings, packages};

#[path = "support/dependencies.rs"]
mod dependencies;
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

#[test]
fn every_direct_dependency_of_every_package_has_a_reason() {
    let page = &repository()["docs/DESIGN.md"];
    let mut manifests = Vec::new();
    add_manifests(&mut manifests, root::root());
    assert!(
        manifests.len() > 6,
        "the fuzz targets and an example are packages too"
    );
    let manifests = manifests.iter();
    let found: Vec<_> = manifests
        .flat_map(|manifest| unjustified(page, manifest))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let page = "\
## Dependencies of the store (`store`)

| crate | why |
| --- | --- |
| `url`, `idna` | parsing |
| `getrandom` (not in the component) | entropy |
| `cbindgen` (while building) | the header |
| `proptest` (tests) | documents |
| `criterion` (benchmarks) | times |

## Dependencies of others

| `serde` | is in another table |
";
    const SOUND: &str = "[dependencies]\nurl = '2'\nidna = { version = '1' }\n\
        [target.'cfg(unix)'.dependencies]\ngetrandom = '0.4'\n[build-dependencies]\ncbindgen = '1'\n\
        [dev-dependencies]\nproptest = '1'\ncriterion = '0.8'\nurl = { version = '2', features = ['serde'] }\n";
    for (name, from, to, expected) in [
        ("sound", "", "", &[][..]),
        (
            "another one",
            "url = '2'\n",
            "url = '2'\nserde = '1'\n",
            &["no reason for `serde` (Shipping)"],
        ),
        (
            "for one target",
            "getrandom = '0.4'\n",
            "getrandom = '0.4'\nlibc = '1'\n",
            &["no reason for `libc` (Shipping)"],
        ),
        (
            "to build with",
            "cbindgen = '1'\n",
            "cbindgen = '1'\ncc = '1'\n",
            &["no reason for `cc` (Building)"],
        ),
        (
            "for tests",
            "proptest = '1'\n",
            "proptest = '1'\nwat = '1'\n",
            &["no reason for `wat` (Tests)"],
        ),
        (
            "shipped, with a reason for tests alone",
            "url = '2'\n",
            "url = '2'\nproptest = '1'\n",
            &["no reason for `proptest` (Shipping)"],
        ),
        (
            "gone",
            "idna = { version = '1' }\n",
            "",
            &["`idna` (Shipping) has a reason and is no dependency"],
        ),
        (
            "no table",
            "'store'",
            "'stores'",
            &["no heading \"## Dependencies of … (`stores`)\""],
        ),
    ] {
        let manifest = format!("[package]\nname = 'store'\n{SOUND}").replacen(from, to, 1);
        let found = unjustified(page, &manifest);
        assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.ends_with(expected), "{name}: {found}");
        }
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

/// The manifests of all packages, also of those outside the workspace.
fn add_manifests(manifests: &mut Vec<String>, folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                add_manifests(manifests, &entry.path());
            }
        } else if name == "Cargo.toml" {
            manifests.push(fs::read_to_string(entry.path()).unwrap());
        }
    }
}
