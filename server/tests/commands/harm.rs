//! Commands do no harm by a typo, and nothing without being asked.

use std::fs;
use std::process::Stdio;

use rustix::process::Signal;

use crate::common::{self, Folder, Host, NATIVE, program, text};
use crate::terminal::on_terminal;
use crate::{command, run};

/// Every command that works on a data folder, but for those that make one.
const ON_DATA: &[&[&str]] = &[
    &["account", "list"],
    &["account", "create", "--name", "a"],
    &["account", "password", "--name", "a"],
    &[
        "account",
        "permit",
        "--name",
        "a",
        "--permission",
        "authenticate",
    ],
    &["account", "sign-out", "--name", "a", "--yes"],
    &["account", "remove", "--name", "a", "--yes"],
    &["key", "list"],
    &[
        "key",
        "create",
        "--name",
        "a",
        "--permission",
        "authenticate",
    ],
    &["key", "revoke", "1", "--yes"],
    &["client", "list"],
    &["client", "show", "a"],
    &[
        "client",
        "add",
        "--redirect-uri",
        "https://a.example.com/cb",
    ],
    &["client", "disable", "a"],
    &["client", "enable", "a"],
    &["client", "approve", "a", "--revision", "1"],
    &["client", "deny", "a", "--yes"],
    &["client", "rotate-secret", "a", "--yes"],
    &["client", "rotate-token", "a", "--yes"],
    &["client", "remove", "a", "--yes"],
    &["export"],
    &["sweep"],
];

#[test]
fn a_wrong_data_folder_is_not_made_and_the_nearest_is_named() {
    let folder = Folder::new();
    let data = folder.path("gatepost-data");
    common::make(&data);
    let config = folder.write("gatepost.toml", "");
    let config = config.to_str().expect("a path in UTF-8");
    let review = ["review", "--config", config];
    let check = ["check", "--config", config];
    let all = ON_DATA.iter().copied().chain([&review[..], &check[..]]);
    for arguments in all {
        for (wrong, is_there) in [
            ("gatepost-dta", false),
            ("gatepost-data/sub", false),
            (".", true),
        ] {
            let wrong = folder.path(wrong);
            let output = command(arguments, &wrong);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
            let said = text(&output.stderr);
            assert!(said.contains("there is no data in"), "{said}");
            assert!(
                said.contains(&format!("--data {}", data.display())),
                "{said}"
            );
            assert_eq!(text(&output.stdout), "", "{arguments:?}");
            assert_eq!(wrong.exists(), is_there, "{arguments:?}");
        }
    }
    for (settings, near) in [("gatepost.tml", "gatepost.toml"), (".", "./gatepost.toml")] {
        let wrong = folder.path(settings);
        let wrong = wrong.to_str().expect("a path in UTF-8");
        let output = command(&["key", "list", "--config", wrong], &data);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let near = folder.path(near);
        let said = text(&output.stderr);
        assert!(
            said.contains(&format!("did you mean {}?", near.display())),
            "{said}"
        );
    }
}

#[test]
fn the_folder_that_the_settings_name_is_the_nearest() {
    let folder = Folder::new();
    let data = folder.path("elsewhere");
    common::make(&data);
    let url = format!("[store]\nurl = \"sqlite:{}/gatepost.db\"\n", data.display());
    let config = folder.write("gatepost.toml", url);
    let config = config.to_str().expect("a path in UTF-8");
    let output = command(&["key", "list", "--config", config], &folder.path("data"));
    let said = text(&output.stderr);
    assert!(
        said.contains(&format!("--data {}", data.display())),
        "{said}"
    );
    assert!(run(&["key", "list", "--config", config]).status.success());
}

#[test]
fn options_before_the_command_are_those_of_the_command() {
    let folder = Folder::new();
    common::make(&folder.data());
    let output = program()
        .arg("--data")
        .arg(folder.data())
        .args(["key", "list"])
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_ends_something_asks_first() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let data = host.folder.data();
    let create = [
        "key",
        "create",
        "--name",
        "desk",
        "--account",
        "desk",
        "--permission",
    ];
    let made = command(&[&create[..], &["authenticate"]].concat(), &data);
    assert!(made.status.success(), "{made:?}");
    let listed = |what: &str| text(&command(&[what, "list"], &data).stdout);
    let there = || (listed("client"), listed("key"), listed("account"));
    let path = data.to_str().expect("a path in UTF-8").to_owned();
    for (arguments, says) in [
        (
            &["client", "rotate-token", &client_id][..],
            "the old one ends at once",
        ),
        (&["client", "remove", &client_id], "Nobody uses it"),
        (&["key", "revoke", "2"], "This revokes key 2 (registration)"),
        (&["account", "password", "--name", "desk"], "0 grants"),
        (
            &["account", "password", "--name", "desk", "--keep-grants"],
            "desk in browsers. ",
        ),
        (&["account", "sign-out", "--name", "desk"], "0 grants"),
        (
            &["account", "remove", "--name", "desk"],
            "its API keys (1 key)",
        ),
    ] {
        let before = there();
        let piped = command(arguments, &data);
        assert_eq!(piped.status.code(), Some(2), "{piped:?}");
        let said = text(&piped.stderr);
        assert!(said.contains("--yes") && said.contains(says), "{said}");
        let on_data = [arguments, &["--data", &path]].concat();
        let refused = on_terminal(&on_data, &data, "n\n");
        assert_eq!(refused.code, Some(1), "{}", refused.text);
        for part in [says, "[y/N]", "nothing was changed"] {
            assert!(refused.text.contains(part), "{part} in {}", refused.text);
        }
        assert_eq!(there(), before, "{arguments:?}");
        let agreed = on_terminal(&on_data, &data, "y\n");
        assert_eq!(agreed.code, Some(0), "{}", agreed.text);
    }
    let (clients, keys, accounts) = there();
    assert!(!clients.contains(&client_id), "{clients}");
    assert!(keys.contains("\tregistration\trevoked\t"), "{keys}");
    assert!(!accounts.contains("desk"), "{accounts}");
}

