//! `POST /decide`: may this client be used for this account?

mod common;

use common::{DECIDE, Host, NATIVE};
use serde_json::{Value, json};

const REDIRECT_URI: &str = "http%3A%2F%2F127.0.0.1%3A49152%2Fcallback";

const PKCE: &str =
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

const MAIL: &str = "urn:ietf:params:oauth:scope:mail";

/// The authorization request of a client, with all that it needs.
fn query(client_id: &str) -> String {
    format!("response_type=code&client_id={client_id}&redirect_uri={REDIRECT_URI}&state=s&{PKCE}")
}

fn question(permissions: &[&str], request: &str) -> Value {
    json!({ "account": "jane@example.org", "permissions": permissions, "request": request })
}

fn codes(verdict: &Value) -> Vec<&str> {
    let diagnostics = verdict["diagnostics"].as_array().expect("diagnostics");
    let codes = diagnostics.iter().map(|found| found["code"].as_str());
    codes.map(|code| code.expect("a code")).collect()
}

#[test]
fn who_may_use_a_client_that_nobody_registered() {
    let open = Host::start("");
    let key = open.folder.first_key();
    let verdict = open.decide(&key, &question(&["authenticate"], &query("thunderbird")));
    assert_eq!(verdict["allowed"], true, "{verdict}");
    assert_eq!(verdict["client"]["standing"], "unregistered");
    assert_eq!(codes(&verdict), ["client-unregistered"]);
    let elsewhere = query("thunderbird").replace(REDIRECT_URI, "http%3A%2F%2Fmail.example.com%2F");
    let verdict = open.decide(&key, &question(&["authenticate"], &elsewhere));
    assert_eq!(verdict["allowed"], false, "{verdict}");

    let host = Host::start("[oauth.client-registration]\nrequire = true\n");
    let key = host.folder.first_key();
    for (permissions, allowed) in [
        (&["authenticate"][..], false),
        (&["authenticate", "oauth-client-override"], true),
        (&["oauth-client-override"], false),
        (&[], false),
    ] {
        let verdict = host.decide(&key, &question(permissions, &query("thunderbird")));
        assert_eq!(verdict["allowed"], allowed, "{permissions:?}: {verdict}");
        match allowed {
            true => assert_eq!(verdict["client"]["standing"], "overridden"),
            false => assert_eq!(codes(&verdict), ["client-unknown"]),
        }
    }
    // The permissions are those of the account, not of the mail server's key; and nobody is no account.
    let override_key = format!("{DECIDE} oauth-client-override");
    let override_key = host.folder.add_key(None, &override_key, None);
    let nobody = json!({
        "permissions": ["authenticate", "oauth-client-override"],
        "request": query("thunderbird"),
    });
    for asked in [question(&["authenticate"], &query("thunderbird")), nobody] {
        let verdict = host.decide(&override_key, &asked);
        assert_eq!(verdict["allowed"], false, "{verdict}");
    }
}

