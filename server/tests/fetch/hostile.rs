//! Sites that mean no good: each is refused, and the log says why.

use std::time::{Duration, Instant};

use crate::common::browser::query;
use crate::common::{Folder, program as built, text};
use crate::program;
use crate::site::{HOST, Says, Site};

/// The head of a document that is a JSON document, if it ends.
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

#[test]
fn each_hostile_document_is_refused_and_the_log_says_why() {
    let site = Site::start();
    let bytes = |answer: String| Says::Bytes(answer.into());
    let of_type = |line: &str| {
        bytes(format!(
            "HTTP/1.1 200 OK\r\n{line}Content-Length: 2\r\n\r\n{{}}"
        ))
    };
    let elsewhere = site.at("/elsewhere");
    site.has("/elsewhere", &["Content-Type: application/json"], "{}");
    let cases = [
        (
            "/moved",
            bytes(format!(
                "HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
            )),
            "fetch-redirect",
        ),
        (
            "/moved-for-good",
            bytes(format!(
                "HTTP/1.1 308 Permanent Redirect\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
            )),
            "fetch-redirect",
        ),
        (
            "/missing",
            bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into()),
            "fetch-status",
        ),
        (
            "/partial",
            bytes(format!(
                "HTTP/1.1 206 Partial Content\r\n{}",
                "Content-Length: 0\r\n\r\n"
            )),
            "fetch-status",
        ),
        (
            "/page",
            of_type("Content-Type: text/html\r\n"),
            "fetch-content-type",
        ),
        ("/untyped", of_type(""), "fetch-content-type"),
        (
            "/compressed",
            of_type("Content-Type: application/json\r\nContent-Encoding: gzip\r\n"),
            "fetch-encoded",
        ),
        (
            "/long",
            bytes(format!("{HEAD}Content-Length: 5121\r\n\r\n")),
            "fetch-too-large",
        ),
        (
            "/endless",
            Says::Endless("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"),
            "fetch-too-large",
        ),
        (
            "/endless-head",
            Says::Endless("HTTP/1.1 200 OK\r\nX-Long: "),
            "fetch-malformed",
        ),
        (
            "/slow-head",
            Says::Stalls("HTTP/1.1 200 OK\r\nX-"),
            "fetch-timeout",
        ),
        (
            "/slow-body",
            Says::Stalls(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
            ),
            "fetch-timeout",
        ),
        (
            "/broken-off",
            bytes(format!("{HEAD}Content-Length: 9\r\n\r\n{{")),
            "fetch-unreachable",
        ),
        ("/silent", bytes(String::new()), "fetch-unreachable"),
        (
            "/no-http",
            bytes("220 smtp.example.com ESMTP\r\n".into()),
            "fetch-malformed",
        ),
    ];
    for (path, says, _) in &cases {
        site.says(path, says.clone());
    }
    let port = site.address.port();
    let uri = |host: &str| format!("https://{host}:{port}/client");
    let mut all: Vec<(String, &str)> = cases
        .iter()
        .map(|(path, _, code)| (site.at(path), *code))
        .collect();
    all.extend([
        (uri("other.example.com"), "fetch-tls"),
        (uri("inside.example.com"), "fetch-address"),
        (uri("cloud.example.com"), "fetch-address"),
        (uri("mixed.example.com"), "fetch-address"),
        (uri("nowhere.example.com"), "fetch-unresolved"),
        (format!("https://{HOST}:1/client"), "fetch-unreachable"),
    ]);

    let names = format!(
        "{HOST}: 127.0.0.1\nother.example.com: 127.0.0.1\ninside.example.com: 127.0.0.1\n\
         cloud.example.com: ::ffff:169.254.169.254\nmixed.example.com: 2d00::1 10.0.0.1\n"
    );
    let authority = site.certificates.authority();
    let settings = format!(
        "[oauth.client-registration]\nclient-id-metadata-documents = true\n[fetch]\n\
         internal-hosts = ['{HOST}', 'other.example.com']\ntls-authority = {authority:?}\ntimeout = 1\n\
         requests-per-minute = 0\n"
    );
    let host = program::start(Folder::new(), &names, &settings);
    for (client_id, code) in all {
        let asked = query(&client_id, "https://app.example.com/cb", &[]);
        let answer = host.get(&format!("/auth/authorize?{asked}"));
        assert_eq!(answer.status, 400, "{client_id}: {answer:?}");
        assert_eq!(answer.json()["error"], "invalid_client", "{client_id}");
        assert!(!answer.body.contains("fetch"), "{client_id}: {answer:?}");
        assert_eq!(answer.header("location"), None, "{client_id}");
        let id = answer.header("x-request-id").map(str::to_owned);
        let logged = host.folder.logged();
        let lines: Vec<&str> = logged.lines().filter(|line| line.contains(code)).collect();
        assert!(
            lines
                .iter()
                .any(|line| line.contains(&client_id) && line.contains("is not fetched: ")),
            "{client_id}: {code} in\n{logged}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line.contains("decided") && line.contains("client-document-unread")),
            "{client_id}: {code} of {id:?} in\n{logged}"
        );
    }
    assert!(site.asked("/elsewhere").is_empty());
    // It is written in the background.
    let audit = host.folder.data().join("audit.jsonl");
    let is_written = |code: &str| {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let audit = std::fs::read(&audit).unwrap_or_default();
            if text(&audit).contains(code) || Instant::now() > deadline {
                break text(&audit).contains(code);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    for code in [
        "fetch-redirect",
        "fetch-address",
        "fetch-timeout",
        "fetch-tls",
    ] {
        assert!(is_written(code), "{code}");
    }
}

#[test]
fn an_authority_that_is_not_trusted_signs_for_nobody() {
    let site = Site::start();
    site.has("/client", &["Content-Type: application/json"], "{}");
    let authority = site.certificates.stranger();
    let settings = format!(
        "[oauth.client-registration]\nclient-id-metadata-documents = true\n\
         [fetch]\ninternal-hosts = ['{HOST}']\ntls-authority = {authority:?}\n"
    );
    let host = program::start(Folder::new(), &format!("{HOST}: 127.0.0.1"), &settings);
    let asked = query(&site.at("/client"), "https://a.example/cb", &[]);
    assert_eq!(host.get(&format!("/auth/authorize?{asked}")).status, 400);
    let logged = host.folder.logged();
    assert!(
        logged.contains("fetch-tls") && logged.contains("UnknownIssuer"),
        "{logged}"
    );
    assert!(site.asked("/client").is_empty());
}

#[test]
fn nothing_is_fetched_where_that_is_switched_off() {
    let folder = Folder::new();
    let config = folder.write(
        "gatepost.toml",
        "[fetch]\nenabled = false\n[oauth.client-registration]\nclient-id-metadata-documents = true\n",
    );
    let output = built()
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(&config)
        .arg("--data")
        .arg(folder.data())
        .output()
        .expect("the program can be started");
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("fetch.enabled"), "{said}");
}
