//! What a registration is worth: users sign in, clients get tokens, and the tokens work.

mod common;

use std::io::Write;
use std::process::Stdio;

use common::browser::{
    Browser, CHALLENGE, DEMO, VERIFIER, ask, basic, demo_password, form, hidden, location, query,
};
use common::{Answer, Folder, Host, NATIVE, program, text};
use serde_json::{Value, json};

const LOOPBACK: &str = "http://127.0.0.1:4321/callback";
const WEB: &str = "https://webmail.example.com/callback";
const MAIL: &str = "urn:ietf:params:oauth:scope:mail";
const CONTACTS: &str = "urn:ietf:params:oauth:scope:contacts";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A plain user.
const ALICE: &str = "alice@example.org";
const PASSWORD: &str = "correct horse battery staple";

/// A plain user signs in, in a browser of her own.
fn alice(host: &Host) -> Browser<'_> {
    create_account(&host.folder, ALICE, PASSWORD);
    Browser::signed_in(host, ALICE, PASSWORD)
}

fn create_account(folder: &Folder, name: &str, password: &str) {
    let mut child = program()
        .args([
            "account",
            "create",
            "--name",
            name,
            "--password-stdin",
            "--data",
        ])
        .arg(folder.data())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut stdin = child.stdin.take().expect("it was asked for");
    writeln!(stdin, "{password}").expect("the program reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Registers a client by hand.
fn provision(folder: &Folder, client_id: &str, metadata: &str) -> Value {
    let document = folder.write("client.json", metadata);
    let output = program()
        .args(["client", "add"])
        .arg(document)
        .args(["--id", client_id, "--data"])
        .arg(folder.data())
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

fn register(host: &Host, metadata: &Value) -> Value {
    let answer = host.register_with_key(host.first_key("registration"), &metadata.to_string());
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn native(host: &Host) -> String {
    host.register_with_key(host.first_key("registration"), NATIVE)
        .client_id()
}

/// A client with a secret.
struct Webmail {
    client_id: String,
    secret: String,
}

impl Webmail {
    fn register(host: &Host, method: &str) -> Self {
        let registered = register(
            host,
            &json!({
                "client_name": "Webmail",
                "redirect_uris": [WEB],
                "token_endpoint_auth_method": method,
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            }),
        );
        let of = |name: &str| registered[name].as_str().expect("a string").to_owned();
        Self {
            client_id: of("client_id"),
            secret: of("client_secret"),
        }
    }

    fn basic(&self) -> String {
        basic(&self.client_id, &self.secret)
    }
}

fn token(host: &Host, fields: &[(&str, &str)]) -> Answer {
    ask(host, "/auth/token", &[], fields)
}

/// What a public client sends with its code.
fn with_code(host: &Host, client_id: &str, code: &str) -> Answer {
    token(
        host,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("code", code),
            ("redirect_uri", LOOPBACK),
            ("code_verifier", VERIFIER),
        ],
    )
}

fn with_refresh(host: &Host, client_id: &str, refresh_token: &str) -> Answer {
    token(
        host,
        &[
            ("grant_type", "refresh_token"),
            ("client_id", client_id),
            ("refresh_token", refresh_token),
        ],
    )
}

/// What a client holds.
#[derive(Clone, Debug)]
struct Tokens {
    access: String,
    refresh: String,
    scope: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert!(body["expires_in"].as_u64() >= Some(3600));
        let of = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self {
            access: of("access_token"),
            refresh: of("refresh_token"),
            scope: of("scope"),
        }
    }

    /// Those of a client that a user lets in.
    fn granted(host: &Host, browser: &mut Browser<'_>, client_id: &str) -> Self {
        let code = browser.code(&query(client_id, LOOPBACK, &[]));
        Self::of(&with_code(host, client_id, &code))
    }
}

fn jmap(host: &Host, access_token: &str) -> Answer {
    host.send(
        format!(
            "GET /jmap/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access_token}\r\n\r\n"
        )
        .as_bytes(),
    )
}

fn works(host: &Host, access_token: &str) -> bool {
    let answer = jmap(host, access_token);
    match answer.status {
        200 => true,
        401 => {
            let challenge = answer.header("www-authenticate").expect("a challenge");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
            false
        }
        _ => panic!("{answer:?}"),
    }
}

fn assert_error(name: &str, answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{name}: {answer:?}");
    assert_eq!(answer.json()["error"], error, "{name}: {answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
}

#[test]
fn a_mail_client_signs_a_user_in() {
    let host = Host::start("");
    let client_id = native(&host);
    create_account(&host.folder, ALICE, PASSWORD);
    let asked = query(&client_id, LOOPBACK, &[("scope", MAIL)]);

    let mut browser = Browser::new(&host);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<h1>Sign in</h1>"), "{}", page.body);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self';"));

    let wrong = browser.submit(
        &page,
        "/auth/sign-in",
        &[("name", ALICE), ("password", "guess")],
    );
    assert_eq!(wrong.status, 403);
    let unknown = browser.submit(
        &page,
        "/auth/sign-in",
        &[("name", "bob@example.org"), ("password", "guess")],
    );
    let said = |answer: &Answer| answer.body.replace("bob@example.org", ALICE);
    assert_eq!(said(&wrong), said(&unknown), "nobody learns who is here");

    let on = browser.submit(
        &wrong,
        "/auth/sign-in",
        &[("name", ALICE), ("password", PASSWORD)],
    );
    assert_eq!(on.status, 303, "{on:?}");
    let page = browser.get(on.header("location").expect("it leads somewhere"));
    for said in [
        "Allow <bdi>Example Mail</bdi>?",
        "This program introduced itself.",
        "Read, send, move and delete all your mail",
        "a program on this computer",
        ALICE,
    ] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:4321;"),
        "{policy}"
    );

    let denied = location(&browser.submit(&page, "/auth/authorize", &[("answer", "deny")]));
    assert_eq!(denied["error"], "access_denied");
    assert_eq!(denied["state"], "s t&te");

    let allowed = browser.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    let to = allowed.header("location").expect("it leads somewhere");
    assert!(to.starts_with(&format!("{LOOPBACK}?code=")), "{to}");
    let issuer = format!("http://{}", host.address);
    let allowed = location(&allowed);
    assert_eq!(allowed["state"], "s t&te");
    assert_eq!(allowed["iss"], issuer);

    let tokens = Tokens::of(&with_code(&host, &client_id, &allowed["code"]));
    assert_eq!(tokens.scope, MAIL);
    let session = jmap(&host, &tokens.access);
    assert_eq!(session.status, 200, "{session:?}");
    assert_eq!(session.json()["username"], ALICE);

    let fresh = Tokens::of(&with_refresh(&host, &client_id, &tokens.refresh));
    assert!(works(&host, &fresh.access));
    assert!(
        works(&host, &tokens.access),
        "the old one lasts as it was to"
    );
    assert_ne!(fresh.refresh, tokens.refresh);

    let log = host.folder.logged();
    for secret in [&*tokens.access, &fresh.refresh, &allowed["code"], PASSWORD] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn mistakes_with_a_code() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let other = native(&host);
    assert_ne!(client_id, other);
    let code = browser.code(&query(&client_id, LOOPBACK, &[]));
    let right = [
        ("grant_type", "authorization_code"),
        ("client_id", &*client_id),
        ("code", &code),
        ("redirect_uri", LOOPBACK),
        ("code_verifier", VERIFIER),
    ];
    let long = "x".repeat(129);
    for (name, changed, error) in [
        ("another client", ("client_id", &*other), "invalid_grant"),
        (
            "a client nobody knows",
            ("client_id", "who"),
            "invalid_grant",
        ),
        ("no code", ("code", ""), "invalid_request"),
        ("another code", ("code", "gpco_x"), "invalid_grant"),
        (
            "another port",
            ("redirect_uri", "http://127.0.0.1:4322/callback"),
            "invalid_grant",
        ),
        ("no redirect URI", ("redirect_uri", ""), "invalid_grant"),
        ("no verifier", ("code_verifier", ""), "invalid_grant"),
        (
            "the challenge as the verifier",
            ("code_verifier", CHALLENGE),
            "invalid_grant",
        ),
        ("a long verifier", ("code_verifier", &long), "invalid_grant"),
        ("a short verifier", ("code_verifier", "x"), "invalid_grant"),
        (
            "the code as a refresh token",
            ("grant_type", "refresh_token"),
            "invalid_request",
        ),
        ("no grant", ("grant_type", ""), "invalid_request"),
        (
            "a grant nobody knows",
            ("grant_type", "password"),
            "unsupported_grant_type",
        ),
        (
            "a resource that is none",
            ("resource", "mail"),
            "invalid_target",
        ),
        ("twice", ("code ", "x"), ""),
    ] {
        let (changed_name, value) = changed;
        let mut fields: Vec<(&str, &str)> = right.to_vec();
        if name == "twice" {
            fields.push(("code", &code));
            assert_error(name, &token(&host, &fields), 400, "invalid_request");
            continue;
        }
        fields.retain(|(field, _)| *field != changed_name);
        fields.push((changed_name, value));
        assert_error(name, &token(&host, &fields), 400, error);
    }
    Tokens::of(&with_code(&host, &client_id, &code));
}

