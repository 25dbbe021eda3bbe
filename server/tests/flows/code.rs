//! Authorization codes: a user signs in, agrees, and a client gets what was agreed to (RFC 6749 §4.1).

use serde_json::json;

use crate::common::browser::{Browser, CHALLENGE, VERIFIER, ask, basic, location, query};
use crate::common::{Answer, Host, NATIVE};
use crate::{
    ALICE, CONTACTS, DEVICE, LOOPBACK, MAIL, PASSWORD, Tokens, WEB, Webmail, alice, assert_error,
    jmap, native, register, token, with_code, with_refresh, works,
};

#[test]
fn a_mail_client_signs_a_user_in() {
    let host = Host::start("");
    let client_id = native(&host);
    host.folder.create_account(ALICE, PASSWORD);
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
    // The number and the time of the refusal are each one's own.
    let said = |answer: &Answer| -> String {
        let body = answer.body.replace("bob@example.org", ALICE);
        let lines = body
            .lines()
            .filter(|line| !line.contains("class=\"quiet mark\""));
        lines.collect()
    };
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
    assert!(policy.contains("form-action 'self' http:;"), "{policy}");

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

/// A client may change its registration while the user reads.
#[test]
fn what_is_allowed_is_what_was_seen() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let metadata = |scope: &str| {
        json!({
            "client_name": "Example Mail",
            "application_type": "native",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token", DEVICE],
            "scope": scope,
        })
    };
    let registered = register(&host, &metadata(CONTACTS));
    let of = |name: &str| registered[name].as_str().expect("a string").to_owned();
    let client_id = of("client_id");
    let change = |scope: &str| {
        let mut body = metadata(scope);
        body["client_id"] = client_id.as_str().into();
        let body = body.to_string();
        let changed = host.send(
            format!(
                "PUT /auth/register/{client_id} HTTP/1.1\r\nHost: localhost\r\n\
                 Authorization: Bearer {}\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                of("registration_access_token"),
                body.len()
            )
            .as_bytes(),
        );
        assert_eq!(changed.status, 200, "{changed:?}");
    };
    let more = format!("{CONTACTS} {MAIL}");
    let asked = query(&client_id, LOOPBACK, &[("scope", &more)]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert!(!page.body.contains("all your mail"), "{page:?}");
    change(&more);
    let again = browser.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    assert_eq!(again.status, 200, "{again:?}");
    for said in ["This has changed", "all your mail"] {
        assert!(again.body.contains(said), "{again:?}");
    }
    let allowed = browser.submit(&again, "/auth/authorize", &[("answer", "allow")]);
    let code = location(&allowed).remove("code").expect("a code");

    // What it gives up, it has not when the code is redeemed.
    change(CONTACTS);
    let tokens = Tokens::of(&with_code(&host, &client_id, &code));
    assert_eq!(tokens.scope, CONTACTS);

    let fields = [("client_id", &*client_id), ("scope", &*more)];
    let device = ask(&host, "/auth/device", &[], &fields).json();
    let user_code = device["user_code"].as_str().expect("a code");
    let page = browser.get(&format!("/auth/device/verify?user_code={user_code}"));
    let fields = [("user_code", user_code)];
    let page = browser.submit(&page, "/auth/device/verify", &fields);
    assert!(!page.body.contains("all your mail"), "{page:?}");
    change(&more);
    let allow = [("answer", "allow")];
    let again = browser.submit(&page, "/auth/device/verify", &allow);
    assert!(again.body.contains("This has changed"), "{again:?}");
    let done = browser.submit(&again, "/auth/device/verify", &allow);
    assert!(done.body.contains("is connected"), "{done:?}");
    let late = browser.submit(&again, "/auth/device/verify", &allow);
    assert_eq!(late.status, 404, "it waits no more: {late:?}");
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
            "a wrong secret, in the body instead of the header",
            &[],
            &[named, ("client_secret", "gps_wrong")],
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
    // The body stands for the header (RFC 6749 §2.3.1).
    let by_body: Vec<_> = fields.iter().chain(&[named, secret]).copied().collect();
    let answer = ask(&host, "/auth/token", &[], &by_body);
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
