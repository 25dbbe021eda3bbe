//! Several hosts on one PostgreSQL database.

mod common;

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::common::browser::{Browser, DEMO, VERIFIER, ask, demo_password, query};
use crate::common::postgres::Server;
use crate::common::{Answer, Folder, Host, NATIVE, registration, run, text};

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

fn host(server: &Server, settings: &str) -> Host {
    Host::start(&format!("{}{settings}", server.settings()))
}

fn listed(host: &Host, key: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = host.send(
            format!(
                "GET /api/clients?limit=200{after} HTTP/1.1\r\nHost: localhost\r\n\
                 Authorization: Bearer {key}\r\n\r\n"
            )
            .as_bytes(),
        );
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        for client in page["clients"].as_array().expect("a list") {
            all.insert(client["client_id"].as_str().expect("an id").to_owned());
        }
        match page["next"].as_i64() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn three_hosts_are_as_one() {
    let server = Server::start();
    let limit = "[oauth.client-registration]\nmax-clients = 10\n";
    let first = host(&server, limit);
    let key = first.first_key("registration").to_owned();
    let hosts = [host(&server, limit), host(&server, limit)];
    assert!(
        hosts
            .iter()
            .all(|host| host.greeting.is_empty() && host.first_start.is_empty()),
        "one is first"
    );
    let accepted = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..64 {
            let host = [&first, &hosts[0], &hosts[1]][number % 3];
            let (key, accepted) = (&key, &accepted);
            scope.spawn(move || match host.register_with_key(key, NATIVE).status {
                201 => {
                    accepted.fetch_add(1, Ordering::Relaxed);
                }
                429 => {}
                other => panic!("{other}"),
            });
        }
    });
    assert_eq!(
        accepted.load(Ordering::Relaxed),
        10,
        "no more than the limit"
    );
    assert_eq!(
        listed(&hosts[1], first.first_key("administrator")).len(),
        10
    );

    // Signed in at one, redeemed at another, refreshed at the third.
    let mut browser = Browser::signed_in(&first, DEMO, &demo_password(&first));
    let code = browser.code(&query("any", REDIRECT_URI, &[]));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", REDIRECT_URI),
        ("client_id", "any"),
        ("code_verifier", VERIFIER),
    ];
    let tokens = ask(&hosts[0], "/auth/token", &[], &fields);
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let tokens = tokens.json();
    let refresh = [
        ("grant_type", "refresh_token"),
        (
            "refresh_token",
            tokens["refresh_token"].as_str().expect("one"),
        ),
        ("client_id", "any"),
    ];
    // At once at two: one of them is second, as if the answer to the first had been lost.
    let answers = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for host in &hosts {
            scope.spawn(|| {
                let answer = ask(host, "/auth/token", &[], &refresh);
                answers.lock().expect("nobody panicked").push(answer.status);
            });
        }
    });
    let mut answers = answers.into_inner().expect("nobody panicked");
    answers.sort_unstable();
    assert_eq!(answers, [200, 200]);
    let third = ask(&first, "/auth/token", &[], &refresh);
    assert_eq!(third.status, 400, "then neither goes on: {third:?}");

    // What is presented at one has arrived for all.
    let code = browser.code(&query("any", REDIRECT_URI, &[]));
    let mut fields = fields;
    fields[1].1 = &code;
    let tokens = ask(&first, "/auth/token", &[], &fields).json();
    let mut refresh = refresh;
    refresh[1].1 = tokens["refresh_token"].as_str().expect("one");
    let fresh = ask(&hosts[0], "/auth/token", &[], &refresh).json();
    let mailbox = |host: &Host| {
        let access = fresh["access_token"].as_str().expect("one");
        let request = format!(
            "GET /jmap/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n\r\n"
        );
        host.send(request.as_bytes()).status
    };
    assert_eq!(mailbox(&hosts[1]), 200);
    let again = ask(&first, "/auth/token", &[], &refresh);
    assert_eq!(again.status, 400, "{again:?}");
    assert_eq!(mailbox(&hosts[1]), 401);
}

/// How many clients there may be, in the tests that register until there may be no more.
const LIMIT: usize = 500;

