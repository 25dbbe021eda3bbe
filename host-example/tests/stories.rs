//! The stories of `tests/cases/stories.jsonl`, as far as they go over HTTP here: who registers, reads, changes
//! and removes a client, and at `/decide`, who may use it. Each answer is held against the story, and against
//! what the Rust library decides from the same facts.
//!
//! What only an administrator's program does (`provision`, `approve`, `disable`, `rotate-secret` and the like) is decided by
//! the Rust library, and its effect is written to the database, as another program would. What a mail server
//! asks at endpoints of its own is not asked here.

mod common;
#[path = "../../tests/support/compiler.rs"]
#[expect(dead_code, reason = "no C is compiled here")]
mod compiler;
#[path = "../../tests/support/library.rs"]
mod library;
#[path = "../../tests/support/root.rs"]
mod root;
#[path = "../../tests/support/step.rs"]
#[expect(dead_code, reason = "the other boundaries use the rest")]
mod step;
#[path = "../../tests/support/story.rs"]
mod story;

use std::time::{SystemTime, UNIX_EPOCH};

use common::{Folder, Host};
use gatepost::{Credential, Effect, Endpoint, Outcome, Registrar};
use rusqlite::params;
use serde_json::{Value, json};
use step::{Answer, Boundary, Operation, Replayed, Step};

const ADDRESS: &str = "127.0.0.1";

/// The URLs that the host would fill in from its own address.
const URLS: &str = "\n[oauth.client-registration]\n\
    issuer = 'https://mail.example.com'\n\
    registration-endpoint = 'https://mail.example.com/auth/register'\n";

#[test]
fn every_story_goes_as_it_should_over_http() {
    let library = library::installed().join("lib/libgatepost.so");
    for flags in common::plugins(library.to_str().unwrap()) {
        let mut steps = Steps::default();
        for told in story::all() {
            // Here each request comes from somewhere.
            if told.name == "nobody knows where a request comes from" {
                let lines = told.chapters.iter().map(|chapter| chapter.lines.len());
                steps.elsewhere += u32::try_from(lines.sum::<usize>()).expect("they are few");
                continue;
            }
            let mut story = story::Story::default();
            let mut folder = Folder::new();
            for chapter in &told.chapters {
                let settings = with_urls(&chapter.settings);
                let mut telling = Telling {
                    registrar: Registrar::compile(&settings).expect(&told.name),
                    host: Host::start_in(folder, &settings, &flags),
                };
                for line in &chapter.lines {
                    story.records = telling.host.folder.records();
                    let step = story.step(line);
                    let Some(answer) = telling.tell(line, step, &mut steps) else {
                        continue;
                    };
                    if let Err(why) = story.take(line, &answer) {
                        panic!("{}: {line}: {why}", told.name);
                    }
                }
                folder = telling.host.kill();
            }
        }
        // 35 registrations, 11 readings, 4 changes, 5 removals, 45 authorization requests, 17 sign-ins; 12 clients
        // that were registered by hand, 10 times disabled or enabled, 5 times approved and 4 times denied, 1 new secret
        // and 3 new tokens. No step is passed over unseen.
        assert_eq!(
            (steps.over_http, steps.by_hand, steps.elsewhere),
            (35 + 11 + 4 + 5 + 45 + 17, 12 + 10 + 5 + 4 + 1 + 3, 83)
        );
    }
}

#[derive(Default)]
struct Steps {
    over_http: u32,
    by_hand: u32,
    elsewhere: u32,
}

/// The program, and the library beside it.
struct Telling {
    registrar: Registrar,
    host: Host,
}

impl Telling {
    /// What a step is answered, if it can be told here.
    fn tell(&mut self, line: &str, mut step: Step, steps: &mut Steps) -> Option<Answer> {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        if line.get("answer").is_some() {
            steps.elsewhere += 1;
            return None;
        }
        if let Some(id) = client_id(&self.registrar, &step) {
            step.facts.record = self.host.folder.records().remove(&id);
        }
        match &step.operation {
            Operation::Register(_)
            | Operation::Read(_)
            | Operation::Update(..)
            | Operation::Remove(_) => {
                steps.over_http += 1;
                self.arrange(&step);
                step.facts.address = Some(ADDRESS.into());
                Some(self.over_http(&step))
            }
            Operation::Authorize(request) if request.endpoint == Endpoint::Authorization => {
                steps.over_http += 1;
                Some(self.at_decide(&step))
            }
            Operation::Usable(..) => {
                steps.over_http += 1;
                // Whoever signs in has an account here.
                step.facts.account.get_or_insert("jane".into());
                Some(self.at_decide(&step))
            }
            Operation::Provision(..)
            | Operation::Disable(_)
            | Operation::Enable(_)
            | Operation::Approve(_)
            | Operation::Deny(_)
            | Operation::RotateRegistrationAccessToken(_)
            | Operation::RotateSecret(_) => {
                steps.by_hand += 1;
                let answer = self.registrar.perform(&step);
                self.host.folder.carry_out(&answer);
                Some(answer)
            }
            _ => {
                steps.elsewhere += 1;
                None
            }
        }
    }