#[test]
fn mistakes_in_an_authorization_request() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    // The client hears of these.
    for (name, others, error) in [
        ("no PKCE", &[("code_challenge", "")][..], "invalid_request"),
        (
            "plain PKCE",
            &[("code_challenge_method", "plain")],
            "invalid_request",
        ),
        (
            "a token at once",
            &[("response_type", "token")],
            "unsupported_response_type",
        ),
        ("a scope that is none", &[("scope", "\"")], "invalid_scope"),
    ] {
        let asked = query(&client_id, LOOPBACK, others);
        let answer = browser.get(&format!("/auth/authorize?{asked}"));
        assert!(
            answer
                .header("location")
                .is_some_and(|to| to.starts_with(LOOPBACK)),
            "{name}: {answer:?}"
        );
        let answer = location(&answer);
        assert_eq!(answer["error"], error, "{name}");
        assert_eq!(answer["state"], "s t&te", "{name}");
        assert_eq!(answer["iss"], format!("http://{}", host.address), "{name}");
        assert_eq!(answer.get("code"), None, "{name}");
    }
    // Only who asked hears of these.
    for (name, client_id, redirect_uri, others, said) in [
        (
            "a redirect URI of somebody else",
            &*client_id,
            "https://evil.example/cb",
            &[][..],
            "redirect-uri-unregistered",
        ),
        (
            "no redirect URI",
            &client_id,
            "",
            &[],
            "redirect-uri-unnamed",
        ),
        ("no client", "", LOOPBACK, &[], "client-unnamed"),
        (
            "a resource with a fragment",
            &client_id,
            LOOPBACK,
            &[("resource", "https://a.example/#b")],
            "invalid_target",
        ),
    ] {
        let path = format!("/auth/authorize?{}", query(client_id, redirect_uri, others));
        let page = browser.get(&path);
        assert_eq!(page.status, 400, "{name}: {page:?}");
        assert_eq!(page.header("location"), None, "{name}");
        assert!(page.body.contains(said), "{name}: {}", page.body);
        let answer = host.get(&path);
        assert_eq!(answer.status, 400, "{name}: {answer:?}");
        assert!(answer.json()["error"].is_string(), "{name}: {answer:?}");
    }
}

