//! The first start as a setup: what is asked, made and said.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::browser::Browser;
use crate::common::{self, Folder, Host, program, run_reading, text};
use crate::terminal::{interrupted, on_terminal};
use crate::{assert_fails, run};

const NAME: &str = "alice@example.org";
const PASSWORD: &str = "correct horse battery staple";

fn utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn a_script_sets_up_a_server_and_a_second_run_changes_nothing() {
    let folder = Folder::new();
    let data = folder.data();
    let config = folder.path("gatepost.toml");
    let password = folder.write("password", format!("{PASSWORD}\n"));
    let setup = [
        "setup",
        "--config",
        utf8(&config),
        "--public-url",
        "https://mail.example.org",
        "--trusted-proxy",
        "127.0.0.1/32",
        "--forwarded-header",
        "x-forwarded-for",
        "--admin",
        NAME,
        "--password-file",
        utf8(&password),
        "--data",
        utf8(&data),
    ];
    let made = run(&setup);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let said = text(&made.stdout);
    for part in [
        "gatepost-server serve --config ",
        "sign in as alice@example.org at https://mail.example.org/admin/",
    ] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    assert!(
        !said.contains(PASSWORD) && !text(&made.stderr).contains(PASSWORD),
        "{made:?}"
    );

    let written = fs::read_to_string(&config).expect("it is there");
    let mut before = "";
    for line in written.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(before.starts_with("# "), "a sentence before `{line}`");
        }
        before = line;
    }
    let checked = run(&["check", "--config", utf8(&config), "--data", utf8(&data)]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");

    let again = run(&setup);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert!(
        text(&again.stderr).contains("is there already"),
        "{again:?}"
    );
    let shorter = run(&[&setup[..3], &setup[9..]].concat());
    assert_eq!(shorter.status.code(), Some(1), "{shorter:?}");
    assert!(
        text(&shorter.stderr).contains("there is an account"),
        "{shorter:?}"
    );
    assert_eq!(fs::read_to_string(&config).expect("it is there"), written);
    let accounts = run(&["account", "list", "--config", utf8(&config)]);
    let accounts = text(&accounts.stdout);
    assert_eq!(accounts.lines().count(), 1, "{accounts}");
    assert!(accounts.contains("oauth-client-override"), "{accounts}");
}

#[test]
fn whom_setup_made_signs_in_and_there_is_no_other() {
    let folder = Folder::new();
    let config = folder.path("own.toml");
    let arguments = [
        "setup",
        "--config",
        utf8(&config),
        "--admin",
        NAME,
        "--password-stdin",
    ];
    let made = run_reading(&arguments, &folder.data(), PASSWORD);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    assert!(
        text(&made.stdout).contains("http://127.0.0.1:8080/admin/"),
        "{made:?}"
    );
    let mut command = program();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(&config);
    let host = Host::spawn(&mut command, folder);
    assert_eq!(host.greeting, "", "it is no first start");
    assert!(!host.folder.data().join("first-start.txt").exists());
    let mut browser = Browser::signed_in(&host, NAME, PASSWORD);
    assert_eq!(browser.get("/account").status, 200);
}

#[test]
fn a_person_is_asked_until_the_answers_are_right() {
    let folder = Folder::new();
    let here = folder.path("");
    let typed = format!(
        "mail.example.org\nhttps://mail.example.org\n\nown data\n\n\n{NAME}\nshort\n{PASSWORD}\nanother one\n\
         {PASSWORD}\n{PASSWORD}\n"
    );
    let seen = on_terminal(&["setup"], &here, &typed);
    assert_eq!(seen.code, Some(0), "{}", seen.text);
    for part in [
        "write `https://` and a host",
        "[127.0.0.1:8080]",
        "a proxy such as nginx is in front",
        "[127.0.0.1/32, ::1/128]",
        "8 characters",
        "these are two passwords",
        "https://mail.example.org/admin/",
    ] {
        assert!(seen.text.contains(part), "{part} in\n{}", seen.text);
    }
    let written = fs::read_to_string(folder.path("gatepost.toml")).expect("it is there");
    for part in [
        "public-url = \"https://mail.example.org\"",
        "trusted-proxies = [\"127.0.0.1/32\", \"::1/128\"]",
        "own data/gatepost.db\"",
    ] {
        assert!(written.contains(part), "{part} in\n{written}");
    }
    assert!(folder.path("own data").join("gatepost.db").exists());
}

