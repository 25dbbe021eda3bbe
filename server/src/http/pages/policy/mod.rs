//! The policy in force, and what other settings would do.

mod past;
pub(super) mod trial;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;
use serde_json::{Map, Value};

use crate::http::pages::Visitor;
use crate::http::pages::texts::texts;
use crate::http::pages::visitor::Instead;
use crate::http::shared::answer;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::settings;
use crate::http::shared::settings::{Setting, Source};

#[derive(Template)]
#[template(path = "policy.html")]
struct Policy<'a> {
    visitor: &'a str,
    csrf: String,
    warnings: Vec<String>,
    /// The settings that somebody wrote, and the others.
    written: Vec<Setting>,
    others: Vec<Setting>,
    /// What is written now, to be changed and tried.
    typed: String,
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
    let config = visitor.app.config();
    let all = settings::in_force(&config, &visitor.app.public_url);
    let is_written = |setting: &Setting| setting.source == Source::Written;
    let (written, others) = all.into_iter().partition(is_written);
    let policy = Policy {
        written,
        others,
        typed: trial::written(&config),
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        warnings: visitor.warnings(&*plugin).await?,
        members: metadata
            .iter()
            .map(|(name, value)| (name.replace('_', " "), texts(value)))
            .collect(),
    };
    Ok(visitor.page(StatusCode::OK, &policy))
}
