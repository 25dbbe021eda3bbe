//! Tables on standard output: aligned on a terminal, and lines with a tab between the cells for a program.
//!
//! A cell is text that somebody else may have written, so nothing reaches a terminal but what can be seen.

use std::io::{self, IsTerminal, Write};

use super::printable::{Glyph, printable};

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    title: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Whole,
    Number,
    Cut,
}

impl Column {
    /// Cells that are shown whole, such as an id that is copied.
    pub(super) const fn whole(title: &'static str) -> Self {
        Self {
            title,
            kind: Kind::Whole,
        }
    }

    /// Numbers, one below the other at their right end.
    pub(super) const fn number(title: &'static str) -> Self {
        Self {
            title,
            kind: Kind::Number,
        }
    }

    /// Cells that are cut, with `…` at their end, where the terminal is too narrow.
    pub(super) const fn cut(title: &'static str) -> Self {
        Self {
            title,
            kind: Kind::Cut,
        }
    }
}

/// Rows of cells that are shown below each other.
///
/// On a terminal, rows are kept until there are [`HELD`] of them, or [`show`](Self::show) is called. Then the widths are
/// fixed, and later rows follow one by one, so that a table of a hundred thousand rows takes no more memory.
pub(super) struct Table<W: Write> {
    out: W,
    columns: &'static [Column],
    /// How wide the terminal is; `None` for a program that reads.
    room: Option<usize>,
    held: Vec<Vec<String>>,
    widths: Vec<usize>,
}

impl Table<io::StdoutLock<'static>> {
    /// A table on standard output.
    pub(super) fn on_stdout(columns: &'static [Column]) -> Self {
        let stdout = io::stdout();
        let room = stdout.is_terminal().then(width_of_terminal);
        Self::new(columns, room, stdout.lock())
    }
}

impl<W: Write> Table<W> {
    pub(super) const fn new(columns: &'static [Column], room: Option<usize>, out: W) -> Self {
        Self {
            out,
            columns,
            room,
            held: Vec::new(),
            widths: Vec::new(),
        }
    }

    /// Adds a row, with a cell for each column.
    pub(super) fn row(&mut self, cells: Vec<String>) -> io::Result<()> {
        if self.room.is_none() {
            let cells: Vec<String> = cells
                .iter()
                .map(|cell| printable(cell, usize::MAX))
                .collect();
            return writeln!(self.out, "{}", cells.join("\t"));
        }
        if !self.widths.is_empty() {
            return self.line(&cells);
        }
        self.held.push(cells);
        if self.held.len() < HELD {
            return Ok(());
        }
        self.show()
    }

    /// Shows what is held back.
    pub(super) fn show(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.held);
        if let Some(room) = self.room
            && self.widths.is_empty()
            && !rows.is_empty()
        {
            self.widths = widths(self.columns, &rows, room);
            let titles: Vec<String> = self.columns.iter().map(|c| c.title.to_owned()).collect();
            self.line(&titles)?;
        }
        for row in rows {
            self.line(&row)?;
        }
        self.out.flush()
    }

    fn line(&mut self, cells: &[String]) -> io::Result<()> {
        let mut line = String::new();
        for ((cell, column), width) in cells.iter().zip(self.columns).zip(&self.widths) {
            let most = match column.kind {
                Kind::Cut => *width,
                Kind::Whole | Kind::Number => usize::MAX,
            };
            let (text, taken) = fit(cell, most);
            let pad = " ".repeat(width.saturating_sub(taken));
            match column.kind {
                Kind::Number => line.extend([&*pad, &*text]),
                Kind::Whole | Kind::Cut => line.extend([&*text, &*pad]),
            }
            line.push_str(GAP);
        }
        writeln!(self.out, "{}", line.trim_end())
    }
}

/// How wide each column is, so that all together fit where they can.
fn widths(columns: &[Column], rows: &[Vec<String>], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.title.len()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(fit(cell, usize::MAX).1);
        }
    }
    let room = room.saturating_sub(GAP.len() * columns.len().saturating_sub(1));
    loop {
        let over = widths.iter().sum::<usize>().saturating_sub(room);
        // The widest gives way, until it is as narrow as its title or a few characters.
        let mut can_give: Vec<(usize, usize)> = Vec::new();
        for (number, column) in columns.iter().enumerate() {
            let least = column.title.len().max(LEAST);
            if column.kind == Kind::Cut && widths[number] > least {
                can_give.push((widths[number], number));
            }
        }
        can_give.sort_unstable();
        let Some((widest, number)) = can_give.pop().filter(|_| over > 0) else {
            return widths;
        };
        let next = can_give.last().map_or(0, |(width, _)| *width);
        let least = columns[number].title.len().max(LEAST);
        let narrowed = widest
            .saturating_sub(over)
            .max(next.min(widest - 1))
            .max(least);
        widths[number] = narrowed;
    }
}

