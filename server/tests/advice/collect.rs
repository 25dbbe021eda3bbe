//! Finds what readers are told to type: in pages, in messages, in what the command line says of itself.

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use syn::Lit;

/// A line to type, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub place: String,
    pub text: String,
}

/// Lines that are typed one after the other: a block of a page. A line in running text is alone.
pub type Sequence = Vec<Line>;

/// What a page in Markdown tells its reader to type.
pub fn page(file: &str, markdown: &str) -> Vec<Sequence> {
    let mut found = Vec::new();
    let mut lines = (1..).zip(markdown.lines());
    // Running text: a line that begins a paragraph, and the paragraph.
    let mut paragraph = (1, String::new());
    while let Some((number, line)) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            found.extend(text(file, paragraph.0, &paragraph.1));
            let block = lines
                .by_ref()
                .take_while(|(_, line)| !line.trim_start().starts_with("```"));
            found.extend(block_of(language, file, block));
            paragraph = (number, String::new());
        } else if line.trim().is_empty() {
            found.extend(text(file, paragraph.0, &paragraph.1));
            paragraph = (number, String::new());
        } else {
            if paragraph.1.is_empty() {
                paragraph.0 = number;
            }
            paragraph.1.push_str(line);
            paragraph.1.push('\n');
        }
    }
    found.extend(text(file, paragraph.0, &paragraph.1));
    found
}

/// A block of a page, and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub place: String,
    pub language: String,
    pub lines: String,
    /// The places of its lines, as [`Line`] has them.
    pub places: Vec<String>,
}

/// The blocks of code of a page.
pub fn blocks(file: &str, markdown: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = (1..).zip(markdown.lines());
    while let Some((number, line)) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let (places, inside): (Vec<String>, Vec<&str>) = lines
                .by_ref()
                .take_while(|(_, line)| !line.trim_start().starts_with("```"))
                .map(|(number, line): (usize, _)| (format!("{file}:{number}"), line))
                .unzip();
            found.push(Block {
                place: format!("{file}:{number}"),
                language: language.to_owned(),
                lines: inside.join("\n"),
                places,
            });
        }
    }
    found
}

/// A block of code. One that is not for a shell is read as text.
fn block_of<'t>(
    language: &str,
    file: &str,
    lines: impl Iterator<Item = (usize, &'t str)>,
) -> Vec<Sequence> {
    let mut typed: Sequence = Vec::new();
    let mut found = Vec::new();
    let mut goes_on = false;
    for (number, line) in lines {
        let line = match language {
            "sh" => line,
            // What follows the prompt is typed; the rest is printed.
            "console" if goes_on => line,
            "console" => match line.strip_prefix("$ ") {
                Some(line) => line,
                None => continue,
            },
            _ => {
                found.extend(text(file, number, line));
                continue;
            }
        };
        let (command, comment) = line.split_once(" # ").unwrap_or((line, ""));
        found.extend(text(file, number, comment));
        match typed.last_mut() {
            Some(last) if goes_on => {
                last.text.push('\n');
                last.text.push_str(command);
            }
            _ => typed.push(Line {
                place: format!("{file}:{number}"),
                text: command.to_owned(),
            }),
        }
        let end = command.trim_end();
        goes_on = end.ends_with('\\') || end.ends_with('|');
    }
    found.push(typed);
    found
}

/// What running text tells its reader to type: what is in backticks, and what follows the name of a program
/// in the same line.
pub fn text(file: &str, number: usize, text: &str) -> Vec<Sequence> {
    let mut found = Vec::new();
    let mut number = number;
    // The pieces between backticks are by turns outside and inside of them.
    for (turn, piece) in text.split('`').enumerate() {
        let is_code = turn % 2 == 1;
        let place = |number| format!("{file}:{number}");
        if is_code {
            found.push(vec![Line {
                place: place(number),
                text: piece.split_whitespace().collect::<Vec<_>>().join(" "),
            }]);
        } else {
            for (line, number) in piece.lines().zip(number..) {
                if let Some(start) = command_in(line) {
                    found.push(vec![Line {
                        place: place(number),
                        text: line[start..].to_owned(),
                    }]);
                }
            }
        }
        number += piece.matches('\n').count();
    }
    found
}

