//! Names that are nearly the one that somebody wrote.

use std::fs;
use std::path::{Path, PathBuf};

/// How many names of a folder are looked at.
const MOST_NAMES: usize = 1000;

/// What is beside a path and has nearly its name, the nearest first.
pub fn similar(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Vec::new();
    };
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(usize, String)> = entries
        .take(MOST_NAMES)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .map(|other| (strsim::damerau_levenshtein(name, &other), other))
        .filter(|(distance, _)| (1..=3).contains(distance) && distance * 3 <= name.chars().count())
        .collect();
    found.sort();
    let beside = |name: String| match path.parent() {
        Some(folder) => folder.join(name),
        None => name.into(),
    };
    found.into_iter().map(|(_, name)| beside(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_nearly_the_same() {
        let folder = tempfile::tempdir().expect("there is room");
        for name in ["gatepost-data", "gatepost-date", "gateposts", "other"] {
            fs::write(folder.path().join(name), "").expect("it is ours");
        }
        for (name, expected) in [
            ("gatepost-dta", &["gatepost-data", "gatepost-date"][..]),
            ("gatepost-data", &["gatepost-date"]),
            ("gatepsot", &["gateposts"]),
            ("ohter", &["other"]),
            ("o", &[]),
            ("nothing", &[]),
        ] {
            let found = similar(&folder.path().join(name));
            let expected: Vec<PathBuf> = expected
                .iter()
                .map(|name| folder.path().join(name))
                .collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
