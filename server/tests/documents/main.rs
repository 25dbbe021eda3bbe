//! The documents say what is true: what is made from something else is made anew and compared, settings are given
//! to the program, links lead somewhere.

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../tests/support/root.rs"]
mod root;

mod api;
mod blocks;
mod dashboards;
mod links;
mod readme;
mod settings;

use std::fs;

/// A file of the repository.
fn read(file: &str) -> String {
    fs::read_to_string(root::root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names of the pages that a person reads, from the root.
fn pages() -> Vec<String> {
    let folders = ["", "docs/", "packaging/", "plugin/", "host-example/"];
    let mut folders: Vec<String> = folders.into_iter().map(str::to_owned).collect();
    let examples = fs::read_dir(root::root().join("host-example")).expect("there are examples");
    folders.extend(examples.filter_map(|entry| {
        let entry = entry.expect("it can be read");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        entry
            .path()
            .is_dir()
            .then(|| format!("host-example/{name}/"))
    }));
    let mut pages = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(root::root().join(&folder)).expect("it is a folder") {
            let name = entry.expect("it can be read").file_name();
            let name = name.into_string().expect("a name in UTF-8");
            if name.ends_with(".md") {
                pages.push(format!("{folder}{name}"));
            }
        }
    }
    pages.sort();
    assert!(pages.contains(&"docs/install.md".to_owned()), "{pages:?}");
    pages
}

/// Compares a file that is made from others with what it should be; `BLESS=1 cargo test` writes it.
fn is_current(file: &str, expected: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(root::root().join(file), expected).expect("the repository can be written");
    }
    assert!(
        read(file) == expected,
        "{file} is old: BLESS=1 cargo test -p gatepost-server --test documents"
    );
}
