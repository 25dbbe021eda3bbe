//! The C compiler.

use std::env;
use std::process::Command;

/// What a careful program is compiled with.
pub const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// `$CC`, or `cc`. A test fails if it is missing: the C library is as much of the product as the rest.
pub fn compiler() -> Command {
    let named = env::var("CC").unwrap_or_else(|_| "cc".into());
    let mut words = named.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("cc"));
    command.args(words).args(WARNINGS);
    command
}

/// Runs a command and returns what it printed, or fails the test with what it complained of.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
    );
    String::from_utf8(output.stdout).expect("what tools print is UTF-8")
}
