//! The cases of `manage.jsonl`: what clients do at the client configuration endpoint (RFC 7592), over HTTP.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::http::Answer;
use super::root::root;

/// Runs all cases against the program at this URL, with a key that may register. `send` is given a method,
/// a path, the value of the header `Authorization`, and a body.
pub fn check(base: &str, key: &str, send: Send<'_>) {
    let table = std::fs::read_to_string(root().join("tests/cases/manage.jsonl")).unwrap();
    let mut failed = Vec::new();
    let mut cases = 0;
    for line in table.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        cases += 1;
        let mut run = Run::new(base, key, send);
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

/// How a request is sent.
type Send<'a> = &'a dyn Fn(&str, &str, Option<&str>, &str) -> Answer;

/// One case under way.
struct Run<'a> {
    base: &'a str,
    key: &'a str,
    send: Send<'a>,
    /// What registrations were answered, by the name in `as`; the plain ones have none.
    registered: HashMap<String, Value>,
    saved: HashMap<String, Comparable>,
}

impl<'a> Run<'a> {
    fn new(base: &'a str, key: &'a str, send: Send<'a>) -> Self {
        Self {
            base,
            key,
            send,
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
            (_, None) => self.expand("$uri").replacen(self.base, "", 1),
        };
        let answer = (self.send)(method, &path, authorization.as_deref(), &body);
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
            "base" => return Some(self.base.into()),
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

/// What of an answer is the same for equal answers: all but its time and its number.
pub type Comparable = (u16, BTreeMap<String, String>, String);

pub fn comparable(answer: &Answer) -> Comparable {
    let own = ["date", "x-request-id"];
    let headers = answer.headers.iter();
    let headers = headers.filter(|(name, _)| !own.contains(&name.as_str()));
    (
        answer.status,
        headers.cloned().collect(),
        answer.body.clone(),
    )
}
