//! Who gets in when: nothing required, registration required, the override, and a client by hand.

mod common;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::common::browser::{self, Browser, DEMO, demo_password, location, query};
use crate::common::{Folder, Host, run, text};

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

/// Somebody who may administrate, and not use any client.
const PLAIN: &str = "plain@example.org";

fn create(folder: &Folder, name: &str, permissions: &[&str]) -> String {
    let data = folder.data();
    let data = data.to_str().expect("a path in UTF-8");
    let mut arguments = vec!["account", "create", "--name", name, "--data", data];
    for permission in permissions {
        arguments.extend(["--permission", permission]);
    }
    let created = run(&arguments, &folder.data());
    assert!(created.status.success(), "{}", text(&created.stderr));
    text(&created.stdout).trim().to_owned()
}

#[test]
fn who_gets_in() {
    tell(&[]);
}

#[test]
fn who_gets_in_with_the_built_in_component() {
    tell(&["--plugin", "component"]);
}

fn tell(flags: &[&str]) {
    // Nothing is required: any client id gets a token, and the pages need no registration.
    let host = Host::start_in(Folder::new(), "", flags);
    let administrator = demo_password(&host);
    let permissions = ["authenticate", "oauth-client-list", "oauth-client-get"];
    let plain = create(&host.folder, PLAIN, &permissions);
    let mut browser = Browser::signed_in(&host, PLAIN, &plain);
    let asked = query("whatever", REDIRECT_URI, &[]);
    let agreed = browser.authorize(&asked, "allow");
    assert!(location(&agreed).contains_key("code"), "{agreed:?}");
    let inside = browser.enter().expect("nothing is required");
    assert!(inside.body.contains("<h1>Overview</h1>"), "{inside:?}");

    // Registration is required.
    let folder = host.kill();
    let settings = "[oauth.client-registration]\nrequire = true\n";
    let host = Host::start_in(folder, settings, flags);
    let mut browser = Browser::signed_in(&host, PLAIN, &plain);
    for client_id in ["whatever", "webadmin"] {
        let asked = query(client_id, REDIRECT_URI, &[]);
        let refused = browser.get(&format!("/auth/authorize?{asked}"));
        assert_eq!(refused.status, 400, "{refused:?}");
        assert_eq!(refused.header("location"), None);
    }
    let locked_out = browser
        .enter()
        .expect_err("the pages are no registered client");
    assert_eq!(locked_out.status, 403, "{locked_out:?}");
    let command = format!(
        "gatepost-server client add --id webadmin --name &#39;Web administration&#39; --redirect-uri \
         http://{}/admin/callback --config {}",
        host.address,
        host.folder.path("gatepost.toml").display()
    );
    assert!(locked_out.body.contains(&command), "{}", locked_out.body);
    let stranger = host.get("/admin/");
    assert_eq!(stranger.header("location"), Some("/admin/enter"));

    // Who may use any client still gets in, and helps the others in: webadmin is registered by hand.
    let mut override_ = Browser::signed_in(&host, DEMO, &administrator);
    override_.enter().expect("the account may use any client");
    let clients = override_.get("/admin/clients");
    assert!(
        clients.body.contains("No client is registered yet."),
        "{clients:?}"
    );
    let form = override_.get("/admin/register");
    let fields = [
        ("client_id", "webadmin"),
        ("name", "Web administration"),
        ("method", "none"),
        ("redirect_uris", "stalwart://auth"),
    ];
    let registered = override_.submit(&form, "/admin/register", &fields);
    assert_eq!(registered.status, 303, "{registered:?}");

    let mut browser = Browser::signed_in(&host, PLAIN, &plain);
    browser.enter().expect("it is registered now");
    let clients = browser.get("/admin/clients");
    assert!(clients.body.contains("Web administration"), "{clients:?}");
    let asked = query("webadmin", "stalwart://auth", &[]);
    let agreed = browser.authorize(&asked, "allow");
    let location = browser::led_to(&agreed);
    assert!(location.starts_with("stalwart://auth?code="), "{location}");

    // An answer that nobody asked for lets nobody in, whatever it was made of.
    let constant = URL_SAFE_NO_PAD.encode(Sha256::digest("state "));
    let issuer = format!("http://{}", host.address);
    let answer = browser::form(&[("code", "gpco_x"), ("state", &constant), ("iss", &issuer)]);
    let unasked = Browser::new(&host).get(&format!("/admin/callback?{answer}"));
    assert!(unasked.body.contains("has asked for"), "{unasked:?}");

    // Who signs out is out of the pages too, and so is who signs in as somebody else.
    for leave in ["sign out", "sign in"] {
        let mut leaving = Browser::signed_in(&host, PLAIN, &plain);
        leaving.enter().expect("it is registered");
        let account = leaving.get("/account");
        match leave {
            "sign out" => leaving.submit(&account, "/auth/sign-out", &[]),
            _ => {
                let page = leaving.get("/auth/sign-in?next=/account");
                let fields = [("name", DEMO), ("password", &*administrator)];
                leaving.submit(&page, "/auth/sign-in", &fields)
            }
        };
        let outside = leaving.get("/admin/");
        assert_eq!(outside.status, 303, "{leave}: {outside:?}");
    }

    // What one may not do, a page does not offer, and refuses.
    host.folder.provision(
        "other",
        r#"{"redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#,
    );
    let client = browser.get("/admin/client?id=other");
    assert_eq!(client.status, 200, "{client:?}");
    assert!(
        !client.body.contains("action=\"/admin/client\""),
        "{client:?}"
    );
    let delete = [("id", "other"), ("action", "delete")];
    let csrf = browser::hidden(&client.body, "/admin/leave").remove(0).1;
    let refused = browser.post(
        "/admin/client",
        &[&delete[..], &[("csrf", &*csrf)]].concat(),
    );
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.body.contains("oauth-client-delete"), "{refused:?}");
    let forged = browser.post("/admin/client", &delete);
    assert_eq!(forged.status, 403);
    assert!(forged.body.contains("out of date"), "{forged:?}");

    // The pages do not close themselves: they say which command does it.
    let client = override_.get("/admin/client?id=webadmin");
    let data = host.folder.data();
    let as_started: String = flags.iter().map(|flag| format!(" {flag}")).collect();
    for (action, command) in [("disable", "disable"), ("delete", "remove")] {
        let said = format!(
            "gatepost-server client {command} webadmin --config {} --data {}{as_started}",
            host.folder.path("gatepost.toml").display(),
            data.display()
        );
        assert!(client.body.contains(&said), "{said} in {}", client.body);
        let fields = [("id", "webadmin"), ("action", action)];
        let csrf = browser::hidden(&form.body, "/admin/register").remove(0).1;
        let fields = [&fields[..], &[("csrf", &*csrf)]].concat();
        let refused = override_.post("/admin/client", &fields);
        assert_eq!(refused.status, 409, "{action}: {refused:?}");
        assert!(refused.body.contains(&said), "{said} in {}", refused.body);
    }

    // It is disabled: whoever is inside is outside.
    let data = data.to_str().expect("a path in UTF-8");
    let disabled = run(
        &["client", "disable", "webadmin", "--data", data],
        &host.folder.data(),
    );
    assert!(disabled.status.success(), "{}", text(&disabled.stderr));
    for mut browser in [browser, override_] {
        let outside = browser.get("/admin/");
        assert_eq!(
            outside.header("location"),
            Some("/admin/enter"),
            "{outside:?}"
        );
        let closed = browser
            .enter()
            .expect_err("nobody may use a client that is disabled");
        assert_eq!(closed.status, 403, "{closed:?}");
        let command = "gatepost-server client enable webadmin --config ";
        let is_told = closed.body.contains(command);
        let may_administrate = !closed.body.contains("no permission to administrate");
        assert!(is_told && may_administrate, "{}", closed.body);
    }
}