/// Registers at three hosts until there may be no more, and does something to them when a part is
/// done. Nothing that was acknowledged may be missing then, and nothing may be over the limit.
fn registered_until_full(server: &mut Server, interfere: impl FnOnce(&mut Server, &mut Vec<Host>)) {
    let settings = format!("[oauth.client-registration]\nmax-clients = {LIMIT}\n");
    let mut hosts: Vec<Host> = (0..3).map(|_| host(server, &settings)).collect();
    let administrator = hosts[0].first_key("administrator").to_owned();
    let header = format!(
        "Authorization: Bearer {}",
        hosts[0].first_key("registration")
    );
    let request = registration(&[&header], NATIVE);
    let acknowledged = Mutex::new(BTreeSet::new());
    let count = || acknowledged.lock().expect("nobody panicked").len();
    let is_full = AtomicBool::new(false);
    let deadline = Instant::now() + Duration::from_secs(120);
    let register_until_full = |address: SocketAddr| {
        while !is_full.load(Ordering::Relaxed) && Instant::now() < deadline {
            match register(address, &request) {
                Some(answer) if answer.status == 201 => {
                    let mut acknowledged = acknowledged.lock().expect("nobody panicked");
                    acknowledged.insert(answer.client_id());
                }
                Some(answer) if answer.status == 429 => is_full.store(true, Ordering::Relaxed),
                // The host is gone, or the database is.
                Some(Answer { status: 503, .. }) | None => {
                    thread::sleep(Duration::from_millis(20));
                }
                Some(other) => panic!("{other:?}"),
            }
        }
    };
    thread::scope(|scope| {
        for number in 0..24 {
            let address = hosts[number % 3].address;
            let register_until_full = &register_until_full;
            scope.spawn(move || register_until_full(address));
        }
        while count() < LIMIT / 5 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(!is_full.load(Ordering::Relaxed), "it is under load");
        interfere(server, &mut hosts);
    });
    let stored = listed(&hosts[0], &administrator);
    let acknowledged = acknowledged.into_inner().expect("nobody panicked");
    assert_eq!(acknowledged.difference(&stored).next(), None, "it was lost");
    assert_eq!(stored.len(), LIMIT);
}

/// Registers once, if the host is there and answers.
fn register(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    let limit = Some(Duration::from_secs(60));
    stream.set_read_timeout(limit).ok()?;
    stream.write_all(request).ok()?;
    Answer::try_read(&mut stream)
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn one_of_three_hosts_may_be_killed() {
    registered_until_full(&mut Server::start(), |_, hosts| {
        hosts.pop().expect("there are three").kill();
    });
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn the_database_may_be_killed() {
    registered_until_full(&mut Server::start(), |server, _| {
        server.kill();
        // Meanwhile the hosts have nothing to ask.
        thread::sleep(Duration::from_millis(200));
        server.run();
    });
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn the_database_may_stop_answering() {
    registered_until_full(&mut Server::start(), |server, hosts| {
        server.pause();
        // Whoever asks is told in time that it cannot be done, and what needs no database is answered.
        let begun = Instant::now();
        let request = registration(&[], NATIVE);
        let answer = register(hosts[0].address, &request);
        assert_eq!(answer.map(|answer| answer.status), Some(503));
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(40), "{took:?}");
        let document = hosts[0].get("/.well-known/oauth-authorization-server");
        assert_eq!(document.status, 200);
        server.go_on();
    });
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn settings_are_reloaded_while_the_database_is_away() {
    let mut server = Server::start();
    let host = host(&server, "");
    server.kill();
    let settings = "[oauth.client-registration]\nrequire = true\n";
    let settings = format!("{}{settings}", server.settings());
    host.folder.write("gatepost.toml", settings);
    host.signal(Signal::HUP);
    host.wait_for_line("reloaded: the new settings");
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn a_directory_moves_from_a_file_to_a_database_and_back() {
    let server = Server::start();
    let file = Host::start("");
    let key = file.first_key("registration").to_owned();
    let client_id = file.register_with_key(&key, NATIVE).client_id();
    let mut browser = Browser::signed_in(&file, DEMO, &demo_password(&file));
    browser.code(&query(&client_id, REDIRECT_URI, &[]));
    let of_file = file.kill();
    let of_database = Folder::new();
    let config = of_database.write("database.toml", server.settings());
    let config = config.to_str().expect("a path in UTF-8");
    let data = of_file.data();
    let exported = run(
        &["export", "--data", data.to_str().expect("a path in UTF-8")],
        &data,
    );
    let lines = text(&exported.stdout);
    assert!(
        lines.contains("refresh") || lines.contains("\"code\""),
        "{lines}"
    );
    let moved = of_database.write("lines.jsonl", &lines);
    let moved = moved.to_str().expect("a path in UTF-8");
    let taken = run(&["import", "--config", config, moved], &data);
    assert!(taken.status.success(), "{}", text(&taken.stderr));
    let again = run(&["export", "--config", config], &data);
    // The numbers of grants are the database's own.
    assert_eq!(text(&again.stdout), lines);
    let twice = run(&["import", "--config", config, moved], &data);
    assert!(text(&twice.stderr).contains("not empty"), "{twice:?}");
    let host = host(&server, "");
    assert_eq!(host.register_with_key(&key, NATIVE).status, 201);
    let healthy = host.get("/healthz");
    assert_eq!(healthy.status, 200, "{healthy:?}");
}

#[test]
#[ignore = "needs PostgreSQL; scripts/test-peers runs it"]
fn the_way_to_a_database_is_encrypted_and_the_database_known() {
    let server = Server::start_with_tls();
    let host = Host::start(&server.settings_with_tls("authority"));
    let key = host.first_key("registration");
    // The port takes nothing but TLS.
    assert_eq!(host.register_with_key(key, NATIVE).status, 201);

    let settings = server.settings_with_tls("stranger");
    let config = host.folder.write("stranger.toml", settings);
    let config = config.to_str().expect("a path in UTF-8");
    let refused = run(&["export", "--config", config], &host.folder.data());
    let said = text(&refused.stderr);
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("UnknownIssuer"), "{said}");
}
