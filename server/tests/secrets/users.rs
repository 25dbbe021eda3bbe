//! What users and their browsers have: passwords, sessions, codes and tokens.

use std::process::Output;

use crate::common::browser::{Browser, ask, location, query};
use crate::common::http::request;
use crate::common::{Host, run_reading, text};
use crate::witness::Witness;

pub const USER: &str = "alice@example.org";

/// With letters that are written otherwise where they are encoded.
const PASSWORD: &str = "marked pass/w+\u{f6}rd \"of alice\"";
const NEW_PASSWORD: &str = "marked new pass%20word <of alice>";
const WRONG: &str = "marked wrong pass&word of alice";

const REDIRECT_URI: &str = "http://127.0.0.1:4321/callback";

/// A verifier that is marked, and its challenge (RFC 7636 §4.2).
const MARKED: &str = "marked-verifier-0123456789-0123456789-0123456789";

fn challenge() -> String {
    use base64::Engine;
    use sha2::Digest;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(MARKED))
}

fn with_password(host: &Host, arguments: &[&str], password: &str) -> Output {
    let arguments = [arguments, &["--name", USER, "--password-stdin"]].concat();
    let output = run_reading(&arguments, &host.folder.data(), password);
    assert!(output.status.success(), "{}", text(&output.stderr));
    output
}

/// Passwords, right and wrong, and the sessions that they begin.
pub fn sign_in(host: &Host, witness: &mut Witness) {
    for (name, arguments, password) in [
        ("the user's password", &["account", "create"][..], PASSWORD),
        (
            "the user's new password",
            &["account", "password", "--yes"],
            NEW_PASSWORD,
        ),
    ] {
        witness.knows(name, password);
        let output = with_password(host, arguments, password);
        let said = text(&output.stdout) + &text(&output.stderr);
        witness.hear_text(&format!("the command {}", arguments.join(" ")), &said);
    }
    witness.knows("a wrong password", WRONG);
    let mut browser = Browser::new(host);
    let page = browser.get("/auth/sign-in?next=/account");
    witness.hear("the sign-in page", &page);
    for password in [WRONG, PASSWORD] {
        let fields = [("name", USER), ("password", password)];
        let refused = browser.submit(&page, "/auth/sign-in", &fields);
        assert_eq!(refused.status, 403, "{refused:?}");
        witness.hear("a wrong password", &refused);
    }
    let in_the_name = [("name", WRONG), ("password", "x")];
    let refused = browser.submit(&page, "/auth/sign-in", &in_the_name);
    assert_eq!(refused.status, 403);
    // It is shown again in the field that it was typed into.
    // A form that is no form, and one of another site.
    for lines in ["Origin: https://evil.example", "Content-Type: text/plain"] {
        let mut other = Browser::new(host);
        other.lines.push(lines.to_owned());
        let refused = other.post("/auth/sign-in", &[("name", USER), ("password", WRONG)]);
        witness.hear("a forged form", &refused);
    }
    enter(host, witness);
}

/// A browser in which the user has signed in.
fn enter<'h>(host: &'h Host, witness: &mut Witness) -> Browser<'h> {
    let mut browser = Browser::new(host);
    let page = browser.get("/auth/sign-in?next=/account");
    let fields = [("name", USER), ("password", NEW_PASSWORD)];
    let inside = browser.submit(&page, "/auth/sign-in", &fields);
    assert_eq!(inside.status, 303, "{inside:?}");
    let answer = witness.hear("signing in", &inside);
    let session = browser.cookies["gatepost-session"].clone();
    witness.is_handed("a session", &session, answer);
    let account = browser.get("/account");
    assert_eq!(account.status, 200);
    witness.hear("the account's page", &account);
    browser
}

