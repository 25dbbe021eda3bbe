//! The overview of the administration: what it says is what happened.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::common::browser::{Browser, DEMO, VERIFIER, ask, demo_password};
use crate::common::{Host, NATIVE, run_reading};

/// The overview, when all that was kept has been counted.
fn overview(browser: &mut Browser<'_>) -> String {
    let begun = Instant::now();
    loop {
        let page = browser.get("/admin/");
        assert_eq!(page.status, 200, "{page:?}");
        if !page.body.contains("still being read") {
            return page.body;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{page:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// What is between two texts, each time.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    let parts = text.split(start).skip(1);
    parts
        .map(|part| part.split_once(end).expect("it ends").0)
        .collect()
}

/// The bars of a picture: what they stand for, and the count.
fn bars(page: &str, class: &str) -> Vec<(String, u64)> {
    let pictures = between(page, &format!("<svg class=\"{class}\""), "</svg>");
    let bars = pictures.iter().flat_map(|picture| {
        assert!(picture.contains("role=\"img\""), "{picture}");
        between(picture, "\"><title>", "</title></rect>")
    });
    let bar = |bar: &str| {
        let (when, count) = bar.rsplit_once(": ").expect("a time and a count");
        (when.to_owned(), count.parse().expect("a number"))
    };
    bars.map(bar).collect()
}

/// The rows of a table that begin with a text and go on with numbers.
fn rows(part: &str) -> Vec<(String, Vec<u64>)> {
    let rows = between(part, "<tr><th scope=\"row\">", "</tr>");
    let rows = rows.into_iter().map(|row| {
        let (name, numbers) = row.split_once("</th>").expect("a name");
        let numbers = between(numbers, "<td class=\"number\">", "</td>");
        let numbers = numbers.iter().map(|number| number.parse());
        let numbers = numbers.collect::<Result<_, _>>().expect("numbers");
        (name.to_owned(), numbers)
    });
    rows.collect()
}

/// What was counted in the last 30 days: registrations and refusals, and each reason for them.
#[derive(Debug, PartialEq, Eq)]
struct Counted {
    registered: u64,
    refused: u64,
    reasons: Vec<(String, u64)>,
}

/// What a page says was counted, which it says in pictures and in words.
fn counted(page: &str) -> Counted {
    let tables = between(page, "<table class=\"counts\">", "</table>");
    let reasons = rows(tables.get(2).unwrap_or(&""));
    let of_periods: Vec<_> = tables[..2].iter().flat_map(|table| rows(table)).collect();
    assert_eq!(of_periods.len(), 24 + 30);
    for (column, class) in ["registered", "refused"].into_iter().enumerate() {
        let said = of_periods.iter();
        let said = said.map(|(when, numbers)| (when.clone(), numbers[column]));
        assert_eq!(bars(page, class), said.collect::<Vec<_>>(), "{class}");
    }
    let sum = |rows: &[(String, Vec<u64>)], column: usize| -> u64 {
        rows.iter().map(|(_, numbers)| numbers[column]).sum()
    };
    let (hours, days) = of_periods.split_at(24);
    for column in [0, 1] {
        assert_eq!(sum(hours, column), sum(days, column), "all of it is of now");
    }
    let reasons = reasons.into_iter().map(|(name, numbers)| {
        let code = between(&name, "<code>", "</code>");
        (code.concat(), numbers[1])
    });
    Counted {
        registered: sum(days, 0),
        refused: sum(days, 1),
        reasons: reasons.collect(),
    }
}

/// The number beside a link of this name.
fn beside(page: &str, name: &str) -> u64 {
    let (_, rest) = page
        .split_once(&format!("\">{name}</a></dt><dd>"))
        .unwrap_or_else(|| panic!("{name} in {page}"));
    let (number, _) = rest.split_once('<').expect("it ends");
    number.parse().expect("a number")
}

#[test]
fn nothing_has_happened_yet() {
    let host = Host::start("");
    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    browser.enter().expect("nothing is required");
    let page = overview(&mut browser);
    let nothing = Counted {
        registered: 0,
        refused: 0,
        reasons: Vec::new(),
    };
    assert_eq!(counted(&page), nothing);
    for said in [
        // That nothing is required is a warning of the policy.
        "Any client id may be used",
        "<a href=\"/admin/policy\">Look at the settings</a></li>",
        "No request was refused.",
        "Counted since 20",
        "0, without a limit",
        "0 of 10000 (0 %)",
        "SQLite, schema 6",
        "linked, version 0.",
        "gatepost-server 0.",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert_eq!(beside(&page, "All"), 0);
    assert!(!page.contains("Other servers"), "{page}");
}

#[test]
fn what_is_counted_is_what_happened_and_is_known_after_a_restart() {
    const SETTINGS: &str = "[oauth.client-registration]\nmax-clients = 5\n";
    let host = Host::start(SETTINGS);
    let key = host.first_key("registration").to_owned();
    let password = demo_password(&host);
    let used = host.register_with_key(&key, NATIVE).client_id();
    for name in ["Other Mail", "Third Mail"] {
        let metadata = NATIVE.replace("Example Mail", name);
        assert_eq!(host.register_with_key(&key, &metadata).status, 201);
    }
    host.folder.provision("by-hand", NATIVE);
    // Of one reason three, of another two, and one that no decision led to.
    for _ in 0..3 {
        assert_eq!(host.register(&[], NATIVE).status, 401);
    }
    for _ in 0..2 {
        assert_eq!(host.register_with_key(&key, "{}").status, 400);
    }
    assert_eq!(host.get("/auth/nowhere").status, 404);
    let expected = Counted {
        registered: 3,
        refused: 6,
        reasons: vec![
            ("credential-missing".to_owned(), 3),
            ("redirect-uris-missing".to_owned(), 2),
            ("path-unknown".to_owned(), 1),
        ],
    };

    let mut browser = Browser::signed_in(&host, DEMO, &password);
    browser.enter().expect("nothing is required");
    let page = overview(&mut browser);
    assert_eq!(counted(&page), expected);
    assert_eq!(
        counted(&overview(&mut browser)),
        expected,
        "it counts no views"
    );
    let link = "/admin/events?outcome=refused&reason=credential-missing&time=month";
    assert!(page.contains(&link.replace('&', "&#38;")), "{page}");
    let events = browser.get(link).body;
    assert_eq!(events.matches("<strong>refused</strong>").count(), 3);

    // The groups are those of the list.
    for (name, count, link) in [
        ("All", 4, "/admin/clients"),
        (
            "Registered by an administrator",
            1,
            "/admin/clients?by=administrator",
        ),
        ("Registered with an API key", 3, "/admin/clients?by=key"),
        ("Anonymous", 0, "/admin/clients?by=stranger"),
        ("Never used", 4, "/admin/clients?state=never-used"),
        ("Used", 0, "/admin/clients?state=used"),
        ("Disabled", 0, "/admin/clients?state=disabled"),
        ("Wait for approval", 0, "/admin/clients?state=waiting"),
        (
            "Their secret has expired",
            0,
            "/admin/clients?state=secret-expired",
        ),
    ] {
        assert_eq!(beside(&page, name), count, "{name}");
        assert!(
            page.contains(&format!("<a href=\"{link}\">{name}</a>")),
            "{name} in {page}"
        );
        let list = browser.get(link).body;
        let total = match count {
            0 => list.contains("No client is like that."),
            count => list.contains(&format!("1 to {count} of {count}")),
        };
        assert!(total, "{name}: {count} in {list}");
    }
    assert!(
        page.contains("All clients: 4 of 5 that <code>max-clients</code> allows."),
        "{page}"
    );
    assert!(
        page.contains("value=\"4\">4 of 5</meter> 4 of 5 (80 %)"),
        "{page}"
    );

    let client = browser.get(&format!("/admin/client?id={used}"));
    let disabled = browser.submit(&client, "/admin/client", &[("action", "disable")]);
    assert_eq!(disabled.status, 303, "{disabled:?}");
    assert_eq!(beside(&overview(&mut browser), "Disabled"), 1);

    host.signal(Signal::TERM);
    let host = Host::start_in(host.kill_gently(), SETTINGS, &[]);
    let mut browser = Browser::signed_in(&host, DEMO, &password);
    browser.enter().expect("nothing is required");
    assert_eq!(counted(&overview(&mut browser)), expected);
    assert_eq!(host.register(&[], NATIVE).status, 401);
    let later = counted(&overview(&mut browser));
    assert_eq!((later.registered, later.refused), (3, 7));
    assert_eq!(later.reasons[0], ("credential-missing".to_owned(), 4));
}

#[test]
fn what_is_only_counted_is_known_after_a_restart() {
    const SETTINGS: &str = "[audit]\nmax-size = 1\n";
    const REFUSED: u64 = 200;
    let host = Host::start(SETTINGS);
    let password = demo_password(&host);
    let key = host.first_key("registration").to_owned();
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    // The client is let in, and its code is refused.
    for _ in 0..REFUSED {
        let answer = ask(
            &host,
            "/auth/token",
            &[],
            &[
                ("grant_type", "authorization_code"),
                ("client_id", &client_id),
                ("redirect_uri", "http://127.0.0.1/callback"),
                ("code_verifier", VERIFIER),
                ("code", "unknown"),
            ],
        );
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.json()["error"], "invalid_grant", "{answer:?}");
    }
    let seen = |host: &Host| {
        let mut browser = Browser::signed_in(host, DEMO, &password);
        browser.enter().expect("nothing is required");
        counted(&overview(&mut browser))
    };
    let before = seen(&host);
    assert_eq!((before.registered, before.refused), (1, REFUSED));
    let without_code = before.reasons.iter().find(|(code, _)| code.is_empty());
    let only_counted = without_code.map_or(0, |(_, count)| *count);
    assert!(only_counted > REFUSED / 2, "{before:?}");
    host.signal(Signal::TERM);
    let host = Host::start_in(host.kill_gently(), SETTINGS, &[]);
    assert_eq!(seen(&host), before);
}

#[test]
fn why_no_earlier_events_are_counted_is_said() {
    let said = |host: &Host, password: &str, why: &str| {
        let mut browser = Browser::signed_in(host, DEMO, password);
        browser.enter().expect("nothing is required");
        let page = overview(&mut browser);
        assert!(page.contains("Counted since 20"), "{page}");
        assert!(page.contains(why), "{why} in {page}");
    };
    let host = Host::start("[audit]\nenabled = false\n");
    said(&host, &demo_password(&host), "audit.enabled is false");

    let host = Host::start("");
    let password = demo_password(&host);
    said(&host, &password, "The audit log has nothing from before.");
    host.signal(Signal::TERM);
    let folder = host.kill_gently();
    // Nobody can open it, not even root.
    symlink("audit.jsonl.3", folder.data().join("audit.jsonl.3")).expect("it can be made");
    let host = Host::start_in(folder, "", &[]);
    said(&host, &password, "could not read all of the audit log");
    let log = fs::read_to_string(host.folder.path("log")).expect("there is a log");
    assert!(log.contains("audit.jsonl.3"), "{log}");
}

#[test]
fn what_waits_is_said_first() {
    let host = Host::start(
        "[oauth.client-registration]\nrequire = true\nanonymous = true\napproval = 'anonymous'\n",
    );
    let client_id = host.register(&[], NATIVE).client_id();
    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    browser.enter().expect("the account may use any client");
    let page = overview(&mut browser);
    let link = "<a href=\"/admin/clients?state=waiting\">1 client waits for approval</a>";
    let needs = page
        .find(link)
        .unwrap_or_else(|| panic!("{link} in {page}"));
    assert!(
        needs < page.find("<svg class").expect("a picture"),
        "{page}"
    );
    // That nobody has registered the pages is a warning of the policy.
    assert!(page.contains("webadmin"), "{page}");
    assert_eq!(beside(&page, "Wait for approval"), 1);
    let list = browser.get("/admin/clients?state=waiting");
    assert!(list.body.contains(&client_id), "{list:?}");
    let client = browser.get(&format!("/admin/client?id={client_id}"));
    let approved = browser.submit(&client, "/admin/client", &[("action", "approve")]);
    assert_eq!(approved.status, 303, "{approved:?}");
    let page = overview(&mut browser);
    assert!(!page.contains("waits for approval"), "{page}");
    assert_eq!(beside(&page, "Never used"), 1);
}

#[test]
fn everybody_sees_what_they_may() {
    let host = Host::start("");
    for (name, permissions, status, said, unsaid) in [
        (
            "list@example.org",
            &["authenticate", "oauth-client-list"][..],
            200,
            &["What happened", "Limits", "gatepost-server 0."][..],
            "Your account may",
        ),
        (
            "create@example.org",
            &["authenticate", "oauth-client-create"],
            200,
            &[
                "Your account may not list OAuth clients.",
                "oauth-client-list",
                "<li>Register an OAuth client by hand</li>",
                "<a class=\"button\" href=\"/admin/register\">",
            ],
            "<svg class",
        ),
        (
            "delete@example.org",
            &["authenticate", "oauth-client-delete"],
            200,
            &["<li>Delete an OAuth client</li>"],
            "<a class=\"button\" href=\"/admin/register\">",
        ),
        (
            "nothing@example.org",
            &["authenticate"],
            403,
            &[
                "You are signed in as nothing@example.org.",
                "oauth-client-list",
            ],
            "<svg class",
        ),
    ] {
        let mut arguments = vec!["account", "create", "--name", name, "--password-stdin"];
        for permission in permissions {
            arguments.extend(["--permission", permission]);
        }
        let password = "correct horse battery staple";
        let created = run_reading(&arguments, &host.folder.data(), password);
        assert!(created.status.success(), "{created:?}");
        let mut browser = Browser::signed_in(&host, name, password);
        let page = browser.enter().expect("nothing is required");
        assert_eq!(page.status, status, "{name}: {page:?}");
        for said in said {
            assert!(page.body.contains(said), "{name}: {said} in {}", page.body);
        }
        assert!(
            !page.body.contains(unsaid),
            "{name}: {unsaid} in {}",
            page.body
        );
    }
}
