//! What tokens are good for, for how long, and who may know (RFC 6749 §6, RFC 7662, RFC 7009).

use serde_json::json;

use crate::common::browser::{Browser, ask, basic, location, query};
use crate::common::{Host, NATIVE};
use crate::{
    ALICE, CONTACTS, DEVICE, LOOPBACK, MAIL, PASSWORD, Tokens, Webmail, alice, assert_error, jmap,
    native, register, token, with_code, with_refresh, works,
};

#[test]
fn a_refresh_token_twice_ends_the_grant() {
    let host = Host::start("[oauth.tokens]\nrefresh-token-grace = 0\n");
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
    let host = Host::start(
        "[oauth.client-registration]\nresources = ['https://dav.example.org/', 'https://other.example.org/']\n",
    );
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

/// Which resources there are, and what a token for them is good for (RFC 8707).
#[test]
fn what_a_token_is_for() {
    const DAV: &str = "https://dav.example.org";
    const IMAP: &str = "imap://mail.example.org";
    const HOST: &str = "mail.example.net";
    let listed =
        format!("[oauth.client-registration]\nresources = ['{DAV}', '{IMAP}', '{HOST}']\n");
    for (settings, is_listed) in [("", false), (&*listed, true)] {
        let host = Host::start(settings);
        let mut browser = alice(&host);
        let client_id = native(&host);
        let metadata = r#"{"grant_types":["client_credentials"],"response_types":[],"token_endpoint_auth_method":"client_secret_basic"}"#;
        let server = host.folder.provision("dovecot", metadata);
        let server = basic(
            "dovecot",
            server["client_secret"].as_str().expect("a secret"),
        );
        let audience = |access: &str| {
            let fields = [("token", access)];
            let answer = ask(&host, "/auth/introspect", &[&server], &fields);
            answer.json()["aud"].clone()
        };
        let issuer = format!("http://{}", host.address);
        let session = format!("{issuer}/jmap/session");
        let slash = format!("{issuer}/");
        let elsewhere = "https://elsewhere.example.org/";
        // What is asked for; what the token is for, or nothing if that is refused.
        let cases: [(&[&str], Option<serde_json::Value>); 9] = [
            (&[], Some(json!(null))),
            (&[&issuer], Some(json!(issuer))),
            (&[&session], Some(json!(session))),
            (
                &[&issuer, &session, &issuer],
                Some(json!([issuer, session])),
            ),
            // Not listed, it is ignored: the token is for everything.
            (
                &[DAV],
                Some(if is_listed { json!(DAV) } else { json!(null) }),
            ),
            (
                &[IMAP],
                Some(if is_listed { json!(IMAP) } else { json!(null) }),
            ),
            (
                &[IMAP, &session],
                Some(if is_listed {
                    json!([IMAP, session])
                } else {
                    json!(session)
                }),
            ),
            (
                &[elsewhere],
                (!is_listed).then_some(serde_json::Value::Null),
            ),
            (&[elsewhere, &session], (!is_listed).then(|| json!(session))),
        ];
        for (resources, expected) in cases {
            let asked: Vec<(&str, &str)> = resources.iter().map(|r| ("resource", *r)).collect();
            let asked = query(&client_id, LOOPBACK, &asked);
            let name = format!("{resources:?} {is_listed}");
            let Some(expected) = expected else {
                let answer = browser.get(&format!("/auth/authorize?{asked}"));
                assert_eq!(location(&answer)["error"], "invalid_target", "{name}");
                continue;
            };
            let tokens = Tokens::of(&with_code(&host, &client_id, &browser.code(&asked)));
            assert_eq!(audience(&tokens.access), expected, "{name}");
            let is_for_us = expected.is_null() || expected.to_string().contains(&issuer);
            assert_eq!(works(&host, &tokens.access), is_for_us, "{name}");
        }
        if is_listed {
            for (asked, meant) in [(HOST, HOST), ("smtp://mail.example.net:25/", HOST)] {
                let asked = query(&client_id, LOOPBACK, &[("resource", asked)]);
                let tokens = Tokens::of(&with_code(&host, &client_id, &browser.code(&asked)));
                assert_eq!(audience(&tokens.access), meant);
                assert!(!works(&host, &tokens.access));
            }
        }
        let many = vec![("resource", &*issuer); 17];
        let answer = browser.get(&format!(
            "/auth/authorize?{}",
            query(&client_id, LOOPBACK, &many)
        ));
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.body.contains("at most 16"), "{answer:?}");
        // The same address, as other programs write it.
        for (written, meant) in [(&slash, &issuer), (&session, &session)] {
            let asked = query(&client_id, LOOPBACK, &[("resource", written)]);
            let tokens = Tokens::of(&with_code(&host, &client_id, &browser.code(&asked)));
            assert_eq!(audience(&tokens.access), **meant, "{written}");
            assert!(works(&host, &tokens.access), "{written}");
            let narrowed = token(
                &host,
                &[
                    ("grant_type", "refresh_token"),
                    ("client_id", &client_id),
                    ("refresh_token", &tokens.refresh),
                    ("resource", meant),
                ],
            );
            assert!(works(&host, &Tokens::of(&narrowed).access), "{written}");
        }
        // It says itself what there is (RFC 9728 §4).
        let document = host.get("/.well-known/oauth-authorization-server").json();
        let mut expected = vec![&*session, &*issuer];
        if is_listed {
            expected.extend([DAV, IMAP, HOST]);
        }
        assert_eq!(document["protected_resources"], json!(expected));
    }
}