#[test]
fn what_a_registered_client_may_do() {
    let host = Host::start("[oauth.client-registration]\nrequire = true\n");
    let key = host.folder.first_key();
    let document = NATIVE.replacen('{', &format!(r#"{{"scope":"{MAIL}","#), 1);
    let client_id = host.register_with_key(&key, &document).client_id();
    let plain = query(&client_id);
    let decide = |request: &str| host.decide(&key, &question(&["authenticate"], request));

    let verdict = decide(&format!("{plain}&scope={MAIL}+offline_access"));
    assert_eq!(verdict["allowed"], true, "{verdict}");
    let client = &verdict["client"];
    assert_eq!(client["client_id"], client_id);
    assert_eq!(client["standing"], "registered");
    assert_eq!(client["redirect_uri"], "http://127.0.0.1:49152/callback");
    assert_eq!(client["scope"], MAIL, "it is cut to what is registered");
    assert_eq!(client["metadata"]["client_name"], "Example Mail");
    assert_eq!(codes(&verdict), ["scope-cut"]);

    // What is refused, and whether the client hears of it (RFC 6749 §4.1.2.1).
    for (name, request, code, is_redirected) in [
        (
            "another redirect URI",
            plain.replace("callback", "elsewhere"),
            "redirect-uri-unregistered",
            false,
        ),
        (
            "another client",
            plain.replace(&client_id, "gpc_AAAAAAAAAAAAAAAAAAAAAAAA"),
            "client-unknown",
            false,
        ),
        (
            "no PKCE",
            plain.replace(&format!("&{PKCE}"), ""),
            "pkce-missing",
            true,
        ),
        (
            "another response type",
            plain.replace("=code", "=token"),
            "response-type-unknown",
            true,
        ),
        (
            "no scope that is registered",
            format!("{plain}&scope=files"),
            "scope-none",
            true,
        ),
        (
            "a client named twice",
            format!("{plain}&client_id=other"),
            "parameter-twice",
            false,
        ),
        (
            "what is no form",
            "client_id=%ff".to_owned(),
            "parameters-encoding",
            false,
        ),
        ("nothing", String::new(), "client-unnamed", false),
    ] {
        let verdict = decide(&request);
        assert_eq!(verdict["allowed"], false, "{name}: {verdict}");
        assert_eq!(verdict["client"], Value::Null, "{name}");
        assert_eq!(codes(&verdict)[0], code, "{name}: {verdict}");
        match is_redirected {
            true => {
                assert_eq!(verdict["status"], 303, "{name}");
                let location = verdict["location"].as_str().expect("an address");
                let back = "http://127.0.0.1:49152/callback?error=";
                assert!(location.starts_with(back), "{name}: {location}");
                assert!(location.contains("&state=s"), "{name}: {location}");
            }
            false => {
                assert_eq!(verdict["status"], 400, "{name}");
                assert_eq!(verdict["location"], Value::Null, "{name}");
                let body = verdict["body"].as_str().expect("a body");
                let body: Value = serde_json::from_str(body).expect("it is JSON");
                assert!(body["error"].is_string(), "{name}: {body}");
            }
        }
    }

    let changed = host.folder.database().execute(
        "UPDATE client SET record = json_set(record, '$.disabled', json('true'))",
        (),
    );
    assert_eq!(changed, Ok(1));
    let verdict = decide(&plain);
    assert_eq!(codes(&verdict), ["client-unknown"], "it is disabled");
    let path = format!("/auth/register/{client_id}");
    assert_eq!(host.ask("DELETE", &path, Some(&key), "").status, 204);
    assert_eq!(decide(&plain)["allowed"], false, "it is removed");
}

/// Nothing is stored of a client whose id carries its registration, until a user agrees.
#[test]
fn the_effect_is_due_when_the_user_agrees() {
    let host = Host::start(
        "[oauth.client-registration]\nrequire = true\nanonymous = true\nstateless = 'anonymous'\n\
         client-id-keys = ['BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc']\n",
    );
    let key = host.folder.first_key();
    let client_id = host.register(&[], NATIVE).client_id();
    let clients = || host.folder.number("SELECT count(record) FROM client");
    let mut asked = question(&["authenticate"], &query(&client_id));
    for (agreed, stored) in [(false, 0), (true, 1), (true, 1)] {
        asked["agreed"] = agreed.into();
        let verdict = host.decide(&key, &asked);
        assert_eq!(verdict["allowed"], true, "{verdict}");
        assert_eq!(clients(), stored, "{agreed}");
    }
}

#[test]
fn who_may_ask_and_how() {
    let host = Host::start("");
    let key = host.folder.first_key();
    let add = |permissions: &str| host.folder.add_key(None, permissions, None);
    let decide = add(DECIDE);
    let registration = add(common::REGISTRATION);
    let asked = question(&["authenticate"], &query("thunderbird")).to_string();
    for (name, token, body, status) in [
        ("the first key", Some(&*key), &*asked, 200),
        ("a key for it", Some(&*decide), &*asked, 200),
        ("no key", None, &*asked, 401),
        ("no token", Some("a b"), &*asked, 401),
        ("no key of ours", Some("gpak_x"), &*asked, 401),
        ("another permission", Some(&*registration), &*asked, 403),
        (
            "one who cannot sign in",
            Some(&*add("oauth-client-decide")),
            &*asked,
            403,
        ),
        ("no JSON", Some(&*decide), "{", 400),
        ("no request", Some(&*decide), "{}", 400),
        (
            "a misspelt member",
            Some(&*decide),
            r#"{"request":"","acount":"jane"}"#,
            400,
        ),
        ("a stranger learns nothing", None, "{", 401),
    ] {
        let answer = host.ask("POST", "/decide", token, body);
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
        let challenge = (status == 401).then_some("Bearer");
        assert_eq!(answer.header("www-authenticate"), challenge, "{name}");
    }
}

#[test]
fn whether_a_client_may_be_used_now() {
    let host = Host::start("[oauth.client-registration]\nrequire = true\n");
    let key = host.folder.first_key();
    let now = |permissions: &[&str], client_id: &str, scope: Option<&str>| {
        let question = json!({
            "account": "jane@example.org",
            "permissions": permissions,
            "client_id": client_id,
            "scope": scope,
        });
        host.decide(&key, &question)
    };
    let registered = host.ask("POST", "/auth/register", Some(&key), NATIVE);
    let client_id = registered.client_id();
    let plain: &[&str] = &["authenticate"];
    let verdict = now(plain, &client_id, Some(MAIL));
    assert_eq!(verdict["allowed"], true, "{verdict}");
    assert_eq!(verdict["client"]["scope"], MAIL);
    assert_eq!(verdict["client"]["client_id"], *client_id);
    let verdict = now(plain, &client_id, Some("admin"));
    assert_eq!(codes(&verdict), ["scope-lacking"], "{verdict}");
    let verdict = now(plain, "thunderbird", None);
    assert_eq!(codes(&verdict), ["client-unknown"], "{verdict}");
    let verdict = now(
        &["authenticate", "oauth-client-override"],
        "thunderbird",
        None,
    );
    assert_eq!(verdict["client"]["standing"], "overridden", "{verdict}");
    // One question at a time.
    let both = json!({ "client_id": client_id, "request": query(&client_id) });
    for question in [both, json!({})] {
        let answer = host.ask("POST", "/decide", Some(&key), &question.to_string());
        assert_eq!(answer.status, 400, "{question}");
    }
}
