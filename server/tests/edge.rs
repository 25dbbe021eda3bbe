//! Where requests come in: TLS, proxies, and how often a network may ask.

mod common;

use std::io::Write;
use std::process::Command;

use crate::common::browser::{ask, basic};
use crate::common::{Answer, Folder, Host, NATIVE, registration, text};

#[test]
fn a_network_that_asks_too_often_is_told_when_to_come_back() {
    let host = Host::start(
        "[server]\ntrusted-proxies = ['127.0.0.0/8']\nforwarded-header = 'x-forwarded-for'\n\
         [limits]\nrequests-per-minute = 3\n[oauth.client-registration]\nanonymous = true\n",
    );
    let register = |from: &str| host.register(&[&format!("X-Forwarded-For: {from}")], NATIVE);
    for status in [201, 201, 201, 429] {
        assert_eq!(register("192.0.2.1").status, status);
    }
    let refused = register("192.0.2.1");
    let wait: u32 = refused
        .header("retry-after")
        .and_then(|seconds| seconds.parse().ok())
        .expect("a number of seconds");
    assert!((1..=21).contains(&wait), "{wait}");
    assert_eq!(refused.json()["error"], "temporarily_unavailable");
    assert_eq!(register("192.0.2.2").status, 201, "another network");
    assert_eq!(
        register("192.0.2.2, 192.0.2.1").status,
        429,
        "made up before"
    );
    assert_eq!(host.get("/healthz").status, 200, "reading is free");
    let api = host.send(
        b"POST /api/keys HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(api.status, 429);
    assert_eq!(api.header("content-type"), Some("application/problem+json"));
    let log = host.folder.logged();
    assert!(log.contains("address=192.0.2.1"), "{log}");
}

/// A mail server asks at each sign-in of all its users; somebody who makes up a secret does not.
#[test]
fn a_resource_server_may_ask_often() {
    let host = Host::start(
        "[server]\ntrusted-proxies = ['127.0.0.0/8']\nforwarded-header = 'x-forwarded-for'\n\
         [limits]\nrequests-per-minute = 3\n",
    );
    let secret = &host.folder.provision_mail_server("dovecot");
    let introspect = |from: &str, secret: &str| {
        let from = format!("X-Forwarded-For: {from}");
        let lines = [&*from, &basic("dovecot", secret)];
        ask(&host, "/auth/introspect", &lines, &[("token", "gpat_x")]).status
    };
    for _ in 0..10 {
        assert_eq!(introspect("192.0.2.1", secret), 200);
    }
    for status in [401, 401, 401, 429] {
        assert_eq!(introspect("192.0.2.2", "made up"), status);
    }
}

#[test]
fn a_trusted_proxy_announces_each_connection() {
    let host = Host::start(
        "[server]\ntrusted-proxies = ['127.0.0.1/32']\nproxy-protocol = true\nhead-timeout = 3\n\
         [oauth.client-registration]\nanonymous = true\n",
    );
    let v1 = b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n".to_vec();
    let v2 = {
        let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
        header.extend([192, 0, 2, 8, 192, 0, 2, 1, 0x12, 0x67, 1, 0xbb]);
        header
    };
    for (header, address) in [(v1, "192.0.2.7"), (v2, "192.0.2.8")] {
        let mut stream = host.connect();
        // In two pieces, the first of which is no whole header.
        stream.write_all(&header[..9]).expect("it can be sent");
        std::thread::sleep(std::time::Duration::from_millis(20));
        stream.write_all(&header[9..]).expect("it can be sent");
        stream
            .write_all(&registration(&[], NATIVE))
            .expect("it can be sent");
        assert_eq!(Answer::read(&mut stream).status, 201);
        let log = host.folder.logged();
        assert!(log.contains(&format!("address={address}")), "{log}");
    }
    for unannounced in [registration(&[], NATIVE), b"PROXY".to_vec(), Vec::new()] {
        let mut stream = host.connect();
        stream.write_all(&unannounced).expect("it can be sent");
        assert!(
            Answer::try_read(&mut stream).is_none(),
            "{}",
            text(&unannounced)
        );
    }
}

#[test]
fn connections_are_encrypted_where_there_is_a_certificate() {
    let folder = Folder::new();
    let certificate = folder.write("certificate.pem", "");
    let key = folder.write("key.pem", "");
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-days",
            "2",
        ])
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .expect("openssl is installed");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let settings = format!(
        "[server]\nhead-timeout = 3\ntls-certificate = {certificate:?}\ntls-key = {key:?}\n"
    );
    let host = Host::start_in(folder, &settings, &[]);
    let issuer = format!("https://{}", host.address);
    let curl = |path: &str, more: &[&str]| {
        Command::new("curl")
            .args(["--silent", "--show-error", "--cacert"])
            .arg(&certificate)
            .args(more)
            .arg(format!("{issuer}{path}"))
            .output()
            .expect("curl is installed")
    };
    let answer = curl("/.well-known/oauth-authorization-server", &[]);
    assert!(answer.status.success(), "{}", text(&answer.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&answer.stdout).expect("it is JSON");
    assert_eq!(metadata["issuer"], *issuer);
    assert!(!curl("/healthz", &["--tls-max", "1.1"]).status.success());

    let mut plain = host.connect();
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\n\r\n")
        .expect("it can be sent");
    assert!(
        Answer::try_read(&mut plain).is_none(),
        "it is not HTTP that is spoken here"
    );
    let mut silent = host.connect();
    assert!(
        Answer::try_read(&mut silent).is_none(),
        "nobody waits for ever"
    );
    assert!(curl("/healthz", &[]).status.success());
}
