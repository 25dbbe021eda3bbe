//! The interface for administrators over HTTP.

mod common;

use serde_json::{Value, json};

use crate::common::{Answer, Host, NATIVE, run, text};

const WEBADMIN: &str = r#"{"client_id":"webadmin","metadata":{"client_name":"Web administration",
    "redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}}"#;

fn ask(host: &Host, key: Option<&str>, method: &str, path: &str, body: &str) -> Answer {
    ask_with(host, key, method, path, "", body)
}

fn ask_with(
    host: &Host,
    key: Option<&str>,
    method: &str,
    path: &str,
    lines: &str,
    body: &str,
) -> Answer {
    let key = key.map_or(String::new(), |key| {
        format!("Authorization: Bearer {key}\r\n")
    });
    let content_type = match body {
        "" => "",
        _ => "Content-Type: application/json\r\n",
    };
    host.send(
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{key}{content_type}{lines}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    )
}

/// A problem document says what its status says.
fn problem(answer: &Answer) -> Value {
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{answer:?}"
    );
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status);
    assert!(problem["detail"].is_string() && problem["title"].is_string());
    problem
}

#[test]
fn each_route_needs_its_permission() {
    let host = Host::start("");
    let all = host.first_key("administrator").to_owned();
    assert_eq!(
        ask(&host, Some(&all), "POST", "/api/clients", WEBADMIN).status,
        201
    );
    let metadata = r#"{"client_id":"webadmin","redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#;
    let new_key = r#"{"name":"a","permissions":["authenticate"]}"#;
    for (method, path, body, permission, status) in [
        ("GET", "/api/clients", "", "oauth-client-list", 200),
        (
            "POST",
            "/api/clients",
            r#"{"metadata":{"redirect_uris":["https://a.example.com/cb"]}}"#,
            "oauth-client-create",
            201,
        ),
        ("GET", "/api/clients/webadmin", "", "oauth-client-get", 200),
        (
            "PUT",
            "/api/clients/webadmin",
            metadata,
            "oauth-client-update",
            200,
        ),
        (
            "POST",
            "/api/clients/webadmin/rotate-secret",
            "",
            "oauth-client-update",
            400,
        ),
        (
            "POST",
            "/api/clients/webadmin/registration-access-token",
            "",
            "oauth-client-update",
            400,
        ),
        (
            "POST",
            "/api/clients/webadmin/approve",
            "",
            "oauth-client-update",
            204,
        ),
        (
            "POST",
            "/api/clients/webadmin/deny",
            "",
            "oauth-client-delete",
            409,
        ),
        (
            "POST",
            "/api/clients/webadmin/disable",
            "",
            "oauth-client-update",
            204,
        ),
        (
            "POST",
            "/api/clients/webadmin/enable",
            "",
            "oauth-client-update",
            204,
        ),
        ("GET", "/api/keys", "", "oauth-client-list", 200),
        ("POST", "/api/keys", new_key, "oauth-client-create", 201),
        ("DELETE", "/api/keys/999", "", "oauth-client-delete", 404),
        (
            "DELETE",
            "/api/clients/webadmin",
            "",
            "oauth-client-delete",
            204,
        ),
    ] {
        let name = format!("{method} {path}");
        // An approval says of which revision it is.
        let ask_any =
            |key, method, path, body| ask_with(&host, key, method, path, "If-Match: *\r\n", body);
        let nobody = ask_any(None, method, path, body);
        assert_eq!(nobody.status, 401, "{name}: {nobody:?}");
        problem(&nobody);
        let challenge = nobody.header("www-authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer realm="), "{challenge}");
        assert!(!challenge.contains("error"), "{challenge}");
        let unknown = ask_any(Some("gpak_x"), method, path, body);
        assert_eq!(unknown.status, 401, "{name}: {unknown:?}");

        let others = [
            "authenticate",
            "oauth-client-list",
            "oauth-client-get",
            "oauth-client-create",
            "oauth-client-update",
            "oauth-client-delete",
            "oauth-client-registration",
        ];
        let others: Vec<&str> = others.into_iter().filter(|p| *p != permission).collect();
        let insufficient = host.folder.create_key(&others);
        let refused = ask_any(Some(&*insufficient), method, path, body);
        assert_eq!(refused.status, 403, "{name}: {refused:?}");
        problem(&refused);
        let challenge = refused.header("www-authenticate").expect("a challenge");
        assert!(
            challenge.contains(&format!("authenticate {permission}")),
            "{challenge}"
        );

        let sufficient = host.folder.create_key(&["authenticate", permission]);
        let done = ask_any(Some(&*sufficient), method, path, body);
        assert_eq!(done.status, status, "{name}: {done:?}");
        assert_eq!(done.header("cache-control"), Some("no-store"), "{name}");
    }
}

