//! Each page of `docs/` is followed from its beginning to its end, as a reader would: in one folder, with a server
//! that runs there.

use std::collections::BTreeSet;
use std::fs;

use crate::collect::{Block, blocks};
use crate::common::Host;
use crate::prepared::{Home, Prepared};
use crate::{files, read};

/// What the server of a page is set to, beside what every server has.
const SETTINGS: &[(&str, &str)] = &[(
    "docs/first-client.md",
    "[oauth.client-registration]\nanonymous = true\n",
)];

/// What a page says of a place on the reader's machine, and where that is here. `runuser` needs root, and the user.
const PLACES: &[(&str, &str)] = &[
    ("/etc/gatepost/gatepost.toml", "settings.toml"),
    ("/var/lib/gatepost", "gatepost-data"),
    ("runuser -u gatepost -- ", ""),
];

/// What a command shows after a page was followed.
const SHOWN: &[(&str, &str, &str)] = &[
    ("docs/connecting.md", "client list", "Thunderbird"),
    ("docs/first-client.md", "client list", "example-mail"),
    ("docs/keys.md", "account list", "alice@example.org"),
    ("docs/keys.md", "client list", "dovecot"),
    ("docs/keys.md", "key list", "revoked"),
    ("docs/mail-servers.md", "client list", "dovecot"),
    ("docs/upgrade.md", "client list", "Example Mail"),
    (
        "docs/upgrade.md",
        "key list --data gatepost-data.old",
        "registration",
    ),
];

/// Commands that are not run here, by how they begin, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "apt ",
        "it changes the machine; scripts/test-debian-packages does it",
    ),
    ("cargo ", "it is how this test was built"),
    ("chown gatepost ", "the user is the package's"),
    ("editor ", "it asks a person"),
    (
        "gatepost-server import move.jsonl ",
        "it needs PostgreSQL; the test `postgres` moves a directory there",
    ),
    (
        "gatepost-server serve ",
        "it does not end; the test of commands runs it",
    ),
    (
        "gatepost-server setup ",
        "it asks a person; the test of commands answers it",
    ),
    ("install ", "it changes the machine"),
    ("podman ", "it needs the image; scripts/test-image runs it"),
    (
        "printf 'oauth2-bearer ",
        "it needs a mail server; the test `mail_servers` signs in to each",
    ),
    ("runuser -u postgres ", "it needs PostgreSQL"),
    (
        "promtool ",
        "it is in the repository; the test `documents` runs it",
    ),
    ("rustup ", "it is how this test was built"),
    (
        "saslpluginviewer ",
        "it is about Cyrus SASL, which nothing here needs",
    ),
    ("scripts/", "they build and test for long; CI runs each"),
    ("systemctl ", "there is no systemd"),
];

