//! Requests that are no good, too long or too slow, and what they are answered.

mod common;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use common::{Answer, Host, NATIVE, registration, request, text};
use serde_json::json;

fn is_oauth_error(answer: &Answer, error: &str) {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let body = answer.json();
    assert_eq!(body["error"], error, "{answer:?}");
    let description = body["error_description"].as_str().expect("a description");
    // RFC 6749 §5.2
    let is_allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    assert!(!description.is_empty() && description.chars().all(is_allowed));
}

#[test]
fn registrations_and_refusals() {
    let host = Host::start("");
    let key = host.folder.first_key();
    let plain = host.folder.add_key(None, "authenticate", None);
    let bearer = |key: &str| format!("Authorization: Bearer {key}");
    let (good, lacking) = (&*bearer(&key), &*bearer(&plain));
    let broken_terms =
        host.folder
            .add_key(None, common::REGISTRATION, Some("{\"no-such-term\":1}"));
    let json = "Content-Type: application/json";
    let padded = |length: usize| format!("{}{NATIVE}", " ".repeat(length - NATIVE.len()));
    let limit = 64 << 10;
    let (fits, longer) = (&*padded(limit), &*padded(limit + 1));
    let huge = &*padded(1 << 20);
    let metadata = "invalid_client_metadata";
    let token = "invalid_token";
    let cases: &[(&str, &[&str], &str, u16, &str)] = &[
        ("a key that may register", &[good], NATIVE, 201, ""),
        ("no key", &[], NATIVE, 401, token),
        (
            "another scheme",
            &["Authorization: Basic dXNlcjpwYXNz"],
            NATIVE,
            401,
            token,
        ),
        (
            "a scheme that only begins alike",
            &["Authorization: Bearerabc x"],
            NATIVE,
            401,
            token,
        ),
        (
            "a key without a scheme",
            &["Authorization: gpak_AAAA"],
            NATIVE,
            400,
            "invalid_request",
        ),
        ("a wrong key", &[&bearer("gpak_AAAA")], NATIVE, 401, token),
        (
            "a key without the permission",
            &[lacking],
            NATIVE,
            403,
            "insufficient_scope",
        ),
        (
            "no token",
            &["Authorization: Bearer"],
            NATIVE,
            400,
            "invalid_request",
        ),
        (
            "two tokens",
            &["Authorization: Bearer a b"],
            NATIVE,
            400,
            "invalid_request",
        ),
        (
            "padding alone",
            &["Authorization: Bearer ="],
            NATIVE,
            400,
            "invalid_request",
        ),
        ("two keys", &[good, good], NATIVE, 400, "invalid_request"),
        (
            "without case, with parameters",
            &[
                &format!("AUTHORIZATION: bEARER   {key}"),
                "content-type: Application/JSON; charset=utf-8",
            ],
            NATIVE,
            201,
            "",
        ),
        ("broken JSON", &[good], "{\"client_name\":", 400, metadata),
        ("no body", &[good], "", 400, metadata),
        (
            "text",
            &[good, "Content-Type: text/plain"],
            NATIVE,
            415,
            metadata,
        ),
        (
            "a form",
            &[good, "Content-Type: application/x-www-form-urlencoded"],
            "a=b",
            415,
            metadata,
        ),
        (
            "almost JSON",
            &[good, "Content-Type: application/jsonp"],
            NATIVE,
            415,
            metadata,
        ),
        ("two types", &[good, json, json], NATIVE, 415, metadata),
        (
            "compressed",
            &[good, json, "Content-Encoding: gzip"],
            NATIVE,
            415,
            metadata,
        ),
        ("as long as it may be", &[good], fits, 201, ""),
        ("a byte longer", &[good], longer, 413, metadata),
        (
            "more than is read: the key makes no difference",
            &[],
            huge,
            413,
            metadata,
        ),
        (
            "terms that are wrong",
            &[&bearer(&broken_terms)],
            NATIVE,
            500,
            "server_error",
        ),
    ];
    for (name, headers, body, status, error) in cases {
        let answer = host.register(headers, body);
        assert_eq!(answer.status, *status, "{name}: {answer:?}");
        match error.is_empty() {
            true => assert!(answer.client_id().starts_with("gpc_"), "{name}"),
            false => is_oauth_error(&answer, error),
        }
    }
}