#[test]
fn a_code_twice_ends_what_was_issued() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let code = browser.code(&query(&client_id, LOOPBACK, &[]));
    let tokens = Tokens::of(&with_code(&host, &client_id, &code));
    assert!(works(&host, &tokens.access));

    // Who saw the code go by, and no more, ends nothing.
    let blind = token(
        &host,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", &client_id),
            ("code", &code),
            ("redirect_uri", LOOPBACK),
            ("code_verifier", CHALLENGE),
        ],
    );
    assert_error("without the verifier", &blind, 400, "invalid_grant");
    assert!(works(&host, &tokens.access));

    let again = with_code(&host, &client_id, &code);
    assert_error("again", &again, 400, "invalid_grant");
    assert!(!works(&host, &tokens.access));
    let refreshed = with_refresh(&host, &client_id, &tokens.refresh);
    assert_error("refreshed", &refreshed, 400, "invalid_grant");
}

#[test]
fn a_refresh_token_twice_ends_the_grant() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let other = native(&host);
    let first = Tokens::granted(&host, &mut browser, &client_id);
    let second = Tokens::granted(&host, &mut browser, &client_id);

    let stolen = with_refresh(&host, &other, &first.refresh);
    assert_error("by another client", &stolen, 400, "invalid_grant");
    let fresh = Tokens::of(&with_refresh(&host, &client_id, &first.refresh));
    let again = with_refresh(&host, &client_id, &first.refresh);
    assert_error("again", &again, 400, "invalid_grant");
    let fresh_again = with_refresh(&host, &client_id, &fresh.refresh);
    assert_error("the new one", &fresh_again, 400, "invalid_grant");
    for gone in [&first.access, &fresh.access] {
        assert!(!works(&host, gone));
    }
    assert!(works(&host, &second.access), "another grant stays");
    Tokens::of(&with_refresh(&host, &client_id, &second.refresh));
}

