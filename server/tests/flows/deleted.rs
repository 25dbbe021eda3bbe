//! A client that an administrator registered and deletes leaves its id to administrators.

use serde_json::json;

use crate::common::Host;
use crate::common::browser::query;
use crate::{LOOPBACK, Tokens, alice, assert_error, token, with_refresh, works};

#[test]
fn an_id_is_not_free_after_its_client_is_deleted() {
    let host = Host::start("");
    let key = host.first_key("administrator").to_owned();
    let api = |method: &str, path: &str, body: &str| {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        host.send(request.as_bytes())
    };
    let registration = json!({
        "client_id": "desk",
        "metadata": {
            "client_name": "Desk",
            "redirect_uris": [LOOPBACK],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        },
    })
    .to_string();
    let listed = || api("GET", "/api/clients", "").body.contains("\"desk\"");
    assert_eq!(api("POST", "/api/clients", &registration).status, 201);
    assert!(listed());
    let mut browser = alice(&host);
    let tokens = Tokens::granted(&host, &mut browser, "desk");
    assert!(works(&host, &tokens.access));
    assert!(browser.get("/account").body.contains("<bdi>Desk</bdi>"));
    assert_eq!(api("POST", "/api/clients/desk/disable", "").status, 204);

    assert_eq!(api("DELETE", "/api/clients/desk", "").status, 204);
    assert!(!works(&host, &tokens.access));
    let account = browser.get("/account");
    assert!(account.body.contains("No program can act for you now."));
    assert!(!listed(), "it is in no list");
    for (method, path) in [
        ("GET", "/api/clients/desk"),
        ("DELETE", "/api/clients/desk"),
        ("POST", "/api/clients/desk/enable"),
    ] {
        assert_eq!(api(method, path, "").status, 404, "{method} {path}");
    }
    let asked = query("desk", LOOPBACK, &[]);
    let refused = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.body.contains("client-unknown"), "{}", refused.body);
    let polled = token(
        &host,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", "desk"),
            ("code", "gpco_x"),
        ],
    );
    assert_error("the token endpoint", &polled, 401, "invalid_client");

    // An administrator can register it again. What ended stays so.
    assert_eq!(api("POST", "/api/clients", &registration).status, 201);
    assert!(listed());
    let shown = api("GET", "/api/clients/desk", "").json();
    assert_eq!(shown["disabled"], false, "{shown}");
    let again = with_refresh(&host, "desk", &tokens.refresh);
    assert_error("an earlier token", &again, 400, "invalid_grant");
    Tokens::granted(&host, &mut browser, "desk");
}