#[test]
fn an_export_replaces_no_file_without_being_told() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let file = folder.write("backup.jsonl", "an older one\n");
    let path = file.to_str().expect("a path in UTF-8");
    let refused = command(&["export", path], &data);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(text(&refused.stderr).contains("--yes"), "{refused:?}");
    let content = || fs::read_to_string(&file).expect("it is there");
    assert_eq!(content(), "an older one\n");
    let done = command(&["export", path, "--yes"], &data);
    assert!(done.status.success(), "{done:?}");
    assert!(
        content().starts_with("{\"kind\":\"directory\""),
        "{}",
        content()
    );
    let entries = fs::read_dir(file.parent().expect("a folder")).expect("it is ours");
    assert_eq!(entries.count(), 2, "the folder, the file, and nothing else");
}

#[test]
fn one_folder_has_one_server() {
    let host = Host::start("");
    let second = program()
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(host.folder.data())
        .stdin(Stdio::null())
        .output()
        .expect("the program can be started");
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    let said = text(&second.stderr);
    assert!(said.contains("another server (process "), "{said}");
    assert!(!text(&second.stdout).contains("listening"), "{second:?}");
    assert!(
        command(&["key", "list"], &host.folder.data())
            .status
            .success()
    );
    // One that was killed leaves nothing in the way.
    let folder = host.kill();
    let host = Host::start_in(folder, "", &[]);
    host.signal(Signal::TERM);
    host.kill_gently();
}

/// One exit code for each kind of mistake.
#[test]
fn exit_codes() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let config = folder.write("bad.toml", "[server]\nlisen = 1\n");
    let config = config.to_str().expect("a path in UTF-8");
    let nowhere = folder.write(
        "nowhere.toml",
        "[store]\nurl = \"postgres://127.0.0.1:1/x\"\n",
    );
    let nowhere = nowhere.to_str().expect("a path in UTF-8");
    for (arguments, code) in [
        (&["key", "list"][..], 0),
        (
            &["client", "add", "--redirect-uri", "javascript:alert(1)"],
            1,
        ),
        (&["key", "no-such-command"], 2),
        (&["key", "list", "--config", config], 2),
        (&["serve", "--config", config], 2),
        (&["sweep", "--config", config], 2),
        (&["check", "--config", config], 2),
        (&["review", "--config", config], 2),
        (&["import", "missing.jsonl"], 2),
        (&["account", "create", "--name", ""], 2),
        (&["client", "show", "nobody"], 3),
        (&["client", "disable", "nobody"], 3),
        (&["client", "enable", "nobody"], 3),
        (&["client", "remove", "nobody"], 3),
        (&["client", "approve", "nobody"], 2),
        (&["client", "approve", "nobody", "--revision", "1"], 3),
        (&["client", "deny", "nobody"], 3),
        (&["client", "rotate-secret", "nobody"], 3),
        (&["client", "rotate-token", "nobody"], 3),
        (&["key", "revoke", "99"], 3),
        (&["account", "remove", "--name", "nobody"], 3),
        (&["account", "sign-out", "--name", "nobody"], 3),
        (&["account", "password", "--name", "nobody"], 3),
        (&["key", "list", "--config", nowhere], 4),
        (
            &["serve", "--config", nowhere, "--listen", "127.0.0.1:0"],
            4,
        ),
    ] {
        let output = command(arguments, &data);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
        // What `check` is asked for is on standard output.
        let is_silent = code == 0 || arguments[0] == "check";
        assert_eq!(text(&output.stderr).is_empty(), is_silent, "{arguments:?}");
    }
    let help = text(&run(&["--help"]).stdout);
    for code in 0..=4 {
        assert!(help.contains(&format!("\n  {code}  ")), "{code} in\n{help}");
    }
}
