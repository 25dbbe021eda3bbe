//! What administrators have: keys, and the secrets of clients that they register.

use serde_json::{Value, json};

use crate::common::browser::{Browser, DEMO, demo_password};
use crate::common::http::request;
use crate::common::{Answer, Host, run, text};
use crate::witness::Witness;

/// The secrets that the first start makes. Nobody asked for them.
pub fn first_start(host: &Host, witness: &mut Witness) {
    witness.finds(
        "the first administrator's key",
        host.first_key("administrator"),
    );
    witness.finds("the first registration key", host.first_key("registration"));
    witness.finds("the first account's password", &demo_password(host));
}

fn api(host: &Host, key: &str, method: &str, path: &str, body: &str) -> Answer {
    let bearer = format!("Authorization: Bearer {key}");
    host.send(&request(method, path, &[&bearer], body))
}

/// Keys and clients by the interface for programs, and by commands.
pub fn keys_and_clients(host: &Host, witness: &mut Witness) {
    let administrator = host.first_key("administrator").to_owned();
    let key =
        json!({"name": "partner", "permissions": ["authenticate", "oauth-client-registration"]});
    let made = api(host, &administrator, "POST", "/api/keys", &key.to_string());
    assert_eq!(made.status, 201, "{made:?}");
    let number = witness.hear("making a key", &made);
    let made = made.json();
    let secret = secret_of(&made);
    witness.is_handed("a key", &secret, number);
    let path = format!(
        "/api/keys/{}",
        made["id"].as_i64().or(made["number"].as_i64()).unwrap_or(3)
    );
    witness.hear("keys", &api(host, &administrator, "GET", "/api/keys", ""));
    witness.hear(
        "what a key may not",
        &api(host, &secret, "GET", "/api/keys", ""),
    );
    witness.hear(
        "what a key may not",
        &api(host, &secret, "DELETE", &path, ""),
    );
    witness.hear(
        "revoking a key",
        &api(host, &administrator, "DELETE", &path, ""),
    );
    witness.hear(
        "a key that is revoked",
        &api(host, &secret, "POST", "/auth/register", "{}"),
    );

    let metadata = json!({"redirect_uris": ["https://a.example.com/cb"], "token_endpoint_auth_method": "client_secret_basic"});
    let body = json!({"client_id": "provisioned", "metadata": metadata}).to_string();
    let made = api(host, &administrator, "POST", "/api/clients", &body);
    assert_eq!(made.status, 201, "{made:?}");
    let number = witness.hear("provisioning", &made);
    let secret = made.json()["client_secret"]
        .as_str()
        .expect("one")
        .to_owned();
    witness.is_handed("a provisioned client's secret", &secret, number);
    let path = "/api/clients/provisioned";
    let rotated = api(
        host,
        &administrator,
        "POST",
        &format!("{path}/rotate-secret"),
        "",
    );
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let number = witness.hear("rotating a secret", &rotated);
    let secret = rotated.json()["client_secret"]
        .as_str()
        .expect("one")
        .to_owned();
    witness.is_handed("a rotated secret", &secret, number);
    for (method, path) in [
        ("GET", "/api/clients"),
        ("GET", path),
        ("POST", "/api/clients/provisioned/disable"),
        ("POST", "/api/clients/provisioned/enable"),
        ("GET", "/api/openapi.json"),
    ] {
        witness.hear(path, &api(host, &administrator, method, path, ""));
    }

    // By commands, which print what they are asked for, alone.
    let data = host.folder.data().display().to_string();
    let document = host.folder.write("client.json", metadata.to_string());
    let document = document.display().to_string();
    for (name, arguments) in [
        ("account create", &["--name", "bob@example.org"][..]),
        ("account password", &["--name", "bob@example.org", "--yes"]),
        (
            "key create",
            &["--name", "k", "--permission", "authenticate"],
        ),
        ("client add", &[&*document, "--id", "by-hand"]),
        ("client rotate-secret", &["by-hand", "--yes"]),
    ] {
        let mut all: Vec<&str> = name.split(' ').collect();
        all.extend(arguments);
        all.extend(["--data", &*data]);
        let output = run(&all, &host.folder.data());
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        let printed = text(&output.stdout);
        let secret = match serde_json::from_str::<Value>(&printed) {
            Ok(client) => client["client_secret"].as_str().expect("one").to_owned(),
            Err(_) => printed.trim().to_owned(),
        };
        witness.knows(&format!("what {name} printed"), &secret);
        witness.hear_text(&format!("the errors of {name}"), &text(&output.stderr));
    }
}