#[test]
fn methods_and_paths() {
    let host = Host::start("");
    let client = "/auth/register/x";
    for (path, allowed, methods) in [
        (
            "/auth/register",
            "POST",
            &["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"][..],
        ),
        (client, "GET,HEAD,PUT,DELETE", &["POST", "PATCH", "OPTIONS"]),
        ("/decide", "POST", &["GET", "PUT", "DELETE"]),
        ("/healthz", "GET,HEAD", &["POST"]),
    ] {
        for method in methods {
            let mut stream = host.connect();
            let bytes = request(method, path, &[], "");
            stream.write_all(&bytes).expect("the host reads");
            let answer = match *method {
                "HEAD" => Answer::read_head(&mut stream),
                _ => Answer::read(&mut stream),
            };
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
            if *method != "HEAD" {
                is_oauth_error(&answer, "invalid_request");
            }
        }
    }
    for path in [
        "/",
        "/auth",
        "/auth/register/",
        "/auth/register/x/y",
        "/auth/register/%ff",
    ] {
        let answer = host.get(path);
        assert_eq!(answer.status, 404, "{path}");
        is_oauth_error(&answer, "invalid_request");
    }
    for path in ["/auth/register/%00", "/auth/register/a%2Fb%27%22"] {
        assert_eq!(host.get(path).status, 401, "{path}");
    }
    let health = host.get("/healthz");
    assert_eq!((health.status, &*health.body), (200, "ok\n"));
}

#[test]
fn a_body_of_unknown_length_is_bounded_too() {
    let host = Host::start("");
    let key = format!("Authorization: Bearer {}", host.folder.first_key());
    let head = text(&registration(&[&key, "Transfer-Encoding: chunked"], ""));
    let head = head.replace("Content-Length: 0\r\n", "");

    let mut fits = head.clone().into_bytes();
    for part in NATIVE.as_bytes().chunks(7) {
        fits.extend(format!("{:x}\r\n", part.len()).bytes());
        fits.extend(part);
        fits.extend(b"\r\n");
    }
    fits.extend(b"0\r\n\r\n");
    assert_eq!(host.send(&fits).status, 201);

    let mut endless = head.into_bytes();
    for _ in 0..40 {
        endless.extend(b"10000\r\n");
        endless.extend([b' '; 0x10000]);
        endless.extend(b"\r\n");
    }
    assert_eq!(host.send(&endless).status, 413);
}

#[test]
fn a_request_names_one_host() {
    let host = Host::start("");
    for (hosts, status) in [
        ("Host: localhost\r\n", 200),
        ("Host: [::1]:8080\r\n", 200),
        ("", 400),
        ("Host: a\r\nHost: b\r\n", 400),
        ("Host: a b\r\n", 400),
    ] {
        let answer = host.send(format!("GET /healthz HTTP/1.1\r\n{hosts}\r\n").as_bytes());
        assert_eq!(answer.status, status, "{hosts:?}: {answer:?}");
    }
}

#[test]
fn what_is_too_long_or_no_http_ends() {
    let host = Host::start("");
    let long = format!(
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
        "a".repeat(1 << 20)
    );
    assert_eq!(host.send(long.as_bytes()).status, 431);
    let mut stream = host.connect();
    let hello = b"\x16\x03\x01\x02\x00\x01\r\n\r\n";
    stream.write_all(hello).expect("the host reads");
    match Answer::try_read(&mut stream) {
        Some(answer) => assert_eq!(answer.status, 400),
        // libmicrohttpd answers nothing that is so little like HTTP.
        None => assert!(!common::is_own()),
    }
    assert_eq!(host.get("/healthz").status, 200);
}

#[test]
fn slow_clients_are_cut_off() {
    let host = Host::start("");
    let started = Instant::now();
    let mut silent = host.connect();
    let mut half_a_head = host.connect();
    half_a_head
        .write_all(b"POST /auth/register HTTP/1.1\r\nHost: local")
        .expect("the host reads");
    let mut half_a_body = host.connect();
    let request = registration(&[], NATIVE);
    half_a_body
        .write_all(&request[..request.len() - 10])
        .expect("the host reads");

    let answer = Answer::read(&mut half_a_body);
    assert_eq!(answer.status, 408, "{answer:?}");
    is_oauth_error(&answer, "invalid_request");
    for (name, stream) in [
        ("half a body", &mut half_a_body),
        ("half a head", &mut half_a_head),
        ("silent", &mut silent),
    ] {
        stream
            .read_to_end(&mut Vec::new())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(started.elapsed() < Duration::from_secs(30));
}

/// It fails closed, and says where.
#[test]
fn a_client_is_not_registered_before_what_it_named_is_read() {
    let host = Host::start("[oauth.client-registration]\nextensions = ['openid']\n");
    let key = host.folder.first_key();
    let mut document = json!({
        "redirect_uris": ["https://app.example.com/cb"],
        "jwks_uri": "https://app.example.com/keys",
    });
    // What is fetched only when it is used is nobody's concern yet.
    let answer = host.register_with_key(&key, &document.to_string());
    assert_eq!(answer.status, 201, "{answer:?}");
    document["sector_identifier_uri"] = "https://app.example.com/uris".into();
    let answer = host.register_with_key(&key, &document.to_string());
    assert_eq!(answer.status, 500, "{answer:?}");
    is_oauth_error(&answer, "server_error");
    assert_eq!(host.folder.number("SELECT count(*) FROM client"), 1);
}

/// A store that cannot be written is no reason to say that a client is registered.
#[test]
fn a_store_that_fails_is_answered_with_503() {
    let host = Host::start("");
    let key = host.folder.first_key();
    let database = host.folder.database();
    database
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON client BEGIN SELECT raise(ABORT, 'full'); END",
        )
        .expect("the database can be written");
    let answer = host.register_with_key(&key, NATIVE);
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("1"));
    is_oauth_error(&answer, "temporarily_unavailable");
    database
        .execute_batch("DROP TRIGGER full; DROP TABLE api_key")
        .expect("the database can be written");
    assert_eq!(host.register_with_key(&key, NATIVE).status, 503);
}

