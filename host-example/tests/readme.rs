//! The README says what is true.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Folder, Host, NATIVE, program, text};
use serde_json::Value;

fn package() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn readme() -> String {
    fs::read_to_string(package().join("README.md")).expect("there is a README")
}

/// The blocks of code in a language.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let begin = format!("```{language}\n");
    let blocks = readme.split(&begin).skip(1);
    blocks
        .map(|rest| rest.split("```").next().expect("a block ends").to_owned())
        .collect()
}

/// Runs a host in a folder with the default name of its data folder.
fn host_and_folder() -> (Host, PathBuf) {
    let folder = Folder::new();
    let home = folder.data();
    fs::create_dir(&home).expect("the temporary folder can be written");
    let mut command = program();
    command.args(["--listen", "127.0.0.1:0"]).current_dir(&home);
    (Host::spawn(&mut command, folder), home)
}

/// Runs a block of shell commands, with the programs in a folder before others.
fn paste(commands: &str, home: &Path, programs: &Path) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("/bin/sh")
        .args(["-e", "-c", commands])
        .current_dir(home)
        .env("PATH", format!("{}:{path}", programs.display()))
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "{commands}: {output:?}");
    text(&output.stdout)
}

#[test]
fn its_commands_do_what_it_says() {
    let (host, home) = host_and_folder();
    let address = format!("http://{}", host.address);
    let blocks = blocks("sh");
    let here = |block: &String| block.replace("http://127.0.0.1:8080", &address);
    let about = |what: &str| {
        let mut found = blocks.iter().filter(|block| block.contains(what));
        let block = found
            .next()
            .unwrap_or_else(|| panic!("no block with {what}"));
        assert_eq!(found.next(), None, "{what}");
        here(block)
    };

    let registered = paste(&about("/auth/register"), &home, &home);
    assert!(
        registered.starts_with("HTTP/1.1 201 Created"),
        "{registered}"
    );

    let verdict = paste(&about("/decide"), &home, &home);
    let verdict: Value = serde_json::from_str(&verdict).expect("it is JSON");
    let [shown] = &self::blocks("json")[..] else {
        panic!("one answer is shown");
    };
    let shown: Value = serde_json::from_str(shown).expect("it is JSON");
    assert_eq!(verdict, shown);

    // The statement is carried out here, because not every machine has the program.
    let programs = host
        .folder
        .write("sqlite3", "#!/bin/sh\nprintf %s \"$2\" > \"$1.sql\"\n");
    fs::set_permissions(&programs, Permissions::from_mode(0o755)).expect("the file is there");
    let key = paste(
        &about("sqlite3"),
        &home,
        programs.parent().expect("a folder"),
    );
    let database = home.join("gatepost-host-data/gatepost-host.db");
    let statement = fs::read_to_string(database.with_extension("db.sql")).expect("a statement");
    let database = rusqlite::Connection::open(database).expect("the database is there");
    assert_eq!(database.execute(&statement, ()), Ok(1));
    host.register_with_key(key.trim(), NATIVE).client_id();
    let revoked = database.execute("DELETE FROM api_key WHERE name = 'partner'", ());
    assert_eq!(revoked, Ok(1));
    assert_eq!(host.register_with_key(key.trim(), NATIVE).status, 401);

    for block in &blocks {
        let other = ["/auth/register", "/decide", "sqlite3"];
        if other.iter().any(|what| block.contains(what)) {
            continue;
        }
        for line in block.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["cargo", "run", "--release", "-p", "gatepost-host"] => {}
                [
                    "cargo",
                    "run",
                    "--release",
                    "-p",
                    "gatepost-host",
                    "--",
                    "--plugin",
                    _,
                ] => {}
                ["scripts/build-c-library", "--prefix", _] => {
                    assert!(package().join("..").join(words[0]).exists());
                }
                _ => panic!("nobody knows whether this works: {line}"),
            }
        }
    }
}

#[test]
fn its_settings_are_settings() {
    let [settings] = &blocks("toml")[..] else {
        panic!("all settings are in one block");
    };
    let host = Host::start_in(Folder::new(), settings, &[]);
    let answer = host.get("/.well-known/oauth-authorization-server");
    assert_eq!(answer.json()["issuer"], "https://mail.example.com");
    let source = fs::read_to_string(package().join("src/settings.rs")).expect("a file");
    let server = source
        .split("pub struct Server {")
        .nth(1)
        .expect("the table");
    let fields = server.split('}').next().expect("its end").lines();
    for field in fields.filter(|line| line.contains(": Option")) {
        let name = field.trim().trim_start_matches("pub ");
        let name = name.split(':').next().expect("a name").replace('_', "-");
        assert!(settings.contains(&format!("\n{name} = ")), "{name}");
    }
}

/// What it links to, and what it names.
#[test]
fn what_it_names_is_there() {
    let readme = readme();
    for link in readme.split("](").skip(1) {
        let target = link.split(')').next().expect("a link ends");
        if !target.starts_with("https://") {
            assert!(package().join(target).exists(), "{target}");
        }
    }
    let files = fs::read_dir(package().join("src")).expect("there is a source");
    let sources: Vec<(String, String)> = files
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            (name.into_owned(), fs::read_to_string(&path).expect("text"))
        })
        .collect();
    for (name, _) in &sources {
        assert!(readme.contains(name.as_str()), "{name} is not explained");
    }
    let way = readme.split("## One request").nth(1).expect("a chapter");
    let way = way.split("\n## ").next().expect("its end");
    let mut functions = 0;
    for name in way.split('`').skip(1).step_by(2) {
        if name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            let definition = format!("fn {name}");
            let is_there = |(_, source): &(String, String)| source.contains(&definition);
            assert!(sources.iter().any(is_there), "{name}");
            functions += 1;
        }
    }
    assert!(functions > 10);
}

/// A mail-server author reads all of it in one sitting.
#[test]
fn it_is_small() {
    let files = fs::read_dir(package().join("src")).expect("there is a source");
    let lines = files.map(|file| {
        let path = file.expect("a file").path();
        fs::read_to_string(path).expect("text").lines().count()
    });
    let lines: usize = lines.sum();
    assert!(lines < 900, "{lines}");
}
