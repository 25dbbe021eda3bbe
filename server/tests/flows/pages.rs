//! What a person sees: who asks, where the answer goes, and why something does not work.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::Host;
use crate::common::browser::{Browser, ask, form, led_to, location, query};
use crate::{ALICE, LOOPBACK, PASSWORD, Webmail, alice, native};

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
    host.folder.create_account(ALICE, PASSWORD);
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
    host.folder.provision("mail",
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

/// What a browser is answered to a mistaken request of a client, and where that leads.
enum Told {
    /// It is sent there at once.
    AtOnce,
    /// It shows a page with a link there.
    ByLink,
    /// It shows a page without a link there.
    Not,
}

#[test]
fn an_error_opens_no_program_by_itself() {
    use Told::{AtOnce, ByLink, Not};
    const PRIVATE: &str = "com.example.mail:/callback";
    let host = Host::start("[oauth.client-registration]\nanonymous = true\n");
    let metadata = format!(
        r#"{{"client_name":"Mail","redirect_uris":["{PRIVATE}","{LOOPBACK}"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}}"#
    );
    let anonymous = host.register(&[], &metadata).client_id();
    let key = host.first_key("registration").to_owned();
    let by_key = host.register_with_key(&key, &metadata).client_id();
    let webmail = Webmail::register(&host, "client_secret_basic").client_id;
    host.folder.provision("provisioned", &metadata);
    let mut browser = Browser::new(&host);
    for (name, client_id, redirect_uri, told) in [
        ("anonymous", &*anonymous, PRIVATE, ByLink),
        ("anonymous, this computer", &anonymous, LOOPBACK, ByLink),
        ("by key", &by_key, PRIVATE, ByLink),
        ("by key, this computer", &by_key, LOOPBACK, AtOnce),
        ("by key, a website", &webmail, crate::WEB, AtOnce),
        ("provisioned", "provisioned", PRIVATE, AtOnce),
        ("unregistered", "who", PRIVATE, Not),
        ("unregistered, a website", "who", crate::WEB, Not),
    ] {
        let asked = query(client_id, redirect_uri, &[("response_type", "token")]);
        let path = format!("/auth/authorize?{asked}");
        let answer = browser.get(&path);
        let back = format!("{redirect_uri}?error=unsupported_response_type&#38;");
        match told {
            AtOnce => {
                assert_eq!(answer.status, 303, "{name}: {answer:?}");
                assert!(led_to(&answer).starts_with(redirect_uri), "{name}");
            }
            ByLink | Not => {
                assert_eq!(answer.status, 400, "{name}: {answer:?}");
                assert_eq!(answer.header("location"), None, "{name}");
                assert!(!answer.body.contains("http-equiv"), "{name}: {answer:?}");
                let link = format!("<a class=\"button\" href=\"{back}");
                let has_link = answer.body.contains(&link);
                assert_eq!(has_link, matches!(told, ByLink), "{name}: {}", answer.body);
                assert!(answer.body.contains("response-type-unknown"), "{name}");
            }
        }
        // A program that asks for no page is answered as the standard has it.
        let program = host.get(&path);
        let is_sent = matches!(told, AtOnce | ByLink);
        assert_eq!(program.header("location").is_some(), is_sent, "{name}");
    }
}

#[test]
fn a_logo_is_loaded_only_where_an_administrator_said_so() {
    const LOGO: &str = "https://logos.example.com/mail.png";
    let host = Host::start("[oauth.client-registration]\nanonymous = true\n");
    let mut browser = alice(&host);
    let metadata = format!(
        r#"{{"client_name":"Mail","logo_uri":"{LOGO}","redirect_uris":["{LOOPBACK}"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}}"#
    );
    let anonymous = host.register(&[], &metadata).client_id();
    let key = host.first_key("registration").to_owned();
    let by_key = host.register_with_key(&key, &metadata).client_id();
    host.folder.provision("provisioned", &metadata);
    for (client_id, is_shown) in [
        (&*anonymous, false),
        (&by_key, false),
        ("provisioned", true),
    ] {
        let asked = query(client_id, LOOPBACK, &[]);
        let page = browser.get(&format!("/auth/authorize?{asked}"));
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.body.contains(LOGO), is_shown, "{client_id}");
        let policy = page.header("content-security-policy").expect("a policy");
        assert_eq!(policy.contains("logos.example.com"), is_shown, "{policy}");
    }
}

#[test]
fn nobody_bears_the_name_of_another() {
    let settings = "[server]\nprovider-name = 'Example Post'\npublic-url = 'http://localhost:8080'\n\
         [oauth.client-registration]\nanonymous = true\nprotected-names = ['example post']\n";
    let folder = crate::common::Folder::new();
    let early = Host::start_in(
        folder,
        "[oauth.client-registration]\nanonymous = true\n",
        &[],
    );
    let metadata = crate::common::NATIVE.replace("Example Mail", "Example Post");
    let registered = early.register(&[], &metadata).client_id();
    let mut browser = alice(&early);
    for client_id in [&*registered, "Your Bank"] {
        browser.code(&query(client_id, LOOPBACK, &[]));
    }
    let page = browser.get("/account");
    assert!(page.body.contains("<h3><bdi>Example Post</bdi></h3>"));
    assert!(
        page.body.contains("<h3>An unknown program</h3>"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("<h3><bdi>Your Bank"), "{}", page.body);
    let cookies = browser.cookies;

    // The name is protected by now.
    let host = Host::start_in(early.kill(), settings, &[]);
    let refused = host.register(&[], &metadata);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.body.contains("client-name-protected"));
    let mut browser = Browser::new(&host);
    browser.cookies = cookies;
    let account = browser.get("/account");
    assert_eq!(account.status, 200, "{account:?}");
    assert!(!account.body.contains("Example Post"), "{}", account.body);
    let mut page = |client_id: &str| {
        let asked = query(client_id, LOOPBACK, &[]);
        browser.get(&format!("/auth/authorize?{asked}"))
    };
    let known = page(&registered);
    assert_eq!(known.status, 200, "{known:?}");
    assert!(!known.body.contains("Example Post"), "{}", known.body);
    for imitation in ["Example Post", "Examp1e%20Post", "example_post 2"] {
        let refused = page(imitation);
        assert_eq!(refused.status, 400, "{imitation}");
        assert!(refused.body.contains("client-name-protected"));
    }
    let unknown = page("Your Bank");
    assert!(
        unknown
            .body
            .contains("<h1>Allow <bdi>an unknown program</bdi>?</h1>")
    );
    let title = unknown.body.split("</title>").next().expect("a title");
    assert!(!title.contains("Your Bank"), "{title}");
    assert!(unknown.body.contains("call itself “<bdi>Your Bank</bdi>”"));
    let long = page(&"x".repeat(500));
    assert!(
        long.body
            .contains(&format!("<bdi>{}\u{2026}</bdi>", "x".repeat(80))),
        "{}",
        long.body
    );
}