    /// Lets the database hold what the story says was counted.
    fn arrange(&self, step: &Step) {
        let database = self.host.folder.database();
        let usage = &step.facts.usage;
        if let Some(clients) = usage.anonymous_clients {
            let fill = "DELETE FROM client WHERE client_id LIKE 'filler-%'";
            database.execute(fill, ()).expect("it can be written");
            let query = "SELECT count(record) FROM client WHERE api_key IS NULL";
            let others = self.host.folder.number(query);
            let missing = clients.checked_sub(others.into());
            for number in 0..missing.expect("the story has no fewer") {
                let fill = "INSERT INTO client (client_id, record) VALUES (?1, '{}')";
                let id = format!("filler-{number}");
                database.execute(fill, [id]).expect("it can be written");
            }
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = since.expect("the clock is set").as_secs();
        let registrar = &self.registrar;
        for (column, registrations, network, window) in [
            (
                "network",
                usage.address_registrations,
                registrar.network(ADDRESS),
                registrar.window(),
            ),
            (
                "wider",
                usage.wider_registrations,
                registrar.wider_network(ADDRESS),
                registrar.wider_window(),
            ),
        ] {
            let Some(registrations) = registrations else {
                continue;
            };
            let network = network.expect("it is an address");
            let counted = format!("{network} in window {}", now / window);
            let before = format!("DELETE FROM client WHERE client_id LIKE 'gone-{column}-%'");
            database.execute(&before, ()).expect("it can be written");
            for number in 0..registrations {
                let fill = format!("INSERT INTO client (client_id, {column}) VALUES (?1, ?2)");
                let values = params![format!("gone-{column}-{number}"), counted];
                database.execute(&fill, values).expect("it can be written");
            }
        }
    }

    /// By a client, or by an administrator with a key.
    fn over_http(&mut self, step: &Step) -> Answer {
        let facts = &step.facts;
        let token = match facts.credential {
            Credential::Accepted => {
                let permissions = facts.permissions.join(" ");
                let folder = &self.host.folder;
                Some(folder.add_key(
                    facts.account.as_deref(),
                    &permissions,
                    facts.terms.as_deref(),
                ))
            }
            _ => facts.token.clone(),
        };
        let (method, path, body) = match &step.operation {
            Operation::Register(body) => ("POST", "/auth/register".to_owned(), &body[..]),
            Operation::Read(id) => ("GET", format!("/auth/register/{id}"), &b""[..]),
            Operation::Update(id, body) => ("PUT", format!("/auth/register/{id}"), &body[..]),
            Operation::Remove(id) => ("DELETE", format!("/auth/register/{id}"), &b""[..]),
            other => panic!("{other:?} is not served"),
        };
        let body = std::str::from_utf8(body).expect("a story is text");
        let answer = self.host.ask(method, &path, token.as_deref(), body);

        let expected = decided(self.registrar.perform(step));
        let context = format!("{method} {path} {body}: {answer:?} and not {expected:?}");
        assert_eq!(answer.status, expected.status, "{context}");
        for (name, value) in &expected.headers {
            let sent = answer.header(&name.to_ascii_lowercase());
            // How long to wait depends on the clock.
            let expected = Some(&**value).filter(|_| name != "Retry-After");
            assert!(
                sent.is_some() && (sent == expected || expected.is_none()),
                "{context}"
            );
        }
        assert_eq!(
            without_drawn(&answer.body),
            without_drawn(&expected.body),
            "{context}"
        );
        Answer::Decision(Box::new(Replayed {
            body: answer.body,
            ..expected
        }))
    }

    /// By the mail server.
    fn at_decide(&mut self, step: &Step) -> Answer {
        let facts = &step.facts;
        let mut question = json!({
            "account": facts.account,
            "permissions": facts.permissions,
            "agreed": true,
        });
        match &step.operation {
            Operation::Authorize(request) => {
                let query = std::str::from_utf8(&request.parameters).expect("a story is text");
                question["request"] = query.into();
            }
            Operation::Usable(id, scope) => {
                question["client_id"] = id.as_str().into();
                question["scope"] = json!(scope);
            }
            other => panic!("{other:?} is not asked here"),
        }
        let key = self.host.folder.add_key(None, common::DECIDE, None);
        let verdict = self.host.decide(&key, &question);

        let expected = decided(self.registrar.perform(step));
        let client = expected.client.as_ref().map(|client| {
            json!({
                "client_id": client.client_id,
                "redirect_uri": client.redirect_uri,
                "scope": client.scope,
                "standing": format!("{:?}", client.standing).to_lowercase(),
                "metadata": serde_json::from_str::<Value>(&client.metadata).unwrap_or_default(),
            })
        });
        let location = |(name, value): &(String, String)| {
            (name.eq_ignore_ascii_case("location")).then(|| value.clone())
        };
        let diagnostics: Vec<Value> = expected
            .diagnostics
            .iter()
            .map(|found| json!({ "code": found.code, "message": found.message }))
            .collect();
        assert_eq!(
            verdict,
            json!({
                "allowed": expected.outcome == Outcome::Accept,
                "client": client,
                "diagnostics": diagnostics,
                "status": expected.status,
                "location": expected.headers.iter().find_map(location),
                "body": expected.body,
            })
        );
        Answer::Decision(Box::new(expected))
    }
}

/// The client that a step is about, if it names one.
fn client_id(registrar: &Registrar, step: &Step) -> Option<String> {
    match &step.operation {
        Operation::Provision(id, _) => id.clone(),
        Operation::Read(id)
        | Operation::Update(id, _)
        | Operation::Remove(id)
        | Operation::Disable(id)
        | Operation::Enable(id)
        | Operation::Approve(id)
        | Operation::Deny(id)
        | Operation::RotateRegistrationAccessToken(id)
        | Operation::RotateSecret(id)
        | Operation::Usable(id, _) => Some(id.clone()),
        Operation::Authorize(request) => registrar.identify(&gatepost::Request {
            endpoint: request.endpoint,
            authorization: request.authorization.as_deref(),
            parameters: &request.parameters,
            jwks: None,
        }),
        _ => None,
    }
}

/// The settings of a chapter, with URLs.
fn with_urls(settings: &str) -> String {
    let (_, table) = URLS.split_once("]\n").expect("a table");
    let lines = table.lines().filter(|line| {
        let key = line.split(' ').next().expect("a key");
        !settings.contains(key)
    });
    let header = "[oauth.client-registration]\n";
    let rest = settings.strip_prefix(header).unwrap_or(settings);
    format!("{header}{rest}\n{}\n", lines.collect::<Vec<_>>().join("\n"))
}

fn decided(answer: Answer) -> Replayed {
    match answer {
        Answer::Decision(decision) => *decision,
        other => panic!("{other:?} is no decision"),
    }
}

/// A body less what is drawn or timed.
fn without_drawn(body: &str) -> Value {
    let mut body: Value = serde_json::from_str(body).unwrap_or_default();
    for member in [
        "client_id",
        "client_id_issued_at",
        "client_secret",
        "registration_access_token",
        "registration_client_uri",
    ] {
        if let Some(value) = body.get_mut(member) {
            value.take();
        }
    }
    body
}

impl Folder {
    /// What is stored of all clients.
    fn records(&self) -> std::collections::BTreeMap<String, String> {
        self.database()
            .prepare("SELECT client_id, record FROM client WHERE record IS NOT NULL")
            .and_then(|mut query| {
                query
                    .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect()
            })
            .expect("the database can be read")
    }

    /// What another program does that has the same database.
    fn carry_out(&self, answer: &Answer) {
        let Answer::Decision(decision) = answer else {
            return;
        };
        match &decision.effect {
            Effect::None => {}
            Effect::Store(record) | Effect::Replace(record) => {
                let put = "INSERT INTO client (client_id, record, api_key) VALUES (?1, ?2, 0)
                           ON CONFLICT DO UPDATE SET record = excluded.record";
                let values = [&record.client_id, &record.document];
                self.database()
                    .execute(put, values)
                    .expect("the database can be written");
            }
            Effect::Remove(client_id) => {
                let end = "UPDATE client SET record = NULL WHERE client_id = ?1";
                self.database()
                    .execute(end, [client_id])
                    .expect("the database can be written");
            }
            Effect::Share(_) => panic!("an administrator shares no client"),
        }
    }
}