#[test]
fn less_than_was_granted() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let resource = format!("http://{}/jmap/session", host.address);
    let both = format!("{CONTACTS} {MAIL}");
    let asked = query(
        &client_id,
        LOOPBACK,
        &[
            ("scope", &both),
            ("resource", &resource),
            ("resource", "https://dav.example.org/"),
        ],
    );
    let tokens = Tokens::of(&with_code(&host, &client_id, &browser.code(&asked)));
    assert_eq!(tokens.scope, both);
    assert!(works(&host, &tokens.access));

    let narrow = |refresh: &str, name: &str, value: &str| {
        token(
            &host,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", &client_id),
                ("refresh_token", refresh),
                (name, value),
            ],
        )
    };
    let more = format!("{both} offline_access");
    for (name, value, error) in [
        ("scope", &*more, "invalid_scope"),
        ("resource", "https://other.example.org/", "invalid_target"),
    ] {
        let answer = narrow(&tokens.refresh, name, value);
        assert_error(name, &answer, 400, error);
    }
    let contacts = Tokens::of(&narrow(&tokens.refresh, "scope", CONTACTS));
    assert_eq!(contacts.scope, CONTACTS);
    let answer = jmap(&host, &contacts.access);
    assert_eq!(answer.status, 403, "{answer:?}");
    let challenge = answer.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains("insufficient_scope"), "{challenge}");

    let elsewhere = Tokens::of(&narrow(
        &contacts.refresh,
        "resource",
        "https://dav.example.org/",
    ));
    assert_eq!(elsewhere.scope, both, "what was granted is not less now");
    assert!(!works(&host, &elsewhere.access));
    let here = Tokens::of(&narrow(&elsewhere.refresh, "resource", &resource));
    assert!(works(&host, &here.access));
}

#[test]
fn what_expires() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    let code = browser.code(&query(&client_id, LOOPBACK, &[]));
    let device = ask(&host, "/auth/device", &[], &[("client_id", "any device")]).json();
    let cookies = browser.cookies;
    let folder = host.kill();
    let database = rusqlite::Connection::open(folder.data().join("gatepost.db"))
        .expect("there is a directory");
    for table in ["token", "device", "session"] {
        database
            .execute(&format!("UPDATE {table} SET expires_at = 1"), ())
            .unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    drop(database);

    let host = Host::start_in(folder, "", &[]);
    assert!(!works(&host, &tokens.access));
    let refreshed = with_refresh(&host, &client_id, &tokens.refresh);
    assert_error("the refresh token", &refreshed, 400, "invalid_grant");
    let exchanged = with_code(&host, &client_id, &code);
    assert_error("the code", &exchanged, 400, "invalid_grant");
    let polled = token(
        &host,
        &[
            ("grant_type", DEVICE),
            ("client_id", "any device"),
            (
                "device_code",
                device["device_code"].as_str().expect("a code"),
            ),
        ],
    );
    assert_error("the device code", &polled, 400, "expired_token");
    let mut later = Browser::new(&host);
    later.cookies = cookies;
    let page = later.get(&format!(
        "/auth/authorize?{}",
        query(&client_id, LOOPBACK, &[])
    ));
    assert!(page.body.contains("<h1>Sign in</h1>"), "{}", page.body);
}

#[test]
fn a_client_with_a_secret_proves_who_it_is() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let webmail = Webmail::register(&host, "client_secret_basic");
    let other = Webmail::register(&host, "client_secret_post");
    let code = browser.code(&query(&webmail.client_id, WEB, &[]));
    let right = webmail.basic();
    let wrong = basic(&webmail.client_id, "gps_wrong");
    let others = other.basic();
    let named = ("client_id", &*webmail.client_id);
    let secret = ("client_secret", &*webmail.secret);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", WEB),
        ("code_verifier", VERIFIER),
    ];
    for (name, lines, more, status, error) in [
        ("nothing", &[][..], &[named][..], 401, "invalid_client"),
        (
            "in the body instead of the header",
            &[],
            &[named, secret],
            401,
            "invalid_client",
        ),
        (
            "both ways",
            &[&*right],
            &[named, secret],
            400,
            "invalid_request",
        ),
        ("a wrong secret", &[&*wrong], &[], 401, "invalid_client"),
        (
            "another client's header",
            &[&*others],
            &[named],
            401,
            "invalid_client",
        ),
        (
            "two headers",
            &[&*right, &*right],
            &[],
            400,
            "invalid_request",
        ),
    ] {
        let fields: Vec<(&str, &str)> = fields.iter().chain(more).copied().collect();
        let answer = ask(&host, "/auth/token", lines, &fields);
        assert_error(name, &answer, status, error);
        let challenged = answer.header("www-authenticate").is_some();
        assert_eq!(challenged, status == 401 && !lines.is_empty(), "{name}");
    }
    let answer = ask(&host, "/auth/token", &[&right], &fields);
    assert!(works(&host, &Tokens::of(&answer).access));

    let answer = ask(
        &host,
        "/auth/token",
        &[&right],
        &[("grant_type", "client_credentials"), ("scope", MAIL)],
    );
    let own = Tokens::of(&answer);
    assert_eq!(own.refresh, "");
    assert!(!works(&host, &own.access), "it is nobody's mail");
    let client_id = native(&host);
    let public = token(
        &host,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", &client_id),
        ],
    );
    assert_error("a public client", &public, 400, "unauthorized_client");
}

