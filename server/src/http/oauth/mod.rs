//! The endpoints of the authorization server.
//!
//! Who may use what, and for what, the plugin decides. What is left is to keep what was decided: to
//! ask the user, to issue tokens, and to see that each is used once, by whom it was issued to, and in
//! time.

mod authorize;
mod bearer;
mod code;
mod consent;
mod consult;
mod device;
mod fault;
mod handover;
mod introspect;
mod issue;
mod manage;
mod nearest;
mod own;
mod presented;
mod refused;
mod register;
mod request;
mod revoke;
mod sign_in;
mod token;
mod verify;

use axum::routing::{get, post};

use crate::http::shared::page;
use crate::http::shared::refusal::{Allowed, Refusal};
use crate::http::shared::routes::Routes;

pub(super) use bearer::{bearer, is_still_good};
pub(super) use code::redeem;
pub(super) use consent::described;
pub(super) use fault::Fault;
pub(super) use nearest::{is_below, nothing_at};
pub(super) use own::{Begun, CLIENT, forget};
pub(super) use sign_in::{NotSignedIn, verify};

pub(super) fn routes() -> Routes {
    let page = || async { Refusal::Method(Allowed::Page) };
    let send = || async { Refusal::Method(Allowed::Send) };
    let manage = || async { Refusal::Method(Allowed::Manage) };
    Routes::new()
        .route(
            "/auth/register",
            post(register::register).fallback(async || Refusal::Method(Allowed::Register)),
        )
        .route(
            "/auth/register/{client_id}",
            get(manage::read)
                .put(manage::update)
                .delete(manage::remove)
                // Otherwise it would be taken for a GET.
                .head(manage)
                .fallback(manage),
        )
        .route(
            "/auth/authorize",
            get(authorize::show).post(authorize::answer).fallback(page),
        )
        .route(
            "/auth/sign-in",
            get(sign_in::show).post(sign_in::sign_in).fallback(page),
        )
        .route("/auth/sign-out", post(sign_in::sign_out).fallback(send))
        .route("/auth/token", post(token::token).fallback(send))
        .route("/auth/device", post(device::authorize).fallback(send))
        .route(
            "/auth/device/verify",
            get(verify::show).post(verify::answer).fallback(page),
        )
        .route(
            "/device",
            get(verify::short).fallback(async || Refusal::Method(Allowed::Read)),
        )
        .route(
            "/auth/introspect",
            post(introspect::introspect).fallback(send),
        )
        .route("/auth/revoke", post(revoke::revoke).fallback(send))
        .route(
            "/assets/style.css",
            get(page::style_sheet).fallback(async || Refusal::Method(Allowed::Read)),
        )
}