#[test]
fn what_expires() {
    const DEVICES: &str = "[oauth.client-registration]\nanonymous-device = true\n";
    let host = Host::start(DEVICES);
    let mut browser = alice(&host);
    let client_id = native(&host);
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    let code = browser.code(&query(&client_id, LOOPBACK, &[]));
    let device = ask(&host, "/auth/device", &[], &[("client_id", "any device")]).json();
    let cookies = browser.cookies;
    let folder = host.kill();
    let database = rusqlite::Connection::open(folder.data().join("gatepost.db"))
        .expect("there is a directory");
    for table in ["oauth_token", "device_request", "browser_session"] {
        database
            .execute(
                &format!("UPDATE {table} SET expires_at = unixepoch() - 1"),
                (),
            )
            .unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    drop(database);

    let host = Host::start_in(folder, DEVICES, &[]);
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
fn who_may_see_a_token() {
    let host = Host::start("");
    let mut browser = alice(&host);
    let client_id = native(&host);
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    let dovecot = host.folder.provision("dovecot",
        r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    let dovecot = basic(
        "dovecot",
        dovecot["client_secret"].as_str().expect("a secret"),
    );
    host.folder.provision(
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
    let bearer = format!("Authorization: Bearer {}", tokens.access);
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
        ("nobody", &[], &[], &tokens.access, Err(401)),
        ("nobody, and no token", &[], &[], "", Err(401)),
        (
            "an access token instead of a client",
            &[&*bearer],
            &[],
            &tokens.access,
            Err(401),
        ),
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
            Err(401) => {
                assert_error(name, &answer, 401, "invalid_client");
                let challenge = answer.header("www-authenticate");
                assert_eq!(challenge, Some("Basic realm=\"clients\""), "{name}");
            }
            Err(status) => assert_eq!(answer.status, status, "{name}: {answer:?}"),
        }
    }
    // A client whose id is the name of an account is not that account.
    let made = host.folder.provision("alice",
        r#"{"grant_types":["client_credentials"],"token_endpoint_auth_method":"client_secret_basic"}"#,
    );
    host.folder.create_account("alice", PASSWORD);
    let secret = made["client_secret"].as_str().expect("a secret");
    let grant = [("grant_type", "client_credentials")];
    let its = ask(&host, "/auth/token", &[&basic("alice", secret)], &grant);
    for access in [&own.access, &Tokens::of(&its).access] {
        let fields = [("token", &**access)];
        let answer = ask(&host, "/auth/introspect", &[&dovecot], &fields).json();
        assert_eq!(answer["active"], true, "{answer}");
        for absent in ["sub", "username"] {
            assert!(answer.get(absent).is_none(), "{answer}");
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
    let webmail = Webmail::register(&host, "client_secret_basic");
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
    for (name, fields) in [
        ("nobody", &[("token", &*tokens.access)][..]),
        ("nobody, and no token", &[]),
        (
            "a client without its secret",
            &[("token", &tokens.access), ("client_id", &webmail.client_id)],
        ),
    ] {
        let answer = ask(&host, "/auth/revoke", &[], fields);
        assert_error(name, &answer, 401, "invalid_client");
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, Some("Basic realm=\"clients\""), "{name}");
    }
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
    assert_error("the refresh token", &refreshed, 401, "invalid_client");
    let exchanged = with_code(&host, client_id, &code);
    assert_error("the code", &exchanged, 401, "invalid_client");
    let asked = query(client_id, "https://evil.example/cb", &[]);
    let answer = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(answer.status, 400, "its id is nobody's: {answer:?}");
}