#[test]
fn a_device_is_let_in() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let metadata = json!({
        "client_name": "Television",
        "token_endpoint_auth_method": "none",
        "grant_types": [DEVICE, "refresh_token"],
    });
    let client_id = register(&host, &metadata)["client_id"]
        .as_str()
        .expect("a client id")
        .to_owned();
    let begin = || {
        let answer = ask(
            &host,
            "/auth/device",
            &[],
            &[("client_id", &client_id), ("scope", MAIL)],
        );
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        let of = |name: &str| body[name].as_str().expect("a string").to_owned();
        assert_eq!(
            of("verification_uri_complete"),
            format!("{}?user_code={}", of("verification_uri"), of("user_code"))
        );
        (of("device_code"), of("user_code"))
    };
    let poll = |client_id: &str, device_code: &str| {
        token(
            &host,
            &[
                ("grant_type", DEVICE),
                ("client_id", client_id),
                ("device_code", device_code),
            ],
        )
    };
    let (device_code, user_code) = begin();
    let early = poll(&client_id, &device_code);
    assert_error("early", &early, 400, "authorization_pending");
    let hasty = poll(&client_id, &device_code);
    assert_error("hasty", &hasty, 400, "slow_down");

    let page = browser.get("/auth/device/verify");
    let wrong = browser.submit(&page, "/auth/device/verify", &[("user_code", "BBBB-BBBB")]);
    assert_eq!(wrong.status, 404);
    let typed = user_code.to_lowercase().replace('-', "");
    let page = browser.submit(&wrong, "/auth/device/verify", &[("user_code", &typed)]);
    assert_eq!(page.status, 200, "{page:?}");
    for said in ["Television", &user_code, "Is the device with you?"] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let done = browser.submit(&page, "/auth/device/verify", &[("answer", "allow")]);
    assert!(done.body.contains("The device is connected"), "{done:?}");

    let stolen = poll("another", &device_code);
    assert_error("another client", &stolen, 400, "invalid_grant");
    let tokens = Tokens::of(&poll(&client_id, &device_code));
    assert!(works(&host, &tokens.access));
    Tokens::of(&with_refresh(&host, &client_id, &tokens.refresh));
    let again = poll(&client_id, &device_code);
    assert_error("again", &again, 400, "invalid_grant");
    assert!(!works(&host, &tokens.access), "two have the code");

    let (device_code, user_code) = begin();
    let link = format!("/device?user_code={user_code}");
    let on = browser.get(&link);
    let page = browser.get(on.header("location").expect("it leads somewhere"));
    assert!(
        page.body.contains(&user_code),
        "it only has to be confirmed"
    );
    let page = browser.submit(&page, "/auth/device/verify", &[("user_code", &user_code)]);
    let done = browser.submit(&page, "/auth/device/verify", &[("answer", "deny")]);
    assert_eq!(done.status, 200, "{done:?}");
    let denied = poll(&client_id, &device_code);
    assert_error("denied", &denied, 400, "access_denied");
    let unknown = poll(&client_id, "gpdc_x");
    assert_error("unknown", &unknown, 400, "expired_token");

    let page = browser.get("/auth/device/verify");
    let mut last = 0;
    for _ in 0..11 {
        last = browser
            .submit(&page, "/auth/device/verify", &[("user_code", "BBBB-BBBB")])
            .status;
    }
    assert_eq!(last, 429, "codes are not to be guessed");
}

