//! Behind real proxies: where requests come from, and what the outside is called.

use crate::common::NATIVE;
use crate::common::browser::{ask, basic};
use crate::manual;
use crate::place::{ALLOWANCE, Place, key_bound_to, registration, request};
use crate::program::{Program, replaced};
use crate::spoof::SPOOFS;

/// Adds the client's address where the manual's example writes it over what the client sent, as many
/// administrators have it.
fn appending(program: Program) -> String {
    match program {
        Program::Nginx => replaced(
            &manual::example("nginx"),
            "X-Forwarded-For $remote_addr",
            "X-Forwarded-For $proxy_add_x_forwarded_for",
        ),
        Program::Apache => replaced(
            &manual::example("apache"),
            "    RequestHeader unset X-Forwarded-For\n",
            "",
        ),
        Program::Caddy => replaced(
            &manual::example("caddy"),
            "reverse_proxy 127.0.0.1:8080",
            "reverse_proxy 127.0.0.1:8080 {\ntrusted_proxies 127.0.0.0/8\n}",
        ),
        Program::Haproxy => replaced(
            &manual::example("haproxy-http"),
            "    http-request del-header X-Forwarded-For\n",
            "",
        ),
    }
}

#[test]
#[ignore = "needs nginx; scripts/test-peers runs it"]
fn nginx() {
    let place = Place::of_manual(Program::Nginx, "nginx", "server");
    everything_is_as_it_should_be(&place);
}

#[test]
#[ignore = "needs Apache; scripts/test-peers runs it"]
fn apache() {
    let place = Place::of_manual(Program::Apache, "apache", "server");
    everything_is_as_it_should_be(&place);
}

#[test]
#[ignore = "needs Caddy; scripts/test-peers runs it"]
fn caddy() {
    let place = Place::of_manual(Program::Caddy, "caddy", "server");
    everything_is_as_it_should_be(&place);
}

#[test]
#[ignore = "needs HAProxy; scripts/test-peers runs it"]
fn haproxy() {
    let place = Place::of_manual(Program::Haproxy, "haproxy-http", "server");
    everything_is_as_it_should_be(&place);
}

#[test]
#[ignore = "needs HAProxy; scripts/test-peers runs it"]
fn haproxy_that_passes_connections_on() {
    let place = Place::of_manual(Program::Haproxy, "haproxy-tcp", "server-with-tls");
    everything_is_as_it_should_be_but_for_direct_connections(&place);
    // Who announces itself is not let in by the proxy's own announcement.
    let made_up = b"PROXY TCP4 127.0.0.1 127.0.0.1 4711 443\r\n";
    let asked = request("GET", "/metrics", &[], "");
    let answer = place.door.send_after(made_up, "127.0.0.2", &asked);
    assert!(answer.is_none(), "{answer:?}");
    who_is_still_writing_can_read_the_answer(&place);
}

#[test]
#[ignore = "needs nginx and Caddy; scripts/test-peers runs it"]
fn with_the_settings_of_the_readme() {
    for (program, example) in [(Program::Nginx, "nginx"), (Program::Caddy, "caddy")] {
        let place = Place::start(&manual::readme(), program, &manual::example(example));
        everything_is_as_it_should_be(&place);
    }
}

#[test]
#[ignore = "needs nginx, Apache, Caddy and HAProxy; scripts/test-peers runs it"]
fn proxies_that_leave_what_the_client_sent() {
    for program in [
        Program::Nginx,
        Program::Apache,
        Program::Caddy,
        Program::Haproxy,
    ] {
        let place = Place::start(&manual::example("server"), program, &appending(program));
        nobody_is_taken_for_somebody_else(&place, 0);
    }
}

/// Whoever sends an open quote hides who it is, but gains nothing: all who do that have one allowance.
#[test]
#[ignore = "needs HAProxy; scripts/test-peers runs it"]
fn proxies_that_name_the_client_by_the_standard() {
    let settings = replaced(
        &manual::example("server"),
        "\"x-forwarded-for\"",
        "\"forwarded\"",
    );
    for line in [
        "http-request set-header Forwarded for=%[src]",
        "http-request add-header Forwarded for=%[src]",
        "http-request set-header Forwarded \"%[req.fhdr(forwarded)], for=%[src]\"",
    ] {
        let example = manual::example("haproxy-http");
        let example = replaced(&example, "option forwardfor", line);
        let place = Place::start(&settings, Program::Haproxy, &example);
        let hidden = if line.contains("fhdr") { ALLOWANCE } else { 0 };
        nobody_is_taken_for_somebody_else(&place, hidden);
        a_client_is_known_by_its_address(&place);
    }
}