/// Whoever signs in where the setup says finds the server there.
#[test]
fn the_server_listens_where_a_public_url_on_this_machine_is() {
    const ELSEWHERE: &str =
        "nobody reaches it by that address: set server.listen to 127.0.0.1:18080";
    let folder = Folder::new();
    let data = folder.data();
    let setup = |name: &str, more: &[&str]| {
        let config = folder.path(name);
        let arguments = [
            &[
                "setup",
                "--config",
                utf8(&config),
                "--public-url",
                "http://127.0.0.1:18080",
                "--admin",
                name,
                "--password-stdin",
            ],
            more,
        ];
        let made = run_reading(&arguments.concat(), &data, PASSWORD);
        assert_eq!(made.status.code(), Some(0), "{made:?}");
        let written = fs::read_to_string(&config).expect("it is there");
        (text(&made.stderr), written)
    };
    let (said, written) = setup("suggested.toml", &[]);
    assert!(
        written.contains("listen = \"127.0.0.1:18080\""),
        "{written}"
    );
    assert!(!said.contains("warning"), "{said}");
    let (said, _) = setup("own.toml", &["--listen", "127.0.0.1:8080"]);
    assert!(said.contains(ELSEWHERE), "{said}");

    let here = folder.path("");
    let typed = format!("http://localhost:18080\n\nasked\n{NAME}\n{PASSWORD}\n{PASSWORD}\n");
    let seen = on_terminal(&["setup"], &here, &typed);
    assert_eq!(seen.code, Some(0), "{}", seen.text);
    assert!(seen.text.contains("[127.0.0.1:18080]"), "{}", seen.text);
}

/// Nothing is made by a setup that does not come to its end.
#[test]
fn a_setup_that_fails_makes_nothing() {
    let folder = Folder::new();
    let here = folder.path("");
    folder.write("database", "mysql://db\n");
    let script = |more: &[&str]| {
        let arguments = [&["setup", "--admin", NAME][..], more].concat();
        common::run(&arguments, &here)
    };
    for (more, code, says) in [
        (&[][..], 2, "--password-file or --password-stdin"),
        (&["--password-file", "missing"], 2, "cannot read missing"),
        (&["--password-stdin"], 2, "8 characters"),
        (
            &[
                "--password-stdin",
                "--public-url",
                "https://mail.example.org",
            ],
            2,
            "error[server.trusted-proxies]",
        ),
        (
            &["--password-stdin", "--public-url", "mail.example.org"],
            2,
            "https://",
        ),
        (
            &["--password-stdin", "--database-file", "database"],
            2,
            "error[store.url]",
        ),
        (
            &[
                "--password-stdin",
                "--no-proxy",
                "--trusted-proxy",
                "10.0.0.0/8",
            ],
            2,
            "cannot be used with",
        ),
        (
            &[
                "--password-stdin",
                "--tls-certificate",
                "missing.pem",
                "--tls-key",
                "missing.pem",
            ],
            2,
            "missing.pem",
        ),
        (
            &[
                "--password-stdin",
                "--tls-certificate",
                "database",
                "--tls-key",
                "database",
            ],
            2,
            "database",
        ),
        (&["--password-stdin", "--data", "~/data"], 2, "~/data"),
        (
            &["--password-stdin", "--config", "~/own.toml"],
            2,
            "~/own.toml",
        ),
    ] {
        let output = script(more);
        assert_fails(more, &output, code, says);
        assert!(!folder.path("gatepost.toml").exists(), "{more:?}");
        assert!(!folder.path("gatepost-data").exists(), "{more:?}");
    }
    let seen = on_terminal(&["setup"], &here, "\n\n\n\u{4}");
    assert_eq!(seen.code, Some(1), "{}", seen.text);
    assert!(seen.text.contains("nothing was changed"), "{}", seen.text);
    assert!(!folder.path("gatepost.toml").exists());

    let odd = OsStr::from_bytes(b"da\xffta");
    let named = ["setup", "--admin", NAME, "--password-stdin", "--data"];
    let output = program().current_dir(&here).args(named).arg(odd).output();
    let output = output.expect("the program can be started");
    assert_fails(&named, &output, 2, "is not UTF-8");
}

