//! The server's own pages are a client of its own: nobody is asked about them, and nobody is let in who did not come to them.

use crate::common::browser::{Browser, CHALLENGE, DEMO, demo_password, location, query};
use crate::common::{Answer, Host};

fn administrator(host: &Host) -> Browser<'_> {
    Browser::signed_in(host, DEMO, &demo_password(host))
}

fn asks(answer: &Answer) -> bool {
    answer.status == 200
        && answer.body.contains("name=\"answer\" value=\"allow\"")
        && answer.header("location").is_none()
}

/// Their callback works, whatever redirect URIs and scopes the client's record has.
#[test]
fn the_pages_open_whatever_is_registered() {
    for (name, settings, metadata) in [
        ("nothing is registered, nor required", "", None),
        (
            "a host of an internal network",
            "[server]\npublic-url = 'https://mail.internal'\ntrusted-proxies = []\n",
            None,
        ),
        (
            "other hosts alone may be registered",
            "[oauth.client-registration]\nredirect-hosts = ['webmail.example.com']\n",
            None,
        ),
        (
            "an app",
            "[oauth.client-registration]\nrequire = true\n",
            Some(r#"{"redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#),
        ),
        (
            "an app for mail alone",
            "[oauth.client-registration]\nrequire = true\n",
            Some(
                r#"{"redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none","scope":"urn:ietf:params:oauth:scope:mail"}"#,
            ),
        ),
        (
            "a client with a secret",
            "[oauth.client-registration]\nrequire = true\n",
            Some(r#"{"redirect_uris":["https://old.example.org/cb"]}"#),
        ),
    ] {
        let host = Host::start(settings);
        if let Some(metadata) = metadata {
            host.folder.provision("webadmin", metadata);
        }
        let mut browser = administrator(&host);
        let inside = browser
            .enter()
            .unwrap_or_else(|answer| panic!("{name}: {answer:?}"));
        assert!(
            inside.body.contains("<h1>Overview</h1>"),
            "{name}: {inside:?}"
        );
    }
}

/// Any other request in the name of `webadmin` asks, also in a browser that is in the pages.
#[test]
fn nobody_else_gets_a_code_without_a_click() {
    let host = Host::start("");
    let mut browser = administrator(&host);
    browser.enter().expect("nothing is required");
    let callback = format!("http://{}/admin/callback", host.address);
    let scope = ("scope", "offline_access");
    for (name, query) in [
        ("an app", query("webadmin", "stalwart://auth", &[scope])),
        (
            "a website",
            query("webadmin", "https://evil.example/cb", &[scope]),
        ),
        (
            "a page of this server",
            query("webadmin", &callback.replace("callback", "keys"), &[scope]),
        ),
        ("the callback", query("webadmin", &callback, &[scope])),
        (
            "the callback, in their words",
            query("webadmin", &callback, &[("state", CHALLENGE), scope]),
        ),
        (
            "the callback, for mail",
            query(
                "webadmin",
                &callback,
                &[("scope", "urn:ietf:params:oauth:scope:mail")],
            ),
        ),
    ] {
        // The browser began a sign-in of its own a moment ago.
        browser.get("/admin/enter");
        let answer = browser.get(&format!("/auth/authorize?{query}"));
        assert!(asks(&answer), "{name}: {answer:?}");
        let mut new = administrator(&host);
        let answer = new.get(&format!("/auth/authorize?{query}"));
        assert!(asks(&answer), "{name}, in a new browser: {answer:?}");
    }
}

/// A sign-in that was begun in one browser, and is opened in another.
#[test]
fn a_link_to_the_pages_sign_in_asks() {
    let host = Host::start("");
    let mut attacker = Browser::new(&host);
    let entrance = attacker.get("/admin/enter");
    let link = entrance.header("location").expect("it leads on").to_owned();
    let mut victim = administrator(&host);
    for begun in [false, true] {
        if begun {
            victim.get("/admin/enter");
        }
        let answer = victim.get(&link);
        assert!(asks(&answer), "{answer:?}");
    }
    // Whoever agrees all the same has a code that the pages take from nobody but the browser that began.
    let page = victim.get(&link);
    let agreed = victim.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    assert_eq!(location(&agreed)["iss"], format!("http://{}", host.address));
    let callback = agreed.header("location").expect("it leads on");
    let (_, callback) = callback.split_once("/admin/").expect("the pages");
    let answer = victim.get(&format!("/admin/{callback}"));
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains("has asked for"), "{answer:?}");
    assert!(!victim.cookies.contains_key("gatepost-admin"));
}

/// Signs in to the pages from there, and says to which page that leads.
fn arrive(browser: &mut Browser<'_>, path: &str) -> String {
    let let_in = browser.get(path).header("location").map(str::to_owned);
    let callback = browser.get(&let_in.expect("it leads on"));
    let callback = callback.header("location").expect("it leads on");
    let (_, callback) = callback.split_once("/admin/").expect("the pages");
    let inside = browser.get(&format!("/admin/{callback}"));
    inside.header("location").expect("it leads on").to_owned()
}

/// Any site can send the browser to the entrance. What the pages had before does not stay behind.
#[test]
fn a_browser_is_in_the_pages_once() {
    let host = Host::start("");
    let mut browser = administrator(&host);
    for _ in 0..3 {
        assert_eq!(arrive(&mut browser, "/admin/enter"), "/admin/");
        let account = browser.get("/account").body;
        let sessions = account.matches("In the administration").count();
        assert_eq!(sessions, 1, "{account}");
        let has_no_grant = account.contains("No program can act for you now.");
        assert!(has_no_grant, "{account}");
    }
    assert_eq!(browser.get("/admin/").status, 200);
}

/// Who has to sign in anew returns to the page that he asked for.
#[test]
fn the_browser_returns_to_where_it_was() {
    let host = Host::start("");
    let mut browser = administrator(&host);
    let page = "/admin/client?id=a%20b";
    let to = |place: &str| {
        format!(
            "/admin/enter?{}",
            crate::common::browser::form(&[("to", place)])
        )
    };
    for (place, expected) in [
        (page, page),
        ("/admin/keys", "/admin/keys"),
        ("https://evil.example/admin/", "/admin/"),
        ("//evil.example/admin/", "/admin/"),
        ("/admin/callback?code=x", "/admin/"),
        ("/auth/sign-out", "/admin/"),
        (&format!("/admin/?q={}", "x".repeat(5000)), "/admin/"),
    ] {
        assert_eq!(arrive(&mut browser, &to(place)), expected, "{place}");
    }
    let entrance = Browser::new(&host).get(page);
    assert_eq!(entrance.header("location"), Some(&*to(page)));
}
