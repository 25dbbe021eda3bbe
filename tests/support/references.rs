//! What a document names of the sources: a file, and a function, a row of its table or a case in it.

use crate::root;

/// Something that a document names: a file, and what is to be found in it.
#[derive(Debug)]
pub struct Reference<'a> {
    pub path: &'a str,
    /// A function or the id of a case.
    pub name: Option<&'a str>,
    /// A string literal in the function.
    pub row: Option<&'a str>,
}

/// The cells of the lines of all tables of a document, without the headings.
pub fn rows(document: &str) -> Vec<Vec<&str>> {
    let lines: Vec<_> = document.lines().collect();
    let is_row = |number: &usize| lines[*number].starts_with("| ");
    let is_rule = |number: usize| {
        lines
            .get(number)
            .is_some_and(|line| line.starts_with("| ---"))
    };
    let rows = (0..lines.len()).filter(is_row);
    let rows = rows.filter(|number| !is_rule(*number) && !is_rule(number + 1));
    rows.map(|number| {
        let line = lines[number].trim_matches('|');
        line.split('|').map(str::trim).collect()
    })
    .collect()
}

/// What a cell names: the pieces of code in it that begin with a path.
pub fn references(cell: &str) -> impl Iterator<Item = Reference<'_>> {
    cell.split('`').skip(1).step_by(2).filter_map(|code| {
        let (path, rest) = match code.split_once(": ") {
            Some((path, rest)) => (path, Some(rest)),
            None => (code, None),
        };
        let is_path = [".rs", ".jsonl", ".toml"].iter().any(|e| path.ends_with(e));
        let (name, row) = match rest.map(|rest| rest.split_once(' ').unwrap_or((rest, ""))) {
            Some((name, row)) => (
                Some(name),
                row.strip_prefix('"').and_then(|row| row.strip_suffix('"')),
            ),
            None => (None, None),
        };
        is_path.then_some(Reference { path, name, row })
    })
}

/// What a reference leads to is there.
pub fn find(reference: &Reference<'_>) -> Result<(), &'static str> {
    if !root::root().join(reference.path).is_file() {
        return Err("no such file");
    }
    let Some(name) = reference.name else {
        return Ok(());
    };
    let text = read(reference.path);
    if reference.path.ends_with(".jsonl") {
        let has_id = |line: &str| {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            case["id"] == name
        };
        return text.lines().any(has_id).then_some(()).ok_or("no such case");
    }
    let body = function(&text, name).ok_or("no such function")?;
    match reference.row {
        Some(row) if !body.contains(&format!("\"{row}\"")) => Err("no such row"),
        _ => Ok(()),
    }
}

/// A function's text, up to the brace that stands as deep as the function does.
fn function<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let start = ["(", "<"]
        .iter()
        .find_map(|open| text.find(&format!("fn {name}{open}")))?;
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text[line..].len() - text[line..].trim_start_matches(' ').len();
    let end = format!("\n{}}}", " ".repeat(indent));
    let length = text[start..].find(&end).unwrap_or(text.len() - start);
    Some(&text[start..start + length])
}

/// Whether what is named is a test, or a case in a table of cases: what stands between it and an empty line above says so.
pub fn is_test(reference: &Reference<'_>) -> bool {
    let Some(name) = reference.name else {
        return false;
    };
    if reference.path.ends_with(".jsonl") {
        return true;
    }
    let text = read(reference.path);
    text.find(&format!("fn {name}(")).is_some_and(|start| {
        let above = &text[text[..start].rfind("\n\n").unwrap_or(0)..start];
        above.contains("#[test]") || above.contains("::test]")
    })
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(root::root().join(path)).unwrap()
}
