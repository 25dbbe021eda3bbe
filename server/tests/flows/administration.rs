//! The administration's pages: what is done is said on the page after it, what cannot be undone asks first, and nothing that
//! was typed is lost.

use rustix::process::Signal;
use serde_json::json;

use crate::common::browser::{Browser, DEMO, demo_password, hidden, query};
use crate::common::{Answer, Host, NATIVE, run_reading};
use crate::{ALICE, LOOPBACK, PASSWORD, Tokens, alice, native, register};

fn administrator(host: &Host) -> Browser<'_> {
    let mut browser = Browser::signed_in(host, DEMO, &demo_password(host));
    browser.enter().expect("nothing is required");
    browser
}

/// The page that a form leads to.
fn follow(browser: &mut Browser<'_>, answer: &Answer) -> Answer {
    assert_eq!(answer.status, 303, "{answer:?}");
    browser.get(answer.header("location").expect("it leads on"))
}

fn client(client_id: &str) -> String {
    format!("/admin/client?id={client_id}")
}

#[test]
fn what_was_done_is_said_once() {
    let host = Host::start("");
    let client_id = native(&host);
    let mut browser = administrator(&host);
    for (action, said) in [
        ("disable", "is disabled. It gets no tokens"),
        ("enable", "is enabled again."),
    ] {
        let page = browser.get(&client(&client_id));
        let done = browser.submit(&page, "/admin/client", &[("action", action)]);
        let page = follow(&mut browser, &done);
        assert!(page.body.contains(said), "{action}: {}", page.body);
        let again = browser.get(&client(&client_id));
        assert!(!again.body.contains(said), "{action}: {}", again.body);
    }
    // Whichever page comes next says it.
    for path in [
        "/admin/",
        "/admin/register",
        "/admin/keys",
        "/admin/policy",
        "/admin/events",
        &format!("/admin/client/edit?id={client_id}"),
    ] {
        let said = "is enabled again.";
        let page = browser.get(&client(&client_id));
        browser.submit(&page, "/admin/client", &[("action", "disable")]);
        let page = browser.get(&client(&client_id));
        browser.submit(&page, "/admin/client", &[("action", "enable")]);
        let page = browser.get(path);
        assert!(page.body.contains(said), "{path}: {}", page.body);
        let again = browser.get(path);
        assert!(!again.body.contains(said), "{path}: {}", again.body);
    }

    // A secret is shown once too, and to nobody else.
    let form = browser.get("/admin/keys");
    let fields = [
        ("name", "partner"),
        ("permission", "authenticate"),
        ("action", "create"),
    ];
    let made = browser.submit(&form, "/admin/keys", &fields);
    assert!(!made.body.contains("gpak_"), "{made:?}");
    let mut other = administrator(&host);
    let told = browser.cookies["gatepost-told"].clone();
    other.cookies.insert("gatepost-told".to_owned(), told);
    assert!(!other.get("/admin/keys").body.contains("gpak_"));
    let page = follow(&mut browser, &made);
    assert!(
        page.body.contains("The key “partner” was made."),
        "{}",
        page.body
    );
    assert!(page.body.contains("gpak_"), "{}", page.body);
    assert!(!browser.get("/admin/keys").body.contains("gpak_"));
}