#[test]
fn who_may_see_a_token() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    let dovecot = provision(
        &host.folder,
        "dovecot",
        r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    let dovecot = basic(
        "dovecot",
        dovecot["client_secret"].as_str().expect("a secret"),
    );
    provision(
        &host.folder,
        "webadmin",
        r#"{"redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#,
    );
    let webmail = Webmail::register(&host, "client_secret_basic");
    let stranger = webmail.basic();
    let own = ask(
        &host,
        "/auth/token",
        &[&stranger],
        &[("grant_type", "client_credentials")],
    );
    let own = Tokens::of(&own);
    let wrong = basic("dovecot", "gps_wrong");
    let empty = [("client_id", ""), ("client_secret", "")];
    let public = [("client_id", &*client_id)];
    let webadmin = [("client_id", "webadmin")];
    let unknown = [("client_id", "who")];
    for (name, lines, more, presented, expected) in [
        (
            "a resource server",
            &[&*dovecot][..],
            &[][..],
            &*tokens.access,
            Ok(true),
        ),
        (
            "as Dovecot asks",
            &[&dovecot],
            &empty,
            &tokens.access,
            Ok(true),
        ),
        (
            "a refresh token",
            &[&dovecot],
            &[],
            &tokens.refresh,
            Ok(false),
        ),
        ("nothing of ours", &[&dovecot], &[], "gpat_x", Ok(false)),
        (
            "another client",
            &[&stranger],
            &[],
            &tokens.access,
            Ok(false),
        ),
        ("its own token", &[&stranger], &[], &own.access, Ok(true)),
        ("a wrong secret", &[&wrong], &[], &tokens.access, Err(401)),
        ("a public client", &[], &public, &tokens.access, Err(401)),
        (
            "a public one by hand",
            &[],
            &webadmin,
            &tokens.access,
            Err(401),
        ),
        ("an unknown one", &[], &unknown, &tokens.access, Err(401)),
        ("nobody", &[], &[], &tokens.access, Err(400)),
        ("no token", &[&dovecot], &[], "", Err(400)),
    ] {
        let mut fields = vec![("token", presented)];
        fields.extend(more);
        let answer = ask(&host, "/auth/introspect", lines, &fields);
        match expected {
            Ok(is_active) => {
                assert_eq!(answer.status, 200, "{name}: {answer:?}");
                assert_eq!(answer.json()["active"], is_active, "{name}: {answer:?}");
                if !is_active {
                    assert_eq!(answer.json(), json!({"active": false}), "{name}");
                }
            }
            Err(status) => assert_eq!(answer.status, status, "{name}: {answer:?}"),
        }
    }
    let fields = [("token", &*tokens.access)];
    let answer = ask(&host, "/auth/introspect", &[&dovecot], &fields).json();
    for (member, expected) in [
        ("client_id", &*client_id),
        ("username", ALICE),
        ("sub", ALICE),
        ("token_type", "Bearer"),
        ("scope", &*tokens.scope),
        ("iss", &*format!("http://{}", host.address)),
    ] {
        assert_eq!(answer[member], expected, "{member}");
    }
    assert!(answer["exp"].as_u64() > answer["iat"].as_u64());
}

#[test]
fn what_is_given_back() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let other = native(&host);
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    let revoke = |client_id: &str, token: &str| {
        ask(
            &host,
            "/auth/revoke",
            &[],
            &[("client_id", client_id), ("token", token)],
        )
    };
    assert_error("no token", &revoke(&client_id, ""), 400, "invalid_request");
    let foreign = revoke(&other, &tokens.access);
    assert_error("another client's", &foreign, 400, "invalid_grant");
    assert!(works(&host, &tokens.access));
    assert_eq!(revoke(&client_id, "gpat_x").status, 200);

    assert_eq!(revoke(&client_id, &tokens.access).status, 200);
    assert!(!works(&host, &tokens.access));
    let fresh = Tokens::of(&with_refresh(&host, &client_id, &tokens.refresh));
    assert!(works(&host, &fresh.access));
    assert_eq!(revoke(&client_id, &fresh.refresh).status, 200);
    assert!(!works(&host, &fresh.access), "the grant has ended");
    assert_eq!(revoke(&client_id, &fresh.refresh).status, 200, "again");
}

#[test]
fn a_deleted_client_has_nothing_left() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let registered = register(&host, &serde_json::from_str(NATIVE).expect("it is JSON"));
    let of = |name: &str| registered[name].as_str().expect("a string");
    let client_id = of("client_id");
    let tokens = Tokens::granted(&host, &mut browser, client_id);
    let code = browser.code(&query(client_id, LOOPBACK, &[]));
    let deleted = host.send(
        format!(
            "DELETE /auth/register/{client_id} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
            of("registration_access_token")
        )
        .as_bytes(),
    );
    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert!(!works(&host, &tokens.access));
    let refreshed = with_refresh(&host, client_id, &tokens.refresh);
    assert_error("the refresh token", &refreshed, 400, "invalid_grant");
    let exchanged = with_code(&host, client_id, &code);
    assert_error("the code", &exchanged, 400, "invalid_grant");
}

/// Its id carries its registration, and only what a user agrees to is stored (RFC 7591 appendix A.5.2).
#[test]
fn a_client_is_stored_when_a_user_agrees() {
    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    let host = Host::start(&format!(
        "[oauth.client-registration]\nanonymous = true\nrequire = true\nstateless = 'anonymous'\n\
         client-id-keys = ['{KEY}']\n"
    ));
    let stored = || {
        let database = rusqlite::Connection::open(host.folder.data().join("gatepost.db"))
            .expect("there is a directory");
        let count = "SELECT count(*) FROM oauth_client";
        database
            .query_row(count, (), |row| row.get::<_, i64>(0))
            .expect("the table is there")
    };
    let mut browser = alice(&host);
    let client_id = host.register(&[], NATIVE).client_id();
    let asked = query(&client_id, LOOPBACK, &[]);
    let denied = browser.authorize(&asked, "deny");
    assert_eq!(location(&denied)["error"], "access_denied");
    assert_eq!(stored(), 0);
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    assert!(works(&host, &tokens.access));
    assert_eq!(stored(), 1);
    let again = Tokens::granted(&host, &mut browser, &client_id);
    assert!(works(&host, &tokens.access) && works(&host, &again.access));
    assert_eq!(stored(), 1);
}