fn everything_is_as_it_should_be(place: &Place) {
    everything_is_as_it_should_be_but_for_direct_connections(place);
    a_mail_server_beside_the_proxy_does_not_feel_it(place);
    who_is_still_writing_can_read_the_answer(place);
}

fn everything_is_as_it_should_be_but_for_direct_connections(place: &Place) {
    a_client_is_known_by_its_address(place);
    the_outside_is_called_by_its_name(place);
    clients_have_allowances_of_their_own(place);
    nobody_is_taken_for_somebody_else(place, 0);
}

fn a_client_is_known_by_its_address(place: &Place) {
    let folder = &place.host.folder;
    let bound = key_bound_to(folder, "127.0.0.2/32");
    let status = |key: &str, from: &str| {
        let asked = registration(Some(key), &[], NATIVE);
        place.door.send(from, &asked).map(|answer| answer.status)
    };
    assert_eq!(status(&bound, "127.0.0.2"), Some(201));
    assert!(place.audited("127.0.0.2"), "it is in the audit log");
    let other = registration(Some(&bound), &[], NATIVE);
    let refused = place.door.send("127.0.0.3", &other).expect("an answer");
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.body.contains("network-not-allowed"), "{refused:?}");
    let of_proxy = key_bound_to(folder, "127.0.0.1/32");
    assert_eq!(status(&of_proxy, "127.0.0.2"), Some(403));
    let metrics = request("GET", "/metrics", &[], "");
    let metrics = place.door.send("127.0.0.2", &metrics).expect("an answer");
    assert_eq!(metrics.status, 404, "{metrics:?}");
}

/// Host and scheme of what it says are those of the public URL, whatever a client writes.
fn the_outside_is_called_by_its_name(place: &Place) {
    const URL: &str = "https://mail.example.com";
    let ask = |target: &str, host: &[u8]| {
        let lines = [
            host,
            b"X-Forwarded-Proto: http",
            b"X-Forwarded-Host: evil.example",
        ];
        let asked = request("GET", target, &lines, "");
        place.door.send("127.0.0.4", &asked)
    };
    let metadata = ask(
        "/.well-known/oauth-authorization-server",
        b"Host: mail.example.com",
    );
    let metadata = metadata.expect("an answer").json();
    assert_eq!(metadata["issuer"], URL);
    assert_eq!(metadata["token_endpoint"], format!("{URL}/auth/token"));
    let entrance = ask("/admin/enter", b"Host: mail.example.com").expect("an answer");
    let location = entrance.header("location").expect("it leads on");
    let callback = "redirect_uri=https%3A%2F%2Fmail.example.com%2Fadmin%2Fcallback";
    assert!(location.contains(callback), "{location}");
    let is_local = location.starts_with("/auth/authorize?") || location.starts_with(URL);
    assert!(is_local, "{location}");
    let cookie = entrance.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    // What is not for this name may be nothing to the proxy.
    for target in ["/admin/enter", "/.well-known/oauth-authorization-server"] {
        if let Some(answer) = ask(target, b"Host: evil.example") {
            let said = format!("{answer:?}");
            assert!(!said.contains("evil.example"), "{said}");
        }
    }
    // The id of a client may be a URL.
    let client = ask(
        "/api/clients/https%3A%2F%2Fapp.example.com%2Fclient",
        b"Host: mail.example.com",
    );
    let client = client.expect("an answer");
    assert_eq!(client.status, 401, "{client:?}");
    assert_eq!(
        client.header("content-type"),
        Some("application/problem+json")
    );
}

