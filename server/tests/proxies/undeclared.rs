//! Without a proxy that is declared: nobody is believed, and whoever forwards is somebody unknown.

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{Answer, Folder, Host, NATIVE, program, text};
use crate::manual;
use crate::place::{key_bound_to, registration, request};
use crate::source;

/// What a proxy adds.
const FORWARDING: [&[u8]; 6] = [
    b"X-Forwarded-For: 192.0.2.1",
    b"X-Forwarded-For: \xff",
    b"Forwarded: for=192.0.2.1",
    b"Forwarded: for=\"192.0.2.1",
    b"X-Real-IP: 192.0.2.1",
    b"X-Real-IP:",
];

#[test]
fn who_forwards_and_is_not_declared_has_no_rights_of_an_address() {
    let host = Host::start("");
    let bound = key_bound_to(&host.folder, "127.0.0.0/8");
    let metrics = |lines: &[&[u8]]| host.send(&request("GET", "/metrics", lines, "")).status;
    let registered = |lines: &[&[u8]]| host.send(&registration(Some(&bound), lines, NATIVE));
    assert_eq!(metrics(&[]), 200, "nobody is between");
    assert_eq!(registered(&[]).status, 201, "nobody is between");
    for line in FORWARDING {
        let name = text(line);
        assert_eq!(metrics(&[line]), 404, "{name}");
        let refused = registered(&[line]);
        assert_eq!(refused.status, 403, "{name}: {refused:?}");
        assert!(refused.body.contains("network-not-allowed"), "{name}");
    }
    // An administrator learns what to declare, and is not told again and again.
    let log = host.folder.logged();
    let reports = log.lines().filter(|line| line.contains("trusted-proxies"));
    assert_eq!(reports.count(), 1, "{log}");
}

#[test]
fn all_who_are_unknown_have_one_allowance_and_nobody_else_feels_it() {
    let settings =
        "[limits]\nrequests-per-minute = 3\n[oauth.client-registration]\nanonymous = true\n";
    let declared = format!(
        "[server]\ntrusted-proxies = ['127.0.0.1/32']\nforwarded-header = 'forwarded'\n{settings}"
    );
    for (name, settings, lines) in [
        (
            "undeclared",
            settings,
            [
                &b"X-Forwarded-For: 192.0.2.1"[..],
                b"X-Forwarded-For: 192.0.2.2",
                b"Forwarded: for=192.0.2.3",
                b"X-Real-IP: 192.0.2.4",
            ],
        ),
        (
            "unreadable",
            &declared,
            [
                b"Forwarded: for=\"192.0.2.1",
                b"Forwarded: for=unknown",
                b"Forwarded: for=\"[fe80::1%25lo]\"",
                b"Forwarded: \xff",
            ],
        ),
    ] {
        let host = Host::start(settings);
        let statuses = lines.map(|line| host.send(&registration(None, &[line], NATIVE)).status);
        assert_eq!(statuses, [201, 201, 201, 429], "{name}");
        // A mail server on this machine.
        assert_eq!(host.register(&[], NATIVE).status, 201, "{name}");
        let other = Ipv4Addr::new(127, 0, 0, 2);
        let mut stream = source::connect(other, host.address, Duration::from_secs(20))
            .expect("the host listens");
        let plain = registration(None, &[], NATIVE);
        stream.write_all(&plain).expect("it can be sent");
        assert_eq!(Answer::read(&mut stream).status, 201, "{name}");
    }
}

/// A public URL with https that this program does not serve itself is served by a proxy, whom somebody has to name.
#[test]
fn a_proxy_that_nobody_named_is_asked_for() {
    const URL: &str = "[server]\npublic-url = 'https://mail.example.com'\n";
    for (name, more, missing) in [
        ("no proxies", "", Some("trusted-proxies")),
        ("none, in words", "trusted-proxies = []\n", None),
        (
            "proxies that say nothing",
            "trusted-proxies = ['127.0.0.1/32']\n",
            Some("forwarded-header"),
        ),
        (
            "proxies that say it twice",
            "trusted-proxies = ['127.0.0.1/32']\nforwarded-header = 'forwarded'\nproxy-protocol = true\n",
            Some("proxy-protocol"),
        ),
        (
            "proxies",
            "trusted-proxies = ['127.0.0.1/32']\nforwarded-header = 'forwarded'\n",
            None,
        ),
    ] {
        let folder = Folder::new();
        let config = folder.write("gatepost.toml", format!("{URL}{more}"));
        let mut check = program();
        let checked = check.arg("check").arg("--config").arg(&config).output();
        let checked = checked.expect("the program can be started");
        let said = text(&checked.stdout) + &text(&checked.stderr);
        assert_eq!(
            checked.status.success(),
            missing.is_none(),
            "{name}: {said}"
        );
        assert!(
            missing.is_none_or(|key| said.contains(key)),
            "{name}: {said}"
        );
        let (success, said) = served(&folder, &config);
        assert_eq!(success, missing.is_none(), "{name}: {said}");
        assert_eq!(folder.data().exists(), success, "{name}");
        assert!(
            missing.is_none_or(|key| said.contains(key)),
            "{name}: {said}"
        );
    }
    // The lines to add are ones that can be added.
    let folder = Folder::new();
    let config = folder.write("gatepost.toml", URL);
    let (_, said) = served(&folder, &config);
    let lines = ["trusted-proxies = ", "forwarded-header = "].map(|key| {
        let mut quoted = said.split('`').skip(1).step_by(2);
        let line = quoted.find(|quoted| quoted.starts_with(key));
        line.unwrap_or_else(|| panic!("no line with {key} in {said}"))
    });
    let config = folder.write("gatepost.toml", format!("{URL}{}\n", lines.join("\n")));
    let (success, said) = served(&folder, &config);
    assert!(success, "{said}");
}

