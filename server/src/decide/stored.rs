//! The plugin's word on a client that is stored.

use std::error::Error;

use gatepost_directory::{Entry, RegisteredBy};
use gatepost_plugin::{
    Caller, Context, Credential, Decision, Diagnostic, Effect, Outcome, Plugin, Usage,
};
use rand::rngs::SysError;
use serde::Deserialize;
use serde_json::Value;

use super::entropy;

/// A client in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It was deleted. Its record stays so that nobody else uses its id, and is in no list.
    Deleted,
    /// It is there, with the name that it registered, if it has one.
    Live {
        /// The name.
        name: Option<String>,
    },
}

/// What a list says of a client, and whether it waits for an administrator's approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Whether it is there, and under which name.
    pub listed: Listed,
    /// Whether it waits.
    pub waits: bool,
}

/// What a list says of a client. A record is the plugin's, so that it is asked.
pub fn listed(plugin: &dyn Plugin, entry: &Entry, now: u64) -> Result<Listed, Box<dyn Error>> {
    Ok(look(plugin, entry, now)?.listed)
}

/// What a list says of a client, and whether it waits.
pub fn look(plugin: &dyn Plugin, entry: &Entry, now: u64) -> Result<Looked, Box<dyn Error>> {
    let administrator = Caller {
        credential: Credential::Accepted,
        permissions: vec!["authenticate".to_owned(), "oauth-client-get".to_owned()],
        ..Caller::default()
    };
    let context = context_of(entry, administrator, now)?;
    let read = plugin.read(&context, &entry.client_id);
    let read = read.map_err(|error| format!("{}: {error}", entry.client_id))?;
    Ok(Looked {
        listed: match has(&read, "client-not-found") {
            true => Listed::Deleted,
            false => Listed::Live { name: name(&read) },
        },
        waits: waits(&read.diagnostics),
    })
}

/// Whether the plugin found that a client waits for an administrator's approval.
pub fn waits(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|found| found.code == "client-waits")
}

/// Who registered a client, by name where there is one.
pub fn registered_by(entry: &Entry) -> String {
    let key = entry.key.as_ref();
    let with_key = key.map(|key| format!("with the key “{key}”"));
    match (entry.by, &entry.owner, with_key, &entry.network) {
        (RegisteredBy::Document, ..) => "its own website".to_owned(),
        (RegisteredBy::Administrator, None, None, _) => "an administrator, by hand".to_owned(),
        (_, Some(account), Some(with_key), _) => format!("{account}, {with_key}"),
        (_, Some(account), None, _) => account.clone(),
        (_, None, Some(with_key), _) => with_key,
        (RegisteredBy::Key, None, None, _) => "a key that is gone".to_owned(),
        (_, None, None, Some(network)) => format!("anonymous, from {network}"),
        (_, None, None, None) => "anonymous".to_owned(),
    }
}

/// Until when the secret before the latest one works, in seconds since 1970; `None` if it does not, or there is none.
pub fn old_secret_ends(record: &str, now: u64) -> Option<u64> {
    let secrets: Secrets = serde_json::from_str(record).ok()?;
    let old = secrets.previous_client_secret?;
    (old.expires_at > now).then_some(old.expires_at)
}

/// The same of the record that a decision writes: until when the old secret works when there is a new one.
pub fn old_secret_ends_after(decision: &Decision, now: u64) -> Option<u64> {
    match &decision.effect {
        Effect::Store(record) | Effect::Share(record) | Effect::Replace(record) => {
            old_secret_ends(&record.document, now)
        }
        Effect::Remove(_) | Effect::None => None,
    }
}

/// What a record has of the secret before the latest one.
#[derive(Deserialize)]
struct Secrets {
    previous_client_secret: Option<OldSecret>,
}

#[derive(Deserialize)]
struct OldSecret {
    expires_at: u64,
}

/// The name of a client as its users may see it: not if it is one that no client may have by now.
pub fn name_for_users(
    plugin: &dyn Plugin,
    entry: &Entry,
    now: u64,
) -> Result<Option<String>, Box<dyn Error>> {
    let context = context_of(entry, Caller::default(), now)?;
    let review = plugin.review(&context, &entry.client_id)?;
    if has(&review, "client-name-protected") {
        return Ok(None);
    }
    Ok(match listed(plugin, entry, now)? {
        Listed::Live { name } => name,
        Listed::Deleted => None,
    })
}

/// The name in the registration that was read.
fn name(read: &Decision) -> Option<String> {
    if read.outcome == Outcome::Refuse {
        return None;
    }
    let registration: Value = serde_json::from_str(&read.response.body).ok()?;
    Some(registration.get("client_name")?.as_str()?.to_owned())
}

fn has(decision: &Decision, code: &str) -> bool {
    let mut codes = decision.diagnostics.iter().map(|found| &found.code);
    codes.any(|found| found == code)
}

/// What the plugin judges a stored client by, when it is asked by this caller.
pub fn context_of(entry: &Entry, caller: Caller, now: u64) -> Result<Context, SysError> {
    context(entry.record.clone(), caller, now)
}

/// What the plugin judges a record by, when it is asked by this caller.
pub fn context(record: String, caller: Caller, now: u64) -> Result<Context, SysError> {
    Ok(Context {
        now,
        entropy: entropy::draw()?,
        caller,
        usage: Usage::default(),
        record: Some(record),
    })
}
