//! The last decisions of this server.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;

use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::pages::when::when;
use crate::http::shared::cut::Cut;
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
    client: Cut,
    asker: Cut,
    is_accepted: bool,
    status: u16,
    codes: Cut,
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
        client: Cut::new(
            line.subject
                .as_deref()
                .or(line.client_id.as_deref())
                .unwrap_or_default(),
        ),
        asker: Cut::new(match (&line.caller.account, &line.caller.address) {
            (Some(account), _) => account,
            (None, Some(address)) => address,
            (None, None) if line.operation == "lifecycle" => "this server",
            (None, None) => "an unknown address",
        }),
        is_accepted: line.accepted,
        status: line.status,
        codes: Cut::new(&line.codes.join(", ")),
    });
    let decisions = Decisions {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        rows: rows.collect(),
    };
    Ok(page(StatusCode::OK, &decisions, &Leave::default()))
}
