//! What pages show as settings, as documents and as codes.

use std::collections::BTreeSet;

use gatepost::Registrar;
use gatepost_server::config::{Config, Overrides};
use serde_json::Value;

use crate::common::Folder;
use crate::{pages, read};

/// Settings that are for another program, by the mark above them.
const OTHERS: &[&str] = &["<!-- for Stalwart -->"];

/// A block of a page: its place, the line above it, its language and its lines.
struct Block {
    place: String,
    mark: String,
    language: String,
    lines: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let content = read(page);
    let mut found = Vec::new();
    let mut above = "";
    let mut lines = (1..).zip(content.lines());
    while let Some((number, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().map(|(_, line)| line);
            let inside = inside.take_while(|line| !line.starts_with("```"));
            found.push(Block {
                place: format!("{page}:{number}"),
                mark: above.to_owned(),
                language: language.to_owned(),
                lines: inside.map(|line| format!("{line}\n")).collect(),
            });
        }
        above = line;
    }
    found
}

/// What is shown as settings of the server are settings that it takes, and that the core compiles.
#[test]
fn settings_have_no_mistakes() {
    let folder = Folder::new();
    let mut checked = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        if page != "README.md" && !page.starts_with("docs/") {
            continue;
        }
        for block in blocks(&page) {
            if block.language != "toml" || OTHERS.contains(&&*block.mark) {
                continue;
            }
            let overrides = Overrides {
                config: Some(folder.write("shown.toml", &block.lines)),
                ..Overrides::default()
            };
            let compiled = Config::load(&overrides)
                .map_err(|error| error.to_string())
                .and_then(|config| {
                    let settings = config.plugin_settings(&config.public_url(config.listen));
                    Registrar::compile(&settings).map_err(|mistakes| format!("{mistakes:?}"))
                });
            if let Err(why) = compiled {
                wrong.push(format!("{}: {why}", block.place));
            }
            checked += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked >= 8, "{checked}");
}

#[test]
fn documents_are_json() {
    for page in pages() {
        for block in blocks(&page) {
            if block.language == "json" {
                let parsed: Result<Value, _> = serde_json::from_str(&block.lines);
                assert!(parsed.is_ok(), "{}: {}", block.place, parsed.unwrap_err());
            }
        }
    }
}

/// The codes and settings that a reader is told to look for exist.
#[test]
fn what_troubleshooting_names_exists() {
    let page = read("docs/troubleshooting.md");
    let known: BTreeSet<String> = [
        "docs/diagnostics.md",
        "docs/configuration.md",
        "docs/gatepost.toml",
        "docs/keys.md",
    ]
    .into_iter()
    .flat_map(|file| names(&read(file)))
    .collect();
    let codes: Vec<String> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|piece| is_name(piece))
        .map(str::to_owned)
        .collect();
    for code in &codes {
        assert!(known.contains(code), "{code}");
    }
    assert!(codes.len() > 15, "{codes:?}");
}

/// What a reader is told to look for is what the server says.
#[test]
fn what_troubleshooting_quotes_is_said() {
    let page = read("docs/troubleshooting.md").replace('\n', " ");
    for (quoted, file) in [
        (
            "The name or the password is wrong, or this account may not sign in",
            "server/templates/sign_in.html",
        ),
        (
            "There were too many wrong attempts",
            "server/src/http/shared/page.rs",
        ),
        (
            "This program cannot be used here",
            "server/src/http/oauth/refused.rs",
        ),
        (
            "has changed, which needs a restart",
            "server/src/operate/reload.rs",
        ),
    ] {
        assert!(page.contains(quoted), "the page does not quote `{quoted}`");
        assert!(
            read(file).contains(quoted),
            "{file} does not say `{quoted}`"
        );
    }
}

/// Each word that can be a code or a setting.
fn names(text: &str) -> Vec<String> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let words = text.split(|letter: char| !is_of_name(letter));
    words
        .filter(|word| is_name(word))
        .map(str::to_owned)
        .collect()
}

/// Whether this is a code or a setting: words with a dash between them.
fn is_name(piece: &str) -> bool {
    let mut words = piece.split('-');
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    piece.contains('-') && words.all(is_word)
}
