//! The client configuration endpoint (RFC 7592), over HTTP, with the component and with the C library.

mod common;
#[path = "../../tests/support/compiler.rs"]
#[expect(dead_code, reason = "no C is compiled here")]
mod compiler;
#[path = "../../tests/support/library.rs"]
mod library;
#[path = "../../tests/support/manage.rs"]
mod manage;
#[path = "../../tests/support/root.rs"]
mod root;

use common::http::{self, request};
use common::{Folder, Host, NATIVE, REGISTRATION};
use manage::comparable;

#[test]
fn the_cases_that_many_servers_share() {
    let library = library::installed().join("lib/libgatepost.so");
    for flags in common::plugins(library.to_str().unwrap()) {
        let host = Host::start_in(Folder::new(), "", &flags);
        let base = format!("http://{}", host.address);
        let key = host.folder.add_key(None, REGISTRATION, None);
        manage::check(&base, &key, &|method, path, authorization, body| {
            let authorization = authorization.map(|value| format!("Authorization: {value}"));
            let headers: Vec<&str> = authorization.as_deref().into_iter().collect();
            host.send(&request(method, path, &headers, body))
        });
    }
}

#[test]
fn an_administrator_needs_the_permission_for_what_is_done() {
    let host = Host::start("");
    let first = host.folder.first_key();
    let key = |permission: &str| {
        let permissions = format!("authenticate {permission}");
        host.folder.add_key(None, &permissions, None)
    };
    for (name, key, expected) in [
        ("get", key("oauth-client-get"), [200, 403, 403]),
        ("update", key("oauth-client-update"), [403, 200, 403]),
        ("delete", key("oauth-client-delete"), [403, 403, 204]),
        ("registration", key("oauth-client-registration"), [403; 3]),
        ("decide", key("oauth-client-decide"), [403; 3]),
        ("first", first.clone(), [200, 200, 204]),
    ] {
        let registered = host.register_with_key(&first, NATIVE);
        let id = registered.client_id();
        let path = format!("/auth/register/{id}");
        let body = NATIVE.replacen('{', &format!(r#"{{"client_id":"{id}","#), 1);
        for (method, status) in ["GET", "PUT", "DELETE"].into_iter().zip(expected) {
            let answer = host.ask(method, &path, Some(&key), &body);
            assert_eq!(answer.status, status, "{name} {method}: {answer:?}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
        }
    }
}

#[test]
fn whoever_has_no_good_token_learns_nothing() {
    let host = Host::start("");
    let key = host.folder.first_key();
    let client = host.register_with_key(&key, NATIVE);
    let other = host.register_with_key(&key, NATIVE).json();
    let path = format!("/auth/register/{}", client.client_id());
    for (token, status) in [
        (None, 401),
        (Some("a b"), 400),
        (Some("x"), 401),
        (other["registration_access_token"].as_str(), 401),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let known = host.ask(method, &path, token, NATIVE);
            let unknown = host.ask(method, "/auth/register/unknown", token, NATIVE);
            assert_eq!(known.status, status, "{method}: {known:?}");
            assert_eq!(comparable(&known), comparable(&unknown), "{method}");
        }
    }
}