#[test]
fn the_metadata_document_needs_the_mail_servers_endpoints() {
    let path = "/.well-known/oauth-authorization-server";
    let without = Host::start("[server]\ntoken-endpoint = 'https://mail.example.org/token'\n");
    let answer = without.get(path);
    assert_eq!(answer.status, 404);
    is_oauth_error(&answer, "invalid_request");

    let host = Host::start(
        "[server]\npublic-url = 'https://mail.example.org'\n\
         authorization-endpoint = 'https://mail.example.org/authorize'\n\
         token-endpoint = 'https://mail.example.org/token'\n",
    );
    let answer = host.get(path);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.json();
    for (member, value) in [
        ("issuer", "https://mail.example.org"),
        (
            "registration_endpoint",
            "https://mail.example.org/auth/register",
        ),
        (
            "authorization_endpoint",
            "https://mail.example.org/authorize",
        ),
        ("token_endpoint", "https://mail.example.org/token"),
    ] {
        assert_eq!(document[member], value, "{member}");
    }
    let members = document.as_object().expect("an object");
    assert!(members["response_types_supported"].is_array());
    assert!(
        members.keys().all(|name| !name.starts_with("revocation")),
        "there is no such endpoint: {document}"
    );
    // Clients manage their registration at the public URL.
    let answer = host.register_with_key(&host.folder.first_key(), NATIVE);
    let uri = answer.json()["registration_client_uri"].clone();
    let uri = uri.as_str().expect("a URI").to_owned();
    assert!(uri.starts_with("https://mail.example.org/auth/register/gpc_"));
}

#[test]
fn no_secret_is_kept_or_logged() {
    let host = Host::start("");
    let key = host.folder.first_key();
    let body = r#"{"redirect_uris":["https://app.example.com/cb"],"client_name":"App"}"#;
    let answer = host.register_with_key(&key, body);
    let issued = answer.json();
    let path = format!("/auth/register/{}", answer.client_id());
    let token = issued["registration_access_token"]
        .as_str()
        .expect("a token");
    assert_eq!(host.ask("GET", &path, Some(token), "").status, 200);
    assert!(!host.folder.logged().is_empty(), "something is logged");
    let mut kept = host.folder.logged();
    let folder = host.kill();
    for name in ["gatepost-host.db", "gatepost-host.db-wal"] {
        kept += &text(&std::fs::read(folder.data().join(name)).unwrap_or_default());
    }
    let secret = issued["client_secret"].as_str().expect("a secret");
    assert!(kept.contains("app.example.com"), "it is the right file");
    for secret in [&*key, secret, token] {
        assert!(!kept.contains(secret));
    }
}

/// RFC 6750 §3.1: who tried to prove something is told that it failed, also where strangers may register.
#[test]
fn a_credential_that_proves_nothing_does_not_make_a_stranger() {
    let host = Host::start("[oauth.client-registration]\nanonymous = true\n");
    for (headers, status, challenge) in [
        (&[][..], 201, None),
        (
            &["Authorization: Basic dXNlcjpwYXNz"],
            401,
            Some("Bearer realm=\"client registration\""),
        ),
        (
            &["Authorization: DPoP x"],
            401,
            Some("Bearer realm=\"client registration\""),
        ),
    ] {
        let answer = host.register(headers, NATIVE);
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(answer.header("www-authenticate"), challenge, "{headers:?}");
    }
    for (header, begins) in [
        ("Authorization: gpak_AAAA", 400),
        ("Authorization: Bearer gpak_AAAA", 401),
    ] {
        let answer = host.register(&[header], NATIVE);
        assert_eq!(answer.status, begins, "{header}");
        let challenge = answer.header("www-authenticate").expect("a challenge");
        assert!(challenge.contains("error="), "{header} {challenge}");
    }
}
