//! What ends when a password is new, and when somebody signs out everywhere.

use std::process::Output;

use crate::common::browser::{Browser, query};
use crate::common::{Host, run_reading};
use crate::{
    ALICE, LOOPBACK, PASSWORD, Tokens, alice, native, text, with_code, with_refresh, works,
};

const OTHER: &str = "another horse and battery";

fn account(host: &Host, arguments: &[&str], stdin: &str) -> Output {
    let named = ["account", arguments[0], "--name", ALICE];
    let arguments = [&named, &arguments[1..]].concat();
    run_reading(&arguments, &host.folder.data(), stdin)
}

fn tokens(host: &Host, browser: &mut Browser<'_>, client_id: &str) -> Tokens {
    let code = browser.code(&query(client_id, LOOPBACK, &[]));
    Tokens::of(&with_code(host, client_id, &code))
}

fn is_in(browser: &mut Browser<'_>) -> bool {
    browser.get("/account").status == 200
}

#[test]
fn a_new_password_ends_sessions_and_grants() {
    let host = Host::start("");
    let client_id = native(&host);
    let mut browser = alice(&host);
    for (flags, password, keeps) in [
        (
            &["password", "--password-stdin", "--yes", "--keep-grants"][..],
            OTHER,
            true,
        ),
        (&["password", "--password-stdin", "--yes"], PASSWORD, false),
    ] {
        let granted = tokens(&host, &mut browser, &client_id);
        assert!(works(&host, &granted.access) && is_in(&mut browser));
        let changed = account(&host, flags, password);
        assert!(changed.status.success(), "{changed:?}");
        assert!(!is_in(&mut browser), "{flags:?}");
        assert_eq!(works(&host, &granted.access), keeps, "{flags:?}");
        let refreshed = with_refresh(&host, &client_id, &granted.refresh);
        assert_eq!(refreshed.status == 200, keeps, "{flags:?}: {refreshed:?}");
        browser = Browser::signed_in(&host, ALICE, password);
    }
}

#[test]
fn somebody_signs_out_everywhere() {
    let host = Host::start("");
    let client_id = native(&host);
    let mut browser = alice(&host);
    let mut elsewhere = Browser::signed_in(&host, ALICE, PASSWORD);
    let others = tokens(&host, &mut browser, "another program");
    let granted = tokens(&host, &mut browser, &client_id);
    let ended = account(&host, &["sign-out", "--yes"], "");
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(text(&ended.stdout), "ended 2 sessions and 2 grants\n");
    for token in [&others.access, &granted.access] {
        assert!(!works(&host, token));
    }
    assert!(!is_in(&mut browser) && !is_in(&mut elsewhere));

    // The same by herself.
    let mut browser = Browser::signed_in(&host, ALICE, PASSWORD);
    let mut elsewhere = Browser::signed_in(&host, ALICE, PASSWORD);
    let granted = tokens(&host, &mut browser, &client_id);
    let page = browser.get("/account");
    let forged = browser.post("/account", &[("end", "all")]);
    assert_eq!(forged.status, 403, "{forged:?}");
    assert!(works(&host, &granted.access));
    let done = browser.submit(&page, "/account", &[("end", "all")]);
    assert_eq!(done.status, 303, "{done:?}");
    assert!(!works(&host, &granted.access));
    assert!(!is_in(&mut browser) && !is_in(&mut elsewhere));
}
