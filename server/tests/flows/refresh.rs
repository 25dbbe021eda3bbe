//! A refresh token whose answer was lost (RFC 6749 §6, RFC 9700 §4.14.2).

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::Host;
use crate::common::browser::{Browser, ask, basic};
use crate::{Tokens, alice, assert_error, native, with_refresh, works};

#[test]
fn an_answer_that_was_lost() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let first = Tokens::granted(&host, &mut browser, &client_id);
    let lost = Tokens::of(&with_refresh(&host, &client_id, &first.refresh));
    let again = Tokens::of(&with_refresh(&host, &client_id, &first.refresh));
    assert_ne!(again.refresh, lost.refresh);
    assert!(!works(&host, &lost.access), "it is gone");
    assert!(works(&host, &again.access), "what took its place is good");
    let next = Tokens::of(&with_refresh(&host, &client_id, &again.refresh));
    assert!(works(&host, &next.access) && works(&host, &first.access));

    let third = with_refresh(&host, &client_id, &first.refresh);
    assert_error("a third time", &third, 400, "invalid_grant");
    for ended in [&first.access, &again.access, &next.access] {
        assert!(!works(&host, ended), "the grant has ended");
    }

    // Whoever has the answer that was lost did not lose it.
    let other = native(&host);
    let first = Tokens::granted(&host, &mut browser, &other);
    let lost = Tokens::of(&with_refresh(&host, &other, &first.refresh));
    let again = Tokens::of(&with_refresh(&host, &other, &first.refresh));
    let found = with_refresh(&host, &other, &lost.refresh);
    assert_error("the lost one", &found, 400, "invalid_grant");
    assert!(!works(&host, &again.access), "the grant has ended");

    let codes = ["refresh-token-repeated", "refresh-token-reused"];
    let metrics = host.get("/metrics").body;
    let log = host.folder.logged();
    for (code, outcome) in codes.into_iter().zip(["accept", "refuse"]) {
        let labels = format!(r#"operation="exchange",outcome="{outcome}",code="{code}""#);
        let line = format!("gatepost_decisions_total{{{labels}}} 2");
        assert!(metrics.lines().any(|found| found == line), "{metrics}");
        assert!(log.contains(code), "{log}");
    }
    let noted = noted(&host, 4);
    let clients = [&client_id, &client_id, &other, &other];
    for (line, (code, client_id)) in noted.iter().zip(codes.iter().cycle().zip(clients)) {
        assert_eq!(line["codes"][0], *code, "{line}");
        assert_eq!(line["client_id"], **client_id, "{line}");
        assert_eq!(line["caller"]["account"], crate::ALICE, "{line}");
        assert_eq!(line["accepted"], *code == codes[0], "{line}");
    }
    for secret in [&first.refresh, &lost.refresh, &again.refresh] {
        assert!(!log.contains(secret.as_str()));
    }
}

