use std::collections::BTreeSet;

use crate::diagnostic::Rule;

use super::clients::CLIENTS;
use super::document::DOCUMENT;
use super::keys::KEYS;
use super::metadata::METADATA;
use super::registration::REGISTRATION;
use super::requests::REQUESTS;
use super::uri::URI;

fn every_rule() -> impl Iterator<Item = &'static Rule> {
    let flaws = URI.iter().flat_map(|f| [&f.redirect, &f.other]);
    [CLIENTS, DOCUMENT, KEYS, METADATA, REGISTRATION, REQUESTS]
        .into_iter()
        .flatten()
        .copied()
        .chain(flaws)
}

#[test]
fn codes_are_unique_kebab_case() {
    let mut seen = BTreeSet::new();
    for rule in every_rule() {
        assert!(seen.insert(rule.code), "{} stands twice", rule.code);
        assert!(
            rule.code
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{}",
            rule.code
        );
    }
}

#[test]
fn messages_fit_an_error_description() {
    // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E
    for rule in every_rule() {
        assert!(
            rule.message
                .bytes()
                .all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)),
            "{}",
            rule.code
        );
        assert!(rule.message.ends_with('.'), "{}", rule.code);
    }
}

/// Compares `docs/diagnostics.md` with the catalogue; `BLESS=1 cargo test` writes it.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test reads and writes documentation"
)]
fn the_documentation_is_up_to_date() {
    let mut rules: Vec<_> = every_rule().collect();
    rules.sort_by_key(|rule| rule.code);
    let mut page = String::from(
        "# Diagnostics\n\n\
         This table lists every code that a diagnostic can have. Codes never change, so programs can rely on\n\
         them; the messages can change. `error` is the error code of the response if the finding is an error\n\
         and the first one in the list. A finding that is a warning or a note refuses nothing.\n\n\
         | code | error | source | meaning |\n| --- | --- | --- | --- |\n",
    );
    for rule in rules {
        page.push_str(&format!(
            "| `{}` | `{}` | {} | {} |\n",
            rule.code,
            rule.error.name(),
            rule.reference,
            rule.message.replace('|', "\\|"),
        ));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/diagnostics.md is old: run BLESS=1 cargo test"
    );
}
