//! The first start: a key that its owner alone sees, and a command that works.

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Folder, Host, NATIVE, program, text};

/// The command that the first start printed.
fn command(greeting: &str) -> &str {
    let mut lines = greeting.lines();
    let command = lines.find(|line| line.starts_with("curl "));
    command.unwrap_or_else(|| panic!("no command in {greeting}"))
}

/// Runs a command as it is pasted into a shell.
fn paste(command: &str) -> String {
    let output = Command::new("/bin/sh").args(["-c", command]).output();
    let output = output.expect("there is a shell");
    assert!(output.status.success(), "{command}: {output:?}");
    text(&output.stdout)
}

fn mode(path: &Path) -> u32 {
    let permissions = fs::metadata(path).expect("it is there").permissions();
    permissions.mode() & 0o777
}

#[test]
fn a_key_goes_to_a_file_if_nobody_looks() {
    let host = Host::start("");
    let data = host.folder.data();
    let file = data.join("first-key");
    let named = file.canonicalize().expect("it is there");
    assert!(host.greeting.contains(named.to_str().unwrap()));
    for (path, expected) in [
        (&data, 0o700),
        (&file, 0o600),
        (&data.join("gatepost-host.db"), 0o600),
        (&data.join("gatepost-host.db-wal"), 0o600),
    ] {
        assert_eq!(mode(path), expected, "{}", path.display());
    }
    let key = host.folder.first_key();
    assert!(!host.greeting.contains(&key), "{}", host.greeting);
    assert!(!host.folder.logged().contains(&key));
    let answer = paste(command(&host.greeting));
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");

    let host = Host::start_in(host.kill(), "", &[]);
    assert_eq!(host.greeting, "", "it is not the first start");
    host.register_with_key(&key, NATIVE).client_id();
}

#[test]
fn a_folder_may_have_any_name() {
    let folder = Folder::new();
    let data = folder.data().join("it's \"a $(touch x)\" folder");
    let mut command = program();
    command
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(data);
    let host = Host::spawn(&mut command, folder);
    let answer = paste(self::command(&host.greeting));
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}

/// What somebody has put in the way is not written to.
#[test]
fn a_file_that_is_there_is_left_alone() {
    for is_link in [false, true] {
        let folder = Folder::new();
        let other = folder.write("other", "theirs");
        fs::create_dir(folder.data()).expect("the folder can be written");
        let file = folder.data().join("first-key");
        match is_link {
            true => symlink(&other, &file).expect("a link can be made"),
            false => fs::write(&file, "theirs").expect("the folder can be written"),
        }
        let run = || {
            let mut command = program();
            command.args(["--listen", "127.0.0.1:0", "--data"]);
            let output = command.arg(folder.data()).output();
            output.expect("the program can be started")
        };
        let output = run();
        assert!(!output.status.success(), "{output:?}");
        let said = text(&output.stderr);
        assert!(said.contains("first-key: File exists"), "{said}");
        assert_eq!(fs::read_to_string(&other).unwrap(), "theirs");
        assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
        assert_eq!(folder.number("SELECT count(*) FROM api_key"), 0);

        // Nothing was begun, so that it is still a first start.
        fs::remove_file(&file).expect("it is there");
        let host = Host::start_in(folder, "", &[]);
        let key = host.folder.first_key();
        host.register_with_key(&key, NATIVE).client_id();
    }
}

/// A terminal is what `script` gives a program.
#[test]
fn a_key_is_shown_on_a_terminal() {
    let folder = Folder::new();
    let run = format!(
        "exec {} --listen 127.0.0.1:0 --data {}",
        common::path().display(),
        folder.data().display()
    );
    let mut script = Command::new("script");
    script
        .args(["--quiet", "--return", "--command", &run, "/dev/null"])
        .stdin(Stdio::null());
    let host = Host::spawn(&mut script, folder);
    let shown = host.greeting.replace('\r', "");
    let (_, key) = shown.split_once("not shown again: ").expect("a key");
    let key = key.lines().next().expect("a line");
    assert!(!host.folder.data().join("first-key").exists());
    assert!(command(&shown).contains(key), "{shown}");
    let answer = paste(command(&shown));
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    host.register_with_key(key, NATIVE).client_id();
}

#[test]
fn mistakes_are_reported_before_anything_is_made() {
    let folder = Folder::new();
    let file = |content: &str| {
        let path = folder.write("settings.toml", content);
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().expect("an address").to_string();
    for (name, settings, more, says) in [
        (
            "no file",
            None,
            &["--config", "missing.toml"][..],
            "cannot read missing.toml",
        ),
        ("no TOML", Some("[server"), &[], "cannot read"),
        (
            "a key that there is not",
            Some("[server]\nlisten-on = 1"),
            &[],
            "listen-on",
        ),
        (
            "a table that there is not",
            Some("[servers]"),
            &[],
            "servers",
        ),
        (
            "a key that the plugin does not know",
            Some("[oauth.client-registration]\nrequired = true\nanonymus = true"),
            &[],
            "oauth.client-registration.anonymus",
        ),
        (
            "a public URL that is not encrypted",
            Some("[server]\npublic-url = 'http://mail.example.org'"),
            &[],
            "oauth.client-registration.issuer",
        ),
        (
            "no plugin",
            None,
            &["--plugin", "missing.wasm"],
            "cannot read missing.wasm: No such file",
        ),
        (
            "a file that is no plugin",
            None,
            &["--plugin", "/dev/null"],
            "it is empty",
        ),
        (
            "a port that is taken",
            None,
            &["--listen", &taken],
            "in use",
        ),
    ] {
        if more.contains(&"--plugin") && !common::is_own() {
            continue;
        }
        let mut command = program();
        command.arg("--data").arg(folder.data());
        if !more.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if let Some(settings) = settings {
            command.args(["--config", &file(settings)]);
        }
        let output = command.args(more).output();
        let output = output.expect("the program can be started");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success(), "{name}: {said}");
        assert!(said.contains(says), "{name}: {said}");
        assert!(!folder.data().exists(), "{name}");
    }
}
