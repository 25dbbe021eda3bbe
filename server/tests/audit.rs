//! The audit log and the log on standard error: what a flood leaves of them, and what is in them of administrators.

mod common;

use std::fs;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;

use crate::common::browser::{Browser, CHALLENGE, DEMO, demo_password, form};
use crate::common::{Folder, Host, NATIVE, program, run, text};

/// What is asked with this client's id.
fn authorize(host: &Host, client_id: &str) -> u16 {
    let query = form(&[
        ("client_id", client_id),
        ("response_type", "code"),
        ("redirect_uri", "http://127.0.0.1/callback"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    host.get(&format!("/auth/authorize?{query}")).status
}

/// The lines of a log, when its host has stopped.
fn lines(path: &Path) -> Vec<Value> {
    let written = fs::read_to_string(path).expect("there is a log");
    let lines = written.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

fn stop(host: Host) -> Folder {
    host.signal(Signal::TERM);
    host.kill_gently()
}

#[test]
fn a_flood_is_summed_up_and_pushes_out_no_history() {
    let host = Host::start("[audit]\nmax-size = 1\n");
    let key = host.first_key("registration").to_owned();
    assert_eq!(host.register_with_key(&key, NATIVE).status, 201);
    let long = "x".repeat(20_000);
    for _ in 0..600 {
        let status = authorize(&host, &long);
        assert!((200..500).contains(&status), "{status}");
        host.get(&format!("/api/clients/{long}"));
        host.get("/jmap/session");
        host.get("/admin/callback?code=x&state=y");
    }
    let folder = stop(host);
    let log = folder.data().join("audit.jsonl");
    let written = lines(&log);
    assert_eq!(written[0]["operation"], "register", "history is there");
    assert!(!folder.data().join("audit.jsonl.1").exists());
    let length = fs::metadata(&log).expect("it is there").len();
    assert!(length < 64 << 10, "{length} bytes");
    let count = |operation: &str| {
        let single = |line: &&Value| line["operation"] == operation && line["kind"].is_null();
        let singles = written.iter().filter(single).count() as u64;
        let summed = written
            .iter()
            .filter(|line| line["kind"] == "sum" && line["operation"] == operation);
        let summed: u64 = summed.filter_map(|line| line["count"].as_u64()).sum();
        (singles, singles + summed)
    };
    let (singles, all) = count("authorize");
    assert!(singles < 5, "{singles} of {all} have lines");
    assert!(all >= 600, "none is missing: {all}");
    let sum = written.iter().find(|line| line["kind"] == "sum");
    let sum = sum.expect("there is one");
    assert_eq!(sum["network"], "127.0.0.1");
    assert!(sum["first"].as_u64() <= sum["last"].as_u64());
    let cut = written.iter().find(|line| line["cut"] == true);
    let id = cut.and_then(|line| line["client_id"].as_str());
    assert_eq!(id.map(str::len), Some(8 << 10));

    let settings = folder.write("replay.toml", "");
    let replayed = run(
        &[
            "replay",
            "--config",
            settings.to_str().expect("a path in UTF-8"),
            log.to_str().expect("a path in UTF-8"),
        ],
        &folder.data(),
    );
    let said = text(&replayed.stdout);
    assert!(
        said.contains("were cut, and are not made again\n"),
        "{said}"
    );
    assert!(said.contains("more were only counted"), "{said}");
    assert!(said.starts_with("0 of "), "{said}");
}

#[test]
fn standard_error_is_no_place_to_fill() {
    let host = Host::start("[log]\nlines-per-minute = 10\n");
    for _ in 0..300 {
        host.register(&[], NATIVE);
        authorize(&host, &"x".repeat(20_000));
    }
    let folder = stop(host);
    let log = fs::read_to_string(folder.path("log")).expect("there is a log");
    assert!(log.len() < 32 << 10, "{} bytes", log.len());
    assert!(log.contains("stopped"), "other lines have room: {log}");
}

#[test]
fn a_record_is_written_once_a_revision() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let registered = host.register_with_key(&key, NATIVE).json();
    let id = registered["client_id"].as_str().expect("an id");
    for _ in 0..20 {
        assert_eq!(authorize(&host, id), 200);
    }
    let folder = stop(host);
    let written = lines(&folder.data().join("audit.jsonl"));
    let records: Vec<&Value> = written.iter().filter(|l| l["kind"] == "record").collect();
    assert_eq!(records.len(), 1, "{records:?}");
    let about: Vec<&Value> = written
        .iter()
        .filter(|line| line["operation"] == "authorize" && line["kind"].is_null())
        .collect();
    assert_eq!(about.len(), 20);
    for line in about {
        assert_eq!(line["record_hash"], records[0]["hash"]);
        assert!(line["record"].is_null());
    }
    let settings = folder.write(
        "replay.toml",
        "[oauth.client-registration]\nrequire = true\n",
    );
    let replayed = run(
        &[
            "replay",
            "--config",
            settings.to_str().expect("a path in UTF-8"),
            folder
                .data()
                .join("audit.jsonl")
                .to_str()
                .expect("a path in UTF-8"),
        ],
        &folder.data(),
    );
    let said = text(&replayed.stdout);
    assert!(
        said.starts_with("0 of 21 decisions would be others; 0 "),
        "{said}"
    );
}

#[test]
fn who_signed_in_is_written_down() {
    let host = Host::start("");
    let password = demo_password(&host);
    Browser::signed_in(&host, DEMO, &password);
    let mut browser = Browser::new(&host);
    for (name, password) in [(DEMO, "wrong"), ("a password by mistake", "x")] {
        let page = browser.get("/auth/sign-in?next=/account");
        let fields = [("name", name), ("password", password)];
        assert_eq!(browser.submit(&page, "/auth/sign-in", &fields).status, 403);
    }
    let folder = stop(host);
    let audit = folder.data().join("audit.jsonl");
    let beside = folder.data().join("audit-administration.jsonl");
    let acts = |path: &Path| -> Vec<Value> {
        let lines = lines(path).into_iter();
        lines.filter(|line| line["act"] == "sign-in").collect()
    };
    let done = acts(&beside);
    assert_eq!(done.len(), 1, "he administrates: {done:?}");
    assert_eq!(done[0]["done"], true);
    assert_eq!(done[0]["by"]["account"], DEMO);
    assert_eq!(done[0]["by"]["address"], "127.0.0.1");
    let refused = acts(&audit);
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(refused[0]["subject"], DEMO);
    assert!(refused[1]["subject"].is_null(), "{refused:?}");
    assert!(refused.iter().all(|line| line["done"] == false));
}

/// Who made or ended a key, an account, a permission or a client.
#[test]
fn what_administrators_do_is_written_down_whichever_way_they_do_it() {
    let host = Host::start("");
    let all = host.first_key("administrator").to_owned();
    let api = |method: &str, path: &str, body: &str| {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {all}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        host.send(request.as_bytes())
    };
    let made = api(
        "POST",
        "/api/keys",
        r#"{"name":"desk","permissions":["authenticate","oauth-client-list"]}"#,
    );
    assert_eq!(made.status, 201, "{made:?}");
    let number = made.json()["id"].to_string();
    assert_eq!(
        api("DELETE", &format!("/api/keys/{number}"), "").status,
        204
    );
    let web = r#"{"client_id":"web","metadata":{"redirect_uris":["https://a.example/cb"],"token_endpoint_auth_method":"none"}}"#;
    assert_eq!(api("POST", "/api/clients", web).status, 201);
    assert_eq!(api("DELETE", "/api/clients/web", "").status, 204);
    let command = |arguments: &[&str]| {
        let mut command = program();
        let done = command
            .args(arguments)
            .arg("--data")
            .arg(host.folder.data());
        let output = done.output().expect("the program can be started");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    command(&["account", "create", "--name", "ann"]);
    command(&["account", "password", "--name", "ann", "--yes"]);
    command(&[
        "account",
        "permit",
        "--name",
        "ann",
        "--permission",
        "authenticate",
    ]);
    command(&["account", "sign-out", "--name", "ann", "--yes"]);
    command(&["account", "remove", "--name", "ann", "--yes"]);
    command(&[
        "key",
        "create",
        "--name",
        "a",
        "--permission",
        "authenticate",
    ]);
    command(&["key", "revoke", "1", "--yes"]);
    let password = demo_password(&host);
    let mut browser = Browser::signed_in(&host, DEMO, &password);
    let page = browser.get("/account");
    assert_eq!(
        browser.submit(&page, "/account", &[("end", "all")]).status,
        303
    );

    let folder = stop(host);
    let written = lines(&folder.data().join("audit-administration.jsonl"));
    let done: Vec<(String, String, String)> = written
        .iter()
        .map(|line| {
            let said = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            match line["kind"] == "act" {
                true => (
                    said(&line["act"]),
                    said(&line["by"]["credential"]),
                    said(&line["subject"]),
                ),
                false => (
                    said(&line["operation"]),
                    said(&line["caller"]["credential"]),
                    said(&line["subject"]),
                ),
            }
        })
        .collect();
    let expected = [
        ("first-start", "command-line", DEMO),
        ("key-made", "accepted", &*number),
        ("key-revoked", "accepted", &*number),
        ("provision", "accepted", "web"),
        ("remove", "accepted", "web"),
        ("account-made", "command-line", "ann"),
        ("password-changed", "command-line", "ann"),
        ("permissions-changed", "command-line", "ann"),
        ("account-signed-out", "command-line", "ann"),
        ("account-removed", "command-line", "ann"),
        ("key-made", "command-line", "4"),
        ("key-revoked", "command-line", "1"),
        ("sign-in", "accepted", "-"),
        ("account-signed-out", "accepted", DEMO),
    ]
    .map(|(act, by, subject)| (act.to_owned(), by.to_owned(), subject.to_owned()));
    let mut missing = expected.iter().filter(|line| !done.contains(line));
    assert_eq!(missing.next(), None, "{done:?}");
}
