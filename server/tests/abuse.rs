//! Strangers who register without end.

mod common;

use std::io::Write;
use std::thread;

use common::{Answer, Folder, Host, program, registration, text};

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn named(name: &str) -> String {
    format!(r#"{{"client_name":"{name}","redirect_uris":["http://127.0.0.1/cb"]}}"#)
}

/// Sends so many different registrations over a few connections, and counts the answers' statuses.
fn flood(host: &Host, count: usize) -> Vec<u16> {
    const CONNECTIONS: usize = 8;
    thread::scope(|scope| {
        let flooding: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                scope.spawn(move || {
                    let mut stream = host.connect();
                    let mine = (connection..count).step_by(CONNECTIONS);
                    mine.map(|n| {
                        let request = registration(&[], &named(&format!("Client {n}")));
                        stream.write_all(&request).expect("it is sent");
                        let answer = Answer::read(&mut stream);
                        assert!(answer.status != 429 || answer.header("retry-after").is_some());
                        answer.status
                    })
                    .collect::<Vec<_>>()
                })
            })
            .collect();
        let answered = flooding.into_iter();
        answered
            .flat_map(|thread| thread.join().expect("no thread panics"))
            .collect()
    })
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|s| **s == status).count()
}

fn directory(folder: &Folder) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.data().join("gatepost.db")).expect("the directory is there")
}

/// How many clients there are, and how many pages the file has.
fn size(folder: &Folder) -> (i64, i64) {
    let directory = directory(folder);
    let number = |query| directory.query_row(query, (), |row| row.get::<_, i64>(0));
    (
        number("SELECT count(*) FROM oauth_client").expect("the table is there"),
        number("SELECT page_count FROM pragma_page_count").expect("the file can be read"),
    )
}

#[test]
fn stateless_registrations_leave_nothing_behind() {
    let settings = format!(
        "[oauth.client-registration]\nanonymous = true\nstateless = 'anonymous'\nclient-id-keys = ['{KEY}']\n"
    );
    let host = Host::start(&settings);
    let before = size(&host.folder);
    let statuses = flood(&host, 100_000);
    assert_eq!(count(&statuses, 201), 100_000);
    assert_eq!(size(&host.folder), before);
    let metrics = host.get("/metrics").body;
    let is_once = |line| line == "gatepost_decision_seconds_count 100000";
    assert!(
        metrics.lines().any(is_once),
        "each is decided once: {metrics}"
    );
}

#[test]
fn a_key_registers_within_its_terms() {
    let host = Host::start("");
    let terms = r#"{"redirect-hosts":["a.example.com"],"max-registrations":2}"#;
    let create = |terms: &str| {
        let mut command = program();
        output(
            command
                .args([
                    "key",
                    "create",
                    "--name",
                    "bound",
                    "--permission",
                    "authenticate",
                ])
                .args([
                    "--permission",
                    "oauth-client-registration",
                    "--terms",
                    terms,
                    "--data",
                ])
                .arg(host.folder.data()),
        )
    };
    let wrong = create(r#"{"scope":[]}"#);
    assert!(!wrong.status.success());
    assert!(
        text(&wrong.stderr).contains("scopes comes near"),
        "{}",
        text(&wrong.stderr)
    );

    let created = create(terms);
    assert!(created.status.success(), "{}", text(&created.stderr));
    let key = text(&created.stdout).trim().to_owned();
    let at = |uri: &str| format!(r#"{{"redirect_uris":["{uri}"]}}"#);
    for (uri, status, code) in [
        (
            "https://b.example.com/cb",
            400,
            "redirect-uri-host-not-allowed",
        ),
        ("https://a.example.com/cb", 201, ""),
        ("https://a.example.com/cb", 201, ""),
        ("https://a.example.com/cb", 403, "quota-key"),
    ] {
        let answer = host.register_with_key(&key, &at(uri));
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.body.contains(code), "{}", answer.body);
    }
}

fn output(command: &mut std::process::Command) -> std::process::Output {
    command.output().expect("the program can be started")
}
