//! The C library, as `scripts/build-c-library` lays it out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::compiler::run;
use super::root::root;

/// The folder that holds `include/` and `lib/`, built the first time it is asked for.
pub fn installed() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let prefix = scratch.join("c-library");
        run(Command::new(root().join("scripts/build-c-library"))
            .arg("--prefix")
            .arg(&prefix)
            // The target folder of this very run, however it was named.
            .env("CARGO_TARGET_DIR", scratch.parent().expect("it is in one")));
        prefix
    })
}