/// Where a program's name is followed by a word that may be a command, or a flag.
fn command_in(line: &str) -> Option<usize> {
    let follows = |(start, name): (usize, &str)| {
        let rest = line[start..].strip_prefix(name)?.strip_prefix(' ')?;
        rest.starts_with(|first: char| first == '-' || first.is_ascii_lowercase())
            .then_some(start)
    };
    let programs = ["gatepost-server", "gatepost-host"];
    let names = programs.iter().flat_map(|name| line.match_indices(*name));
    names.filter_map(follows).min()
}

/// What a Rust source tells whoever sees its messages, or reads what is said of its items. What is said of
/// the file itself is for those who change it.
pub fn source(file: &str, rust: &str) -> Vec<Sequence> {
    let tokens: TokenStream = rust
        .parse()
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut texts = Vec::new();
    literals(tokens, &mut texts);
    // The help has examples, which a unit test of the command line reads, and usages, which nobody types as they are.
    let is_help =
        |literal: &str| literal.starts_with("Example:\n") || literal.contains("[OPTIONS]");
    texts
        .iter()
        .filter(|(_, literal)| !is_help(literal))
        .flat_map(|(number, literal)| text(file, *number, literal))
        .collect()
}

/// Each string, and each run of lines of documentation, with its first line's number.
fn literals(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut documentation: Option<(usize, String)> = None;
    let mut at = 0;
    while at < tokens.len() {
        let rest = &tokens[at..];
        at += 1;
        if let Some((number, line)) = documented(rest) {
            let (_, text) = documentation.get_or_insert((number, String::new()));
            text.push_str(&line);
            text.push('\n');
            at += 1;
            continue;
        }
        found.extend(documentation.take());
        if is_of_the_file(rest) {
            at += 2;
            continue;
        }
        match rest {
            [
                TokenTree::Ident(name),
                TokenTree::Punct(mark),
                TokenTree::Group(parts),
                ..,
            ] if name == "concat" && mark.as_char() == '!' => {
                let mut pieces = Vec::new();
                literals(parts.stream(), &mut pieces);
                let whole: String = pieces.into_iter().map(|(_, piece)| piece).collect();
                found.push((name.span().start().line, whole));
                at += 2;
            }
            [TokenTree::Group(group), ..] => literals(group.stream(), found),
            [TokenTree::Literal(literal), ..] => {
                if let Lit::Str(string) = Lit::new(literal.clone()) {
                    found.push((literal.span().start().line, string.value()));
                }
            }
            _ => {}
        }
    }
    found.extend(documentation);
}

/// A line of an item's documentation, if one begins there: its number and its text.
fn documented(tokens: &[TokenTree]) -> Option<(usize, String)> {
    let is = |token: &TokenTree, mark| matches!(token, TokenTree::Punct(p) if p.as_char() == mark);
    let [hash, TokenTree::Group(attribute), ..] = tokens else {
        return None;
    };
    let inside: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match &inside[..] {
        [TokenTree::Ident(name), equals, TokenTree::Literal(line)]
            if is(hash, '#') && name == "doc" && is(equals, '=') =>
        {
            let Lit::Str(line) = Lit::new(line.clone()) else {
                return None;
            };
            Some((attribute.span_open().start().line, line.value()))
        }
        _ => None,
    }
}

/// Whether the attribute of a file's or a block's own documentation begins there, which takes three tokens.
fn is_of_the_file(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(hash), TokenTree::Punct(not), TokenTree::Group(_), ..]
        if hash.as_char() == '#' && not.as_char() == '!')
}

/// What a page of HTML tells its reader to type.
pub fn template(file: &str, html: &str) -> Vec<Sequence> {
    text(
        file,
        1,
        &html.replace("<code>", "`").replace("</code>", "`"),
    )
}

/// What the texts of a JSON document tell their reader to type.
pub fn document(file: &str, json: &str) -> Vec<Sequence> {
    fn texts(file: &str, value: &Value, found: &mut Vec<Sequence>) {
        match value {
            Value::String(string) => found.extend(text(file, 1, string)),
            Value::Array(values) => values.iter().for_each(|value| texts(file, value, found)),
            Value::Object(members) => members.values().for_each(|value| texts(file, value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{file}: {error}"));
    texts(file, &value, &mut found);
    found
}

/// What a systemd unit runs, and what its comments say.
pub fn unit(file: &str, unit: &str) -> Vec<Sequence> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(unit.lines()) {
        match line.strip_prefix("ExecStart=") {
            Some(command) => found.push(vec![Line {
                place: format!("{file}:{number}"),
                text: command.to_owned(),
            }]),
            None => found.extend(text(file, number, line)),
        }
    }
    found
}
