//! Why does this client not work? The page of events and the command `events` alone explain it.

mod common;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::common::browser::{Browser, DEMO, VERIFIER, ask, basic, demo_password, query};
use crate::common::{Answer, Folder, Host, program, text};

const CALLBACK: &str = "https://mail.example.com/callback";

/// A request that was refused, and what both have to say of it.
struct Failure {
    name: &'static str,
    number: String,
    says: Vec<String>,
}

impl Failure {
    fn of(name: &'static str, answer: &Answer, says: &[&str]) -> Self {
        let number = answer.header("x-request-id");
        let number = number.unwrap_or_else(|| panic!("{name}: no number in {answer:?}"));
        assert!(answer.header("date").is_some(), "{name}: {answer:?}");
        Self {
            name,
            number: number.to_owned(),
            says: says.iter().map(|&said| said.to_owned()).collect(),
        }
    }
}

/// Registers a confidential client, and gives back its id and secret.
fn register(host: &Host, key: &str, name: &str) -> (String, String) {
    let metadata = format!(
        r#"{{"client_name":"{name}","redirect_uris":["{CALLBACK}"],"scope":"urn:ietf:params:oauth:scope:mail offline_access",
            "token_endpoint_auth_method":"client_secret_basic","grant_types":["authorization_code","refresh_token"]}}"#
    );
    let registered = host.register_with_key(key, &metadata);
    let client_id = registered.client_id();
    let secret = registered.json()["client_secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    (client_id, secret)
}

fn exchange(host: &Host, lines: &[&str], fields: &[(&str, &str)]) -> Answer {
    let usual = [
        ("grant_type", "authorization_code"),
        ("code", "gpco_none"),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    ask(host, "/auth/token", lines, &[&usual[..], fields].concat())
}

fn stop(host: Host) -> Folder {
    host.signal(Signal::TERM);
    host.kill_gently()
}

/// What the command says, with the server running or not.
fn events(folder: &Folder, arguments: &[&str]) -> String {
    let output = program()
        .arg("events")
        .args(arguments)
        .arg("--data")
        .arg(folder.data())
        .output()
        .expect("the program can be started");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// A page as a person reads it: its words, with single spaces.
fn read(html: &str) -> String {
    let mut shown = String::new();
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                shown.push(' ');
            }
            c if !is_tag => shown.push(c),
            _ => {}
        }
    }
    let shown = shown
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&#38;", "&");
    words(&shown)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Somebody else than the administrator, with his browser.
fn page(host: &Host, path: &str) -> Answer {
    Browser::new(host).get(path)
}

