//! The client configuration endpoint (RFC 7592), over HTTP.

mod common;
#[path = "../../tests/support/manage.rs"]
mod manage;
#[path = "../../tests/support/root.rs"]
mod root;

use std::io::Write;

use common::http::{self, request};
use common::{Answer, Folder, Host, NATIVE};
use manage::comparable;
use serde_json::json;

#[test]
fn the_cases_that_many_servers_share() {
    for flags in [&[][..], &["--plugin", "component"]] {
        let host = Host::start_in(Folder::new(), "", flags);
        let base = format!("http://{}", host.address);
        let key = host.first_key("registration");
        manage::check(&base, key, &|method, path, authorization, body| {
            send(&host, method, path, authorization, body)
        });
    }
}

#[test]
fn an_administrator_needs_the_permission_for_what_is_done() {
    let host = Host::start("");
    let key = |permission: &str| host.folder.create_key(&["authenticate", permission]);
    let get = key("oauth-client-get");
    let update = key("oauth-client-update");
    let delete = key("oauth-client-delete");
    let registration = host.first_key("registration").to_owned();
    let administrator = host.first_key("administrator").to_owned();
    for (name, key, expected) in [
        ("get", &get, [200, 403, 403]),
        ("update", &update, [403, 200, 403]),
        ("delete", &delete, [403, 403, 204]),
        ("registration", &registration, [403, 403, 403]),
        ("administrator", &administrator, [200, 200, 204]),
    ] {
        let client = Client::register(&host);
        let bearer = format!("Bearer {key}");
        for (method, status) in ["GET", "PUT", "DELETE"].into_iter().zip(expected) {
            let body = client.changed("B");
            let answer = send(&host, method, &client.path, Some(&bearer), &body);
            assert_eq!(answer.status, status, "{name} {method}: {answer:?}");
            if status == 403 {
                assert_eq!(answer.json()["error"], "insufficient_scope", "{name}");
            }
            // An administrator is not given what is the client's own.
            assert!(!answer.body.contains(&client.token), "{name} {method}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
            if status == 204 {
                assert_eq!((&*answer.body, answer.header("content-type")), ("", None));
            }
        }
        let unknown = "/auth/register/unknown";
        for (method, status) in ["GET", "PUT", "DELETE"].into_iter().zip(expected) {
            let answer = send(&host, method, unknown, Some(&bearer), "{}");
            let expected = if status == 403 { 403 } else { 404 };
            assert_eq!(answer.status, expected, "{name} {method}: {answer:?}");
        }
    }
}

#[test]
fn whoever_has_no_good_token_learns_nothing() {
    let host = Host::start("");
    let client = Client::register(&host);
    let gone = Client::register(&host);
    let other = Client::register(&host);
    assert_eq!(gone.send(&host, "DELETE", "").status, 204);
    let same_length = format!("gpr_{}", "A".repeat(43));
    for (name, authorization, status) in [
        ("none", None, 401),
        ("malformed", Some("Bearer a b".to_owned()), 400),
        ("wrong", Some("Bearer x".to_owned()), 401),
        (
            "wrong of its length",
            Some(format!("Bearer {same_length}")),
            401,
        ),
        (
            "another client's",
            Some(format!("Bearer {}", other.token)),
            401,
        ),
        (
            "a client's that is gone",
            Some(format!("Bearer {}", gone.token)),
            401,
        ),
        ("a secret", Some(format!("Bearer {}", client.secret)), 401),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let answers: Vec<_> = [&*client.path, &*gone.path, "/auth/register/unknown"]
                .iter()
                .map(|path| {
                    let body = client.changed("B");
                    send(&host, method, path, authorization.as_deref(), &body)
                })
                .collect();
            for answer in &answers {
                assert_eq!(answer.status, status, "{name} {method}: {answer:?}");
                assert_eq!(
                    comparable(answer),
                    comparable(&answers[0]),
                    "{name} {method}"
                );
                assert!(!answer.body.contains("redirect_uris"), "{name} {method}");
            }
        }
    }
    assert_eq!(client.send(&host, "GET", "").json()["client_name"], "A");
}

