//! What Exim's and Dovecot's modules have in common, by its own program, under AddressSanitizer and valgrind.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::MAIL;
use crate::case::{Case, Verdict};
use crate::common::{NATIVE, text};
use crate::modules::make;
use crate::place::Place;
use crate::store::Store;

const SANITIZED: &str = "CFLAGS=-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all";

#[test]
#[ignore = "needs libasan, libsqlite3-dev and libssl-dev; scripts/test-peers runs it"]
fn the_modules_decide_without_a_mistake_in_memory() {
    decides(SANITIZED, &[]);
}

#[test]
#[ignore = "needs valgrind, libsqlite3-dev and libssl-dev; scripts/test-peers runs it"]
fn valgrind_sees_no_mistake_either() {
    let valgrind = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
    ];
    decides("CFLAGS=-g -O1", &valgrind);
}

/// Builds the program so, and runs it with these words before it.
fn decides(flags: &str, before: &[&str]) {
    let place = Place::new();
    make(&place, "sign-in", &["oauth-sign-in", flags]);
    let store = Store::new(&place);
    let program = place.name("sign-in/oauth-sign-in");
    let ask = |settings: &str, case: &Case| {
        let words: Vec<&str> = before.iter().copied().chain([&*program]).collect();
        let mut child = Command::new(words[0])
            .args(&words[1..])
            .args([settings, &store.path, MAIL, &case.user])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was built");
        let mut stdin = child.stdin.take().expect("it was asked for");
        let _ = writeln!(stdin, "{}", case.token);
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let verdict = match output.status.code() {
            Some(0) => Verdict::Allowed,
            Some(1) => Verdict::Refused,
            Some(2) => Verdict::Undecided,
            _ => panic!("{}: {}", case.name, text(&output.stderr)),
        };
        (verdict, text(&output.stdout) + &text(&output.stderr))
    };

    let cases = store.cases();
    for case in &cases {
        let (verdict, said) = ask(&store.settings, case);
        assert_eq!(verdict, case.expected, "{}: {said}", case.name);
        assert!(!said.contains(&case.token), "{said}");
    }
    let reason = |name: &str| {
        let case = cases.iter().find(|case| case.name == name);
        ask(&store.settings, case.expect("there is such a case")).1
    };
    for (name, code) in [
        ("disabled", ": client-disabled\n"),
        ("removed", ": client-unknown\n"),
        ("registered for another scope", ": scope-lacking\n"),
    ] {
        let said = reason(name);
        assert!(said.ends_with(code), "{said}");
    }

    let good = &cases[0];
    let undecided = |settings: &str, expected: &str| {
        let (verdict, said) = ask(settings, good);
        assert_eq!(verdict, Verdict::Undecided, "{said}");
        assert!(said.contains(expected), "{said}");
    };
    let mistaken = place.write(
        "mistaken.toml",
        "[oauth.client-registration]\nrequired = true\n",
    );
    undecided(&mistaken, "oauth.client-registration.required");
    undecided(&place.name("missing"), "cannot be opened");
    undecided("/dev/zero", "too large");
    undecided(&place.name("sign-in"), "cannot be read");
    let client = store.register(NATIVE);
    let token = store.good_token(&client);
    let update = "UPDATE client SET record = '{\"version\":99}' WHERE client_id = ?1";
    store
        .database
        .execute(update, [client])
        .expect("it is there");
    let spoiled = Case::new("spoiled", "", &token, Verdict::Undecided);
    let (verdict, said) = ask(&store.settings, &spoiled);
    assert_eq!(verdict, spoiled.expected, "{said}");
    let lock = Connection::open(&store.path).expect("it is there");
    lock.execute_batch("BEGIN EXCLUSIVE")
        .expect("nobody writes");
    undecided(&store.settings, "locked");
    drop(lock);
    fs::write(&store.path, "no database").expect("it is ours");
    undecided(&store.settings, "not a database");
}