fn seven_failures(settings: &str) -> (Folder, Vec<Failure>, String) {
    let host = Host::start(settings);
    let key = host.first_key("registration").to_owned();
    let password = demo_password(&host);
    let (ortie, secret) = register(&host, &key, "Ortie");
    let mut failures = Vec::new();

    let asked = page(
        &host,
        &format!(
            "/auth/authorize?{}",
            query(&ortie, "https://mail.example.com/back", &[])
        ),
    );
    assert_eq!(asked.status, 400);
    let shown = read(&asked.body);
    let failure = Failure::of(
        "redirect URI",
        &asked,
        &[
            "Ortie",
            "https://mail.example.com/back",
            CALLBACK,
            "redirect-uri-unregistered",
            "RFC 9700",
            "add the URI that was asked for to the client",
        ],
    );
    assert!(
        shown.contains(&format!("Number {}", failure.number)),
        "{shown}"
    );
    assert!(
        shown.contains("an administrator finds it under Events"),
        "{shown}"
    );
    failures.push(failure);

    let asked = page(
        &host,
        &format!(
            "/auth/authorize?{}",
            query(&ortie, CALLBACK, &[("scope", "calendar:write")])
        ),
    );
    assert_eq!(asked.status, 303, "{asked:?}");
    failures.push(Failure::of(
        "scope",
        &asked,
        &[
            "Ortie",
            "calendar:write",
            "offline_access",
            "scope-none",
            "invalid_scope",
            "correct the scope in the program's settings",
        ],
    ));

    let (webmail, webmail_secret) = register(&host, &key, "Webmail");
    let wrong = exchange(
        &host,
        &[],
        &[("client_id", &webmail), ("client_secret", &webmail_secret)],
    );
    assert_eq!(wrong.status, 401, "{wrong:?}");
    failures.push(Failure::of(
        "method",
        &wrong,
        &[
            "Webmail",
            "client_secret_post",
            "client_secret_basic",
            "client-method-wrong",
            "choose the registered method",
        ],
    ));

    let mut browser = Browser::new(&host);
    let form = browser.get("/auth/sign-in?next=/account");
    let refused = browser.submit(
        &form,
        "/auth/sign-in",
        &[("name", DEMO), ("password", "not the password")],
    );
    assert_eq!(refused.status, 403);
    failures.push(Failure::of(
        "password",
        &refused,
        &[
            DEMO,
            "127.0.0.1",
            "password-wrong",
            "give the account a new password",
        ],
    ));

    let (phone, _) = register(&host, &key, "Old phone");
    let disabled = program()
        .args(["client", "disable", &phone, "--data"])
        .arg(host.folder.data())
        .output()
        .expect("the program can be started");
    assert!(disabled.status.success(), "{}", text(&disabled.stderr));
    let asked = page(
        &host,
        &format!("/auth/authorize?{}", query(&phone, CALLBACK, &[])),
    );
    assert_eq!(asked.status, 400, "{asked:?}");
    failures.push(Failure::of(
        "disabled",
        &asked,
        &["Old phone", "client-disabled", "enable it on its page"],
    ));

    // The secrets of these settings are good for three seconds.
    let begun = Instant::now();
    let expired = loop {
        let answer = exchange(&host, &[&basic(&ortie, &secret)], &[]);
        if answer.status == 401 {
            break answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{answer:?}");
        thread::sleep(Duration::from_millis(200));
    };
    failures.push(Failure::of(
        "expired secret",
        &expired,
        &[
            "Ortie",
            "client-secret-expired",
            "client_secret_expires_at",
            "make a new one on the client's page",
        ],
    ));
    (stop(host), failures, password)
}

#[test]
fn seven_failures_are_explained_by_the_page_and_by_the_command() {
    let settings = "[oauth.client-registration]\nsecret-lifetime = 3\nany-secret-method = false\n";
    let (folder, mut failures, password) = seven_failures(settings);

    // The next server lets a network ask ten times a minute.
    let limited = format!("{settings}[limits]\nrequests-per-minute = 10\n");
    let host = Host::start_in(folder, &limited, &[]);
    let refused = (0..100).find_map(|_| {
        let answer = exchange(&host, &[], &[]);
        (answer.status == 429).then_some(answer)
    });
    failures.push(Failure::of(
        "rate limit",
        &refused.expect("too many"),
        &[
            "127.0.0.1",
            "/auth/token",
            "too-many-requests",
            "limits.requests-per-minute",
        ],
    ));
    let folder = stop(host);

    // Another one reads what the two wrote.
    let host = Host::start_in(folder, settings, &[]);
    let mut administrator = Browser::signed_in(&host, DEMO, &password);
    administrator.enter().expect("he may come in");
    for Failure { name, number, says } in &failures {
        let shown = administrator.get(&format!("/admin/events?number={number}"));
        assert_eq!(shown.status, 200, "{name}: {}", shown.body);
        let shown = read(&shown.body);
        let printed = words(&events(&host.folder, &["--number", number]));
        let told = events(&host.folder, &["--number", number, "--json"]);
        let told: Value = serde_json::from_str(&told).expect("it is JSON");
        assert_eq!(told["outcome"], "refused", "{name}: {told}");
        for said in says {
            assert!(
                shown.contains(said),
                "{name}: the page does not say {said:?}: {shown}"
            );
            assert!(
                printed.contains(said),
                "{name}: the command does not say {said:?}: {printed}"
            );
        }
    }
    assert_eq!(failures.len(), 7);

    // They are found by what an administrator knows.
    for (path, arguments, expected) in [
        (
            "client=ortie",
            &["--client", "ortie"][..],
            &["redirect URI", "scope", "expired secret"][..],
        ),
        (
            "account=admin@example.org",
            &["--account", DEMO],
            &["password"],
        ),
        (
            "code=client-disabled",
            &["--code", "client-disabled"],
            &["disabled"],
        ),
        (
            "address=127.0.0.0/8&time=hour",
            &["--address", "127.0.0.0/8", "--since", "1h"],
            &["rate limit", "scope"],
        ),
        ("text=calendar", &["--text", "calendar"], &["scope"]),
    ] {
        let listed = administrator
            .get(&format!("/admin/events?outcome=refused&{path}"))
            .body;
        let printed = events(
            &host.folder,
            &[arguments, &["--refused", "--last", "500"]].concat(),
        );
        for Failure { name, number, .. } in &failures {
            let is_expected = expected.contains(name);
            let is_all = path.starts_with("address");
            if is_expected || !is_all {
                assert_eq!(
                    listed.contains(number.as_str()),
                    is_expected,
                    "{path}: {name} on the page"
                );
                assert_eq!(
                    printed.contains(number.as_str()),
                    is_expected,
                    "{path}: {name} in {printed}"
                );
            }
        }
    }
    let unknown = administrator.get("/admin/events?number=00000000-1");
    assert_eq!(unknown.status, 404);
    assert!(read(&unknown.body).contains("There is no event 00000000-1"));
}

/// What came of a request in the end counts, not what was decided first.
#[test]
fn a_wrong_code_is_refused_although_the_client_was_let_in() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let (client, secret) = register(&host, &key, "Webmail");
    let answer = exchange(&host, &[&basic(&client, &secret)], &[]);
    assert_eq!(answer.status, 400, "{answer:?}");
    let number = answer.header("x-request-id").expect("a number").to_owned();
    let accepted = host.register_with_key(&key, common::NATIVE);
    assert!(accepted.header("x-request-id").is_none(), "{accepted:?}");
    for (path, status) in [
        ("/auth/tokens", 404),
        ("/auth/token", 405),
        ("/jmap/session", 401),
        ("/api/clients", 401),
    ] {
        assert_eq!(host.get(path).status, status, "{path}");
    }
    // None of these is an event.
    for path in [
        "/",
        "/healthz",
        "/metrics",
        "/wp-login.php",
        "/admin/",
        "/account",
        "/auth/sign-in",
        "/assets/style.css",
        "/.well-known/oauth-authorization-server",
        "/api/openapi.json",
    ] {
        host.get(path);
    }
    let folder = stop(host);
    let told: Vec<Value> = events(&folder, &["--json"])
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    let seen: Vec<(&str, &str)> = told
        .iter()
        .map(|event| {
            (
                event["route"].as_str().expect("a route"),
                event["outcome"].as_str().expect("an outcome"),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("/auth/register", "accepted"),
            ("/auth/token", "refused"),
            ("/auth/register", "accepted"),
            ("/auth/tokens", "refused"),
            ("/auth/token", "refused"),
            ("/jmap/session", "refused"),
            ("/api/clients", "refused"),
        ]
    );
    let refused = &told[1];
    assert_eq!(refused["number"], number.as_str());
    assert_eq!(refused["error"], "invalid_grant");
    assert_eq!(refused["client_name"], "Webmail");
    assert_eq!(refused["client_id"], client.as_str());
    assert_eq!(refused["operation"], "authenticate-and-authorize");
    let advice = refused["advice"][0].as_str().expect("there is some");
    assert!(advice.contains("let the user sign in again"), "{advice}");
}

#[test]
fn a_claimed_name_is_no_client_and_the_key_is_named() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let claimed =
        r#"{"client_name":"Example Mail","redirect_uris":["https://mail.example.com/#a"]}"#;
    let without = host.register(&[], claimed);
    assert_eq!(without.status, 401, "{without:?}");
    let with = host.register_with_key(&key, claimed);
    assert_eq!(with.status, 400, "{with:?}");
    let number = with.header("x-request-id").expect("a number").to_owned();
    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    browser.enter().expect("nothing is required");
    let link = format!("/admin/events?number={number}");
    let page = read(&browser.get(&link).body);
    for said in [
        "None is registered. The request calls it Example Mail",
        "API key registration (",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let list = read(&browser.get("/admin/events").body);
    assert!(list.contains("not registered: “Example Mail”"), "{list}");
    let folder = stop(host);
    let told = events(&folder, &["--json", "--client", "Example"]);
    let told: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for event in &told {
        assert_eq!(event["client_name"], Value::Null, "{event}");
        assert_eq!(event["claimed_name"], "Example Mail", "{event}");
        let has_key = event["number"] == *number;
        assert_eq!(event["key"].is_i64(), has_key, "{event}");
    }
}

#[test]
fn a_flood_leaves_room_for_what_has_to_be_explained() {
    let host =
        Host::start("[audit]\nmax-size = 4\n[oauth.client-registration]\nanonymous = true\n");
    for _ in 0..500 {
        host.register(&[], common::NATIVE);
    }
    for _ in 0..500 {
        host.get(&format!("/auth/authorize?client_id={}", "x".repeat(5_000)));
    }
    let folder = stop(host);
    let told = events(&folder, &["--json", "--last", "5000"]);
    let count = |outcome: &str| {
        told.lines()
            .filter(|line| line.contains(&format!("\"outcome\":\"{outcome}\"")))
            .count()
    };
    let (accepted, refused) = (count("accepted"), count("refused"));
    assert!((1..10).contains(&accepted), "{accepted} accepted:\n{told}");
    assert!((1..10).contains(&refused), "{refused} refused:\n{told}");
    let longest = told.lines().map(str::len).max().unwrap_or_default();
    assert!(longest < 4_096, "{longest}");
    let log = fs::read_to_string(folder.data().join("audit.jsonl")).expect("there is a log");
    let counted: u64 = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["kind"] == "sum")
        .filter_map(|line| line["count"].as_u64())
        .sum();
    assert!(counted > 900, "the others were counted: {counted}");
    assert!(log.len() < 64 << 10, "{} bytes", log.len());
}

