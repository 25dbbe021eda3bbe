//! The last decisions of this server.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;

use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::pages::when::when;
use crate::http::shared::page::{Leave, page};

#[derive(Template)]
#[template(path = "decisions.html")]
struct Decisions<'a> {
    visitor: &'a str,
    csrf: String,
    rows: Vec<Row>,
}

struct Row {
    at: String,
    operation: String,
    client: String,
    asker: String,
    is_accepted: bool,
    status: u16,
    codes: String,
}

pub(super) async fn show(visitor: Visitor) -> Result<Response, Instead> {
    visitor
        .administrator()
        .require(Permission::OauthClientList)
        .map_err(|error| visitor.not_done(error))?;
    let recent = visitor.app.watch.audit.recent();
    let rows = recent.iter().map(|line| Row {
        at: when(line.at),
        operation: line.operation.replace('-', " "),
        client: line
            .subject
            .clone()
            .or(line.client_id.clone())
            .unwrap_or_default(),
        asker: match (&line.caller.account, &line.caller.address) {
            (Some(account), _) => account.clone(),
            (None, Some(address)) => address.clone(),
            (None, None) => "this server".to_owned(),
        },
        is_accepted: line.accepted,
        status: line.status,
        codes: line.codes.join(", "),
    });
    let decisions = Decisions {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        rows: rows.collect(),
    };
    Ok(page(StatusCode::OK, &decisions, &Leave::default()))
}
