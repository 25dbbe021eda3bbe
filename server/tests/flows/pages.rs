//! What a person sees: who asks, where the answer goes, and why something does not work.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::Host;
use crate::common::browser::{Browser, ask, form, led_to, location, query};
use crate::{ALICE, LOOPBACK, PASSWORD, Webmail, alice, create_account, native, provision};

#[test]
fn a_redirect_uri_that_does_not_match() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let asked = query(&client_id, "https://evil.example/<b>cb", &[]);
    let path = format!("/auth/authorize?{asked}");
    let page = browser.get(&path);
    assert_eq!(page.status, 400, "{page:?}");
    for said in [
        "<li>Asked for: https://evil.example/&#60;b&#62;cb</li>",
        "<li>Registered: http://127.0.0.1/callback</li>",
    ] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    assert!(!page.body.contains("<b>"), "{}", page.body);
    let program = host.get(&path);
    assert_eq!(program.status, 400, "{program:?}");
    for secret in ["evil.example", "127.0.0.1/callback"] {
        assert!(!program.body.contains(secret), "{}", program.body);
    }
    let said = "Asked for: https://evil.example/<b>cb Registered: http://127.0.0.1/callback";
    let log = host.folder.logged();
    assert!(log.contains(said), "{log}");
    assert!(audited(&host, said), "the audit log has it");
}

#[test]
fn a_wrong_method_is_named_in_the_logs_alone() {
    let host = Host::start("");
    let webmail = Webmail::register(&host, "client_secret_basic");
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &*webmail.client_id),
    ];
    let answer = ask(&host, "/auth/token", &[], &fields);
    assert_eq!(answer.status, 401, "{answer:?}");
    let said = "registered the method client_secret_basic, and used none";
    assert!(!answer.body.contains(said), "{answer:?}");
    let log = host.folder.logged();
    assert!(log.contains(said), "{log}");
    assert!(audited(&host, said), "the audit log has it");
}

/// Whether a reason is in the audit log, or comes there soon.
fn audited(host: &Host, reason: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        let log = fs::read_to_string(host.folder.data().join("audit.jsonl")).unwrap_or_default();
        let mut lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        if lines.any(|line: serde_json::Value| {
            line["reason"]
                .as_str()
                .is_some_and(|it| it.contains(reason))
        }) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn who_is_about_to_sign_in() {
    let host = Host::start("");
    create_account(&host.folder, ALICE, PASSWORD);
    let client_id = native(&host);
    let page = |hint: &str| {
        let asked = query(&client_id, LOOPBACK, &[("login_hint", hint)]);
        let page = Browser::new(&host).get(&format!("/auth/authorize?{asked}"));
        assert!(page.body.contains("<h1>Sign in</h1>"), "{page:?}");
        page
    };
    for (hint, value) in [
        (ALICE, ALICE),
        ("nobody@example.org", "nobody@example.org"),
        ("\"><script>", "&#34;&#62;&#60;script&#62;"),
        ("a\nb", ""),
        ("\u{202e}gro.elpmaxe", ""),
        (&*"x".repeat(400), ""),
        ("", ""),
    ] {
        let page = page(hint);
        let field = format!("name=\"name\" value=\"{value}\"");
        assert!(page.body.contains(&field), "{hint:?}: {}", page.body);
    }
    // The other field is the one to type into.
    let page = page(ALICE);
    let (_, password) = page.body.split_once("name=\"password\"").expect("a field");
    let (password, _) = password.split_once('>').expect("it ends");
    assert!(password.contains("autofocus"), "{password}");
    let signed_in = Browser::new(&host).submit(&page, "/auth/sign-in", &[]);
    assert_eq!(signed_in.status, 403, "the form is another browser's");
}

#[test]
fn what_stays_in_the_browser() {
    const PRIVATE: &str = "com.example.mail:/callback?a=1&b=2";
    let host = Host::start("");
    let mut browser = alice(&host);
    provision(
        &host.folder,
        "mail",
        &format!(
            r#"{{"client_name":"A <b>Mail","redirect_uris":["{PRIVATE}","{LOOPBACK}"],"token_endpoint_auth_method":"none"}}"#
        ),
    );
    let asked = query("mail", PRIVATE, &[]);
    for (answer, said) in [("allow", "You allowed"), ("deny", "You refused")] {
        let page = browser.authorize(&asked, answer);
        assert_eq!(page.status, 200, "{answer}: {page:?}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let heading = format!("<h1>{said} <bdi>A &#60;b&#62;Mail</bdi></h1>");
        assert!(page.body.contains(&heading), "{answer}: {}", page.body);
        assert!(led_to(&page).starts_with(&format!("{PRIVATE}&")));
        let answered = location(&page);
        assert_eq!(answered["state"], "s t&te", "{answer}");
        assert_eq!(answered.contains_key("code"), answer == "allow");
        assert_eq!(answered.contains_key("error"), answer == "deny");
    }
    // A program that sends the form itself, and a program that listens, get a redirect.
    let loopback = browser.authorize(&query("mail", LOOPBACK, &[]), "allow");
    assert_eq!(loopback.status, 303, "{loopback:?}");
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    let fields = crate::common::browser::hidden(&page.body, "/auth/authorize");
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    fields.push(("answer", "allow"));
    let body = form(&fields);
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(n, v)| format!("{n}={v}"))
        .collect();
    let sent = host.send(
        format!(
            "POST /auth/authorize HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        )
        .as_bytes(),
    );
    assert_eq!(sent.status, 303, "{sent:?}");
    assert!(led_to(&sent).starts_with(PRIVATE), "{sent:?}");
}

#[test]
fn a_website_that_nobody_knows() {
    const SITE: &str = "https://webmail.example.net/cb";
    let host = Host::start("");
    let mut browser = alice(&host);
    let registered = Webmail::register(&host, "client_secret_basic");
    let mut page = |client_id: &str, redirect_uri: &str| {
        let asked = query(client_id, redirect_uri, &[]);
        browser.get(&format!("/auth/authorize?{asked}")).body
    };
    let stranger = page("Your Bank", SITE);
    let heading = "<h1>Let the website <bdi>webmail.example.net</bdi> into your account?</h1>";
    assert!(stranger.contains(heading), "{stranger}");
    let place = |text: &str| {
        stranger
            .find(text)
            .unwrap_or_else(|| panic!("{text} in {stranger}"))
    };
    assert!(place(heading) < place("Your Bank"), "the site comes first");
    let refuse = r#"<button class="primary" type="submit" name="answer" value="deny" autofocus>"#;
    let allow = r#"<button type="submit" name="answer" value="allow">"#;
    assert!(place(refuse) < place(allow));

    for (name, client_id, redirect_uri) in [
        ("a program on this computer", "who", LOOPBACK),
        ("a program on this device", "who", "com.example.mail:/cb"),
        (
            "a client that is registered",
            &*registered.client_id,
            crate::WEB,
        ),
    ] {
        let page = page(client_id, redirect_uri);
        assert!(!page.contains("Let the website"), "{name}: {page}");
        assert!(page.contains(r#"class="primary" type="submit" name="answer" value="allow""#));
    }
}

#[test]
fn what_it_means_that_nothing_is_required() {
    let warning = "Any client id may be used";
    let host = Host::start("");
    assert!(host.folder.logged().contains(warning));
    let host = Host::start("[oauth.client-registration]\nrequire = true\n");
    assert!(!host.folder.logged().contains(warning));
}
