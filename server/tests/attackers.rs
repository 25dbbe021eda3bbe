//! Attacks of `docs/security.md` that no other test tries.

mod common;

use crate::common::Host;
use crate::common::browser::{Browser, DEMO, demo_password, query};

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

const PASSWORD: &str = "correct horse battery staple";

/// Somebody with no permission but to sign in.
fn plain_user<'h>(host: &'h Host, name: &str) -> Browser<'h> {
    host.folder.create_account(name, PASSWORD);
    Browser::signed_in(host, name, PASSWORD)
}

/// A page that is shown within another page can be clicked on without being seen.
#[test]
fn no_page_can_be_framed() {
    let host = Host::start("");
    let mut browser = plain_user(&host, "alice@example.org");
    let asked = query("mail", REDIRECT_URI, &[]);
    let mut pages = 0;
    for path in [
        "/auth/sign-in",
        &format!("/auth/authorize?{asked}"),
        "/auth/authorize?client_id=a",
        "/auth/device/verify",
        "/account",
        "/admin/keys",
        "/admin/callback",
        "/auth/nowhere",
    ] {
        let page = browser.get(path);
        if page.header("content-type") != Some("text/html; charset=utf-8") {
            assert!(!(200..300).contains(&page.status), "{path}: {page:?}");
            continue;
        }
        pages += 1;
        let policy = page.header("content-security-policy");
        let policy = policy.unwrap_or_else(|| panic!("{path} has no policy"));
        for directive in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(
            page.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            page.header("referrer-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    }
    assert!(pages > 4, "{pages} pages");
}

#[test]
fn a_user_sees_and_ends_only_what_is_hers() {
    let host = Host::start("");
    let mut alice = plain_user(&host, "alice@example.org");
    let mut bob = plain_user(&host, "bob@example.org");
    alice.code(&query("alices-mail", REDIRECT_URI, &[]));
    bob.code(&query("bobs-mail", REDIRECT_URI, &[]));
    let of_alice = alice.get("/account");
    assert!(of_alice.body.contains("alices-mail"), "{of_alice:?}");
    assert!(!of_alice.body.contains("bobs-mail"), "{of_alice:?}");
    let of_bob = bob.get("/account");
    let grant = |page: &str| {
        let (_, after) = page.split_once("/account/end?grant=").expect("a grant");
        after.split('"').next().expect("a number").to_owned()
    };
    let ended = alice.submit(&of_alice, "/account", &[("grant", &grant(&of_bob.body))]);
    assert_ne!(ended.status, 500, "{ended:?}");
    let of_bob = bob.get("/account");
    assert!(of_bob.body.contains("bobs-mail"), "{of_bob:?}");
    let of_alice = alice.get("/account");
    alice.submit(&of_alice, "/account", &[("grant", &grant(&of_alice.body))]);
    let told = alice.get("/account");
    assert!(
        told.body
            .contains("“alices-mail” cannot act for you any more.")
    );
    let of_alice = alice.get("/account");
    assert!(!of_alice.body.contains("alices-mail"), "{of_alice:?}");
    // Nor does who may administrate see it there.
    let mut administrator = Browser::signed_in(&host, DEMO, &demo_password(&host));
    let own = administrator.get("/account");
    assert!(!own.body.contains("bobs-mail"), "{own:?}");
}