#[test]
fn what_cannot_be_undone_asks_first() {
    let host = Host::start("");
    let client_id = native(&host);
    let mut user = alice(&host);
    let tokens = Tokens::granted(&host, &mut user, &client_id);
    let mut browser = administrator(&host);
    let page = browser.get(&client(&client_id));
    let link = format!("/admin/client/delete?id={client_id}");
    assert!(page.body.contains(&link), "{}", page.body);
    let question = browser.get(&link);
    for said in [
        "It acts for 1 account and has 1 refresh token.",
        "This cannot be undone.",
        "Delete “Example Mail” for good?",
    ] {
        assert!(question.body.contains(said), "{said} in {}", question.body);
    }
    // To deny a client ends the same.
    let denial = browser.get(&format!("/admin/client/deny?id={client_id}"));
    let said = "It acts for 1 account and has 1 refresh token. All of them end at once.";
    assert!(denial.body.contains(said), "{}", denial.body);
    assert!(crate::works(&host, &tokens.access), "nothing was done yet");
    let done = browser.submit(&question, "/admin/client", &[]);
    assert_eq!(done.header("location"), Some("/admin/clients"));
    let page = follow(&mut browser, &done);
    assert!(
        page.body
            .contains(&format!("The client “{client_id}” was deleted."))
    );
    assert!(!crate::works(&host, &tokens.access));

    // A key.
    let page = browser.get("/admin/keys");
    let (_, link) = page.body.split_once("/admin/keys/revoke?").expect("a link");
    let link = format!(
        "/admin/keys/revoke?{}",
        link.split('"').next().expect("its end")
    );
    let question = browser.get(&link);
    assert!(
        question.body.contains("Revoke the key “"),
        "{}",
        question.body
    );
    let done = browser.submit(&question, "/admin/keys", &[]);
    let page = follow(&mut browser, &done);
    assert!(page.body.contains("is revoked."), "{}", page.body);

    // What acts for a user.
    user.code(&query("another", LOOPBACK, &[]));
    let page = user.get("/account");
    let (_, link) = page.body.split_once("/account/end?grant=").expect("a link");
    let link = format!(
        "/account/end?grant={}",
        link.split('"').next().expect("its end")
    );
    let question = user.get(&link);
    assert!(
        question.body.contains("End “another”?"),
        "{}",
        question.body
    );
    let done = user.submit(&question, "/account", &[]);
    let page = follow(&mut user, &done);
    assert!(
        page.body.contains("“another” cannot act for you any more."),
        "{}",
        page.body
    );
    let question = user.get("/account/end");
    assert!(
        question.body.contains("No program acts for you."),
        "{}",
        question.body
    );
    let done = user.submit(&question, "/account", &[]);
    assert_eq!(done.header("location"), Some("/account/ended"));
    let page = follow(&mut user, &done);
    assert!(page.body.contains("Everything has ended"), "{}", page.body);
    let signed_out = user.get("/account");
    assert_eq!(signed_out.status, 303, "{signed_out:?}");
}

#[test]
fn a_form_with_a_mistake_keeps_what_was_typed() {
    let host = Host::start("");
    let mut browser = administrator(&host);
    let form = browser.get("/admin/register");
    // As `client add` registers one.
    for usual in [
        "<option value=\"none\" selected>",
        "value=\"authorization_code\" checked>",
        "value=\"refresh_token\" checked>",
    ] {
        assert!(form.body.contains(usual), "{usual} in {}", form.body);
    }
    assert_eq!(form.body.matches(" checked>").count(), 2, "{}", form.body);
    let fields = [
        ("client_id", "mail"),
        ("name", "Mail <b>"),
        ("method", "client_secret_post"),
        ("grant", "client_credentials"),
        ("redirect_uris", "https://a.example/cb javascript:alert(1)"),
        ("more", "{\"client_uri\":\"https://a.example/\"}"),
    ];
    let wrong = browser.submit(&form, "/admin/register", &fields);
    assert_eq!(wrong.status, 400, "{wrong:?}");
    for kept in [
        "value=\"mail\"",
        "value=\"Mail &#60;b&#62;\"",
        "<option value=\"client_secret_post\" selected>",
        "value=\"client_credentials\" checked>",
        "\nhttps://a.example/cb javascript:alert(1)</textarea>",
        "{&#34;client_uri&#34;:&#34;https://a.example/&#34;}</textarea>",
        "aria-invalid=\"true\" autofocus aria-describedby=\"redirect_uris_hint redirect_uris_wrong\"",
        "id=\"redirect_uris_wrong\"",
        "<a href=\"#redirect_uris\">Redirect URIs</a>",
    ] {
        assert!(wrong.body.contains(kept), "{kept} in {}", wrong.body);
    }
    let fields = [("client_id", "mail"), ("method", "none"), ("more", "{")];
    let wrong = browser.submit(&form, "/admin/register", &fields);
    assert!(
        wrong.body.contains("This is not a JSON object."),
        "{wrong:?}"
    );
    assert!(wrong.body.contains("id=\"more_wrong\""), "{wrong:?}");

    let form = browser.get("/admin/keys");
    for (name, days, terms, wrong) in [
        ("", "30", "", "name"),
        ("partner", "soon", "", "days"),
        ("partner", "30", "many", "max-registrations"),
    ] {
        let fields = [
            ("name", name),
            ("permission", "authenticate"),
            ("days", days),
            ("max-registrations", terms),
            ("action", "create"),
        ];
        let answer = browser.submit(&form, "/admin/keys", &fields);
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
        for said in [
            format!("id=\"{wrong}_wrong\""),
            format!("<a href=\"#{wrong}\">"),
            format!("name=\"days\" value=\"{days}\""),
        ] {
            assert!(answer.body.contains(&said), "{said} in {}", answer.body);
        }
    }
}