/// The README's example starts as it is.
#[test]
fn the_readme_names_its_proxy() {
    let folder = Folder::new();
    let config = folder.write("gatepost.toml", manual::readme());
    let (success, said) = served(&folder, &config);
    assert!(success, "{said}");
}

/// Whether the server begins to serve, and what it says if it does not. It is ended at once.
fn served(folder: &Folder, config: &Path) -> (bool, String) {
    let file = |name: &str| std::fs::File::create(folder.path(name)).expect("it is ours");
    let read = |name: &str| std::fs::read_to_string(folder.path(name)).unwrap_or_default();
    let mut child = program()
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(config)
        .arg("--data")
        .arg(folder.data())
        .stdout(file("greeted"))
        .stderr(file("said"))
        .spawn()
        .expect("the program can be started");
    let deadline = Instant::now() + Duration::from_secs(20);
    let success = loop {
        if read("greeted").contains("listening on ") {
            break true;
        }
        if child.try_wait().expect("it is a child").is_some() {
            break false;
        }
        assert!(
            Instant::now() < deadline,
            "it neither serves nor ends: {}",
            read("said")
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    let _ = child.kill();
    let _ = child.wait();
    (success, read("said"))
}

/// RFC 9112 §3.2
#[test]
fn a_request_names_its_host_once() {
    let host = Host::start("");
    for (name, lines, expected) in [
        ("a name", "Host: localhost\r\n", 200),
        ("a name and a port", "Host: mail.example.com:8080\r\n", 200),
        ("an address", "Host: 127.0.0.1:8080\r\n", 200),
        ("an IPv6 address", "Host: [::1]:8080\r\n", 200),
        ("none", "", 400),
        ("two", "Host: localhost\r\nHost: localhost\r\n", 400),
        ("two others", "Host: localhost\r\nHost: 127.0.0.1\r\n", 400),
        ("a space", "Host: local host\r\n", 400),
        ("a path", "Host: localhost/a\r\n", 400),
        ("a user", "Host: a@localhost\r\n", 400),
        ("two in one", "Host: localhost, localhost\r\n", 400),
        ("no port", "Host: localhost:a\r\n", 400),
        ("an open bracket", "Host: [::1\r\n", 400),
    ] {
        let asked = format!("GET /healthz HTTP/1.1\r\n{lines}\r\n");
        assert_eq!(host.send(asked.as_bytes()).status, expected, "{name}");
    }
    let no_text = host.send(b"GET /healthz HTTP/1.1\r\nHost: \xff\r\n\r\n");
    assert_eq!(no_text.status, 400);
    let old = host.send(b"GET /healthz HTTP/1.0\r\n\r\n");
    assert_eq!(old.status, 200, "HTTP/1.0 has none");
    // A target that names a host does not stand for the header.
    for (lines, expected) in [("Host: a\r\n", 200), ("", 400)] {
        let asked = format!("GET http://b/healthz HTTP/1.1\r\n{lines}\r\n");
        assert_eq!(host.send(asked.as_bytes()).status, expected, "{lines:?}");
    }
}

/// Without a proxy between that would wait for the end of the body.
#[test]
fn who_is_still_writing_can_read_the_answer() {
    let host = Host::start("[limits]\nrequests-per-minute = 1\n");
    let lengths = [(900_000, 413), (900_000, 429), (8_000_000, 429)];
    for round in 0..5 {
        for (length, expected) in lengths {
            let body = "x".repeat(length);
            let from = Ipv4Addr::new(127, 0, 1, round + 1);
            let mut stream = source::connect(from, host.address, Duration::from_secs(20))
                .expect("the host listens");
            let _ = stream.write_all(&registration(None, &[], &body));
            let answer = Answer::try_read(&mut stream);
            let answer = answer.unwrap_or_else(|| panic!("no answer to {length} bytes"));
            assert_eq!(answer.status, expected, "{length} bytes: {answer:?}");
        }
    }
}