/// A person who looks on sees what happens.
#[test]
fn events_are_followed_while_they_come() {
    let host = Host::start("");
    host.get("/auth/first");
    let mut child = program()
        .args(["events", "--follow", "--json", "--data"])
        .arg(host.folder.data())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let stdout = child.stdout.take().expect("it was asked for");
    let (told, hears) = std::sync::mpsc::channel();
    thread::spawn(move || {
        use std::io::BufRead;
        for line in std::io::BufReader::new(stdout)
            .lines()
            .map_while(Result::ok)
        {
            let _ = told.send(line);
        }
    });
    let next = || hears.recv_timeout(Duration::from_secs(20));
    let first = next();
    host.get("/auth/second");
    let second = next();
    let _ = child.kill();
    let _ = child.wait();
    assert!(
        first
            .as_ref()
            .is_ok_and(|line| line.contains("/auth/first")),
        "{first:?}"
    );
    assert!(
        second
            .as_ref()
            .is_ok_and(|line| line.contains("/auth/second")),
        "{second:?}"
    );
}

#[test]
fn the_command_says_where_there_is_no_log() {
    let folder = Folder::new();
    let output = program()
        .args(["events", "--data"])
        .arg(folder.path("nowhere"))
        .output()
        .expect("the program can be started");
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(
        said.contains("there is no audit log at") && said.contains("--data"),
        "{said}"
    );
    assert!(!folder.path("nowhere").exists());
}