fn clients_have_allowances_of_their_own(place: &Place) {
    let status = |from: &str| {
        let answer = place.door.send(from, &registration(None, &[], NATIVE));
        answer.map(|answer| answer.status)
    };
    let statuses: Vec<_> = (0..=ALLOWANCE).map(|_| status("127.0.0.5")).collect();
    let (last, first) = statuses.split_last().expect("there are some");
    assert!(
        first.iter().all(|status| *status == Some(401)),
        "{statuses:?}"
    );
    assert_eq!(*last, Some(429));
    assert_eq!(status("127.0.0.6"), Some(401), "another client");
}

fn a_mail_server_beside_the_proxy_does_not_feel_it(place: &Place) {
    let host = &place.host;
    let secret = &host.folder.provision_mail_server("dovecot");
    let introspected = || {
        let fields = [("token", "gpat_x")];
        ask(
            host,
            "/auth/introspect",
            &[&basic("dovecot", secret)],
            &fields,
        )
        .status
    };
    assert_eq!(introspected(), 200);
    // A client that behaves badly, and one that says that it is the mail server.
    for lines in [
        &[][..],
        &[&b"X-Forwarded-For: 127.0.0.1"[..], b"X-Real-IP: \xff"],
    ] {
        for _ in 0..ALLOWANCE * 3 {
            place
                .door
                .send("127.0.0.7", &registration(None, lines, NATIVE));
        }
        for _ in 0..ALLOWANCE * 3 {
            assert_eq!(introspected(), 200);
        }
    }
    let bound = key_bound_to(&host.folder, "127.0.0.1/32");
    assert_eq!(host.register_with_key(&bound, NATIVE).status, 201);
}

/// The answer is known before the request is over, and the client goes on writing.
fn who_is_still_writing_can_read_the_answer(place: &Place) {
    let long = "x".repeat(900_000);
    for number in 1..=5 {
        let from = format!("127.0.2.{number}");
        let answer = place.door.send(&from, &registration(None, &[], &long));
        assert_eq!(answer.map(|answer| answer.status), Some(413), "{number}");
    }
    // Who may not even ask learns that too.
    for _ in 0..ALLOWANCE {
        place
            .door
            .send("127.0.2.9", &registration(None, &[], NATIVE));
    }
    for number in 1..=5 {
        let answer = place
            .door
            .send("127.0.2.9", &registration(None, &[], &long));
        assert_eq!(answer.map(|answer| answer.status), Some(429), "{number}");
    }
}

/// Each way to be taken for somebody else leads to nothing: no metrics, no key that is bound to the proxy's address,
/// and no second allowance. Of those that hide who they are, so many pass in all.
fn nobody_is_taken_for_somebody_else(place: &Place, hidden: u32) {
    let of_proxy = key_bound_to(&place.host.folder, "127.0.0.1/32");
    let mut passed = 0;
    for (number, spoof) in SPOOFS.iter().enumerate() {
        let name = spoof.name;
        let from = format!("127.0.1.{}", number + 1);
        let send = |method: &str, path: &str, key: Option<&str>| {
            let bearer = key.map(|key| format!("Authorization: Bearer {key}"));
            let mut lines: Vec<&[u8]> = bearer.iter().map(String::as_bytes).collect();
            lines.extend(spoof.lines);
            let body = if method == "GET" { "" } else { NATIVE };
            let target = format!("{}{path}", spoof.before);
            let asked = request(method, &target, &lines, body);
            place.door.send(&from, &asked)
        };
        // A proxy may answer that there is nothing of this name.
        let metrics = send("GET", "/metrics", None).map(|answer| answer.body);
        let told = metrics.is_some_and(|body| body.contains("gatepost_"));
        assert!(!told, "metrics by {name}");
        let register = |key| send("POST", "/auth/register", key).map(|answer| answer.status);
        assert_ne!(register(Some(&of_proxy)), Some(201), "a key by {name}");
        let plain = registration(None, &[], NATIVE);
        let spent = (0..ALLOWANCE * 2).any(|_| {
            let answer = place.door.send(&from, &plain);
            answer.is_some_and(|answer| answer.status == 429)
        });
        assert!(spent, "an allowance ends");
        for _ in 0..2 {
            // A proxy may refuse it, or the server: but nobody looks at what was asked.
            passed += u32::from(register(None) == Some(401));
        }
        assert!(passed <= hidden, "an allowance by {name}");
    }
}
