//! The README says what is true.

use std::fs;

#[path = "../../tests/support/root.rs"]
mod root;

/// The programs in it are those that are compiled and run elsewhere in the tests.
#[test]
fn its_programs_are_the_ones_that_are_tested() {
    let readme = fs::read_to_string(root::root().join("README.md")).unwrap();
    for file in ["tests/c/readme.c", "plugin/examples/load_component.rs"] {
        let program = fs::read_to_string(root::root().join(file)).unwrap();
        let program = program
            .lines()
            .skip_while(|line| line.starts_with("//!") || line.is_empty())
            .map(|line| format!("{line}\n"))
            .collect::<String>();
        assert!(readme.contains(&program), "{file} is not in the README");
    }
}

/// The loader's program is the one that runs in an empty project.
#[test]
fn its_program_for_rust_is_the_loaders_own() {
    let read = |path: &str| fs::read_to_string(root::root().join(path)).unwrap();
    let of_loader = read("plugin/README.md");
    let (_, program) = of_loader.split_once("```rust\n").unwrap();
    let (program, _) = program.split_once("```").unwrap();
    assert!(read("README.md").contains(program));
}

/// What it links to is there.
#[test]
fn its_links_lead_somewhere() {
    let readme = fs::read_to_string(root::root().join("README.md")).unwrap();
    let mut links = 0;
    for link in readme.split("](").skip(1) {
        let target = link.split(')').next().unwrap();
        if !target.starts_with("https://") {
            assert!(root::root().join(target).exists(), "{target}");
            links += 1;
        }
    }
    assert!(links > 3);
}
