//! Clients that an administrator registers, and settings that are tried before they count.

mod common;

use common::{Folder, Host, program, text};
use serde_json::Value;

fn client(folder: &Folder, arguments: &[&str]) -> std::process::Output {
    let mut command = program();
    output(
        command
            .arg("client")
            .args(arguments)
            .arg("--data")
            .arg(folder.data()),
    )
}

#[test]
fn webadmin() {
    let host = Host::start("");
    let folder = &host.folder;
    let document = folder.write(
        "webadmin.json",
        r#"{"client_name":"Administration","redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#,
    );
    let document = document.to_str().expect("a path in UTF-8");
    let added = client(folder, &["add", document, "--id", "webadmin"]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let answer: Value = serde_json::from_str(&text(&added.stdout)).expect("it is JSON");
    assert_eq!(answer["client_id"], "webadmin");
    assert_eq!(answer.get("client_secret"), None);

    let again = client(folder, &["add", document, "--id", "webadmin"]);
    assert!(!again.status.success());
    assert!(
        text(&again.stderr).contains("client-id-taken"),
        "{}",
        text(&again.stderr)
    );

    let listed = text(&client(folder, &["list"]).stdout);
    assert_eq!(listed, "webadmin\t0\tAdministration\tenabled\n");
    let removed = client(folder, &["remove", "webadmin", "--yes"]);
    assert!(removed.status.success(), "{}", text(&removed.stderr));
    assert_eq!(text(&client(folder, &["list"]).stdout), "");
    let gone = client(folder, &["remove", "webadmin", "--yes"]);
    assert!(
        text(&gone.stderr).contains("client-not-found"),
        "{}",
        text(&gone.stderr)
    );
}

#[test]
fn a_client_with_a_secret() {
    let folder = Folder::new();
    common::make(&folder.data());
    let document = folder.write(
        "c.json",
        r#"{"redirect_uris":["https://a.example.com/cb"]}"#,
    );
    let added = client(&folder, &["add", document.to_str().expect("UTF-8")]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let answer: Value = serde_json::from_str(&text(&added.stdout)).expect("it is JSON");
    assert!(
        answer["client_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("gpc_"))
    );
    assert!(
        answer["client_secret"]
            .as_str()
            .is_some_and(|s| s.starts_with("gps_"))
    );
}

#[test]
fn settings_are_tried_before_they_count() {
    let host = Host::start("");
    let key = host.first_key("registration");
    for (name, uri) in [
        ("Web", "https://a.example.com/cb"),
        ("Native", "http://127.0.0.1/cb"),
    ] {
        let body = format!(r#"{{"client_name":"{name}","redirect_uris":["{uri}"]}}"#);
        assert_eq!(host.register_with_key(key, &body).status, 201);
    }
    let review = |settings: &str, how: &[&str]| {
        let config = host.folder.write("new.toml", settings);
        let mut command = program();
        output(
            command
                .arg("review")
                .args(how)
                .arg("--config")
                .arg(config)
                .arg("--data")
                .arg(host.folder.data()),
        )
    };
    let same = review("", &[]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));
    assert!(
        text(&same.stdout).starts_with("0 of 2 clients would stop working"),
        "{}",
        text(&same.stdout)
    );

    let narrower = "[oauth.client-registration]\nredirect-hosts = ['b.example.com']\n";
    let shown = review(narrower, &[]);
    assert_eq!(shown.status.code(), Some(1));
    let said = text(&shown.stdout);
    assert!(
        said.contains(
            " (Web): would stop working, users: 0\nerror[redirect-uri-host-not-allowed]: "
        ),
        "{said}"
    );
    assert!(said.contains("1 of 2 clients"), "{said}");
    let lines = text(&review(narrower, &["--json"]).stdout);
    let first = lines.lines().next().expect("a line for the client");
    let line: Value = serde_json::from_str(first).expect("it is JSON");
    assert_eq!(line["client_name"], "Web");
    assert_eq!(
        line["diagnostics"][0]["code"],
        "redirect-uri-host-not-allowed"
    );

    let mistaken = review("[oauth.client-registration]\nrequires = true\n", &[]);
    assert_eq!(
        mistaken.status.code(),
        Some(2),
        "{}",
        text(&mistaken.stderr)
    );
    let nowhere = Folder::new();
    let mut command = program();
    let nothing = output(
        command
            .args(["review", "--config"])
            .arg(nowhere.write("c.toml", ""))
            .arg("--data")
            .arg(nowhere.data()),
    );
    assert_eq!(nothing.status.code(), Some(2));
    assert!(!nowhere.data().exists(), "nothing is made");
}

fn output(command: &mut std::process::Command) -> std::process::Output {
    command.output().expect("the program can be started")
}
