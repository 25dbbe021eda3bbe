//! The examples of the manual and of the README, as they are written there.

use std::fs;

use crate::root::root;

/// The example that follows this mark in `docs/proxies.md`.
pub fn example(name: &str) -> String {
    let manual = read("docs/proxies.md");
    let mark = format!("<!-- proxies: {name} -->\n```");
    let (_, after) = manual
        .split_once(&mark)
        .unwrap_or_else(|| panic!("docs/proxies.md has no example {name}"));
    block(after)
}

/// The settings of the README's example.
pub fn readme() -> String {
    let readme = read("README.md");
    let (_, after) = readme
        .split_once("```toml\n[server]\n")
        .expect("the README shows settings");
    block(&format!("toml\n[server]\n{after}"))
}

/// What is between the fences, of which the first one is cut.
fn block(after: &str) -> String {
    let (_, lines) = after.split_once('\n').expect("the fence is a line");
    let (lines, _) = lines.split_once("```").expect("the example ends");
    lines.to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("it is in the repository")
}