/// What is in the way of the account leaves no configuration file behind, and another run makes both.
#[test]
fn a_setup_that_cannot_make_the_account_can_be_done_again() {
    let folder = Folder::new();
    let config = folder.path("own.toml");
    let setup = [
        "setup",
        "--config",
        utf8(&config),
        "--admin",
        NAME,
        "--password-stdin",
    ];
    let in_the_way = folder.data().join("audit.jsonl");
    fs::create_dir_all(&in_the_way).expect("it is ours");
    let failed = run_reading(&setup, &folder.data(), PASSWORD);
    assert_fails(&setup, &failed, 4, "audit.jsonl: ");
    assert!(!config.exists(), "{failed:?}");

    fs::remove_dir(&in_the_way).expect("it is ours");
    let made = run_reading(&setup, &folder.data(), PASSWORD);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    assert!(config.exists(), "{made:?}");
}

#[test]
fn an_interrupt_at_the_password_leaves_the_terminal_as_it_was() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let account = [
        "account",
        "create",
        "--name",
        NAME,
        "--password-stdin",
        "--data",
        utf8(&data),
    ];
    let setup = ["setup", "--admin", NAME];
    for (arguments, typed) in [(&setup[..], "\n\n\n"), (&account, "")] {
        let seen = interrupted(arguments, &folder.path(""), typed, "Password: ");
        assert!(seen.text.contains("nothing was changed"), "{}", seen.text);
        assert!(seen.text.contains("ended with 1\n"), "{}", seen.text);
        assert!(seen.text.contains(" echo "), "{}", seen.text);
        assert!(!folder.path("gatepost.toml").exists());
    }
    let accounts = run(&["account", "list", "--data", utf8(&data)]);
    assert_eq!(text(&accounts.stdout), "");
}

#[test]
fn a_password_on_a_terminal_is_asked_for_and_not_shown() {
    let folder = Folder::new();
    let data = folder.data();
    common::make(&data);
    let account = [
        "account",
        "create",
        "--name",
        NAME,
        "--password-stdin",
        "--data",
        utf8(&data),
    ];
    let typed = format!("short\n{PASSWORD}\nanother one\n{PASSWORD}\n{PASSWORD}\n");
    let seen = on_terminal(&account, &folder.path(""), &typed);
    assert_eq!(seen.code, Some(0), "{}", seen.text);
    for part in [
        "Password: ",
        "8 characters",
        "these are two passwords",
        "created the account",
    ] {
        assert!(seen.text.contains(part), "{part} in\n{}", seen.text);
    }
    assert!(!seen.text.contains(PASSWORD), "{}", seen.text);
}

/// A file with a password in it is its owner's alone.
#[test]
fn a_configuration_with_a_password_is_not_for_everybody() {
    let folder = Folder::new();
    folder.write(
        "database",
        "postgres://gatepost:secret@127.0.0.1:1/gatepost\n",
    );
    let config = folder.path("gatepost.toml");
    let database = folder.path("database");
    let arguments = [
        "setup",
        "--config",
        utf8(&config),
        "--database-file",
        utf8(&database),
        "--admin",
        NAME,
        "--password-stdin",
    ];
    let failed = run_reading(&arguments, &folder.data(), PASSWORD);
    assert_eq!(
        failed.status.code(),
        Some(4),
        "nobody answers there: {failed:?}"
    );
    assert!(!text(&failed.stderr).contains("secret"), "{failed:?}");
    assert!(!config.exists(), "{failed:?}");

    let made = folder.path("own.toml");
    let own = [
        "setup",
        "--config",
        utf8(&made),
        "--admin",
        NAME,
        "--password-stdin",
    ];
    assert!(run_reading(&own, &folder.data(), PASSWORD).status.success());
    let mode = fs::metadata(&made)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644, "there is no secret in it");
}
