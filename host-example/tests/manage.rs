//! The client configuration endpoint (RFC 7592), over HTTP.

mod common;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Answer, Host};
use serde_json::{Map, Value, json};

const CASES: &str = include_str!("../../tests/cases/manage.jsonl");

#[test]
fn the_table_of_cases() {
    let host = Host::start("");
    let mut steps = 0;
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a line is JSON");
        let name = case["id"].as_str().expect("a case has a name").to_owned();
        let mut story = Story::new(&host, name);
        for step in case["steps"].as_array().expect("a case has steps") {
            story.take(step.as_object().expect("a step is an object"));
            steps += 1;
        }
    }
    assert!(steps > 60, "{steps}");
}

/// One case on its way.
struct Story<'h> {
    host: &'h Host,
    key: String,
    name: String,
    /// What the registrations answered: the latest, and those that were given a name.
    registered: BTreeMap<String, Value>,
    saved: BTreeMap<String, String>,
}

impl<'h> Story<'h> {
    fn new(host: &'h Host, name: String) -> Self {
        Self {
            host,
            key: host.first_key("registration").to_owned(),
            name,
            registered: BTreeMap::new(),
            saved: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: &Map<String, Value>) {
        let known = [
            "op",
            "input",
            "raw",
            "expect",
            "expect_status",
            "method",
            "token",
            "auth",
            "as",
            "client_id",
        ];
        for member in step.keys() {
            assert!(known.contains(&member.as_str()), "{}: {member}", self.name);
        }
        let op = step["op"].as_str().expect("a step says what it does");
        let own = || format!("Bearer {}", self.value("rat"));
        let id = || self.value("client_id");
        let body = || match (step.get("input"), step.get("raw")) {
            (Some(input), None) => self.filled_in(input).to_string(),
            (None, Some(Value::String(raw))) => raw.clone(),
            other => panic!("{}: {other:?}", self.name),
        };
        let at = |id: &str| format!("/auth/register/{id}");
        let answer = match op {
            "register" => {
                let answer = self.host.register_with_key(&self.key, &body());
                let registered: Value = serde_json::from_str(&answer.body).expect("it is JSON");
                match step.get("as").and_then(Value::as_str) {
                    Some(name) => self.registered.insert(name.to_owned(), registered),
                    None => self.registered.insert(String::new(), registered),
                };
                answer
            }
            "read" => self.send("GET", &at(&id()), Some(&own()), None),
            "update" | "update-raw" => self.send("PUT", &at(&id()), Some(&own()), Some(&body())),
            "update-no-token" => self.send("PUT", &at(&id()), None, Some(&body())),
            "delete" => self.send("DELETE", &at(&id()), Some(&own()), None),
            "delete-no-token" => self.send("DELETE", &at(&id()), None, None),
            "token-wrong" | "read-other-token" | "read-unknown-client" => {
                let method = step
                    .get("method")
                    .map_or("GET", |m| m.as_str().expect("a text"));
                let named = step.get("client_id").map(|id| self.text(id));
                let authorization = match (step.get("token"), step.get("auth")) {
                    (Some(token), None) => format!("Bearer {}", self.text(token)),
                    (None, Some(basic)) => {
                        let basic = self.text(basic);
                        let basic = basic.strip_prefix("Basic ").expect("the scheme");
                        format!("Basic {}", STANDARD.encode(basic))
                    }
                    other => panic!("{}: {other:?}", self.name),
                };
                self.send(
                    method,
                    &at(&named.unwrap_or_else(id)),
                    Some(&authorization),
                    None,
                )
            }
            "put-registration-endpoint" => self.send("PUT", "/auth/register", None, Some("{}")),
            other => panic!("{}: what is {other}?", self.name),
        };
        self.check(op, step, &answer);
    }

    fn check(&mut self, op: &str, step: &Map<String, Value>, answer: &Answer) {
        let name = format!("{} {op}: {} {}", self.name, answer.status, answer.body);
        let none = Map::new();
        let expected = step
            .get("expect")
            .map_or(&none, |e| e.as_object().expect("an object"));
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let status = u64::from(answer.status);
        match expected.get("status_any") {
            Some(any) => assert!(texts(any).contains(&status.to_string()), "{name}"),
            None => assert_eq!(Some(status), step["expect_status"].as_u64(), "{name}"),
        }
        for (what, value) in expected {
            match what.as_str() {
                "status_any" | "alt" => {}
                "has" => {
                    for member in texts(value) {
                        assert!(body.get(&member).is_some(), "{name}: {member}");
                    }
                }
                "lacks" => {
                    for member in texts(value) {
                        assert!(body.get(&member).is_none(), "{name}: {member}");
                    }
                }
                "equals" => {
                    for (member, value) in value.as_object().expect("an object") {
                        let value = self.filled_in(value);
                        // What a registration answered is put in as a text.
                        let same = body[member] == value
                            || body[member].to_string() == value.as_str().unwrap_or_default();
                        assert!(same, "{name}: {member}");
                    }
                }
                "differs" => {
                    for (member, value) in value.as_object().expect("an object") {
                        let value = self.filled_in(value);
                        assert!(
                            body.get(member).is_some_and(|new| *new != value),
                            "{name}: {member}"
                        );
                    }
                }
                "error" => assert_eq!(body["error"], *value, "{name}"),
                "error_any" => {
                    let error = body["error"].as_str().unwrap_or_default().to_owned();
                    assert!(texts(value).contains(&error), "{name}");
                }
                "www_authenticate" => {
                    let scheme = value.as_str().expect("a scheme");
                    let challenge = answer.header("www-authenticate").unwrap_or_default();
                    assert!(challenge.starts_with(scheme), "{name}");
                }
                "headers" => {
                    for (field, value) in value.as_object().expect("an object") {
                        let sent = answer.header(&field.to_ascii_lowercase());
                        assert_eq!(sent, value.as_str(), "{name}: {field}");
                    }
                }
                "no_metadata" => {
                    assert!(body.get("redirect_uris").is_none(), "{name}");
                    assert!(body.get("client_name").is_none(), "{name}");
                }
                "save" => {
                    let saved = value.as_str().expect("a name").to_owned();
                    self.saved.insert(saved, without_date(answer));
                }
                "same_as" => {
                    let saved = &self.saved[value.as_str().expect("a name")];
                    assert_eq!(&without_date(answer), saved, "{name}");
                }
                other => panic!("{name}: what is {other}?"),
            }
        }
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        authorization: Option<&str>,
        body: Option<&str>,
    ) -> Answer {
        send(self.host, method, path, authorization, body)
    }

    /// A text with the values of registrations in the place of their names.
    fn text(&self, value: &Value) -> String {
        let text = value.as_str().expect("a text");
        let mut filled = String::new();
        let mut parts = text.split('$');
        filled.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let end = part
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let value = self.value(name);
            match rest.strip_prefix("[0:-1]") {
                Some(rest) => {
                    filled.push_str(&value[..value.len() - 1]);
                    filled.push_str(rest);
                }
                None => {
                    filled.push_str(&value);
                    filled.push_str(rest);
                }
            }
        }
        filled
    }

