//! `docs/security.md` is true: it has every attacker, and each row names a test that exists. Those who look for it find it.

#![expect(
    clippy::disallowed_methods,
    reason = "the core reads no files; this test reads its sources"
)]

#[path = "support/references.rs"]
mod references;
#[path = "support/root.rs"]
mod root;

use references::{find, is_test, read, references, rows};

/// Those who attack.
const ATTACKERS: [&str; 7] = [
    "A stranger",
    "A web page",
    "A registered client",
    "A plain user",
    "An administrator with few permissions",
    "A neighbour on the database",
    "Somebody with the disk",
];

/// The parts of the page: a heading, and what is below it.
fn parts(page: &str) -> Vec<(&str, &str)> {
    let parts = page.split("\n## ").skip(1);
    parts
        .map(|part| part.split_once('\n').expect("something is below it"))
        .collect()
}

#[test]
fn every_attacker_is_there() {
    let page = read("docs/security.md");
    let headings: Vec<_> = parts(&page)
        .into_iter()
        .map(|(heading, _)| heading)
        .collect();
    let expected = [&["Assets"][..], &ATTACKERS, &["What is not defended"]].concat();
    assert_eq!(headings, expected);
}

#[test]
fn each_attack_is_stopped_and_a_test_shows_it() {
    let page = read("docs/security.md");
    let mut missing = Vec::new();
    for (attacker, text) in parts(&page) {
        if !ATTACKERS.contains(&attacker) {
            continue;
        }
        let attacks = rows(text);
        assert!(attacks.len() > 3, "{attacker} tries more");
        for attack in attacks {
            let [tries, stopped_by, shown_by] = attack[..] else {
                panic!("{attacker}: this row does not have three cells: {attack:?}");
            };
            assert!(!stopped_by.is_empty(), "{attacker}: {tries}");
            let tests: Vec<_> = references(shown_by).collect();
            if tests.is_empty() {
                missing.push(format!("{attacker}: nothing shows what stops {tries:?}"));
            }
            for test in tests {
                if let Err(what) = find(&test) {
                    missing.push(format!("{attacker}: {what}: {test:?}"));
                } else if !is_test(&test) {
                    missing.push(format!("{attacker}: {test:?} is no test"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn it_is_found_where_one_looks() {
    for (page, link) in [
        ("README.md", "(docs/security.md)"),
        ("README.md", "(SECURITY.md)"),
        ("CONTRIBUTING.md", "(docs/security.md)"),
        ("CONTRIBUTING.md", "(SECURITY.md)"),
        ("SECURITY.md", "(docs/security.md)"),
        ("docs/security.md", "(../SECURITY.md)"),
    ] {
        assert!(read(page).contains(link), "{page} has no link {link}");
    }
}
