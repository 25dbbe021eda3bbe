//! `/account`: what acts for a user, where she is signed in, and her password.

use crate::common::Host;
use crate::common::browser::{Browser, DEMO, demo_password};
use crate::{ALICE, PASSWORD, Tokens, alice, native, works};

const FIREFOX: &str =
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

#[test]
fn a_user_sees_her_browsers_and_ends_one() {
    let host = Host::start("");
    host.folder.create_account(ALICE, PASSWORD);
    let mut browser = Browser::new(&host);
    browser.lines = vec![FIREFOX.to_owned()];
    let page = browser.get("/auth/sign-in?next=/account");
    let fields = [("name", ALICE), ("password", PASSWORD)];
    browser.submit(&page, "/auth/sign-in", &fields);
    let mut other = Browser::signed_in(&host, ALICE, PASSWORD);
    let page = other.get("/account");
    for said in [
        "<strong>Firefox on Linux</strong>",
        "<strong>An unknown browser</strong> <span class=\"tag here\">this browser</span>",
        "from 127.0.0.1, since ",
    ] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let (_, rest) = page
        .body
        .split_once("Firefox on Linux")
        .expect("it is listed");
    let (_, rest) = rest
        .split_once("name=\"session\" value=\"")
        .expect("a button");
    let handle = rest.split('"').next().expect("its end");
    // Somebody else cannot.
    let mut demo = Browser::signed_in(&host, DEMO, &demo_password(&host));
    let of_demo = demo.get("/account");
    demo.submit(&of_demo, "/account", &[("session", handle)]);
    assert_eq!(browser.get("/account").status, 200);
    let done = other.submit(&page, "/account", &[("session", handle)]);
    assert_eq!(done.header("location"), Some("/account"), "{done:?}");
    let page = other.get("/account");
    assert!(
        page.body.contains("Firefox on Linux was signed out."),
        "{}",
        page.body
    );
    assert_eq!(browser.get("/account").status, 303);
}

#[test]
fn the_administration_is_a_browser_that_can_be_ended() {
    let host = Host::start("");
    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    browser.enter().expect("nothing is required");
    let mut other = Browser::signed_in(&host, DEMO, &demo_password(&host));
    let page = other.get("/account");
    let (_, rest) = page
        .body
        .split_once("In the administration")
        .expect("it is listed");
    let (_, rest) = rest
        .split_once("name=\"session\" value=\"")
        .expect("a button");
    let handle = rest.split('"').next().expect("its end");
    assert!(
        page.body.contains("No program can act for you now."),
        "{}",
        page.body
    );
    let question = other.get("/account/end");
    assert!(
        question.body.contains("No program acts for you."),
        "{}",
        question.body
    );
    other.submit(&page, "/account", &[("session", handle)]);
    assert_eq!(
        browser.get("/admin/").header("location"),
        Some("/admin/enter")
    );
}

#[test]
fn a_browser_is_one_whether_it_is_in_the_administration_or_not() {
    let host = Host::start("");
    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    browser.enter().expect("nothing is required");
    let page = browser.get("/account");
    let rows: Vec<&str> = page.body.split(">this browser</span>").collect();
    assert_eq!(rows.len(), 2, "{}", page.body);
    assert!(
        rows[1].starts_with("<br>In the administration"),
        "{}",
        page.body
    );
    let (_, rest) = page
        .body
        .split_once("name=\"session\" value=\"")
        .expect("a button");
    let handle = rest.split('"').next().expect("its end");
    browser.submit(&page, "/account", &[("session", handle)]);
    for outside in ["/account", "/admin/"] {
        assert_eq!(browser.get(outside).status, 303, "{outside}");
    }
}

#[test]
fn a_user_changes_her_password() {
    let host = Host::start("");
    let client_id = native(&host);
    let mut browser = alice(&host);
    let mut other = Browser::signed_in(&host, ALICE, PASSWORD);
    let granted = Tokens::granted(&host, &mut browser, &client_id);
    let form = browser.get("/account/password");
    let good = "zwei blaue elefanten";
    let long = "x".repeat(1025);
    for (current, new, repeated, field, said) in [
        ("wrong", good, good, "current", "This is not your password."),
        (
            PASSWORD,
            "short",
            "short",
            "new",
            "It needs 8 characters at least.",
        ),
        (
            PASSWORD,
            &long,
            &long,
            "new",
            "It can have 1024 bytes at most.",
        ),
        (
            PASSWORD,
            "Password123",
            "Password123",
            "new",
            "one of the most common",
        ),
        (
            PASSWORD,
            "alice2026",
            "alice2026",
            "new",
            "the name of your account",
        ),
        (PASSWORD, good, "drei", "repeated", "It differs"),
    ] {
        let fields = [("current", current), ("new", new), ("repeated", repeated)];
        let answer = browser.submit(&form, "/account/password", &fields);
        assert_eq!(answer.status, 400, "{said}: {answer:?}");
        assert!(answer.body.contains(said), "{said} in {}", answer.body);
        assert!(
            answer.body.contains(&format!("id=\"{field}_wrong\"")),
            "{}",
            answer.body
        );
        for secret in [current, new, repeated] {
            assert!(
                !answer.body.contains(&format!("value=\"{secret}\"")),
                "{secret}"
            );
        }
    }
    let fields = [
        ("current", PASSWORD),
        ("new", good),
        ("repeated", good),
        ("programs", "keep"),
    ];
    let changed = browser.submit(&form, "/account/password", &fields);
    assert_eq!(changed.status, 303, "{changed:?}");
    let page = browser.get("/account");
    assert!(
        page.body.contains("Your password was changed"),
        "{}",
        page.body
    );
    assert_eq!(other.get("/account").status, 303, "it is signed out");
    assert!(works(&host, &granted.access), "programs stay");
    let form = browser.get("/account/password");
    let again = "drei rote nashoerner";
    let fields = [("current", good), ("new", again), ("repeated", again)];
    let changed = browser.submit(&form, "/account/password", &fields);
    assert_eq!(changed.status, 303, "{changed:?}");
    assert!(!works(&host, &granted.access), "programs end");
    Browser::signed_in(&host, ALICE, again);
}