#[test]
fn clients_are_listed_searched_and_changed() {
    let host = Host::start("");
    let key = host.first_key("administrator").to_owned();
    let ask = |method, path: &str, body| ask(&host, Some(&key), method, path, body);
    let registration = host.first_key("registration").to_owned();
    for _ in 0..3 {
        assert_eq!(host.register_with_key(&registration, NATIVE).status, 201);
    }
    let created = ask("POST", "/api/clients", WEBADMIN);
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(ask("POST", "/api/clients", WEBADMIN).status, 409);

    let first = ask("GET", "/api/clients?limit=3", "").json();
    let names = |page: &Value| -> usize { page["clients"].as_array().expect("a list").len() };
    assert_eq!(
        (names(&first), &first["clients"][0]["client_id"]),
        (3, &json!("webadmin"))
    );
    let next = ask(
        "GET",
        &format!("/api/clients?limit=3&after={}", first["next"]),
        "",
    )
    .json();
    assert_eq!((names(&next), &next["next"]), (1, &Value::Null));
    assert_eq!(names(&ask("GET", "/api/clients?q=STALWART:", "").json()), 1);
    assert_eq!(names(&ask("GET", "/api/clients?q=nothing", "").json()), 0);
    for query in ["limit=0", "limit=201", "limit=x", "after=x", "page=1"] {
        let refused = ask("GET", &format!("/api/clients?{query}"), "");
        assert_eq!(refused.status, 400, "{query}: {refused:?}");
        problem(&refused);
    }

    let shown = ask("GET", "/api/clients/webadmin", "");
    assert_eq!(shown.header("etag"), Some("\"1\""));
    let shown = shown.json();
    assert_eq!(
        shown["registration"]["redirect_uris"],
        json!(["stalwart://auth"])
    );
    assert!(shown["findings"].is_array());
    let metadata = r#"{"client_id":"webadmin","client_name":"B","redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#;
    let change = |tag: &str| {
        let line = format!("If-Match: {tag}\r\n");
        ask_with(
            &host,
            Some(&key),
            "PUT",
            "/api/clients/webadmin",
            &line,
            metadata,
        )
    };
    assert_eq!(change("\"1\"").status, 200);
    let changed = change("\"1\"");
    assert_eq!(changed.status, 412, "{changed:?}");
    problem(&changed);
    assert_eq!(change("*").status, 200);
    for never_given in ["W/\"1\"", "\"abc\"", "\"\"", "\"a,b\"", "\"+1\""] {
        assert_eq!(change(never_given).status, 412, "{never_given}");
    }
    for malformed in ["1", "\"1", "\"1\", \"2\""] {
        assert_eq!(change(malformed).status, 400, "{malformed}");
    }
    for (method, path) in [
        ("POST", "/api/clients/webadmin/disable"),
        ("POST", "/api/clients/webadmin/enable"),
        ("DELETE", "/api/clients/webadmin"),
    ] {
        let answer = ask_with(&host, Some(&key), method, path, "If-Match: \"1\"\r\n", "");
        assert_eq!(answer.status, 412, "{method} {path}: {answer:?}");
    }

    assert_eq!(ask("POST", "/api/clients/webadmin/disable", "").status, 204);
    assert_eq!(
        ask("GET", "/api/clients/webadmin", "").json()["disabled"],
        true
    );
    assert_eq!(ask("POST", "/api/clients/webadmin/enable", "").status, 204);
    let refused = ask(
        "POST",
        "/api/clients",
        r#"{"metadata":{"redirect_uris":["javascript:x"]}}"#,
    );
    assert_eq!(refused.status, 400);
    let found = problem(&refused);
    assert_eq!(
        found["findings"][0]["code"],
        "redirect-uri-scheme-forbidden"
    );

    assert_eq!(ask("DELETE", "/api/clients/webadmin", "").status, 204);
    for (method, path, status) in [
        ("GET", "/api/clients/webadmin", 404),
        (
            "DELETE",
            "/api/clients/https%3A%2F%2Fa.example%2Fclient",
            404,
        ),
        ("GET", "/api/nothing", 404),
        ("GET", "/api", 404),
        ("PATCH", "/api/clients", 405),
        ("POST", "/api/keys/1", 405),
    ] {
        let answer = ask(method, path, "");
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        problem(&answer);
        assert_eq!(
            answer.header("allow").is_some(),
            status == 405,
            "{method} {path}"
        );
    }
}

