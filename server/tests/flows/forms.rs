//! What a browser sends, and what another site would have it send.

use crate::common::Host;
use crate::common::browser::{Browser, CHALLENGE, form, hidden, query};
use crate::{ALICE, LOOPBACK, PASSWORD, alice, assert_error, native};

#[test]
fn forms_of_other_sites() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let asked = query(&client_id, LOOPBACK, &[]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    let hidden = hidden(&page.body, "/auth/authorize");
    let of = |wanted: &str| {
        let mut fields = hidden.iter();
        let found = fields.find(|(name, _)| name == wanted);
        found.expect("it is in the form").1.clone()
    };
    let (csrf, seen, single) = (of("csrf"), of("seen"), of("form"));
    let here = format!("Origin: http://{}", host.address);
    for (name, csrf, line, status) in [
        ("no token", "", "X-Nothing: 1", 403),
        ("a token of somebody else", CHALLENGE, "X-Nothing: 1", 403),
        ("another origin", &csrf, "Origin: https://evil.example", 403),
        ("no origin that has a name", &csrf, "Origin: null", 403),
        ("another site", &csrf, "Sec-Fetch-Site: cross-site", 403),
        ("from here", &csrf, &here, 303),
        ("again", &csrf, &here, 303),
    ] {
        browser.lines = vec![line.to_owned()];
        for path in ["/auth/authorize", "/auth/device/verify", "/auth/sign-out"] {
            if status == 303 && path != "/auth/authorize" {
                continue;
            }
            let answer = browser.post(
                path,
                &[
                    ("csrf", csrf),
                    ("request", &asked),
                    ("seen", &seen),
                    ("form", &single),
                    ("answer", "allow"),
                    ("next", "/account"),
                ],
            );
            assert_eq!(answer.status, status, "{name} at {path}: {answer:?}");
        }
    }
    browser.lines.clear();
    let json = host.send(
        b"POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert_error("JSON", &json, 415, "invalid_request");
    let long = form(&[("token", &"x".repeat(33 << 10))]);
    let long = host.send(
        format!(
            "POST /auth/revoke HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{long}",
            long.len()
        )
        .as_bytes(),
    );
    assert_error("too long", &long, 413, "invalid_request");
    for path in [
        "/auth/token",
        "/auth/introspect",
        "/auth/revoke",
        "/auth/device",
    ] {
        let answer = host.get(path);
        assert_eq!(answer.status, 405, "{path}");
        assert_eq!(answer.header("allow"), Some("POST"), "{path}");
    }
}

#[test]
fn links_to_other_sites() {
    let host = Host::start("");
    host.folder.create_account(ALICE, PASSWORD);
    let mut browser = Browser::new(&host);
    let page = browser.get("/auth/sign-in?next=/account");
    for next in [
        "https://evil.example/",
        "//evil.example/auth/",
        "/\\evil.example/auth/",
        "javascript:alert(1)",
        "/api/clients",
    ] {
        let link = browser.get(&format!("/auth/sign-in?{}", form(&[("next", next)])));
        assert_eq!(link.status, 400, "{next}: {link:?}");
        let csrf = hidden(&page.body, "/auth/sign-in").remove(0).1;
        let answer = browser.post(
            "/auth/sign-in",
            &[
                ("csrf", &csrf),
                ("next", next),
                ("name", ALICE),
                ("password", PASSWORD),
            ],
        );
        assert_eq!(answer.status, 400, "{next}: {answer:?}");
        assert_eq!(answer.header("location"), None, "{next}");
    }
}

#[test]
fn signing_out_and_signing_in_as_somebody_else() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let asked = query(&client_id, LOOPBACK, &[]);
    let path = format!("/auth/authorize?{asked}");
    let page = browser.get(&path);
    let before = browser.cookies.clone();
    let out = browser.submit(&page, "/auth/sign-out", &[]);
    assert_eq!(out.header("location"), Some(&*path));
    let signed_out = browser.get(&path);
    assert!(signed_out.body.contains("<h1>Sign in</h1>"));
    // The cookie is worth nothing any more, whoever kept it.
    browser.cookies = before;
    assert!(browser.get(&path).body.contains("<h1>Sign in</h1>"));
    let answer = browser.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    assert_ne!(answer.status, 303, "{answer:?}");
}

#[test]
fn passwords_are_not_guessed() {
    let host = Host::start("");
    host.folder.create_account(ALICE, PASSWORD);
    let mut browser = Browser::new(&host);
    let page = browser.get("/auth/sign-in");
    let mut guess = |name: &str, password: &str| {
        browser.submit(
            &page,
            "/auth/sign-in",
            &[("name", name), ("password", password)],
        )
    };
    for _ in 0..10 {
        assert_eq!(guess(ALICE, "guess").status, 403);
    }
    let stopped = guess(ALICE, PASSWORD);
    assert_eq!(stopped.status, 429);
    let wait = stopped.header("retry-after").expect("when to come back");
    assert!(wait.parse::<u64>().is_ok_and(|wait| wait <= 600), "{wait}");
    assert_eq!(guess("bob@example.org", "guess").status, 403);
}