    fn value(&self, name: &str) -> String {
        let (registration, name) = name.split_once('.').unwrap_or(("", name));
        let member = match name {
            "rat" => "registration_access_token",
            "uri" => "registration_client_uri",
            name => name,
        };
        match &self.registered[registration][member] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            other => panic!("{}: {name} is {other}", self.name),
        }
    }

    fn filled_in(&self, value: &Value) -> Value {
        match value {
            Value::String(_) => self.text(value).into(),
            Value::Array(items) => items.iter().map(|item| self.filled_in(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.filled_in(value)))
                .collect(),
            other => other.clone(),
        }
    }
}

fn send(
    host: &Host,
    method: &str,
    path: &str,
    authorization: Option<&str>,
    body: Option<&str>,
) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    if let Some(authorization) = authorization {
        request.push_str(&format!("Authorization: {authorization}\r\n"));
    }
    if let Some(body) = body {
        let length = body.len();
        request.push_str(&format!(
            "Content-Type: application/json\r\nContent-Length: {length}\r\n"
        ));
    }
    request.push_str("\r\n");
    request.push_str(body.unwrap_or_default());
    host.send(request.as_bytes())
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    items
        .map(|item| match item {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect()
}

/// An answer as bytes, but for when it was sent.
fn without_date(answer: &Answer) -> String {
    let headers = answer.headers.iter().filter(|(name, _)| name != "date");
    let headers: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    format!("{}\n{}\n{}", answer.status, headers.join("\n"), answer.body)
}

#[test]
fn administrators_manage_what_others_registered() {
    let host = Host::start("");
    let key = host.first_key("registration");
    let administrator = format!("Bearer {}", host.first_key("administrator"));
    let document = r#"{"redirect_uris":["https://a.example.com/cb"],"client_name":"A"}"#;
    let registered: Value =
        serde_json::from_str(&host.register_with_key(key, document).body).expect("it is JSON");
    let id = registered["client_id"].as_str().expect("an id");
    let path = format!("/auth/register/{id}");
    let by_key = format!("Bearer {key}");

    let refused = send(&host, "GET", &path, Some(&by_key), None);
    assert_eq!(refused.status, 403, "{}", refused.body);
    let read = send(&host, "GET", &path, Some(&administrator), None);
    assert_eq!(read.status, 200, "{}", read.body);
    assert!(!read.body.contains("registration_access_token"));
    let update =
        json!({"client_id": id, "redirect_uris": ["https://a.example.com/cb"], "client_name": "B"});
    let update = update.to_string();
    let updated = send(&host, "PUT", &path, Some(&administrator), Some(&update));
    assert_eq!(updated.status, 200, "{}", updated.body);
    assert!(updated.body.contains(r#""client_name":"B""#));
    let removed = send(&host, "DELETE", &path, Some(&administrator), None);
    assert_eq!((removed.status, removed.body.as_str()), (204, ""));
    let gone = send(&host, "GET", &path, Some(&administrator), None);
    assert_eq!(gone.status, 404, "{}", gone.body);
    let token = registered["registration_access_token"]
        .as_str()
        .expect("a token");
    let gone = send(&host, "GET", &path, Some(&format!("Bearer {token}")), None);
    assert_eq!(gone.status, 401, "{}", gone.body);
}

#[test]
fn other_methods() {
    let host = Host::start("");
    for method in ["POST", "PATCH", "HEAD", "OPTIONS"] {
        let request = format!(
            "{method} /auth/register/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        );
        let mut stream = host.connect();
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("it is sent");
        let mut start = [0; 512];
        let read = std::io::Read::read(&mut stream, &mut start).expect("an answer");
        let start = String::from_utf8_lossy(&start[..read]).to_lowercase();
        assert!(start.starts_with("http/1.1 405"), "{method}: {start}");
        assert!(
            start.contains("allow: get, put, delete"),
            "{method}: {start}"
        );
    }
}