#[test]
#[ignore = "needs curl, jq, sqlite3 and zip; scripts/test-peers runs it"]
fn every_page_can_be_followed() {
    let prepared = Prepared::new();
    let mut left_out = BTreeSet::new();
    let mut failed = Vec::new();
    let mut followed = 0;
    for page in files("docs/", "md", false) {
        let blocks: Vec<Block> = blocks(&page, &read(&page))
            .into_iter()
            .filter(|block| ["sh", "console"].contains(&&*block.language))
            .collect();
        if blocks.is_empty() {
            continue;
        }
        followed += 1;
        if let Err(why) = follow(&prepared, &page, &blocks, &mut left_out) {
            failed.push(why);
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(followed >= 8, "{followed}");
    for (beginning, _) in LEFT_OUT {
        assert!(
            left_out.contains(beginning),
            "no page has `{beginning}` now"
        );
    }
}

/// Runs what a page shows, and compares what is printed with what the page says.
fn follow(
    prepared: &Prepared,
    page: &str,
    blocks: &[Block],
    left_out: &mut BTreeSet<&'static str>,
) -> Result<(), String> {
    let home = Home::of(prepared);
    let own = SETTINGS.iter().find(|(of, _)| *of == page);
    let own = own.map_or("", |(_, settings)| settings);
    let settings = format!("{own}[limits]\nrequests-per-minute = 0\n");
    fs::write(home.path("settings.toml"), settings).expect("the folder is ours");
    let host = home.start("gatepost-server serve --config settings.toml");
    let mut script = Script {
        host: &host,
        lines: String::new(),
        expected: Vec::new(),
    };
    for block in blocks {
        script.add(block, left_out);
    }
    let ran = home.run(&script.lines);
    if ran.code != Some(0) {
        let place = fs::read_to_string(home.path("place")).unwrap_or_default();
        return Err(format!(
            "{place}: {:?}\n{}{}",
            ran.code, ran.stdout, ran.stderr
        ));
    }
    for (number, (place, expected)) in (0..).zip(&script.expected) {
        let printed = fs::read_to_string(home.path(&format!("printed-{number}")));
        let printed = printed.expect("it was run");
        if !is_like(expected, &printed) {
            return Err(format!("{place}: it is not\n{expected}but\n{printed}"));
        }
    }
    for (_, command, shown) in SHOWN.iter().filter(|(of, ..)| *of == page) {
        let then = home.run(&format!("gatepost-server {command}"));
        if then.code != Some(0) || !then.stdout.contains(shown) {
            return Err(format!("{page}: {command}\n{}{}", then.stdout, then.stderr));
        }
    }
    Ok(())
}

/// What is run of a page.
struct Script<'h> {
    host: &'h Host,
    lines: String,
    /// What the commands print whose output the page shows, each with its place.
    expected: Vec<(String, String)>,
}

impl Script<'_> {
    fn add(&mut self, block: &Block, left_out: &mut BTreeSet<&'static str>) {
        self.line(&format!("echo {} > place", block.place));
        let mut is_left_out = false;
        let mut goes_on = false;
        let mut is_open = false;
        for line in block.lines.lines() {
            let command = match (&*block.language, line.strip_prefix("$ ")) {
                ("console", None) if !goes_on => {
                    if let Some((_, printed)) = self.expected.last_mut() {
                        printed.push_str(line);
                        printed.push('\n');
                    }
                    continue;
                }
                ("console", Some(command)) => {
                    if is_open {
                        self.close();
                    }
                    is_open = true;
                    self.line("{");
                    self.expected.push((block.place.clone(), String::new()));
                    command
                }
                _ => line,
            };
            if !goes_on {
                let known = LEFT_OUT
                    .iter()
                    .find(|(beginning, _)| command.starts_with(beginning));
                left_out.extend(known.map(|(beginning, _)| *beginning));
                is_left_out = known.is_some();
            }
            goes_on = command.trim_end().ends_with(['\\', '|']);
            if !is_left_out {
                self.line(&self.here(command));
            }
        }
        if is_open {
            self.close();
        }
    }

    /// Ends a command whose output is compared.
    fn close(&mut self) {
        let number = self.expected.len() - 1;
        self.line(&format!("}} > printed-{number}"));
    }

    fn line(&mut self, line: &str) {
        self.lines.push_str(line);
        self.lines.push('\n');
    }

    /// A line with the places that it has here.
    fn here(&self, line: &str) -> String {
        let address = self.host.address.to_string();
        let mut here = line.replace("127.0.0.1:8080", &address);
        if here.contains("curl ") {
            here = here.replace("https://mail.example.com", &format!("http://{address}"));
        }
        for (there, place) in PLACES {
            here = here.replace(there, place);
        }
        here
    }
}

/// Whether this was printed, where `…` stands for anything.
fn is_like(expected: &str, printed: &str) -> bool {
    let mut pieces = expected.trim_end().split('…');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = printed.trim_end().strip_prefix(first) else {
        return false;
    };
    for piece in pieces {
        // Whatever comes last may be anything.
        if piece.is_empty() {
            rest = "";
            continue;
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[test]
fn what_is_printed_is_compared() {
    for (expected, printed, is_as_expected) in [
        ("ok\n", "ok\n", true),
        ("ok\n", "ok", true),
        ("ok\n", "ok then\n", false),
        ("no\n", "ok\n", false),
        ("{\"a\":…\n", "{\"a\":1,\"b\":2}", true),
        ("{\"a\":…}\n", "{\"a\":1}\n", true),
        ("{\"a\":…}\n", "{\"b\":1}\n", false),
        ("{\"a\":…,\"c\":3}", "{\"a\":1,\"b\":2,\"c\":3}", true),
        ("{\"a\":…,\"c\":3}", "{\"a\":1,\"b\":2}", false),
    ] {
        assert_eq!(
            is_like(expected, printed),
            is_as_expected,
            "{expected} {printed}"
        );
    }
}
