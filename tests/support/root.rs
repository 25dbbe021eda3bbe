//! The workspace's root, from whichever of its packages.

use std::path::Path;

/// The folder that holds `wit/`, `include/` and `tests/`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|folder| folder.join("include").is_dir())
        .expect("every package is inside the workspace")
}