/// What the audit log has of tokens that were presented again. Nothing waits for it.
fn noted(host: &Host, expected: usize) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let log = fs::read_to_string(host.folder.data().join("audit.jsonl")).unwrap_or_default();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let found: Vec<Value> = lines
            .filter(|line: &Value| line["operation"] == "exchange")
            .collect();
        if found.len() >= expected {
            return found;
        }
        assert!(Instant::now() < deadline, "{log}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whoever has one of the new tokens got the answer, so that somebody else repeats the question.
#[test]
fn an_answer_that_arrived() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let dovecot = host.folder.provision("dovecot",
        r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    let dovecot = basic(
        "dovecot",
        dovecot["client_secret"].as_str().expect("a secret"),
    );
    let introspect = |token: &str| {
        let answer = ask(&host, "/auth/introspect", &[&dovecot], &[("token", token)]);
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    let revoke = |token: &str| {
        let fields = [("client_id", &*client_id), ("token", token)];
        assert_eq!(ask(&host, "/auth/revoke", &[], &fields).status, 200);
    };
    type Use<'u> = &'u dyn Fn(&Tokens);
    let uses: [(&str, Use<'_>); 5] = [
        ("used at a resource", &|fresh| {
            assert!(works(&host, &fresh.access));
        }),
        ("asked about by a mail server", &|fresh| {
            introspect(&fresh.access);
        }),
        ("a refresh token that is asked about", &|fresh| {
            introspect(&fresh.refresh);
        }),
        ("given back", &|fresh| revoke(&fresh.access)),
        ("exchanged", &|fresh| {
            Tokens::of(&with_refresh(&host, &client_id, &fresh.refresh));
        }),
    ];
    for (name, make_use) in uses {
        let first = Tokens::granted(&host, &mut browser, &client_id);
        let fresh = Tokens::of(&with_refresh(&host, &client_id, &first.refresh));
        make_use(&fresh);
        let again = with_refresh(&host, &client_id, &first.refresh);
        assert_error(name, &again, 400, "invalid_grant");
        for ended in [&first.access, &fresh.access] {
            assert!(!works(&host, ended), "{name}: the grant has ended");
        }
    }
}

/// A resource server asks about each token at each sign-in: that is written down once, and only if it matters.
#[test]
fn asking_about_a_token_writes_once() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let first = Tokens::granted(&host, &mut browser, &client_id);
    let written = || {
        let log = fs::metadata(host.folder.data().join("gatepost.db-wal"));
        log.expect("the directory is open").len()
    };
    let before = written();
    assert!(works(&host, &first.access));
    assert_eq!(written(), before, "nothing was refreshed");
    let fresh = Tokens::of(&with_refresh(&host, &client_id, &first.refresh));
    let before = written();
    assert!(works(&host, &fresh.access));
    let after = written();
    assert!(after > before, "the answer has arrived");
    for _ in 0..3 {
        assert!(works(&host, &fresh.access));
    }
    assert_eq!(written(), after, "that is known");
}

/// The same form sent twice, as by a double click, is one answer.
#[test]
fn several_answers_from_one_form() {
    let host = Host::start("");
    let browser = alice(&host);
    let client_id = native(&host);
    let grants = || {
        let database = rusqlite::Connection::open(host.folder.data().join("gatepost.db"))
            .expect("there is a directory");
        let count = "SELECT count(*) FROM oauth_grant";
        database
            .query_row(count, (), |row| row.get::<_, i64>(0))
            .expect("the table is there")
    };
    let asked = crate::query(&client_id, crate::LOOPBACK, &[]);
    let path = format!("/auth/authorize?{asked}");
    let page = browser.window().get(&path);
    let allow =
        |mut browser: Browser<'_>| browser.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    let answers: Vec<_> = thread::scope(|scope| {
        let clicks: Vec<_> = (0..6)
            .map(|_| {
                let window = browser.window();
                scope.spawn(|| allow(window))
            })
            .collect();
        let clicks = clicks.into_iter();
        clicks
            .map(|click| click.join().expect("it is answered"))
            .collect()
    });
    let locations: Vec<_> = answers.iter().map(crate::common::browser::led_to).collect();
    assert!(
        locations.iter().all(|location| *location == locations[0]),
        "{locations:?}"
    );
    assert_eq!(grants(), 1);

    let code = crate::location(&answers[0]).remove("code").expect("a code");
    let tokens = Tokens::of(&crate::with_code(&host, &client_id, &code));
    let late = allow(browser.window());
    assert_eq!(late.status, 409, "{late:?}");
    assert!(late.body.contains("You answered this already"), "{late:?}");
    assert!(works(&host, &tokens.access), "and nothing has ended");
    assert_eq!(grants(), 1);

    // The same request on another page is another answer.
    let other = browser.window().code(&asked);
    assert_ne!(other, code);
    Tokens::of(&crate::with_code(&host, &client_id, &other));

    // Who has the form and not the session has nothing to say.
    let mut stranger = Browser::signed_in(&host, crate::ALICE, crate::PASSWORD);
    let stolen = stranger.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    assert_eq!(stolen.status, 403, "{stolen:?}");
}