#[test]
fn a_client_is_changed_on_a_page() {
    let host = Host::start("");
    let client_id = native(&host);
    let mut browser = administrator(&host);
    let path = format!("/admin/client/edit?id={client_id}");
    let form = browser.get(&path);
    assert!(
        form.body.contains("value=\"Example Mail\""),
        "{}",
        form.body
    );
    let fields = |uri: &'static str, action: &'static str| {
        [
            ("name", "Better Mail"),
            ("method", "none"),
            ("grant", "authorization_code"),
            ("grant", "refresh_token"),
            ("redirect_uris", uri),
            ("action", action),
        ]
    };
    // What is wrong is said, whether it is checked or saved, and nothing is changed.
    for action in ["check", "save"] {
        let wrong = fields("javascript:alert(1)", action);
        let answer = browser.submit(&form, "/admin/client/edit", &wrong);
        assert_eq!(answer.status, 400, "{action}: {answer:?}");
        assert!(
            answer.body.contains("<a href=\"#redirect_uris\">"),
            "{action}: {answer:?}"
        );
    }
    let right = fields("http://127.0.0.1/other", "check");
    let checked = browser.submit(&form, "/admin/client/edit", &right);
    assert!(
        checked.body.contains("Nothing is wrong with this."),
        "{checked:?}"
    );
    let page = browser.get(&client(&client_id));
    assert!(page.body.contains("Example Mail"), "{}", page.body);
    // Somebody else is faster.
    let elsewhere = browser.get(&path);
    let right = fields("http://127.0.0.1/other", "save");
    let saved = browser.submit(&form, "/admin/client/edit", &right);
    let page = follow(&mut browser, &saved);
    for said in ["was changed.", "Better Mail", "http://127.0.0.1/other"] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let mine = fields("http://127.0.0.1/mine", "save");
    let late = browser.submit(&elsewhere, "/admin/client/edit", &mine);
    assert!(
        late.body.contains("Somebody changed this client"),
        "{late:?}"
    );
    assert!(late.body.contains("http://127.0.0.1/mine"), "{late:?}");
    let saved = browser.submit(&late, "/admin/client/edit", &mine);
    let page = follow(&mut browser, &saved);
    assert!(page.body.contains("http://127.0.0.1/mine"), "{}", page.body);
}

