//! Whom the server believes, and what each network may ask for: origins, hosts, allowances, connections.

mod common;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use gatepost_server::http::{FREE, paths};

use crate::common::browser::{Browser, DEMO, ask, basic, demo_password, form, hidden};
use crate::common::{Answer, Folder, Host, NATIVE, run, source, text};

/// A proxy on this machine that sets one of the two headers.
fn behind(header: &str) -> String {
    format!("[server]\ntrusted-proxies = ['127.0.0.0/8']\nforwarded-header = '{header}'\n")
}

/// A request with these bytes as header lines.
fn send(host: &Host, method: &str, path: &str, lines: &[&[u8]], body: &str) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n").into_bytes();
    for line in lines {
        request.extend_from_slice(line);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    host.send(&request)
}

/// What a proxy makes of a stranger's header that nobody can read: the stranger never becomes the proxy.
#[test]
fn who_cannot_be_told_from_the_proxy_is_nobody() {
    for (header, lines) in [
        ("x-forwarded-for", &[&b"X-Forwarded-For: \xff"[..]][..]),
        ("x-forwarded-for", &[b"X-Forwarded-For: unknown"]),
        ("x-forwarded-for", &[b"X-Forwarded-For: 127.0.0.1, ?"]),
        ("x-forwarded-for", &[b"X-Forwarded-For: [fe80::1%1]:80"]),
        ("x-forwarded-for", &[b"Forwarded: for=127.0.0.1"]),
        ("forwarded", &[b"Forwarded: for=\"127.0.0.1"]),
        ("forwarded", &[b"Forwarded: for=\"x, for=127.0.0.1"]),
        ("forwarded", &[b"Forwarded: for=_hidden"]),
        ("forwarded", &[b"X-Forwarded-For: 127.0.0.1"]),
    ] {
        let settings = format!(
            "{}[limits]\nrequests-per-minute = 4\n[oauth.client-registration]\n",
            behind(header)
        );
        let host = Host::start(&settings);
        let name = format!("{header} {}", text(lines[0]));
        let metrics = send(&host, "GET", "/metrics", lines, "");
        assert_eq!(metrics.status, 404, "{name}");
        // A key that is good on this machine alone.
        let key = create_key(&host.folder, Some(r#"{"networks":["127.0.0.1/32"]}"#));
        let authorization = format!("Authorization: Bearer {key}");
        let with = |lines: &[&[u8]]| {
            let mut all = vec![authorization.as_bytes(), b"Content-Type: application/json"];
            all.extend(lines);
            send(&host, "POST", "/auth/register", &all, NATIVE).status
        };
        assert_eq!(with(&[]), 201, "{name}: the machine itself");
        assert_eq!(with(lines), 403, "{name}");
        // All that are unknown have one allowance, and what it leaves of others' is all of it.
        let unknown = |lines: &[&[u8]]| send(&host, "GET", "/nothing", lines, "").status;
        assert_eq!(unknown(lines), 404, "{name}");
        assert_eq!(unknown(lines), 404, "{name}");
        assert_eq!(unknown(lines), 429, "{name}");
        let line = format!("{header}: unknown");
        assert_eq!(unknown(&[line.as_bytes()][..]), 429, "{name}");
        assert_eq!(unknown(&[]), 404, "{name}: the machine itself");
    }
}

/// A new route is limited unless somebody adds it to the list.
#[test]
fn every_route_is_limited_unless_it_is_free() {
    let host = Host::start(&format!(
        "{}[limits]\nrequests-per-minute = 2\n",
        behind("x-forwarded-for")
    ));
    let mut networks = 0..;
    let mut all = paths();
    assert!(all.len() > 30, "{all:?}");
    for free in FREE {
        assert!(all.contains(&free), "{free} is no route");
    }
    all.extend(["/", "/nothing", "/auth/nothing", "/%"]);
    for path in all {
        let asked: String = path
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for (method, line) in [
            ("GET", &b"Accept: text/html"[..]),
            ("POST", b"Content-Type: application/x-www-form-urlencoded"),
            ("POST", b"Content-Type: nothing/special"),
            ("PUT", b"Accept: */*"),
            ("OPTIONS", b"Origin: https://evil.example"),
        ] {
            let number: u8 = networks.next().map(|n: u32| (n % 250) as u8).unwrap_or(0);
            let group = networks.clone().next().unwrap_or(0) / 250;
            let from = format!("X-Forwarded-For: 198.51.{group}.{number}");
            let lines = [from.as_bytes(), line];
            let statuses: Vec<u16> = (0..3)
                .map(|_| send(&host, method, &asked, &lines, "token=x&client_id=x").status)
                .collect();
            let is_free = FREE.contains(&path);
            let name = format!("{method} {path}: {statuses:?}");
            assert!(!statuses[..2].contains(&429), "{name}");
            assert_eq!(statuses[2] == 429, !is_free, "{name}");
        }
    }
}

/// Dovecot on this machine asks as before, whatever others on it or behind its proxy do.
#[test]
fn a_mail_server_has_an_allowance_that_nobody_else_can_spend() {
    let host = Host::start(&format!(
        "{}[limits]\nrequests-per-minute = 3\n",
        behind("x-forwarded-for")
    ));
    let secret = host.folder.provision_mail_server("dovecot");
    let introspect = |secret: &str| {
        let lines = [&*basic("dovecot", secret)];
        ask(&host, "/auth/introspect", &lines, &[("token", "gpat_x")]).status
    };
    // What others of the same address do, before and after.
    for _ in 0..5 {
        host.get("/nothing");
        ask(&host, "/auth/token", &[], &[("token", "x")]);
    }
    assert_eq!(host.get("/nothing").status, 429);
    assert_eq!(introspect(&secret), 200);
    for _ in 0..5 {
        introspect("made up");
        ask(&host, "/auth/introspect", &[], &[("client_id", "dovecot")]);
        send(
            &host,
            "POST",
            "/auth/introspect",
            &[b"Content-Type: a/b"],
            "",
        );
    }
    assert_eq!(introspect("made up"), 429);
    for _ in 0..20 {
        assert_eq!(introspect(&secret), 200);
    }
}

/// Who holds all the connections that one network gets leaves the others to everybody else.
#[test]
fn one_network_holds_a_share_of_the_connections() {
    let host = Host::start("[server]\nmax-connections = 16\n");
    let is_open = |from: u8| {
        let mut stream = connect_from(from, host.address);
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answered = Answer::try_read(&mut stream).is_some();
        (answered, stream)
    };
    let held: Vec<_> = (0..5).map(|_| is_open(2)).collect();
    let answered = held.iter().filter(|(answered, _)| *answered).count();
    assert_eq!(answered, 2, "an eighth of 16");
    for from in 3..9 {
        assert!(is_open(from).0, "127.0.0.{from}");
    }
    drop(held);
    let begun = Instant::now();
    while !is_open(2).0 {
        assert!(begun.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// However many addresses somebody has, others come in.
#[test]
fn whoever_holds_most_connections_gives_one_up() {
    let host = Host::start("[server]\nmax-connections = 16\n");
    let mut held: Vec<TcpStream> = (2..10)
        .flat_map(|from| [from, from])
        .map(|from| connect_from(from, host.address))
        .collect();
    for stream in &mut held {
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert!(Answer::try_read(stream).is_some(), "there is room for 16");
    }
    for from in 20..30 {
        let mut newcomer = connect_from(from, host.address);
        let _ = newcomer.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = Answer::try_read(&mut newcomer);
        assert!(answer.is_some(), "127.0.0.{from}");
    }
}

/// A proxy needs as many connections as there are; what is behind it has a share of the requests in flight.
#[test]
fn one_network_behind_a_proxy_holds_a_share_of_the_requests() {
    let settings = behind("x-forwarded-for").replace("127.0.0.0/8", "127.0.0.1/32");
    let host = Host::start(&format!("{settings}max-connections = 16\n"));
    let begin = |from: &str| {
        let mut stream = host.connect();
        let head = format!(
            "POST /auth/token HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {from}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nab"
        );
        stream.write_all(head.as_bytes()).expect("it can be sent");
        stream
    };
    // A body that does not come to its end.
    let slow = [begin("192.0.2.1"), begin("192.0.2.1")];
    std::thread::sleep(Duration::from_millis(200));
    let get = |from: &str| {
        let line = format!("X-Forwarded-For: {from}");
        send(&host, "GET", "/nothing", &[line.as_bytes()], "").status
    };
    assert_eq!(get("192.0.2.1"), 429);
    assert_eq!(get("192.0.2.2"), 404);
    drop(slow);
    let begun = Instant::now();
    while get("192.0.2.1") == 429 {
        assert!(begun.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A client that is still writing reads why it is refused.
#[test]
fn who_is_still_writing_gets_to_read_the_answer() {
    let host = Host::start("[oauth.client-registration]\nanonymous = true\n");
    for length in [2 << 20, 8 << 20] {
        for path in ["/auth/register", "/auth/token", "/nothing"] {
            let kind = match path {
                "/auth/token" => "application/x-www-form-urlencoded",
                _ => "application/json",
            };
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
            );
            let mut stream = host.connect();
            stream.write_all(head.as_bytes()).expect("it can be sent");
            let piece = [b'x'; 1 << 16];
            for _ in 0..length / piece.len() {
                stream
                    .write_all(&piece)
                    .unwrap_or_else(|error| panic!("{path}: {error}"));
            }
            let answer = Answer::read(&mut stream);
            let expected = match path {
                "/nothing" => 404,
                _ => 413,
            };
            assert_eq!(answer.status, expected, "{path}");
            assert_eq!(answer.header("connection"), Some("close"), "{path}");
            let mut rest = Vec::new();
            assert_eq!(stream.read_to_end(&mut rest).ok(), Some(0), "{path}");
        }
    }
}

/// Authority is looked at when all of a request is there: one that dribbles in outlives no key and no session.
#[test]
fn a_slow_body_outlives_neither_key_nor_session() {
    let host = Host::start("");
    let data = host.folder.data().display().to_string();
    let command = |arguments: &[&str]| {
        let arguments = [arguments, &["--data", &data]].concat();
        let output = run(&arguments, &host.folder.path(""));
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    let begin = |head: String, body: &str| {
        let (first, rest) = body.split_at(body.len() / 2);
        let mut stream = host.connect();
        stream
            .write_all(format!("{head}Content-Length: {}\r\n\r\n{first}", body.len()).as_bytes())
            .expect("it can be sent");
        std::thread::sleep(Duration::from_millis(300));
        (stream, rest.to_owned())
    };
    let end = |(mut stream, rest): (TcpStream, String)| {
        stream.write_all(rest.as_bytes()).expect("it can be sent");
        Answer::read(&mut stream)
    };
    let key = host.first_key("administrator");
    let head = format!(
        "POST /api/keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    );
    let body = r#"{"name":"late","permissions":["authenticate"]}"#;
    assert_eq!(end(begin(head.clone(), body)).status, 201);
    let begun = begin(head, body);
    command(&["key", "revoke", "1", "--yes"]);
    assert_eq!(end(begun).status, 401);

    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    let page = browser.get("/account");
    let csrf = hidden(&page.body, "/account");
    let body = form(&[(&*csrf[0].0, &*csrf[0].1), ("end", "all")]);
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(n, v)| format!("{n}={v}"))
        .collect();
    let head = format!(
        "POST /account HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
        host.address,
        cookies.join("; ")
    );
    let begun = begin(head, &body);
    command(&["account", "sign-out", "--name", DEMO, "--yes"]);
    let late = end(begun);
    assert_ne!(late.header("location"), Some("/account"), "{late:?}");
}

fn connect_from(last: u8, to: SocketAddr) -> TcpStream {
    let from = Ipv4Addr::new(127, 0, 0, last);
    source::connect(from, to, Duration::from_secs(20)).expect("the host listens")
}

fn create_key(folder: &Folder, terms: Option<&str>) -> String {
    let data = folder.data();
    let data = data.to_str().expect("a path in UTF-8");
    let mut arguments = vec![
        "key",
        "create",
        "--name",
        "test",
        "--permission",
        "authenticate",
        "--permission",
        "oauth-client-registration",
        "--data",
        data,
    ];
    if let Some(terms) = terms {
        arguments.extend(["--terms", terms]);
    }
    let created = run(&arguments, &folder.path(""));
    assert!(created.status.success(), "{}", text(&created.stderr));
    text(&created.stdout).trim().to_owned()
}
