//! What a person sees in a browser: the administration, and which programs act for an account.

mod account;
mod clients;
mod confirm;
mod entrance;
mod events;
mod keys;
mod mistakes;
mod overview;
mod policy;
mod terms;
mod texts;
mod told;
mod visitor;
mod when;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};

use self::visitor::Visitor;
use crate::http::shared::app::App;
use crate::http::shared::page::{Failure, Message, go_to};
use crate::http::shared::refusal::{Allowed, Refusal};
use crate::http::shared::routes::Routes;

pub(super) fn routes() -> Routes {
    let with = |allowed: Allowed, methods: MethodRouter<Arc<App>>| {
        methods.fallback(async move || Failure::from(Refusal::Method(allowed)))
    };
    let read = |methods| with(Allowed::Read, methods);
    let page = |methods| with(Allowed::Page, methods);
    Routes::new()
        .route("/admin", read(get(async || go_to("/admin/"))))
        .route("/admin/", read(get(overview::show)))
        .route("/admin/clients", read(get(clients::list)))
        .route("/admin/enter", read(get(entrance::enter)))
        .route("/admin/callback", read(get(entrance::callback)))
        .route("/admin/leave", with(Allowed::Send, post(entrance::leave)))
        .route("/admin/left", read(get(entrance::left)))
        .route(
            "/admin/client",
            page(get(clients::one::show).post(clients::one::change)),
        )
        .route(
            "/admin/client/edit",
            page(get(clients::form::edit).post(clients::form::change)),
        )
        .route(
            "/admin/client/secret",
            read(get(clients::one::ask_for_secret)),
        )
        .route(
            "/admin/client/token",
            read(get(clients::one::ask_for_token)),
        )
        .route("/admin/client/deny", read(get(clients::one::ask_to_deny)))
        .route(
            "/admin/client/delete",
            read(get(clients::one::ask_to_delete)),
        )
        .route(
            "/admin/register",
            page(get(clients::form::ask).post(clients::form::register)),
        )
        .route("/admin/keys", page(get(keys::list).post(keys::change)))
        .route("/admin/keys/revoke", read(get(keys::ask_to_revoke)))
        .route("/admin/policy", read(get(policy::show)))
        .route(
            "/admin/policy/try",
            with(Allowed::Send, post(policy::trial::try_out)),
        )
        .route("/admin/events", read(get(events::show)))
        .route("/account", page(get(account::show).post(account::end::end)))
        .route("/account/end", read(get(account::end::ask_to_end)))
        .route("/account/ended", read(get(account::end::ended)))
        .route(
            "/account/password",
            page(get(account::password::ask).post(account::password::change)),
        )
        .route("/admin/{*path}", any(nothing))
        .route("/account/{*path}", any(nothing))
}

/// A person who is below the pages, where there is none.
async fn nothing() -> Response {
    Message {
        title: "There is no such page",
        text: "The address is wrong, or the page has moved.",
        details: &[],
        link: Some(("/admin/", "Administration")),
    }
    .send(StatusCode::NOT_FOUND)
}
