//! `gatepost-server client show`: what is known of one client.

use std::io::{self, Write};
use std::process::ExitCode;

use gatepost_directory::Entry;
use gatepost_plugin::{Caller, Outcome};
use serde_json::{Map, Value, json};

use super::administrator;
use crate::commands::check;
use crate::commands::check::json::ascii;
use crate::commands::exit::Undone;
use crate::commands::printable::printable;
use crate::commands::tools::{Done, Tools, with_reader};
use crate::commands::unreadable::readable;
use crate::commands::when::{Clock, Shown};
use crate::decide::stored::{context_of, old_secret_ends, registered_by, waits};
use crate::shell::quoted;

/// Shows a client, and what the settings say of it now.
pub(super) fn show(client_id: String, tools: Tools, shown: Shown) -> Done {
    with_reader(tools, async |directory, config| {
        let now = gatepost_directory::now();
        let missing = || Undone::NotFound(format!("there is no client {client_id}"));
        let entry = directory.client(&client_id, now).await?;
        let entry = entry.ok_or_else(missing)?;
        readable(&entry)?;
        let plugin = config.compile(&config.public_url(config.listen))?;
        let read = plugin.read(&context_of(&entry, administrator(), now)?, &client_id)?;
        if super::is_missing(&read) {
            return Err(missing().into());
        }
        let review = plugin.review(&context_of(&entry, Caller::default(), now)?, &client_id)?;
        let registration: Map<String, Value> = match read.outcome {
            Outcome::Accept => serde_json::from_str(&read.response.body)?,
            Outcome::Refuse => Map::new(),
        };
        let name = registration.get("client_name").and_then(Value::as_str);
        let waits = waits(&read.diagnostics);
        let mut told = facts(&entry, name.map(str::to_owned), waits);
        let works = review.outcome == Outcome::Accept && !waits;
        let mut out = io::stdout().lock();
        if shown.json {
            told["works"] = works.into();
            told["old_secret_expires_at"] = old_secret_ends(&entry.record, now).into();
            told["registration"] = registration.into();
            told["findings"] = review
                .diagnostics
                .iter()
                .map(|said| json!({"code": said.code, "pointer": said.pointer, "message": said.message}))
                .collect();
            writeln!(out, "{}", ascii(&told))?;
            return Ok(ExitCode::SUCCESS);
        }
        let clock = shown.zone.clock();
        let mut rows = said_of(&entry, waits, &clock);
        if let Some(end) = old_secret_ends(&entry.record, now) {
            rows.push(("old secret until".to_owned(), vec![clock.time(end)]));
        }
        let members = registration
            .iter()
            .filter(|(name, _)| !NOT_SHOWN.contains(&&***name));
        rows.extend(members.map(|(name, value)| (name.clone(), texts(value))));
        let widest = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, values) in rows {
            let mut name = printable(&name, usize::MAX);
            for value in values {
                writeln!(out, "{name:widest$}  {}", printable(&value, usize::MAX))?;
                name.clear();
            }
        }
        if waits {
            writeln!(
                out,
                "\nIt waits until an administrator approves it (`client approve {} --revision {}`):",
                quoted(&entry.client_id),
                entry.revision
            )?;
        } else if !works {
            writeln!(out, "\nIt does not work under these settings:")?;
        } else if !review.diagnostics.is_empty() {
            writeln!(out, "\nThe settings say of it:")?;
        }
        for said in &review.diagnostics {
            writeln!(out, "{}", check::line(said))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// What the directory knows of a client, for a program.
pub(super) fn facts(entry: &Entry, name: Option<String>, waits: bool) -> Value {
    json!({
        "client_id": entry.client_id,
        "client_name": name,
        "state": state(entry, waits),
        "waiting": waits,
        "revision": entry.revision,
        "users": entry.users,
        "owner": entry.owner,
        "anonymous": entry.is_anonymous,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
        "authorised_at": entry.activity.authorised_at,
        "last_used_at": entry.activity.last_used,
    })
}

pub(super) const fn state(entry: &Entry, waits: bool) -> &'static str {
    match (entry.is_disabled, waits) {
        (true, _) => "disabled",
        (false, true) => "waits",
        (false, false) => "enabled",
    }
}

/// The same for a person.
fn said_of(entry: &Entry, waits: bool, clock: &Clock) -> Vec<(String, Vec<String>)> {
    [
        ("client", entry.client_id.clone()),
        ("state", state(entry, waits).to_owned()),
        ("revision", entry.revision.to_string()),
        ("users", entry.users.to_string()),
        ("registered by", registered_by(entry)),
        ("registered", clock.time(entry.created_at)),
        ("changed", clock.time(entry.changed_at)),
        ("first allowed", clock.time_if(entry.activity.authorised_at)),
        ("last used", clock.time_if(entry.activity.last_used)),
    ]
    .map(|(name, value)| (name.to_owned(), vec![value]))
    .to_vec()
}

/// The values of a member, one in a line.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    match value {
        Value::Array(values) if !values.is_empty() => values.iter().map(text).collect(),
        value => vec![text(value)],
    }
}

/// What was said before, or is for the client alone.
const NOT_SHOWN: &[&str] = &[
    "client_id",
    "client_id_issued_at",
    "client_secret",
    "registration_access_token",
    "registration_client_uri",
];