/// The one member that begins like a key.
fn secret_of(made: &Value) -> String {
    let members = made.as_object().expect("it is an object");
    let mut keys = members.values().filter_map(Value::as_str);
    let key = keys.find(|value| value.starts_with("gpak_"));
    key.expect("it is in the answer").to_owned()
}

/// The pages, and what is made on them.
pub fn pages(host: &Host, witness: &mut Witness) {
    let password = demo_password(host);
    let mut browser = Browser::new(host);
    let page = browser.get("/auth/sign-in?next=/admin/");
    let fields = [("name", DEMO), ("password", &*password)];
    let inside = browser.submit(&page, "/auth/sign-in", &fields);
    let number = witness.hear("an administrator signs in", &inside);
    let session = browser.cookies["gatepost-session"].clone();
    witness.is_handed("an administrator's session", &session, number);
    let follow = |answer: &Answer| answer.header("location").expect("it leads on").to_owned();
    let entrance = browser.get("/admin/enter");
    let number = witness.hear("entering", &entrance);
    let kept = &browser.cookies["gatepost-admin-verifier"];
    let (verifier, _) = kept
        .split_once('.')
        .expect("the place to return to comes after it");
    let verifier = verifier.to_owned();
    witness.is_handed("the pages' verifier", &verifier, number);
    let agreed = browser.get(&follow(&entrance));
    let number = witness.hear("being let into the pages", &agreed);
    let callback = follow(&agreed);
    let (_, query) = callback.split_once("code=").expect("there is a code");
    let code = query.split('&').next().expect("it has an end").to_owned();
    witness.is_handed("the pages' code", &code, number);
    let (_, callback) = callback.split_once("/admin/").expect("they are the pages'");
    let arrived = browser.get(&format!("/admin/{callback}"));
    let number = witness.hear("arriving", &arrived);
    let session = browser.cookies["gatepost-admin"].clone();
    witness.is_handed("a session of the pages", &session, number);

    let form = browser.get("/admin/keys");
    witness.hear("the page of keys", &form);
    let made = browser.submit(
        &form,
        "/admin/keys",
        &[
            ("action", "create"),
            ("name", "by page"),
            ("permission", "authenticate"),
        ],
    );
    // The browser that made it is told in a cookie, until the next page shows it.
    let in_cookie = witness.hear("making a key on a page", &made);
    let made = browser.get(&follow(&made));
    let number = witness.hear("the page after that", &made);
    let (_, shown) = made.body.split_once("gpak_").expect("it is shown once");
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let key: String = shown.chars().take_while(|c| is_of_key(*c)).collect();
    for answer in [in_cookie, number] {
        witness.is_handed(
            "a key that was made on a page",
            &format!("gpak_{key}"),
            answer,
        );
    }
    let form = browser.get("/admin/register");
    witness.hear("the page to register", &form);
    let fields = [
        ("client_id", "by-page"),
        ("name", "By page"),
        ("method", "client_secret_basic"),
        ("redirect_uris", "https://page.example.com/cb"),
    ];
    let made = browser.submit(&form, "/admin/register", &fields);
    assert_eq!(made.status, 303, "{made:?}");
    let in_cookie = witness.hear("registering on a page", &made);
    let made = browser.get(&follow(&made));
    let number = witness.hear("the page after that", &made);
    let (_, shown) = made.body.split_once("gps_").expect("it is shown once");
    let secret: String = shown.chars().take_while(|c| is_of_key(*c)).collect();
    for answer in [in_cookie, number] {
        witness.is_handed(
            "a secret that was made on a page",
            &format!("gps_{secret}"),
            answer,
        );
    }
    for path in [
        "/admin/",
        "/admin/clients",
        "/admin/keys",
        "/admin/policy",
        "/admin/events",
        "/admin/client?client_id=by-page",
        "/admin/client?client_id=provisioned",
        "/account",
        "/admin/nowhere",
    ] {
        witness.hear(path, &browser.get(path));
    }
}
