//! What a repository's files say against the order of its rooms.

use std::collections::{BTreeMap, BTreeSet};

use self::modules::Workspace;
use self::table::Rooms;

mod code;
mod modules;
mod table;

/// The page that has the table.
const PAGE: &str = "docs/DESIGN.md";

/// A repository's files: their texts by their paths from its root.
pub type Files = BTreeMap<String, String>;

/// One thing that is wrong: the file, the line, and what.
type Finding = (String, usize, String);

/// Everything that is wrong, in the order of files and lines.
///
/// # Panics
///
/// If the page or a manifest is missing, or a file is no TOML or no Rust.
pub fn findings(files: &Files) -> Vec<String> {
    let (rooms, mut found) = Rooms::read(&files[PAGE]);
    let workspace = Workspace::read(files);
    let mut used = BTreeSet::new();
    for source in &workspace.sources {
        let mut add = |line, what: String| found.push((source.file.clone(), line, what));
        let row = rooms.of(&source.file);
        used.extend(row);
        if row.is_none() {
            let what = format!("a room is missing: no row of {PAGE} covers this file");
            add(1, what);
        }
        for line in &source.code.moved {
            add(*line, "`#[path]` hides where a module is".to_owned());
        }
    }
    for (row, room) in rooms.rows.iter().enumerate() {
        if !used.contains(&row) {
            let what = format!("no source file belongs to room {}", room.path);
            found.push((PAGE.to_owned(), room.line, what));
        }
    }
    found.extend(upward(&rooms, &workspace));
    let found: BTreeSet<_> = found.into_iter().collect();
    let text = |(file, line, what)| format!("{file}:{line}: {what}");
    found.into_iter().map(text).collect()
}

/// The folders of the workspace's packages. The root's is empty.
pub fn packages(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().expect("Cargo.toml is TOML");
    let members = manifest["workspace"]["members"].as_array();
    let members = members.expect("the workspace lists its members").iter();
    let members = members.map(|member| format!("{}/", member.as_str().expect("a folder")));
    members.chain([String::new()]).collect()
}

fn upward(rooms: &Rooms, workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for import in workspace.imports() {
        let (from, to) = (rooms.of(import.file), rooms.of(import.target));
        let is_known = import.brought.is_some_and(|file| rooms.of(file) == to);
        if let (Some(from), Some(to)) = (from, to)
            && to < from
            && !is_known
        {
            let (from, to) = (&rooms.rows[from].path, &rooms.rows[to].path);
            let path = import.path;
            let what = format!("{path} (room {from}) imports room {to}, which is above it");
            found.push((import.file.to_owned(), import.line, what));
        }
    }
    found
}