/// A code, its tokens, new tokens, and each presented again, to the wrong endpoint, and when it is over.
pub fn consent_and_tokens(host: &Host, witness: &mut Witness) {
    witness.knows("a code verifier", MARKED);
    let mut browser = enter(host, witness);
    let code = agree(&mut browser, witness);
    let first = exchange(host, witness, "a token", &with_code(&code, "mail", MARKED));
    let [access, refresh] = first.expect("the code is good");
    let renewed = exchange(host, witness, "new tokens", &with_refresh(&refresh));
    let [second_access, second_refresh] = renewed.expect("it is good for one use");
    // As if the answer had been lost, and then once more: all that was issued ends.
    let repeated = exchange(host, witness, "new tokens again", &with_refresh(&refresh));
    assert!(repeated.is_some(), "an answer may be lost");
    for (name, refresh) in [
        ("a refresh token that was used", &refresh),
        ("a refresh token that is over", &second_refresh),
    ] {
        let refused = exchange(host, witness, name, &with_refresh(refresh));
        assert_eq!(refused, None, "{name}");
    }
    let used = exchange(
        host,
        witness,
        "a used code",
        &with_code(&code, "mail", MARKED),
    );
    assert_eq!(used, None);

    // Another code, with what is not its own.
    let code = agree(&mut browser, witness);
    const OTHER: &str = "marked-other-verifier-0123456789-0123456789-01";
    witness.knows("another verifier", OTHER);
    for (name, client_id, verifier) in [
        ("another's verifier", "mail", OTHER),
        ("another client's code", "other", MARKED),
    ] {
        let refused = exchange(host, witness, name, &with_code(&code, client_id, verifier));
        assert_eq!(refused, None, "{name}");
    }
    for token in [&access, &second_access] {
        let bearer = format!("Authorization: Bearer {token}");
        for path in [
            "/jmap/session",
            "/api/clients",
            "/auth/register/mail",
            "/metrics",
        ] {
            witness.hear(path, &host.send(&request("GET", path, &[&bearer], "")));
        }
        let in_the_query = format!("/jmap/session?access_token={token}");
        witness.hear("a token in the query", &host.get(&in_the_query));
        for path in ["/auth/revoke", "/auth/introspect"] {
            let fields = [("token", token.as_str()), ("client_id", "mail")];
            witness.hear(path, &ask(host, path, &[], &fields));
        }
    }
    let page = browser.get("/account");
    witness.hear("the account's page", &page);
    let out = browser.submit(&page, "/auth/sign-out", &[]);
    witness.hear("signing out", &out);
}

/// Agrees to what a client asks for, which is given a code.
fn agree(browser: &mut Browser<'_>, witness: &mut Witness) -> String {
    let challenge = challenge();
    let asked = query("mail", REDIRECT_URI, &[("code_challenge", &challenge)]);
    let consent = browser.get(&format!("/auth/authorize?{asked}"));
    witness.hear("the consent page", &consent);
    let agreed = browser.submit(&consent, "/auth/authorize", &[("answer", "allow")]);
    let code = location(&agreed).remove("code").expect("a code");
    let answer = witness.hear("agreeing", &agreed);
    witness.is_handed("a code", &code, answer);
    code
}

fn with_code<'a>(code: &'a str, client_id: &'a str, verifier: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", verifier),
    ]
}

fn with_refresh(token: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "refresh_token"),
        ("client_id", "mail"),
        ("refresh_token", token),
    ]
}

/// An access token and a refresh token, if they are given.
fn exchange(
    host: &Host,
    witness: &mut Witness,
    name: &str,
    fields: &[(&str, &str)],
) -> Option<[String; 2]> {
    let answer = ask(host, "/auth/token", &[], fields);
    let number = witness.hear(name, &answer);
    if answer.status != 200 {
        assert_eq!(answer.status, 400, "{name}: {answer:?}");
        return None;
    }
    let body = answer.json();
    Some(["access_token", "refresh_token"].map(|member| {
        let token = body[member].as_str().expect("a token").to_owned();
        witness.is_handed(&format!("{member} of {name}"), &token, number);
        token
    }))
}

