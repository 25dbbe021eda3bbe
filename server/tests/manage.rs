//! The client configuration endpoint (RFC 7592), over HTTP.

mod common;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Answer, Host, NATIVE, registration};
use serde_json::{Map, Value, json};

const CASES: &str = include_str!("../../tests/cases/manage.jsonl");

#[test]
fn the_cases_that_many_servers_share() {
    let host = Host::start("");
    let key = host.first_key("registration").to_owned();
    let mut failed = Vec::new();
    let mut cases = 0;
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        cases += 1;
        let mut run = Run::new(&host, &key);
        for (number, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
            if let Err(what) = run.step(step.as_object().expect("a step")) {
                failed.push(format!(
                    "{} step {number} ({}): {what}",
                    case["id"], case["note"]
                ));
                break;
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(cases, 27);
}

/// One case under way.
struct Run<'a> {
    host: &'a Host,
    key: &'a str,
    /// What registrations were answered, by the name in `as`; the plain ones have none.
    registered: HashMap<String, Value>,
    saved: HashMap<String, Comparable>,
}

/// What of an answer is the same for equal answers.
type Comparable = (u16, BTreeMap<String, String>, String);

impl<'a> Run<'a> {
    fn new(host: &'a Host, key: &'a str) -> Self {
        Self {
            host,
            key,
            registered: HashMap::new(),
            saved: HashMap::new(),
        }
    }

    fn step(&mut self, step: &Map<String, Value>) -> Result<(), String> {
        let mut step = step.clone();
        let mut take = |name: &str| step.remove(name);
        let text = |value: Option<Value>| value.map(|v| v.as_str().expect("text").to_owned());
        let op = text(take("op")).expect("an operation");
        let name = text(take("as")).unwrap_or_default();
        let body = match (take("raw"), take("input")) {
            (Some(raw), _) => text(Some(raw)).unwrap_or_default(),
            (None, Some(input)) => self.expanded(&input).to_string(),
            (None, None) => String::new(),
        };
        let method = text(take("method"));
        let token = text(take("token")).map(|token| self.expand(&token));
        let basic = text(take("auth")).map(|auth| self.expand(&auth));
        let client_id = text(take("client_id"));
        let status = take("expect_status")
            .and_then(|s| s.as_u64())
            .expect("a status");
        let expected = take("expect").unwrap_or_default();
        assert!(step.is_empty(), "not understood: {step:?}");

        let own = || format!("Bearer {}", self.expand("$rat"));
        let (method, authorization) = match op.as_str() {
            "register" => ("POST", Some(format!("Bearer {}", self.key))),
            "put-registration-endpoint" => ("PUT", Some(format!("Bearer {}", self.key))),
            "read" => ("GET", Some(own())),
            "update" | "update-raw" => ("PUT", Some(own())),
            "update-no-token" => ("PUT", None),
            "delete" => ("DELETE", Some(own())),
            "delete-no-token" => ("DELETE", None),
            "token-wrong" | "read-other-token" | "read-unknown-client" => {
                let presented = match basic {
                    None => format!("Bearer {}", token.expect("a token")),
                    Some(basic) => {
                        let pair = basic.strip_prefix("Basic ").expect("Basic");
                        format!("Basic {}", STANDARD.encode(pair))
                    }
                };
                (method.as_deref().unwrap_or("GET"), Some(presented))
            }
            _ => panic!("the operation {op} is not understood"),
        };
        let path = match (op.as_str(), client_id) {
            ("register" | "put-registration-endpoint", _) => "/auth/register".to_owned(),
            (_, Some(client_id)) => format!("/auth/register/{client_id}"),
            (_, None) => self.expand("$uri").replacen(&self.base(), "", 1),
        };
        let answer = send(self.host, method, &path, authorization.as_deref(), &body);
        self.judge(&answer, status, &expected)?;
        if op == "register" {
            self.registered.insert(name, answer.json());
        }
        Ok(())
    }

    fn judge(&mut self, answer: &Answer, status: u64, expected: &Value) -> Result<(), String> {
        let mut expected = expected.as_object().cloned().unwrap_or_default();
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let error = body["error"].as_str();
        if let Some(alternative) = expected.remove("alt") {
            let (status, code) = match alternative.as_str().expect("text").split_once(' ') {
                Some((status, code)) => (status, Some(code)),
                None => (alternative.as_str().expect("text"), None),
            };
            if answer.status.to_string() == status && (code.is_none() || code == error) {
                return Ok(());
            }
        }
        let statuses = match expected.remove("status_any") {
            Some(any) => list(&any),
            None => vec![status.into()],
        };
        let mut wrong = Vec::new();
        let mut hold = |holds: bool, what: &str| {
            if !holds {
                wrong.push(what.to_owned());
            }
        };
        hold(statuses.contains(&answer.status.into()), "status");
        for (key, value) in &expected {
            let members = |what: &dyn Fn(&Value, Value) -> bool| {
                let object = value.as_object().expect("members");
                object
                    .iter()
                    .all(|(member, value)| what(&body[member], self.expanded(value)))
            };
            let has = |member: &Value| body.get(member.as_str().expect("a name")).is_some();
            let holds = match key.as_str() {
                "has" => list(value).iter().all(has),
                "lacks" => !list(value).iter().any(has),
                "equals" => members(&|found, expected| *found == expected),
                "differs" => members(&|found, expected| *found != expected),
                "one_of" => members(&|found, expected| list(&expected).contains(found)),
                "error" => error == value.as_str(),
                "error_any" => list(value).iter().any(|any| error == any.as_str()),
                "headers" => value
                    .as_object()
                    .expect("headers")
                    .iter()
                    .all(|(name, value)| answer.header(&name.to_lowercase()) == value.as_str()),
                "www_authenticate" => answer
                    .header("www-authenticate")
                    .is_some_and(|found| found.starts_with(value.as_str().expect("a scheme"))),
                "no_metadata" => body
                    .as_object()
                    .is_some_and(|body| body.keys().all(|k| k.starts_with("error"))),
                "save" => true,
                "same_as" => {
                    self.saved.get(value.as_str().expect("a name")) == Some(&comparable(answer))
                }
                _ => panic!("the expectation {key} is not understood"),
            };
            hold(holds, key);
        }
        if let Some(name) = expected.get("save") {
            let name = name.as_str().expect("a name").to_owned();
            self.saved.insert(name, comparable(answer));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("{} do not hold for {answer:?}", wrong.join(", ")))
        }
    }

    fn base(&self) -> String {
        format!("http://{}", self.host.address)
    }

    fn expanded(&self, value: &Value) -> Value {
        match value {
            // A number stays one if it is all there is.
            Value::String(text) => match text.strip_prefix('$').and_then(|n| self.variable(n)) {
                Some(value) => value,
                None => self.expand(text).into(),
            },
            Value::Array(values) => values.iter().map(|v| self.expanded(v)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.expanded(value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    /// Puts in what registrations were answered: `$client_id`, `$2.rat`, `$rat[0:-1]`.
    fn expand(&self, text: &str) -> String {
        let mut parts = text.split('$');
        let mut expanded = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let end = part.find(|c| !is_name(c)).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let value = self
                .variable(name)
                .unwrap_or_else(|| panic!("{name} is not known in {text}"));
            let value = value.as_str().map_or(value.to_string(), str::to_owned);
            match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((range, rest)) => {
                    expanded.push_str(slice(&value, range));
                    expanded.push_str(rest);
                }
                None => {
                    expanded.push_str(&value);
                    expanded.push_str(rest);
                }
            }
        }
        expanded
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let (whose, member) = name.split_once('.').unwrap_or(("", name));
        let member = match member {
            "base" => return Some(self.base().into()),
            "rat" => "registration_access_token",
            "uri" => "registration_client_uri",
            member => member,
        };
        self.registered.get(whose)?.get(member).cloned()
    }
}

/// A slice as Python has it, of ASCII.
fn slice<'t>(text: &'t str, range: &str) -> &'t str {
    let (start, end) = range.split_once(':').expect("a range");
    let place = |text_of_place: &str, otherwise: usize| match text_of_place.parse::<isize>() {
        Err(_) => otherwise,
        Ok(place) if place < 0 => text.len().saturating_sub(place.unsigned_abs()),
        Ok(place) => text.len().min(place.unsigned_abs()),
    };
    &text[place(start, 0)..place(end, text.len())]
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().expect("a list").clone()
}

fn comparable(answer: &Answer) -> Comparable {
    let headers = answer.headers.iter().filter(|(name, _)| name != "date");
    (
        answer.status,
        headers.cloned().collect(),
        answer.body.clone(),
    )
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
    let mut request = format!("{method} {path} HTTP/1.1\r\n").into_bytes();
    let post = registration(&headers, body);
    let head = post.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    request.extend_from_slice(&post[head..]);
    let mut stream = host.connect();
    stream.write_all(&request).expect("the host reads");
    if method == "HEAD" {
        return Answer::read_head(&mut stream);
    }
    Answer::read(&mut stream)
}