/// The seed's story: nothing required, then a registration, then those who may do without.
#[test]
fn registration_is_required_and_some_may_do_without() {
    const REQUIRE: &str = "[oauth.client-registration]\nrequire = true";
    let host = Host::start("");
    let password = demo_password(&host);
    let key = host.first_key("registration").to_owned();
    let mut browser = alice(&host);
    let asked = query("any client", LOOPBACK, &[]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert!(
        page.body
            .contains("This server does not know this program."),
        "{}",
        page.body
    );
    let tokens = Tokens::granted(&host, &mut browser, "any client");
    assert!(works(&host, &tokens.access));

    let host = Host::start_in(host.kill(), REQUIRE, &[]);
    assert!(!works(&host, &tokens.access), "it is refused from now on");
    let refreshed = with_refresh(&host, "any client", &tokens.refresh);
    assert_eq!(refreshed.json()["error"], "invalid_client", "{refreshed:?}");
    let mut nobody = Browser::new(&host);
    let page = nobody.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 400, "{page:?}");
    assert!(page.body.contains("/auth/sign-in?next="), "{}", page.body);
    let mut browser = Browser::signed_in(&host, ALICE, PASSWORD);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 400, "a plain user gets nowhere: {page:?}");
    assert!(!page.body.contains("/auth/sign-in"), "{}", page.body);

    let mut administrator = Browser::signed_in(&host, DEMO, &password);
    let tokens = Tokens::granted(&host, &mut administrator, "any client");
    assert!(works(&host, &tokens.access));
    let tokens = Tokens::of(&with_refresh(&host, "any client", &tokens.refresh));
    assert!(works(&host, &tokens.access));

    provision(
        &host.folder,
        "webadmin",
        r#"{"client_name":"Administration","redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#,
    );
    let asked = query("webadmin", "stalwart://auth", &[]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert!(
        page.body
            .contains("An administrator of this server registered"),
        "{}",
        page.body
    );
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    assert!(works(&host, &tokens.access));
}

#[test]
fn forms_of_other_sites() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let asked = query(&client_id, LOOPBACK, &[]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    let csrf = hidden(&page.body, "/auth/authorize")
        .into_iter()
        .find_map(|(name, value)| (name == "csrf").then_some(value))
        .expect("the form has a token");
    let here = format!("Origin: http://{}", host.address);
    for (name, csrf, line, status) in [
        ("no token", "", "X-Nothing: 1", 403),
        ("a token of somebody else", CHALLENGE, "X-Nothing: 1", 403),
        ("another origin", &csrf, "Origin: https://evil.example", 403),
        ("no origin that has a name", &csrf, "Origin: null", 403),
        ("another site", &csrf, "Sec-Fetch-Site: cross-site", 403),
        ("from here", &csrf, &here, 303),
    ] {
        browser.lines = vec![line.to_owned()];
        for path in ["/auth/authorize", "/auth/device/verify", "/auth/sign-out"] {
            if status == 303 && path != "/auth/authorize" {
                continue;
            }
            let answer = browser.post(
                path,
                &[
                    ("csrf", csrf),
                    ("request", &asked),
                    ("answer", "allow"),
                    ("next", "/account"),
                ],
            );
            assert_eq!(answer.status, status, "{name} at {path}: {answer:?}");
        }
    }
    browser.lines.clear();
    let json = host.send(
        b"POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert_error("JSON", &json, 415, "invalid_request");
    let long = form(&[("token", &"x".repeat(33 << 10))]);
    let long = host.send(
        format!(
            "POST /auth/revoke HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{long}",
            long.len()
        )
        .as_bytes(),
    );
    assert_error("too long", &long, 413, "invalid_request");
    for path in [
        "/auth/token",
        "/auth/introspect",
        "/auth/revoke",
        "/auth/device",
    ] {
        let answer = host.get(path);
        assert_eq!(answer.status, 405, "{path}");
        assert_eq!(answer.header("allow"), Some("POST"), "{path}");
    }
}

#[test]
fn links_to_other_sites() {
    let host = Host::start("");
    create_account(&host.folder, ALICE, PASSWORD);
    let mut browser = Browser::new(&host);
    let page = browser.get("/auth/sign-in?next=/account");
    for next in [
        "https://evil.example/",
        "//evil.example/auth/",
        "/\\evil.example/auth/",
        "javascript:alert(1)",
        "/api/clients",
    ] {
        let link = browser.get(&format!("/auth/sign-in?{}", form(&[("next", next)])));
        assert_eq!(link.status, 400, "{next}: {link:?}");
        let csrf = hidden(&page.body, "/auth/sign-in").remove(0).1;
        let answer = browser.post(
            "/auth/sign-in",
            &[
                ("csrf", &csrf),
                ("next", next),
                ("name", ALICE),
                ("password", PASSWORD),
            ],
        );
        assert_eq!(answer.status, 400, "{next}: {answer:?}");
        assert_eq!(answer.header("location"), None, "{next}");
    }
}

#[test]
fn signing_out_and_signing_in_as_somebody_else() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let asked = query(&client_id, LOOPBACK, &[]);
    let path = format!("/auth/authorize?{asked}");
    let page = browser.get(&path);
    let before = browser.cookies.clone();
    let out = browser.submit(&page, "/auth/sign-out", &[]);
    assert_eq!(out.header("location"), Some(&*path));
    let signed_out = browser.get(&path);
    assert!(signed_out.body.contains("<h1>Sign in</h1>"));
    // The cookie is worth nothing any more, whoever kept it.
    browser.cookies = before;
    assert!(browser.get(&path).body.contains("<h1>Sign in</h1>"));
    let answer = browser.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    assert_ne!(answer.status, 303, "{answer:?}");
}

