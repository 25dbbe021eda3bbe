//! The policy in force.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;
use serde_json::{Map, Value};

use crate::config;
use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::shared::answer;
use crate::http::shared::page::{Leave, page};
use crate::http::shared::refusal::Refusal;

#[derive(Template)]
#[template(path = "policy.html")]
struct Policy<'a> {
    visitor: &'a str,
    csrf: String,
    warnings: Vec<String>,
    /// What follows from it for clients, as they are told (RFC 8414 §2).
    members: Vec<(String, Vec<String>)>,
}

pub(super) async fn show(visitor: Visitor) -> Result<Response, Instead> {
    visitor
        .administrator()
        .require(Permission::OauthClientList)
        .map_err(|error| visitor.not_done(error))?;
    let plugin = visitor.app.decider.plugin();
    let metadata = plugin.server_metadata();
    let metadata = metadata.map_err(|error| answer::refusal(error.into()))?;
    let metadata: Map<String, Value> =
        serde_json::from_str(&metadata).map_err(|_| Refusal::Failed)?;
    let policy = Policy {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        warnings: config::warnings(&*plugin)
            .iter()
            .map(config::line)
            .collect(),
        members: metadata
            .iter()
            .map(|(name, value)| (name.replace('_', " "), texts(value)))
            .collect(),
    };
    Ok(page(StatusCode::OK, &policy, &Leave::default()))
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}
