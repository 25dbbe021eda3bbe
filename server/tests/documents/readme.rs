//! The README shows programs that are compiled and run elsewhere.

use crate::read;

/// The programs in it are those that are compiled and run elsewhere in the tests.
#[test]
fn its_programs_are_the_ones_that_are_tested() {
    let readme = read("README.md");
    for file in ["tests/c/readme.c", "plugin/examples/load_component.rs"] {
        let program = read(file)
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
    let of_loader = read("plugin/README.md");
    let (_, program) = of_loader.split_once("```rust\n").unwrap();
    let (program, _) = program.split_once("```").unwrap();
    assert!(read("README.md").contains(program));
}
