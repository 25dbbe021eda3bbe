//! What commands show: to a person on a terminal, and to a program.

use serde_json::Value;

use crate::common::{Folder, Host, NATIVE, program, text};
use crate::terminal::on_terminal;
use crate::{command, run};

#[test]
fn lists_are_tables_on_a_terminal_and_lines_for_a_program() {
    let host = Host::start("");
    let data = host.folder.data();
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let path = data.to_str().expect("a path in UTF-8");
    for (what, title, row) in [
        ("client", "ID ", &*client_id),
        ("key", "NO  NAME", "registration"),
        ("account", "NAME ", "admin@example.org"),
    ] {
        let seen = on_terminal(&[what, "list", "--data", path], &data, "");
        assert_eq!(seen.code, Some(0), "{}", seen.text);
        assert!(seen.text.starts_with(title), "{}", seen.text);
        assert!(seen.text.contains(row), "{}", seen.text);
        let widest = seen.text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{}", seen.text);
        let lines = text(&command(&[what, "list", "--json"], &data).stdout);
        for line in lines.lines() {
            let object: Value = serde_json::from_str(line).expect("a line is JSON");
            assert!(object.is_object(), "{line}");
        }
        assert!(lines.contains(row), "{lines}");
    }
}

#[test]
fn one_client_with_all_that_is_known_of_it() {
    let host = Host::start("");
    let data = host.folder.data();
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let show = |more: &[&str]| command(&[&["client", "show", &client_id], more].concat(), &data);
    let shown = text(&show(&["--utc"]).stdout);
    for part in [
        &*client_id,
        "enabled",
        "Example Mail",
        "http://127.0.0.1/callback",
        " +00:00",
        "never",
        "with the key “registration”",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert!(!shown.contains("registration_access_token"), "{shown}");
    let told: Value = serde_json::from_slice(&show(&["--json"]).stdout).expect("it is JSON");
    assert_eq!(told["client_id"], *client_id);
    assert_eq!(told["works"], true);
    assert_eq!(told["registration"]["client_name"], "Example Mail");
    assert_eq!(
        command(&["client", "disable", &client_id], &data)
            .status
            .code(),
        Some(0)
    );
    let told: Value = serde_json::from_slice(&show(&["--json"]).stdout).expect("it is JSON");
    assert_eq!(
        (&told["state"], &told["works"]),
        (&"disabled".into(), &false.into())
    );
    let shown = text(&show(&[]).stdout);
    assert!(
        shown.contains("It does not work under these settings:\nerror[client-denied]"),
        "{shown}"
    );
}

/// What was done is said in a line, which is not in the way of a secret or a document.
#[test]
fn what_was_done_is_said() {
    let folder = Folder::new();
    let data = folder.data();
    crate::common::make(&data);
    let server = folder.write(
        "mail.json",
        r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    let server = server.to_str().expect("a path in UTF-8");
    let file = folder.path("all.jsonl");
    let file = file.to_str().expect("a path in UTF-8");
    for (arguments, on_stdout, says) in [
        (
            &["account", "create", "--name", "ann"][..],
            false,
            "created the account ann",
        ),
        (
            &["account", "password", "--name", "ann", "--yes"],
            false,
            "changed the password of ann",
        ),
        (
            &[
                "account",
                "permit",
                "--name",
                "ann",
                "--permission",
                "authenticate",
            ],
            true,
            "ann may now: authenticate",
        ),
        (
            &[
                "key",
                "create",
                "--name",
                "k",
                "--permission",
                "authenticate",
            ],
            false,
            "created key 1, which never expires",
        ),
        (
            &[
                "client",
                "add",
                "--id",
                "web",
                "--redirect-uri",
                "https://a.example.com/cb",
            ],
            false,
            "registered the client web",
        ),
        (
            &["client", "add", server, "--id", "mail"],
            false,
            "registered the client mail",
        ),
        (
            &["client", "disable", "web"],
            true,
            "disabled the client web",
        ),
        (&["client", "enable", "web"], true, "enabled the client web"),
        (
            &["client", "rotate-secret", "mail", "--yes"],
            false,
            "the client mail has a new secret",
        ),
        (&["export", file], false, "exported "),
        (
            &["client", "remove", "web", "--yes"],
            true,
            "removed the client web",
        ),
        (&["key", "revoke", "1", "--yes"], true, "revoked key 1 (k)"),
        (
            &["account", "remove", "--name", "ann", "--yes"],
            true,
            "removed the account ann",
        ),
        (&["sweep"], true, "removed 0 of "),
    ] {
        let output = command(arguments, &data);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let said = if on_stdout { &stdout } else { &stderr };
        assert!(said.contains(says), "{arguments:?}: {output:?}");
        if !on_stdout {
            assert!(!stdout.contains(says), "{arguments:?}: {output:?}");
        }
    }
    let taken = command(&["import", file], &folder.path("new"));
    assert!(text(&taken.stdout).contains("imported "), "{taken:?}");
}

#[test]
fn help_fits_a_terminal_and_has_an_example() {
    let commands = |words: &[&str]| -> Vec<String> {
        let help = text(&run(&[words, &["--help"]].concat()).stdout);
        let below = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        below
            .lines()
            .take_while(|line| !line.is_empty())
            .inspect(|line| assert!(!line.starts_with("   "), "in one line each: {line}"))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect()
    };
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for first in commands(&[]) {
        for second in commands(&[&first]) {
            all.push(vec![first.clone(), second]);
        }
        all.push(vec![first]);
    }
    assert!(all.len() > 20, "{all:?}");
    for words in all {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for flag in ["-h", "--help"] {
            let help = text(&run(&[&words[..], &[flag]].concat()).stdout);
            for line in help.lines() {
                assert!(line.chars().count() <= 80, "{words:?} {flag}: {line}");
            }
            let example = format!("\n  gatepost-server {}", words.join(" "));
            assert!(
                help.contains(example.trim_end()),
                "{words:?} {flag} in\n{help}"
            );
        }
    }
}

/// They are made from the command line itself, so that each command has its page, with its options and its example.
#[test]
fn man_pages_and_completions() {
    let folder = Folder::new();
    let pages = folder.path("man");
    let path = pages.to_str().expect("a path in UTF-8");
    assert!(run(&["man-pages", path]).status.success());
    for (page, parts) in [
        (
            "gatepost-server.8",
            &[
                ".SH NAME",
                "EXIT STATUS",
                "SIGHUP",
                "gatepost.lock",
                "gatepost\\-server\\-key",
            ][..],
        ),
        (
            "gatepost-server-key.8",
            &["gatepost\\-server\\-key\\-create"],
        ),
        (
            "gatepost-server-key-create.8",
            &[
                "expires\\-at",
                ".SH EXAMPLES",
                "help desk",
                ".BR gatepost-server (8)",
            ],
        ),
        ("gatepost-server-setup.8", &["password\\-file"]),
    ] {
        let text = std::fs::read_to_string(pages.join(page)).expect(page);
        for part in parts {
            assert!(text.contains(part), "{part} in {page}:\n{text}");
        }
    }
    assert!(
        !pages.join("gatepost-server-man-pages.8").exists(),
        "it is hidden"
    );
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        assert!(output.status.success(), "{output:?}");
        let script = text(&output.stdout);
        assert!(
            script.contains("expires-at") && script.contains("sign-out"),
            "{shell}"
        );
    }
}

/// Who reads what a command prints may have read enough, as `head` has.
#[test]
fn nobody_has_to_read_on() {
    let folder = Folder::new();
    let data = folder.data();
    crate::common::make(&data);
    let data = data.to_str().expect("a path in UTF-8");
    for arguments in [
        &["completions", "bash"][..],
        &["--help"],
        &["check"],
        &["sweep", "--data", data],
        &["account", "list", "--data", data],
        &["account", "list", "--json", "--data", data],
        &["export", "--data", data],
    ] {
        let output = program().args(arguments).stdout(closed()).output();
        let output = output.expect("the program can be started");
        // A signal ends a program without a code.
        assert!(
            output.status.code().is_some_and(|code| code < 100),
            "{arguments:?}: {output:?}"
        );
        let said = text(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert!(!said.contains("Broken pipe"), "{arguments:?}: {said}");
    }
    for (arguments, code) in [
        (&["client", "show", "nobody", "--data", data][..], 3),
        (&["key", "list", "--config", "missing"], 2),
        (&["account", "create", "--name", "b", "--data", data], 0),
    ] {
        let output = program().args(arguments).stderr(closed()).output();
        let output = output.expect("the program can be started");
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
    }
}

/// Nothing shows a secret again, so that the command says how to make another.
#[test]
fn a_secret_that_nobody_read_is_an_error() {
    let host = Host::start("");
    let data = host.folder.data();
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let server = host.folder.write(
        "mail.json",
        r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    let server = server.to_str().expect("a path in UTF-8");
    let path = data.to_str().expect("a path in UTF-8");
    for (arguments, another) in [
        (
            &["account", "create", "--name", "ann"][..],
            "`account password`",
        ),
        (
            &["account", "password", "--name", "ann", "--yes"],
            "`account password`",
        ),
        (
            &[
                "key",
                "create",
                "--name",
                "k",
                "--permission",
                "authenticate",
            ],
            "`key create`, and revoke this one: `key revoke 3`",
        ),
        (
            &["client", "add", server, "--id", "mail"],
            "`client rotate-secret`",
        ),
        (
            &["client", "rotate-secret", "mail", "--yes"],
            "`client rotate-secret`",
        ),
        (
            &["client", "rotate-token", &client_id, "--yes"],
            "`client rotate-token`",
        ),
    ] {
        let output = program()
            .args(arguments)
            .args(["--data", path])
            .stdout(closed())
            .output()
            .expect("the program can be started");
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {output:?}");
        let stderr = text(&output.stderr);
        assert!(
            stderr.contains("the secret could not be printed"),
            "{arguments:?}: {stderr}"
        );
        assert!(
            stderr.contains(&format!("make another with {another}")),
            "{arguments:?}: {stderr}"
        );
    }
    let again = command(&["account", "password", "--name", "ann", "--yes"], &data);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(text(&again.stdout).lines().count(), 1, "{again:?}");
}

/// A pipe that nobody reads.
fn closed() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    drop(reader);
    writer
}
