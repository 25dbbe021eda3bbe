//! What the server says of itself (RFC 8414, RFC 9728).

use serde_json::json;

use crate::common::Host;
use crate::common::browser::Browser;
use crate::{MAIL, assert_error};

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
    assert_eq!(found["info"]["provider"]["name"], "127.0.0.1");
    // RFC 8620 §2.2
    let led = host.get("/.well-known/jmap");
    assert_eq!(led.status, 307, "{led:?}");
    assert_eq!(led.header("location"), Some(&*resource));
    assert_eq!(led.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn the_provider_has_a_name() {
    for (setting, expected) in [
        (
            "public-url = 'https://mail.example.org/a'",
            "mail.example.org",
        ),
        (
            "public-url = 'https://mail.example.org:8443'\nprovider-name = 'Example Mail'",
            "Example Mail",
        ),
    ] {
        let host = Host::start(&format!("[server]\ntrusted-proxies = []\n{setting}\n"));
        let found = host
            .get("/.well-known/user-agent-configuration.json")
            .json();
        assert_eq!(found["info"]["provider"]["name"], expected, "{setting}");
    }
}

#[test]
fn a_path_that_leads_nowhere_names_the_nearest() {
    let host =
        Host::start("[server]\ntrusted-proxies = []\npublic-url = 'https://mail.example.org/a'\n");
    for (method, path, nearest) in [
        ("POST", "/auth/tokens", "/auth/token"),
        ("POST", "/a/auth/introspection", "/auth/introspect"),
        ("GET", "/auth/register/a/b", "/auth/register"),
        ("GET", "/auth", "/auth/token"),
    ] {
        // A person who follows a broken link of a client sees it too.
        for accept in ["application/json", "text/html"] {
            let answer = host.send(
                format!(
                    "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Length: 0\r\n\r\n"
                )
                .as_bytes(),
            );
            assert_error(path, &answer, 404, "invalid_request");
            let description = answer.json()["error_description"].to_string();
            let named = format!("https://mail.example.org/a{nearest}\"");
            assert!(description.ends_with(&named), "{path}: {description}");
        }
    }
    let answer = host.get("/nothing");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.body, "There is nothing here.\n");
    // A person is shown where to sign in.
    let page = Browser::new(&host).get("/");
    assert_eq!(page.status, 404);
    assert!(page.body.contains("/account\">Sign in"), "{}", page.body);
}
