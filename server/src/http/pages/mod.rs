//! What a person sees in a browser: the administration, and which programs act for an account.

mod account;
mod clients;
mod entrance;
mod events;
mod keys;
mod policy;
mod visitor;
mod when;

use std::sync::Arc;

use axum::routing::{MethodRouter, get, post};

use self::visitor::Visitor;
use crate::http::shared::app::App;
use crate::http::shared::page::{Failure, go_to};
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
        .route("/admin/", read(get(clients::list)))
        .route("/admin/enter", read(get(entrance::enter)))
        .route("/admin/callback", read(get(entrance::callback)))
        .route("/admin/leave", with(Allowed::Send, post(entrance::leave)))
        .route(
            "/admin/client",
            page(get(clients::show).post(clients::change)),
        )
        .route(
            "/admin/register",
            page(get(clients::ask).post(clients::register)),
        )
        .route("/admin/keys", page(get(keys::list).post(keys::change)))
        .route("/admin/policy", read(get(policy::show)))
        .route("/admin/events", read(get(events::show)))
        .route("/account", page(get(account::show).post(account::end)))
}