#[test]
fn what_was_typed_outlives_the_session() {
    let host = Host::start("");
    let mut browser = administrator(&host);
    let form = browser.get("/admin/register");
    let mut fields: Vec<(String, String)> = hidden(&form.body, "/admin/register");
    fields.push(("client_id".to_owned(), "kept".to_owned()));
    fields.push(("method".to_owned(), "none".to_owned()));
    fields.push(("redirect_uris".to_owned(), "stalwart://auth".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    let session = browser.cookies.remove("gatepost-admin").expect("a session");

    // A form that may be another site's is not kept.
    let foreign = browser.post("/admin/register", &fields);
    assert_eq!(
        foreign.header("location"),
        Some("/admin/enter"),
        "{foreign:?}"
    );
    browser.lines = vec![format!("Origin: http://{}", host.address)];
    let kept = browser.post("/admin/register", &fields);
    assert_eq!(kept.status, 403, "{kept:?}");
    for said in [
        "Your session has ended",
        "value=\"kept\"",
        "value=\"stalwart://auth\"",
    ] {
        assert!(kept.body.contains(said), "{said} in {}", kept.body);
    }
    assert!(!kept.body.contains("name=\"csrf\""), "{}", kept.body);

    browser.enter().expect("nothing is required");
    assert_ne!(browser.cookies["gatepost-admin"], session);
    let again = browser.submit(&kept, "/admin/register", &[]);
    assert_eq!(again.status, 403, "{again:?}");
    assert!(again.body.contains("You signed in again"), "{}", again.body);
    let done = browser.submit(&again, "/admin/register", &[]);
    let page = follow(&mut browser, &done);
    assert!(
        page.body.contains("The client “kept” is registered."),
        "{}",
        page.body
    );
    browser.lines = vec!["Origin: https://evil.example".to_owned()];
    let forged = browser.submit(&again, "/admin/register", &[]);
    assert!(forged.body.contains("out of date"), "{forged:?}");
}

#[test]
fn who_may_not_is_told_what_is_missing() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let page = browser.enter().expect("nothing is required");
    assert_eq!(page.status, 403, "{page:?}");
    for said in [
        "You are signed in as alice@example.org.",
        "oauth-client-list",
        "(List OAuth clients)",
        "gatepost-server account permit --name alice@example.org --permission authenticate \
         --permission oauth-client-list",
    ] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    // Where this server has its files is not told to any account that can sign in.
    let mut fields = hidden(&page.body, "/admin/leave");
    fields.push(("id".to_owned(), "webadmin".to_owned()));
    let data = host.folder.data();
    let data = data.to_str().expect("a path in UTF-8");
    for action in ["disable", "delete"] {
        let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        fields.push(("action", action));
        for page in [
            browser.get("/admin/"),
            browser.get("/admin/client?id=webadmin"),
            browser.get("/admin/client/delete?id=webadmin"),
            browser.post("/admin/client", &fields),
        ] {
            assert_eq!(page.status, 403, "{action}: {page:?}");
            assert!(!page.body.contains(data), "{action}: {}", page.body);
        }
    }
    for path in [
        "/admin/nowhere",
        "/account/nowhere",
        "/admin/client/nowhere",
    ] {
        let page = browser.get(path);
        assert_eq!(page.status, 404, "{path}");
        assert!(
            page.body.contains("<h1>There is no such page</h1>"),
            "{path}: {page:?}"
        );
    }
}

#[test]
fn who_leaves_does_not_come_in_again_without_a_password() {
    let host = Host::start("");
    let mut browser = administrator(&host);
    let page = browser.get("/admin/");
    let left = browser.submit(&page, "/admin/leave", &[]);
    let page = follow(&mut browser, &left);
    assert!(page.body.contains("You are signed out"), "{}", page.body);
    assert!(
        page.body.contains("mail programs and other devices stay"),
        "{}",
        page.body
    );
    assert!(
        browser.get("/account").status == 303,
        "the account is closed too"
    );
    let asked = browser.enter().expect_err("a password is asked for");
    assert!(asked.body.contains("<h1>Sign in</h1>"), "{asked:?}");

    // Who leaves the pages alone stays signed in to the account.
    let mut browser = administrator(&host);
    let page = browser.get("/account");
    let left = browser.submit(&page, "/account", &[("end", "administration")]);
    let page = follow(&mut browser, &left);
    assert!(
        page.body.contains("You left the administration."),
        "{}",
        page.body
    );
    assert!(
        !page.body.contains("Leave the administration only"),
        "{}",
        page.body
    );
    assert_eq!(browser.get("/admin/").status, 303);
    browser.enter().expect("still signed in");
}

#[test]
fn an_account_is_told_what_it_lacks_and_shown_what_it_may_do() {
    let host = Host::start("");
    host.folder.provision("webmail", NATIVE);
    host.folder.create_account(ALICE, PASSWORD);
    let permit = |permissions: &[&str]| {
        let mut words = vec!["account", "permit", "--name", ALICE];
        words.extend(["--permission", "authenticate"]);
        words.extend(permissions.iter().flat_map(|name| ["--permission", name]));
        let output = run_reading(&words, &host.folder.data(), "");
        assert!(output.status.success(), "{output:?}");
    };
    permit(&["oauth-client-list"]);
    let mut browser = Browser::signed_in(&host, ALICE, PASSWORD);
    let page = browser.enter().expect("it may list clients");
    for (link, is_there) in [
        ("/admin/clients\"", true),
        ("/admin/register\"", false),
        ("/admin/events\"", true),
    ] {
        let is_shown = page.body.contains(&format!("href=\"{link}"));
        assert_eq!(is_shown, is_there, "{link} in {}", page.body);
    }
    let page = browser.get(&client("webmail"));
    assert_eq!(page.status, 403, "{page:?}");
    for said in [
        "You are signed in as alice@example.org. This needs the permission oauth-client-get",
        "<h1>This is not possible</h1>",
    ] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    assert!(!page.body.contains("API key needs"), "{}", page.body);
    let keys = browser.get("/admin/keys");
    assert!(!keys.body.contains("Create the key"), "{}", keys.body);
    permit(&["oauth-client-list", "oauth-client-get"]);
    let page = browser.get(&client("webmail"));
    assert_eq!(page.status, 200, "{page:?}");
    for button in ["/admin/client/edit", "\"disable\"", "/admin/client/delete"] {
        assert!(!page.body.contains(button), "{button} in {}", page.body);
    }
    assert!(page.body.contains(">Its events</a>"), "{}", page.body);
    let unknown = browser.get(&client("nobody"));
    assert!(!unknown.body.contains("Nothing was done"), "{unknown:?}");
}

#[test]
fn a_new_secret_is_asked_about() {
    let host = Host::start("");
    let metadata = NATIVE.replace(
        "\"token_endpoint_auth_method\":\"none\"",
        "\"token_endpoint_auth_method\":\"client_secret_basic\"",
    );
    host.folder.create_account(ALICE, PASSWORD);
    host.folder.provision("webmail", &metadata);
    let mut browser = administrator(&host);
    let page = browser.get("/admin/client?id=webmail");
    assert!(
        page.body.contains("/admin/client/secret?id=webmail"),
        "{}",
        page.body
    );
    let public = native(&host);
    let other = browser.get(&client(&public));
    let events = |browser: &mut Browser<'_>| browser.get("/admin/events").body;
    let rotated = "POST /admin/client<br><span class=\"quiet\">rotate-secret</span>";
    assert!(!events(&mut browser).contains(rotated), "nothing was done");
    assert!(
        !other.body.contains("/admin/client/secret"),
        "{}",
        other.body
    );
    let refused = browser.get(&format!("/admin/client/secret?id={public}"));
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(
        refused
            .body
            .contains("The client does not authenticate with a secret."),
        "{refused:?}"
    );
    let question = browser.get("/admin/client/secret?id=webmail");
    assert!(
        question.body.contains("The old one ends at once."),
        "{}",
        question.body
    );
    let done = browser.submit(&question, "/admin/client", &[]);
    let page = follow(&mut browser, &done);
    assert!(
        page.body
            .contains("has a new secret. The old one has ended."),
        "{}",
        page.body
    );
    assert!(page.body.contains("gps_"), "{}", page.body);
    let events = events(&mut browser);
    assert!(events.contains(rotated), "{events}");
    assert!(
        !browser
            .get("/admin/client?id=webmail")
            .body
            .contains("gps_")
    );
}

#[test]
fn it_is_said_how_long_an_old_secret_works() {
    let host = Host::start("[oauth.client-registration]\nsecret-overlap = 86400\n");
    let metadata = NATIVE.replace(
        "\"token_endpoint_auth_method\":\"none\"",
        "\"token_endpoint_auth_method\":\"client_secret_basic\"",
    );
    host.folder.provision("webmail", &metadata);
    let mut browser = administrator(&host);
    let question = browser.get("/admin/client/secret?id=webmail");
    let said = "the old one works until 2";
    assert!(question.body.contains(said), "{}", question.body);
    let done = browser.submit(&question, "/admin/client", &[]);
    let page = follow(&mut browser, &done);
    for said in ["The old one works until 2", "Its old secret works until"] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let question = browser.get("/admin/client/secret?id=webmail");
    let said = "The secret before the old one ends at once.";
    assert!(question.body.contains(said), "{}", question.body);
}

#[test]
fn other_settings_are_tried_on_past_decisions() {
    let host = Host::start("");
    let refused = host.register(&[], NATIVE);
    assert_eq!(refused.status, 401, "{refused:?}");
    let number = refused.header("x-request-id").expect("a number").to_owned();
    native(&host);
    let mut browser = administrator(&host);
    let page = browser.get("/admin/policy");
    let mut tried = |settings: &str| {
        let tried = browser.submit(&page, "/admin/policy/try", &[("settings", settings)]);
        assert_eq!(tried.status, 200, "{settings}: {tried:?}");
        tried.body
    };
    let same = tried("");
    assert!(same.contains("<strong>0 of "), "{same}");
    assert!(!same.contains("With these: "), "{same}");
    let other = tried("anonymous = true");
    for said in [
        "<strong>1 of ",
        " past decisions would be others.</strong>",
        "With the settings in force: refused (credential-missing). With these: accepted.",
        &format!("/admin/events?number={number}"),
    ] {
        assert!(other.contains(said), "{said} in {other}");
    }
    let stricter = tried("redirect-schemes = ['https']");
    assert!(
        stricter.contains("With the settings in force: accepted. With these: refused ("),
        "{stricter}"
    );
    // Nothing was changed.
    assert_eq!(host.register(&[], NATIVE).status, 401);
}

#[test]
fn other_settings_are_compared_with_those_in_force() {
    let host = Host::start("[oauth.client-registration]\nanonymous = true\n");
    let password = demo_password(&host);
    assert_eq!(host.register(&[], NATIVE).status, 201);
    host.signal(Signal::TERM);
    let host = Host::start_in(host.kill_gently(), "", &[]);
    let mut browser = Browser::signed_in(&host, DEMO, &password);
    browser.enter().expect("nothing is required");
    let page = browser.get("/admin/policy");
    let mut tried = |settings: &str| {
        let tried = browser.submit(&page, "/admin/policy/try", &[("settings", settings)]);
        assert_eq!(tried.status, 200, "{settings}: {tried:?}");
        tried.body
    };
    let same = tried("");
    assert!(same.contains("past decisions would be others."), "{same}");
    assert!(
        !same.contains("With these: "),
        "the log says accepted: {same}"
    );
    let other = tried("anonymous = true");
    let said = "With the settings in force: refused (credential-missing). With these: accepted.";
    assert!(other.contains(said), "{other}");
}

#[test]
fn a_new_registration_access_token_is_asked_about() {
    let host = Host::start("[oauth.client-registration]\nanonymous = true\n");
    host.folder.provision("webmail", NATIVE);
    let key = host.first_key("registration").to_owned();
    let metadata = NATIVE.replace("Example Mail", "Own Mail");
    let registered = host.register_with_key(&key, &metadata);
    let client_id = registered.client_id();
    let manage = |token: &str| {
        let line = format!("Authorization: Bearer {token}");
        let path = format!("/auth/register/{client_id}");
        host.send(&crate::common::http::request("GET", &path, &[&line], ""))
            .status
    };
    let old = registered.json()["registration_access_token"].clone();
    let old = old.as_str().expect("it manages itself");
    assert_eq!(manage(old), 200);
    let mut browser = administrator(&host);
    // An administrator's own client has none, and neither has one whose id strangers share.
    let shared = host.register(&[], NATIVE);
    assert!(
        shared.json()["registration_access_token"].is_null(),
        "{shared:?}"
    );
    for without in ["webmail", &shared.client_id()] {
        let page = browser.get(&client(without));
        assert_eq!(page.status, 200, "{page:?}");
        assert!(!page.body.contains("/admin/client/token"), "{}", page.body);
        let refused = browser.get(&format!("/admin/client/token?id={without}"));
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(
            refused
                .body
                .contains("The client does not manage its registration itself"),
            "{refused:?}"
        );
        let refused = browser.submit(&page, "/admin/client", &[("action", "rotate-token")]);
        assert_eq!(refused.status, 400, "{refused:?}");
    }
    let link = format!("/admin/client/token?id={client_id}");
    let page = browser.get(&client(&client_id));
    assert!(page.body.contains(&link), "{}", page.body);
    let question = browser.get(&link);
    for said in [
        "Make a new registration access token for “Own Mail”?",
        "The old one ends at once",
        "is shown once, on the next page.",
        "What it may do for its users does not change.",
        "This cannot be undone.",
    ] {
        assert!(question.body.contains(said), "{said} in {}", question.body);
    }
    assert_eq!(manage(old), 200, "nothing was done yet");
    let done = browser.submit(&question, "/admin/client", &[]);
    let page = follow(&mut browser, &done).body;
    let (_, new) = page
        .split_once("registration access token, shown once:</strong></p><p class=\"code\">")
        .unwrap_or_else(|| panic!("no token in {page}"));
    let (new, _) = new.split_once('<').expect("it ends");
    assert_eq!((manage(old), manage(new)), (401, 200));
    assert!(!browser.get(&client(&client_id)).body.contains(new));
}

#[test]
fn the_settings_in_force_are_explained() {
    let host = Host::start(
        "[oauth.client-registration]\nanonymous = true\nclient-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']\n",
    );
    let mut browser = administrator(&host);
    let page = browser.get("/admin/policy").body;
    let (_, written) = page.split_once("Settings that you wrote").expect("a part");
    let (written, others) = written.split_once("All other settings").expect("a part");
    for said in [
        "<h3 class=\"id\">anonymous</h3>",
        "<p class=\"code\">true</p>",
        "a caller without an API key can register a client.",
        "From the configuration file. Default: <code>false</code>",
        "set; a secret, which is not shown",
    ] {
        assert!(written.contains(said), "{said} in {written}");
    }
    for said in [
        "<h3 class=\"id\">require</h3>",
        "From the default.",
        "From this server, from its own address and name.",
    ] {
        assert!(others.contains(said), "{said} in {others}");
    }
    assert!(!page.contains("AAAAAAAAAA"), "{page}");
}

#[test]
fn other_settings_are_tried_on_all_clients() {
    let host = Host::start("[oauth.client-registration]\nmax-redirect-uris = 11\n");
    let mut uris = vec![LOOPBACK.to_owned()];
    uris.extend((1..11).map(|number| format!("http://127.0.0.1/{number}")));
    let registered = register(
        &host,
        &json!({
            "client_name": "Example Mail",
            "redirect_uris": uris,
            "token_endpoint_auth_method": "none",
        }),
    );
    let client_id = registered["client_id"].as_str().expect("an id");
    let mut browser = administrator(&host);
    let page = browser.get("/admin/policy");
    assert!(
        page.body.contains("\nmax-redirect-uris = 11"),
        "{}",
        page.body
    );
    let path = "/admin/policy/try";
    for (settings, said) in [
        (
            "require = true\nmax-redirect-uris = 11",
            "0 of 1 clients that work now would stop working.",
        ),
        (
            "[oauth.client-registration]\nmax-redirect-uris = 11\nredirect-schemes = ['https']",
            "1 of 1 clients that work now would stop working.",
        ),
        // A line that is deleted has its default.
        (
            "require = true",
            "1 of 1 clients that work now would stop working.",
        ),
    ] {
        let tried = browser.submit(&page, path, &[("settings", settings)]);
        assert_eq!(tried.status, 200, "{settings}: {tried:?}");
        assert!(tried.body.contains(said), "{said} in {}", tried.body);
        let is_listed = tried
            .body
            .contains(&format!("/admin/client?id={client_id}"));
        assert_eq!(is_listed, said.starts_with('1'), "{}", tried.body);
    }
    for settings in ["requires = true", "require = ", "require = 1"] {
        let wrong = browser.submit(&page, path, &[("settings", settings)]);
        assert_eq!(wrong.status, 400, "{settings}: {wrong:?}");
        assert!(
            wrong.body.contains("id=\"settings_wrong\""),
            "{}",
            wrong.body
        );
        assert!(wrong.body.contains(settings), "what was typed is kept");
    }
    // Nothing was changed.
    Tokens::granted(&host, &mut browser, client_id);
    // One that does not work now cannot stop.
    let shown = browser.get(&client(client_id));
    browser.submit(&shown, "/admin/client", &[("action", "disable")]);
    let tried = browser.submit(&page, path, &[("settings", "require = true")]);
    let said = "0 of 0 clients that work now would stop working.";
    assert!(tried.body.contains(said), "{}", tried.body);
    let mut user = alice(&host);
    let foreign = user.submit(&page, path, &[("settings", "require = true")]);
    assert_ne!(foreign.status, 200, "{foreign:?}");
}