#[test]
fn passwords_are_not_guessed() {
    let host = Host::start("");
    create_account(&host.folder, ALICE, PASSWORD);
    let mut browser = Browser::new(&host);
    let page = browser.get("/auth/sign-in");
    let mut guess = |name: &str, password: &str| {
        browser.submit(
            &page,
            "/auth/sign-in",
            &[("name", name), ("password", password)],
        )
    };
    for _ in 0..10 {
        assert_eq!(guess(ALICE, "guess").status, 403);
    }
    let stopped = guess(ALICE, PASSWORD);
    assert_eq!(stopped.status, 429);
    let wait = stopped.header("retry-after").expect("when to come back");
    assert!(wait.parse::<u64>().is_ok_and(|wait| wait <= 600), "{wait}");
    assert_eq!(guess("bob@example.org", "guess").status, 403);
}

#[test]
fn what_the_server_says_of_itself() {
    let host = Host::start("");
    let issuer = format!("http://{}", host.address);
    let resource = format!("{issuer}/jmap/session");
    let get = |path: &str| {
        let answer = host.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        answer.json()
    };
    let server = get("/.well-known/oauth-authorization-server");
    assert_eq!(server, get("/.well-known/openid-configuration"));
    assert_eq!(server["issuer"], issuer);
    for (member, path) in [
        ("authorization_endpoint", "/auth/authorize"),
        ("token_endpoint", "/auth/token"),
        ("registration_endpoint", "/auth/register"),
        ("device_authorization_endpoint", "/auth/device"),
        ("introspection_endpoint", "/auth/introspect"),
        ("revocation_endpoint", "/auth/revoke"),
    ] {
        assert_eq!(server[member], format!("{issuer}{path}"), "{member}");
        assert_ne!(host.get(path).status, 404, "{member}");
    }
    // draft-ietf-mailmaint-oauth-public §3.2
    for (member, value) in [
        ("response_types_supported", "code"),
        ("grant_types_supported", "authorization_code"),
        ("grant_types_supported", "refresh_token"),
        ("token_endpoint_auth_methods_supported", "none"),
        ("revocation_endpoint_auth_methods_supported", "none"),
        ("code_challenge_methods_supported", "S256"),
        ("scopes_supported", MAIL),
        ("protected_resources", &resource),
    ] {
        let list = server[member].as_array().expect("a list");
        assert!(
            list.iter().any(|listed| listed == value),
            "{member} {value}"
        );
    }
    assert_eq!(
        server["authorization_response_iss_parameter_supported"],
        true
    );
    let methods = &server["introspection_endpoint_auth_methods_supported"];
    assert!(!methods.as_array().expect("a list").contains(&"none".into()));

    let refused = host.get("/jmap/session");
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate").expect("a challenge");
    let (_, rest) = challenge
        .split_once("resource_metadata=\"")
        .expect("it says where to go on");
    let (url, _) = rest.split_once('"').expect("it is quoted");
    let path = url.strip_prefix(&issuer).expect("it is here");
    let mail = get(path);
    assert_eq!(mail["resource"], resource);
    assert_eq!(mail["authorization_servers"], json!([issuer]));
    let whole = get("/.well-known/oauth-protected-resource");
    assert_eq!(whole["resource"], issuer);

    let found = get("/.well-known/user-agent-configuration");
    assert_eq!(found, get("/.well-known/user-agent-configuration.json"));
    assert_eq!(found["authentication"]["oauth-public"]["issuer"], issuer);
    assert_eq!(found["protocols"]["jmap"]["url"], resource);
}
