//! The plugin's word on a client that is stored.

use std::error::Error;

use gatepost_directory::Entry;
use gatepost_plugin::{Caller, Context, Credential, Plugin, PluginError, Usage};
use rand::rngs::SysError;

use super::entropy;

/// The name that a client registered, if it has one. A record is the plugin's, so that it is asked.
pub fn name(
    plugin: &dyn Plugin,
    entry: &Entry,
    now: u64,
) -> Result<Option<String>, Box<dyn Error>> {
    let administrator = Caller {
        credential: Credential::Accepted,
        permissions: vec!["authenticate".to_owned(), "oauth-client-get".to_owned()],
        ..Caller::default()
    };
    let context = context_of(entry, administrator, now)?;
    let answer = plugin.read(&context, &entry.client_id);
    let read = |body: String| {
        let answer: serde_json::Value = serde_json::from_str(&body).ok()?;
        Some(answer.get("client_name")?.as_str()?.to_owned())
    };
    Ok(answer
        .map_err(|error: PluginError| format!("{}: {error}", entry.client_id))
        .map(|decision| read(decision.response.body))?)
}

/// What the plugin judges a stored client by, when it is asked by this caller.
pub fn context_of(entry: &Entry, caller: Caller, now: u64) -> Result<Context, SysError> {
    Ok(Context {
        now,
        entropy: entropy::draw()?,
        caller,
        usage: Usage::default(),
        record: Some(entry.record.clone()),
    })
}