/// Text in so many columns of a terminal, and how many it takes.
fn fit(text: &str, columns: usize) -> (String, usize) {
    let mut glyphs = Vec::new();
    let mut marks = 0;
    for c in text.chars() {
        let glyph = Glyph::of_char(c, marks);
        marks = if glyph.is_mark() { marks + 1 } else { 0 };
        glyphs.push(glyph);
    }
    let whole: usize = glyphs.iter().map(|glyph| glyph.width).sum();
    if whole <= columns {
        return (glyphs.into_iter().map(|glyph| glyph.text).collect(), whole);
    }
    let (mut shown, mut taken) = (String::new(), 0);
    for glyph in glyphs {
        if taken + glyph.width + 1 > columns {
            break;
        }
        taken += glyph.width;
        shown.push_str(&glyph.text);
    }
    shown.push('…');
    (shown, taken + 1)
}

/// How many columns the terminal of standard output has.
fn width_of_terminal() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    let width = size.map_or(0, |size| usize::from(size.ws_col));
    if width > 0 { width } else { 80 }
}

/// What is between two columns.
const GAP: &str = "  ";

/// How narrow a column that is cut may become.
const LEAST: usize = 12;

/// How many rows the widths are made for.
const HELD: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::whole("ID"),
        Column::number("USERS"),
        Column::cut("NAME"),
    ];

    fn shown(room: Option<usize>, rows: &[[&str; 3]]) -> String {
        let mut out = Vec::new();
        let mut table = Table::new(COLUMNS, room, &mut out);
        for row in rows {
            let row = row.iter().map(|&cell| cell.to_owned()).collect();
            table.row(row).expect("memory takes everything");
        }
        table.show().expect("memory takes everything");
        drop(table);
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn tables() {
        let long = "a name that is longer than there is room";
        let cases: &[(&str, Option<usize>, &[[&str; 3]], &str)] = &[
            ("nothing", Some(80), &[], ""),
            ("nothing for a program", None, &[], ""),
            (
                "for a program",
                None,
                &[["a", "1", "b\tc\u{1b}"]],
                "a\t1\tb    c\\u{1b}\n",
            ),
            (
                "aligned",
                Some(80),
                &[["webadmin", "12", "Administration"], ["x", "5", ""]],
                "ID        USERS  NAME\nwebadmin     12  Administration\nx             5\n",
            ),
            (
                "cut",
                Some(30),
                &[["webadmin", "12", long]],
                "ID        USERS  NAME\nwebadmin     12  a name that …\n",
            ),
            (
                "never narrower than a few characters, and ids are whole",
                Some(10),
                &[["a-long-id-that-is-copied", "1", long]],
                "ID                        USERS  NAME\na-long-id-that-is-copied      1  a name that…\n",
            ),
            (
                "wide characters",
                Some(29),
                &[["webadmin", "1", "日本語日本語日本語"]],
                "ID        USERS  NAME\nwebadmin      1  日本語日本…\n",
            ),
            (
                "what must not be printed",
                Some(80),
                &[["a\u{202e}", "1", "\u{1b}[31m"]],
                "ID         USERS  NAME\na\\u{202e}      1  \\u{1b}[31m\n",
            ),
        ];
        for (name, room, rows, expected) in cases {
            assert_eq!(shown(*room, rows), *expected, "{name}");
        }
    }

    #[test]
    fn rows_after_the_first_thousand_follow_at_once() {
        let mut out = Vec::new();
        let mut table = Table::new(COLUMNS, Some(40), &mut out);
        let row = |id: &str| vec![id.to_owned(), "1".to_owned(), String::new()];
        for _ in 0..HELD {
            table.row(row("id")).expect("memory takes everything");
        }
        assert!(table.held.is_empty());
        table
            .row(row("a-longer-id"))
            .expect("memory takes everything");
        assert!(table.held.is_empty());
        drop(table);
        let text = String::from_utf8(out).expect("it is text");
        assert_eq!(text.lines().count(), HELD + 2);
        assert!(text.ends_with("id      1\na-longer-id      1\n"), "{text}");
    }

    #[test]
    fn the_widest_gives_way_first() {
        const TWO: &[Column] = &[Column::cut("A"), Column::cut("B")];
        for (cells, room, expected) in [
            (["x".repeat(20), "x".repeat(60)], 82, [20, 60]),
            (["x".repeat(20), "x".repeat(60)], 62, [20, 40]),
            (["x".repeat(40), "x".repeat(60)], 62, [30, 30]),
            (["x".repeat(40), "x".repeat(60)], 10, [12, 12]),
        ] {
            let found = widths(TWO, &[cells.to_vec()], room);
            let sum: usize = found.iter().sum();
            assert!(sum + 2 <= room.max(26), "{found:?} in {room}");
            assert!(
                found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 1),
                "{found:?} {expected:?}"
            );
        }
    }
}
