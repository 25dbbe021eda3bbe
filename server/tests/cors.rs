//! What web pages may do from a browser (CORS), and what they may not.

mod common;

use std::collections::BTreeSet;

use crate::common::{Answer, Host};

const WEBMAIL: &str = "https://webmail.example.org";
const STRANGER: &str = "https://evil.example";

const ORIGINS: &str = "[server]\ncors-origins = ['https://webmail.example.org']\n";

/// An endpoint that scripts may use, and how.
const FOR_ALL: [(&str, &str); 9] = [
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-protected-resource"),
    ("GET", "/.well-known/oauth-protected-resource/jmap/session"),
    ("GET", "/.well-known/user-agent-configuration.json"),
    // A client tries several; it has to be able to read that there is nothing.
    ("GET", "/.well-known/oauth-authorization-server/nothing"),
    ("POST", "/auth/token"),
    ("POST", "/auth/revoke"),
    // What is wrong about a request is no secret either.
    ("GET", "/auth/token"),
];

const FOR_NAMED: [(&str, &str); 5] = [
    ("POST", "/auth/register"),
    ("GET", "/auth/register/gpc_a"),
    ("DELETE", "/auth/register/gpc_a"),
    ("POST", "/auth/introspect"),
    ("GET", "/jmap/session"),
];

const FOR_NOBODY: [(&str, &str); 13] = [
    ("GET", "/auth/authorize"),
    ("POST", "/auth/authorize"),
    ("GET", "/auth/sign-in"),
    ("POST", "/auth/sign-in"),
    ("POST", "/auth/sign-out"),
    ("POST", "/auth/device"),
    ("GET", "/auth/device/verify"),
    ("GET", "/device"),
    ("GET", "/account"),
    ("GET", "/admin/"),
    ("GET", "/admin/clients"),
    ("GET", "/api/clients"),
    ("GET", "/healthz"),
];

fn send(host: &Host, method: &str, path: &str, lines: &[&str]) -> Answer {
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n");
    for line in lines {
        request.push_str(&format!("{line}\r\n"));
    }
    let answer = host.send(format!("{request}\r\n").as_bytes());
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        None,
        "{method} {path}"
    );
    answer
}

fn actual(host: &Host, method: &str, path: &str, origin: &str) -> Answer {
    send(host, method, path, &[&format!("Origin: {origin}")])
}

fn preflight(host: &Host, method: &str, path: &str, origin: &str) -> Answer {
    send(
        host,
        "OPTIONS",
        path,
        &[
            &format!("Origin: {origin}"),
            &format!("Access-Control-Request-Method: {method}"),
            "Access-Control-Request-Headers: authorization,content-type,mcp-protocol-version",
        ],
    )
}

/// Whether a browser lets a script of this origin send the request and read the answer.
fn may_use(host: &Host, method: &str, path: &str, origin: &str) -> bool {
    let name = format!("{method} {path} from {origin}");
    let asked = preflight(host, method, path, origin);
    let answer = actual(host, method, path, origin);
    let readers = answer.header("access-control-allow-origin");
    assert_eq!(
        asked.header("access-control-allow-origin"),
        readers,
        "{name}"
    );
    let Some(readers) = readers else {
        assert_eq!(asked.header("access-control-allow-methods"), None, "{name}");
        return false;
    };
    let exposed = answer.header("access-control-expose-headers");
    assert!(
        exposed.is_some_and(
            |names| names.contains("www-authenticate") && names.contains("retry-after")
        ),
        "{name}: {answer:?}"
    );
    match readers {
        "*" => {}
        named => {
            assert_eq!(named, origin, "{name}");
            assert_eq!(answer.header("vary"), Some("Origin"), "{name}");
        }
    }
    if asked.status == 204 {
        let words = |header: &str| -> BTreeSet<String> {
            let list = asked.header(header).expect("it is said");
            list.split(", ").map(str::to_owned).collect()
        };
        let headers = words("access-control-allow-headers");
        for needed in ["authorization", "content-type", "mcp-protocol-version"] {
            assert!(headers.contains(needed), "{name}: {headers:?}");
        }
        let methods = words("access-control-allow-methods");
        assert!(
            methods.contains(method) || answer.status == 405,
            "{name}: {methods:?}"
        );
        assert!(asked.header("access-control-max-age").is_some(), "{name}");
    }
    true
}

#[test]
fn who_may_use_what() {
    for (settings, is_named) in [("", false), (ORIGINS, true)] {
        let host = Host::start(settings);
        for origin in [WEBMAIL, STRANGER, "null"] {
            for (method, path) in FOR_ALL {
                assert!(
                    may_use(&host, method, path, origin),
                    "{method} {path} {origin}"
                );
            }
            for (method, path) in FOR_NAMED {
                let expected = is_named && origin == WEBMAIL;
                let may = may_use(&host, method, path, origin);
                assert_eq!(may, expected, "{method} {path} {origin}");
            }
            for (method, path) in FOR_NOBODY {
                assert!(
                    !may_use(&host, method, path, origin),
                    "{method} {path} {origin}"
                );
            }
        }
        let unasked = send(&host, "OPTIONS", "/auth/token", &[]);
        assert_eq!(unasked.status, 405, "no browser asks: {unasked:?}");
    }
}

/// A script has to be able to read why it failed, and when to come back.
#[test]
fn errors_can_be_read_and_preflights_are_counted() {
    let host = Host::start(&format!("{ORIGINS}[limits]\nrequests-per-minute = 6\n"));
    let refused = actual(&host, "GET", "/jmap/session", WEBMAIL);
    assert_eq!(refused.status, 401, "{refused:?}");
    assert!(refused.header("www-authenticate").is_some(), "{refused:?}");
    assert_eq!(refused.header("access-control-allow-origin"), Some(WEBMAIL));

    for (method, path, status) in [
        ("POST", "/auth/token", 415),
        ("POST", "/auth/register", 415),
        ("POST", "/auth/introspect", 415),
    ] {
        let asked = preflight(&host, method, path, WEBMAIL);
        assert_eq!(asked.status, 204, "{asked:?}");
        let answer = actual(&host, method, path, WEBMAIL);
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(
            answer.header("access-control-allow-origin").is_some(),
            "{answer:?}"
        );
    }
    for (method, path, readers) in [
        ("POST", "/auth/token", "*"),
        ("POST", "/auth/register", WEBMAIL),
    ] {
        for answer in [
            preflight(&host, method, path, WEBMAIL),
            actual(&host, method, path, WEBMAIL),
        ] {
            assert_eq!(answer.status, 429, "{answer:?}");
            assert!(answer.header("retry-after").is_some(), "{answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), Some(readers));
        }
    }
}