#[test]
fn what_is_not_asked_for_like_this() {
    let host = Host::start("");
    let client = Client::register(&host);
    for method in ["HEAD", "POST", "PATCH", "OPTIONS", "TRACE"] {
        let answer = client.send(&host, method, "");
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, PUT, DELETE"), "{method}");
    }
    let put = |headers: &str, body: &str| {
        let (path, token) = (&client.path, &client.token);
        let length = body.len();
        host.send(
            format!(
                "PUT {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
                 {headers}Content-Length: {length}\r\n\r\n{body}"
            )
            .as_bytes(),
        )
    };
    let json = "Content-Type: application/json\r\n";
    let changed = client.changed("B");
    let long = format!("{}{}", " ".repeat(64 << 10), changed);
    for (name, headers, body, status) in [
        ("no type", "", &changed, 415),
        (
            "another type",
            "Content-Type: text/plain\r\n",
            &changed,
            415,
        ),
        (
            "compressed",
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
            &changed,
            415,
        ),
        ("too long", json, &long, 413),
        ("right", json, &changed, 200),
    ] {
        assert_eq!(put(headers, body).status, status, "{name}");
    }

    let written_otherwise = client.path.replace("gpc_", "%67pc%5F");
    let bearer = format!("Bearer {}", client.token);
    for (path, status) in [
        (&*written_otherwise, 200),
        (&format!("{}/", client.path), 404),
        (&format!("{}/x", client.path), 404),
        ("/auth/register/%ff", 404),
        (&format!("/auth/register/{}", "a".repeat(5000)), 404),
        (&format!("/auth/register/{}", "a".repeat(500)), 401),
        ("/auth/register/%00", 401),
        ("/auth/register/a%2Fb%27%22", 401),
    ] {
        let answer = send(&host, "GET", path, Some(&bearer), "");
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
}

#[test]
fn a_changed_registration_may_have_new_credentials_and_the_old_ones_end() {
    let host = Host::start(
        "[oauth.client-registration]\nrotate-secret = true\nrotate-registration-access-token = true",
    );
    let mut client = Client::register(&host);
    let answer = client.send(&host, "PUT", &client.changed("B"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let changed = answer.json();
    assert_ne!(changed["client_secret"], client.secret.as_str());
    let old = std::mem::replace(
        &mut client.token,
        changed["registration_access_token"]
            .as_str()
            .expect("a token")
            .to_owned(),
    );
    assert_ne!(client.token, old);
    let with_old = send(
        &host,
        "GET",
        &client.path,
        Some(&format!("Bearer {old}")),
        "",
    );
    assert_eq!(with_old.status, 401);
    assert_eq!(client.send(&host, "GET", "").json()["client_name"], "B");

    // Of many at once with one token, the first ends it for the others.
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let sent: Vec<_> = (0..32)
            .map(|_| scope.spawn(|| client.send(&host, "PUT", &client.changed("C")).status))
            .collect();
        let answered = sent.into_iter();
        answered
            .map(|sent| sent.join().expect("it is answered"))
            .collect()
    });
    let count = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(200), count(401)), (1, 31), "{statuses:?}");
}

#[test]
fn what_was_changed_or_removed_survives_being_killed() {
    let host = Host::start("");
    let changed = Client::register(&host);
    let removed = Client::register(&host);
    let answer = changed.send(&host, "PUT", &changed.changed("B"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(removed.send(&host, "DELETE", "").status, 204);
    let host = Host::start_in(host.kill(), "", &[]);
    assert_eq!(changed.send(&host, "GET", "").json()["client_name"], "B");
    assert_eq!(removed.send(&host, "GET", "").status, 401);
}

#[test]
fn what_several_share_none_of_them_manages() {
    let host = Host::start("[oauth.client-registration]\nanonymous = true");
    let first = host.register(&[], NATIVE);
    let shared = first.client_id();
    assert_eq!(host.register(&[], NATIVE).client_id(), shared);
    assert_eq!(first.json().get("registration_access_token"), None);
    let path = format!("/auth/register/{shared}");
    assert_eq!(send(&host, "GET", &path, Some("Bearer x"), "").status, 401);
    let bearer = format!("Bearer {}", host.first_key("administrator"));
    assert_eq!(send(&host, "GET", &path, Some(&bearer), "").status, 200);
    assert_eq!(send(&host, "DELETE", &path, Some(&bearer), "").status, 204);
    assert_eq!(send(&host, "GET", &path, Some(&bearer), "").status, 404);
}

/// A registered client, as it knows itself.
struct Client {
    id: String,
    path: String,
    token: String,
    secret: String,
}

impl Client {
    fn register(host: &Host) -> Self {
        let metadata = json!({
            "redirect_uris": ["https://client.example.com/cb"],
            "client_name": "A",
        });
        let answer = host.register_with_key(host.first_key("registration"), &metadata.to_string());
        let id = answer.client_id();
        let answer = answer.json();
        let text = |name: &str| answer[name].as_str().expect("text").to_owned();
        Self {
            path: format!("/auth/register/{id}"),
            id,
            token: text("registration_access_token"),
            secret: text("client_secret"),
        }
    }

    /// Its metadata with another name.
    fn changed(&self, name: &str) -> String {
        json!({
            "client_id": self.id,
            "redirect_uris": ["https://client.example.com/cb"],
            "client_name": name,
        })
        .to_string()
    }

    /// With its own token.
    fn send(&self, host: &Host, method: &str, body: &str) -> Answer {
        send(
            host,
            method,
            &self.path,
            Some(&format!("Bearer {}", self.token)),
            body,
        )
    }
}

fn send(host: &Host, method: &str, path: &str, authorization: Option<&str>, body: &str) -> Answer {
    let authorization = authorization.map(|value| format!("Authorization: {value}"));
    let headers: Vec<&str> = authorization.as_deref().into_iter().collect();
    let mut stream = host.connect();
    stream
        .write_all(&request(method, path, &headers, body))
        .expect("the host reads");
    if method == "HEAD" {
        return Answer::read_head(&mut stream);
    }
    Answer::read(&mut stream)
}
