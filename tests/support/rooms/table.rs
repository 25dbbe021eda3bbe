//! The table: the rooms from top to bottom.

use std::collections::BTreeSet;

use super::{Finding, PAGE};

/// The tables below this heading are read as one.
const HEADING: &str = "## Rooms";

pub struct Rooms {
    /// From top to bottom.
    pub rows: Vec<Room>,
}

pub struct Room {
    /// A file, or a folder with a slash at its end.
    pub path: String,
    pub line: usize,
}

impl Rooms {
    /// Reads the page, and finds what is wrong with its rows.
    pub fn read(page: &str) -> (Self, Vec<Finding>) {
        let (mut rows, mut found) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        let section = page
            .lines()
            .zip(1..)
            .skip_while(|(text, _)| *text != HEADING);
        let section = section
            .skip(1)
            .take_while(|(text, _)| !text.starts_with("## "));
        for (text, line) in section.filter(|(text, _)| text.starts_with('|')) {
            let cell = text[1..].split('|').next().unwrap_or_default().trim();
            if cell == "room" || cell.trim_matches(['-', ':']).is_empty() {
                continue;
            }
            let path = cell
                .strip_prefix('`')
                .and_then(|cell| cell.strip_suffix('`'));
            let what = match path.map(str::to_owned) {
                Some(path) if seen.insert(path.clone()) => {
                    rows.push(Room { path, line });
                    continue;
                }
                Some(path) => format!("room {path} is in the table twice"),
                None => format!("this is no path in backticks: {cell}"),
            };
            found.push((PAGE.to_owned(), line, what));
        }
        (Self { rows }, found)
    }

    /// The row that a file belongs to: of those that cover it, the one with the longest path.
    pub fn of(&self, file: &str) -> Option<usize> {
        let covers = |room: &Room| match room.path.ends_with('/') {
            true => file.starts_with(&room.path),
            false => file == room.path,
        };
        let rows = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, room)| covers(room));
        let longest = rows.max_by_key(|(_, room)| room.path.len());
        longest.map(|(index, _)| index)
    }
}