#[test]
fn a_key_is_made_within_what_its_maker_may_do_and_ends_at_once() {
    let host = Host::start("");
    let key = host.first_key("administrator").to_owned();
    let made = ask(
        &host,
        Some(&key),
        "POST",
        "/api/keys",
        r#"{"name":"partner","permissions":["authenticate","oauth-client-registration"],
            "terms":{"max-registrations":1},"expires_in_days":9}"#,
    );
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let partner = made["key"].as_str().expect("the key").to_owned();
    assert_eq!(host.register_with_key(&partner, NATIVE).status, 201);
    assert_eq!(
        host.register_with_key(&partner, NATIVE).status,
        403,
        "its terms"
    );

    let creator = host
        .folder
        .create_key(&["authenticate", "oauth-client-create"]);
    for (body, status) in [
        (
            r#"{"name":"a","permissions":["authenticate","oauth-client-delete"]}"#,
            403,
        ),
        (
            r#"{"name":"a","permissions":["authenticate","oauth-client-override"]}"#,
            403,
        ),
        (
            r#"{"name":"a","permissions":["authenticate","oauth-client-registration"]}"#,
            201,
        ),
        (
            r#"{"name":"a","account":"desk","permissions":["authenticate"]}"#,
            403,
        ),
        (r#"{"name":"a","permissions":[]}"#, 400),
        (r#"{"name":"","permissions":["authenticate"]}"#, 400),
        (r#"{"name":"a\u0007","permissions":["authenticate"]}"#, 400),
        (r#"{"name":"a","permissions":["no-such"]}"#, 400),
        (
            r#"{"name":"a","permissions":["authenticate"],"terms":{"no-such":1}}"#,
            400,
        ),
        (
            r#"{"name":"a","permissions":["authenticate"],"expires_in_days":0}"#,
            400,
        ),
        (
            r#"{"name":"a","permissions":["authenticate"],"colour":1}"#,
            400,
        ),
        ("[", 400),
        (r#"["a",null,["authenticate"],null,null]"#, 400),
    ] {
        let answer = ask(&host, Some(&creator), "POST", "/api/keys", body);
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        assert!(status == 201 || problem(&answer)["detail"] != "", "{body}");
    }

    // What limits a key limits those that it makes.
    let of_key = |terms: &str| {
        let body = format!(
            r#"{{"name":"a","permissions":["authenticate","oauth-client-create"],"expires_in_days":2{terms}}}"#
        );
        let made = ask(&host, Some(&key), "POST", "/api/keys", &body).json();
        let of = |name: &str| made[name].clone();
        (of("key"), of("expires_at"))
    };
    let lasting = r#"{"name":"b","permissions":["authenticate"]}"#;
    let (bounded, ends) = of_key("");
    let child = ask(&host, bounded.as_str(), "POST", "/api/keys", lasting);
    assert_eq!(child.status, 201, "{child:?}");
    assert_eq!(child.json()["expires_at"], ends);
    let (bound, _) = of_key(r#","terms":{"max-registrations":1}"#);
    let child = ask(&host, bound.as_str(), "POST", "/api/keys", lasting);
    assert_eq!(child.status, 403, "{child:?}");

    // A client's own token is none of these keys.
    let registered = host
        .register_with_key(host.first_key("registration"), NATIVE)
        .json();
    let of = |name: &str| registered[name].as_str().expect("a string");
    let own = format!("/api/clients/{}", of("client_id"));
    let token = of("registration_access_token");
    for method in ["GET", "DELETE"] {
        let answer = ask(&host, Some(token), method, &own, "");
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    let malformed = ask(&host, Some("a b"), "GET", "/api/keys", "");
    assert_eq!(malformed.status, 400, "{malformed:?}");
    let root = ask(&host, None, "GET", "/api/", "");
    assert_eq!(root.status, 404);
    problem(&root);

    let keys = ask(&host, Some(&key), "GET", "/api/keys", "");
    assert!(!keys.body.contains(&partner), "a key is shown once");
    let listed = keys.json();
    let partner_entry = listed["keys"]
        .as_array()
        .and_then(|keys| keys.iter().find(|key| key["name"] == "partner"))
        .expect("it is listed");
    assert_eq!(partner_entry["account"], Value::Null);
    assert_eq!(partner_entry["allowed"], partner_entry["permissions"]);
    assert_eq!(partner_entry["made_with"], 1, "the administrator's key");
    assert_eq!(partner_entry["registrations"], 1);
    assert!(partner_entry["last_used_at"].is_u64(), "{partner_entry}");
    let path = format!("/api/keys/{}", made["id"]);
    assert_eq!(ask(&host, Some(&key), "DELETE", &path, "").status, 204);
    assert_eq!(host.register_with_key(&partner, NATIVE).status, 401);
}

/// Whoever has no API key learns nothing from an answer, and makes nothing be decided.
#[test]
fn who_has_no_key_is_answered_alike() {
    let host = Host::start("");
    let all = host.first_key("administrator").to_owned();
    let registration = host.first_key("registration").to_owned();
    let made = ask(&host, Some(&all), "POST", "/api/clients", WEBADMIN);
    assert_eq!(made.status, 201);
    let other = host.register_with_key(&registration, NATIVE).json();
    let token = other["registration_access_token"]
        .as_str()
        .expect("a token");
    let own = other["client_id"].as_str().expect("an id");
    let long = "x".repeat(3_000);
    let ids = [
        "webadmin",
        own,
        "nobody",
        "gpc_AAAA",
        "gpx_AAAA",
        "%00",
        "%ff",
        "..%2f..",
        &long,
        "https%3A%2F%2Fa.example%2Fc",
    ];
    let bodies = ["", "{}", "{", "[]", WEBADMIN];
    let conditions = [
        "",
        "If-Match: \"1\"\r\n",
        "If-Match: 1\r\n",
        "If-Match: \"9\"\r\n",
    ];
    let mut routes = vec![
        ("GET", "/api/clients".to_owned()),
        ("GET", "/api/clients?limit=x".to_owned()),
        ("POST", "/api/clients".to_owned()),
        ("GET", "/api/keys".to_owned()),
        ("POST", "/api/keys".to_owned()),
        ("DELETE", "/api/keys/1".to_owned()),
        ("DELETE", "/api/keys/x".to_owned()),
    ];
    for id in ids {
        for method in ["GET", "PUT", "DELETE"] {
            routes.push((method, format!("/api/clients/{id}")));
        }
        for action in [
            "approve",
            "deny",
            "disable",
            "enable",
            "registration-access-token",
            "rotate-secret",
        ] {
            routes.push(("POST", format!("/api/clients/{id}/{action}")));
        }
    }
    let audited = || {
        let log = host.folder.data().join("audit.jsonl");
        std::fs::read_to_string(log)
            .unwrap_or_default()
            .lines()
            .filter(|line| !line.starts_with("{\"kind\":"))
            .count()
    };
    std::thread::sleep(std::time::Duration::from_millis(300));
    let before = audited();
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let basic = "Authorization: Basic d2ViYWRtaW46eA==\r\n".to_owned();
    for (name, credential, status) in [
        ("none", String::new(), 401),
        ("junk", bearer("gpak_x"), 401),
        ("another client's token", bearer(token), 401),
        ("Basic", basic, 401),
        ("malformed", "Authorization: Bearer a b\r\n".to_owned(), 400),
    ] {
        let mut first = None;
        for (number, (method, path)) in routes.iter().enumerate() {
            // Each with another body and another condition, in turn.
            let body = bodies[number % bodies.len()];
            let condition = conditions[number % conditions.len()];
            let lines = format!("{credential}{condition}");
            let answer = ask_with(&host, None, method, path, &lines, body);
            assert_eq!(answer.status, status, "{name}: {method} {path}: {answer:?}");
            let said = (
                answer.body.clone(),
                answer.header("www-authenticate").map(str::to_owned),
                answer.header("content-type").map(str::to_owned),
                answer.header("cache-control").map(str::to_owned),
                answer.header("etag").map(str::to_owned),
            );
            let first = first.get_or_insert_with(|| said.clone());
            assert_eq!(said, *first, "{name}: {method} {path}");
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(audited(), before, "nothing is decided");
}

#[test]
fn a_key_follows_its_owner_and_the_key_that_it_was_made_with() {
    let host = Host::start("");
    let data = host.folder.data();
    let command = |arguments: &[&str]| {
        let data = data.to_str().expect("a path in UTF-8");
        run(
            &[arguments, &["--data", data]].concat(),
            std::path::Path::new("."),
        )
    };
    let all = [
        "--permission",
        "authenticate",
        "--permission",
        "oauth-client-list",
        "--permission",
        "oauth-client-create",
    ];
    let create = ["key", "create", "--name", "desk", "--account", "desk"];
    let made = command(&[&create[..], &all].concat());
    assert!(made.status.success(), "{made:?}");
    let desk = text(&made.stdout).trim_end().to_owned();
    let accounts = text(&command(&["account", "list"]).stdout);
    assert!(
        accounts.contains("desk\tauthenticate oauth-client-list oauth-client-create\n"),
        "the account has what its key has: {accounts}"
    );
    let more = ["--permission", "oauth-client-delete"];
    let refused = command(&[&create[..], &more].concat());
    assert_eq!(refused.status.code(), Some(2));
    let why = text(&refused.stderr);
    assert!(
        why.contains("`oauth-client-delete`") && why.contains("`account permit`"),
        "{why}"
    );

    let list = |key: &str| ask(&host, Some(key), "GET", "/api/keys", "").status;
    let make = |key: &str, body: &str| ask(&host, Some(key), "POST", "/api/keys", body);
    let listing =
        r#"{"name":"a","permissions":["authenticate","oauth-client-list","oauth-client-create"]}"#;
    let key = |answer: Answer| {
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["key"].as_str().expect("the key").to_owned()
    };
    let child = key(make(&desk, listing));
    let grandchild = key(make(&child, listing));
    let own = r#"{"name":"a","account":"desk","permissions":["authenticate"]}"#;
    key(make(&desk, own));
    let foreign = make(&child, own);
    assert_eq!(foreign.status, 403, "it acts for nobody: {foreign:?}");
    let others = r#"{"name":"a","account":"admin@example.org","permissions":["authenticate"]}"#;
    assert_eq!(make(&desk, others).status, 403);
    for key in [&desk, &child, &grandchild] {
        assert_eq!(list(key), 200);
    }
    let permit = |permissions: &[&str]| {
        let permit = ["account", "permit", "--name", "desk"];
        let permitted = command(&[&permit[..], permissions].concat());
        assert!(permitted.status.success(), "{permitted:?}");
    };
    for (held, status) in [
        (&all[..2], 403),
        (&all[2..4], 401),
        (&all[..], 200),
        (&all[..4], 200),
    ] {
        permit(held);
        for key in [&desk, &child, &grandchild] {
            assert_eq!(list(key), status, "{held:?}");
        }
    }
    permit(&all);
    let listed = ask(&host, Some(&desk), "GET", "/api/keys", "").json();
    let listed = listed["keys"].as_array().expect("a list").clone();
    let of = |key: &Value, name: &str| key[name].clone();
    let desks: Vec<_> = listed
        .iter()
        .filter(|key| key["owner"] == "desk")
        .map(|key| (of(key, "account"), of(key, "made_with")))
        .collect();
    let first = &listed[2]["id"];
    let second = &listed[3]["id"];
    assert_eq!(
        desks,
        [
            ("desk".into(), Value::Null),
            (Value::Null, first.clone()),
            (Value::Null, second.clone()),
            ("desk".into(), first.clone()),
        ]
    );
    let revoked = command(&["key", "revoke", &second.to_string(), "--yes"]);
    assert!(revoked.status.success(), "{revoked:?}");
    assert_eq!(
        [&desk, &child, &grandchild].map(|key| list(key)),
        [200, 401, 401]
    );
    assert!(
        command(&["account", "remove", "--name", "desk", "--yes"])
            .status
            .success()
    );
    assert_eq!(list(&desk), 401);
}
