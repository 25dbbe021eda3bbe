//! Where `scripts/install-peers` puts what the host is tested against.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    target.parent().expect("the target folder").join("peers")
}

/// A script of `tests/peers`. A module is looked for from where the script is, so it goes there.
pub fn node(script: &str) -> Command {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(script);
    let copy = folder().join(script);
    fs::copy(source, &copy).expect("scripts/install-peers was run");
    let mut command = Command::new("node");
    command.arg(copy);
    command
}
