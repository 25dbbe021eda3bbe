//! A row that cannot be read spoils itself alone, and bytes that fuzzers have found spoil nothing.

use std::path::Path;

use rusqlite::Connection;

use crate::common::browser::{Browser, DEMO, demo_password};
use crate::common::{Answer, Folder, Host, NATIVE, run, text};
use crate::entries::ENTRIES;
use crate::source::{Source, bytes};

/// Text that is no UTF-8.
const DAMAGED: &str = "CAST(x'61ff62' AS TEXT)";

/// The inputs that fuzzers have kept, and changes of them.
#[test]
fn no_entry_of_the_server_takes_harm() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, enter) in ENTRIES {
        let files = root.join(name).read_dir().expect(name);
        let kept: Vec<Vec<u8>> = files
            .map(|file| std::fs::read(file.expect(name).path()).expect(name))
            .collect();
        assert!(!kept.is_empty(), "{name}");
        kept.iter().for_each(|bytes| enter(bytes));
        for seed in 0..500 {
            let choices = bytes(seed);
            let mut source = Source::new(&choices);
            let kept = String::from_utf8_lossy(source.pick(&kept).as_slice()).into_owned();
            let once = source.hurt(&kept);
            enter(source.hurt_one_in(2, once).as_bytes());
        }
    }
}

#[test]
fn lists_go_on_and_say_what_cannot_be_read() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let administrator = host.first_key("administrator").to_owned();
    let clients: Vec<String> = (0..4)
        .map(|_| host.register_with_key(&key, NATIVE).client_id())
        .collect();
    for name in ["a", "b", "z@example.org"] {
        let made = on(&host.folder, &["account", "create", "--name", name]);
        assert!(made.status.success(), "{made:?}");
    }
    let spoil = |statement: &str| {
        let file = Connection::open(host.folder.data().join("gatepost.db"));
        file.and_then(|file| file.execute(statement, ()))
            .expect("the file can be written");
    };
    // One is no JSON, one no UTF-8, and one is nothing that the plugin wrote.
    for (client, record) in [
        (&clients[0], "'{\"version\":1,'"),
        (&clients[1], DAMAGED),
        (&clients[2], "'{\"version\":999}'"),
    ] {
        spoil(&format!(
            "UPDATE oauth_client SET record = {record} WHERE client_id = '{client}'"
        ));
    }
    spoil(&format!(
        "UPDATE account SET name = {DAMAGED} WHERE name = 'b'"
    ));
    let made = on(
        &host.folder,
        &[
            "key",
            "create",
            "--name",
            "spoilt",
            "--permission",
            "authenticate",
        ],
    );
    let spoilt = text(&made.stdout).trim_end().to_owned();
    spoil(&format!(
        "UPDATE api_key SET name = {DAMAGED} WHERE name = 'spoilt'"
    ));

    let (good, bad) = (&clients[3], &clients[..3]);
    for (arguments, code, shows, says) in [
        (
            &["client", "list"][..],
            1,
            clients.iter().map(String::as_str).collect::<Vec<_>>(),
            bad.iter().map(String::as_str).collect::<Vec<_>>(),
        ),
        (
            &["key", "list"],
            1,
            vec!["administrator", "registration", "a\u{fffd}b"],
            vec!["key 3"],
        ),
        (
            &["account", "list"],
            1,
            vec![
                "a\t",
                "a\u{fffd}b\t",
                "admin@example.org\t",
                "z@example.org\t",
            ],
            vec!["account a"],
        ),
        (
            &["sweep"],
            1,
            vec!["removed 0 of 4 clients"],
            vec!["3 clients could not be judged"],
        ),
    ] {
        let output = on(&host.folder, arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        for shown in shows {
            assert!(stdout.contains(shown), "{arguments:?}: {shown}: {stdout}");
        }
        for said in says {
            assert!(stderr.contains(said), "{arguments:?}: {said}: {stderr}");
        }
        assert!(!stderr.contains(good.as_str()), "{arguments:?}: {stderr}");
    }

    let settings = host.folder.write("new.toml", "");
    let settings = settings.to_str().expect("a path in UTF-8");
    let reviewed = on(&host.folder, &["review", "--config", settings]);
    assert_eq!(reviewed.status.code(), Some(2), "{reviewed:?}");
    for client in bad {
        assert!(
            text(&reviewed.stderr).contains(client.as_str()),
            "{reviewed:?}"
        );
    }
    assert!(
        text(&reviewed.stdout).contains("of 4 clients"),
        "{reviewed:?}"
    );

    // What cannot be read is not left out without a word, and what is left is of use.
    let exported = on(&host.folder, &["export"]);
    assert_eq!(exported.status.code(), Some(1), "{exported:?}");
    let (lines, said) = (text(&exported.stdout), text(&exported.stderr));
    for name in [&*clients[0], &*clients[1], "account a", "API key a"] {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert!(
        lines.contains(good.as_str()) && !lines.contains(r#""kind":"end""#),
        "{lines}"
    );
    let other = Folder::new();
    let rest: String = lines
        .split_inclusive('\n')
        .filter(|line| !line.contains(&*clients[2]))
        .collect();
    let file = other.write("rest.jsonl", rest);
    let file = file.to_str().expect("a path in UTF-8");
    assert!(!on(&other, &["import", file]).status.success());
    let imported = on(&other, &["import", "--without-end", file]);
    assert!(imported.status.success(), "{imported:?}");

    let get = |path: &str| -> Answer {
        host.send(
            format!(
                "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {administrator}\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    for (path, list, count) in [
        ("/api/clients", "clients", 4),
        ("/api/clients?q=Example", "clients", 1),
        ("/api/keys", "keys", 3),
    ] {
        let answer = get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let body = answer.json();
        let listed = body[list].as_array().expect("a list");
        assert_eq!(listed.len(), count, "{path}: {body}");
    }
    let listed = get("/api/clients").json();
    let unreadable = listed["clients"].as_array().expect("a list").iter();
    let unreadable = unreadable.filter(|client| client["unreadable"].is_string());
    assert_eq!(
        unreadable.count(),
        1,
        "that it is no UTF-8, the directory sees"
    );
    assert_eq!(get(&format!("/api/clients/{good}")).status, 200);
    assert_eq!(get(&format!("/api/clients/{}", clients[1])).status, 503);
    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    browser.enter().expect("nothing is required");
    let page = browser.get("/admin/clients");
    for client in &clients {
        assert!(page.body.contains(client.as_str()), "{client}: {page:?}");
    }
    // It is its name alone that is damaged.
    assert_eq!(host.register_with_key(&spoilt, NATIVE).status, 403);
    assert_eq!(host.register_with_key(&key, NATIVE).status, 201);
}

fn on(folder: &Folder, arguments: &[&str]) -> std::process::Output {
    let data = folder.data();
    let data = data.to_str().expect("a path in UTF-8");
    run(&[arguments, &["--data", data]].concat(), Path::new("."))
}