/// A device's code.
pub fn device(host: &Host, witness: &mut Witness) {
    let mut browser = enter(host, witness);
    let begun = ask(host, "/auth/device", &[], &[("client_id", "television")]);
    assert_eq!(begun.status, 200, "{begun:?}");
    let number = witness.hear("a device", &begun);
    let begun = begun.json();
    let of = |name: &str| begun[name].as_str().expect("a string").to_owned();
    let (device_code, user_code) = (of("device_code"), of("user_code"));
    witness.is_handed("a device code", &device_code, number);
    let poll = || {
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "television"),
            ("device_code", device_code.as_str()),
        ];
        ask(host, "/auth/token", &[], &fields)
    };
    witness.hear("a device that waits", &poll());
    let page = browser.get("/auth/device/verify");
    let page = browser.submit(&page, "/auth/device/verify", &[("user_code", &user_code)]);
    witness.hear("a device's consent", &page);
    let done = browser.submit(&page, "/auth/device/verify", &[("answer", "allow")]);
    witness.hear("a device that is let in", &done);
    let tokens = poll();
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let number = witness.hear("a device's tokens", &tokens);
    let token = tokens.json()["access_token"]
        .as_str()
        .expect("one")
        .to_owned();
    witness.is_handed("a device's token", &token, number);
    witness.hear("a device code that was used", &poll());
}

/// What is nobody's, and may be somebody's elsewhere: made-up tokens, in every place that takes one.
pub fn what_is_made_up(host: &Host, witness: &mut Witness) {
    for (name, secret) in [
        ("a made-up key", "gpak_MARKEDmadeUpKey0123456789"),
        ("a made-up access token", "gpat_MARKEDmadeUpToken0123456789"),
        (
            "a made-up registration token",
            "gpr_MARKEDmadeUpRegistration01",
        ),
        (
            "a token of another server",
            "MARKED.another-servers.token-0123456789",
        ),
        (
            "a token that is no token",
            "MARKED token with, spaces \"and\" more",
        ),
    ] {
        witness.knows(name, secret);
        let bearer = format!("Authorization: Bearer {secret}");
        let other = format!("Authorization: Token {secret}");
        let bare = format!("Authorization: {secret}");
        let basic = crate::common::browser::basic("mail", secret);
        for header in [&bearer, &other, &bare, &basic] {
            for (method, path) in [
                ("GET", "/api/clients"),
                ("POST", "/api/keys"),
                ("GET", "/jmap/session"),
                ("POST", "/auth/register"),
                ("GET", "/auth/register/mail"),
                ("PUT", "/auth/register/mail"),
                ("DELETE", "/auth/register/mail"),
                ("GET", "/admin/"),
                ("GET", "/nowhere"),
            ] {
                let body = if method == "POST" || method == "PUT" {
                    "{}"
                } else {
                    ""
                };
                let answer = host.send(&request(method, path, &[header], body));
                witness.hear(&format!("{name} at {method} {path}"), &answer);
            }
            for path in [
                "/auth/token",
                "/auth/introspect",
                "/auth/revoke",
                "/auth/device",
            ] {
                let fields = [
                    ("grant_type", "client_credentials"),
                    ("token", secret),
                    ("client_secret", secret),
                ];
                witness.hear(
                    &format!("{name} at {path}"),
                    &ask(host, path, &[header], &fields),
                );
            }
        }
        for grant_type in ["refresh_token", "authorization_code", "password"] {
            let fields = [
                ("grant_type", grant_type),
                ("client_id", "mail"),
                ("refresh_token", secret),
                ("code", secret),
                ("code_verifier", secret),
                ("password", secret),
                ("client_assertion", secret),
            ];
            witness.hear(
                &format!("{name} as a grant"),
                &ask(host, "/auth/token", &[], &fields),
            );
        }
        let cookie = format!(
            "Cookie: gatepost-session={secret}; gatepost-admin={secret}; gatepost-admin-verifier={secret}"
        );
        for path in [
            "/account",
            "/admin/",
            "/admin/callback?code=a&state=b",
            "/auth/sign-in",
        ] {
            let answer = host.send(&request("GET", path, &[&cookie, "Accept: text/html"], ""));
            witness.hear(&format!("{name} as a cookie"), &answer);
        }
        let query: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for path in ["/jmap/session?access_token=", "/admin/callback?code="] {
            witness.hear(
                &format!("{name} in a query"),
                &host.get(&format!("{path}{query}")),
            );
        }
        // What is no HTTP.
        let long = format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n{bearer}\r\n\r\n",
            "x".repeat(60_000)
        );
        witness.hear(
            &format!("{name} in a head that is too long"),
            &host.send(long.as_bytes()),
        );
    }
}
