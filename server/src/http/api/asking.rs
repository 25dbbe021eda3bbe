//! What the requests of programs have in common.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use gatepost_plugin::{Caller, Credential};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::api::problem::Problem;
use crate::http::shared::administration::Administrator;
use crate::http::shared::app::App;
use crate::http::shared::kind::Kind;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::{body, caller};
use crate::origin::place::Origin;

/// A request of somebody who has an API key. Whoever has none is answered before anything else of the
/// request is read, so that the answer does not depend on it, and nothing is decided.
pub(super) struct Asking {
    pub(super) app: Arc<App>,
    pub(super) caller: Caller,
    /// When the caller's key ends, in seconds since 1970.
    expires_at: Option<u64>,
    pub(super) now: u64,
}

impl Asking {
    pub(super) fn administrator(&self) -> Administrator<'_> {
        Administrator {
            app: &self.app,
            caller: self.caller.clone(),
            expires_at: self.expires_at,
            now: self.now,
        }
    }

    /// The body of a request that changes something.
    pub(super) async fn body(&self, request: Request) -> Result<Vec<u8>, Problem> {
        let (head, body) = request.into_parts();
        let time = self.app.limits.body;
        Ok(body::read(Kind::Json, &head.headers, body, time).await?)
    }
}

impl FromRequestParts<Arc<App>> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let State(app) = State::<Arc<App>>::from_request_parts(head, app)
            .await
            .unwrap_or_else(|never| match never {});
        let Some(origin) = head.extensions.get::<Origin>().copied() else {
            return Err(Problem::Refusal(Refusal::Failed));
        };
        let now = gatepost_directory::now();
        let directory = app.decider.directory();
        let (mut caller, key) = caller::identify(&head.headers, origin, directory, now).await?;
        if caller.credential != Credential::Accepted {
            return Err(Problem::Unproven(caller.credential));
        }
        caller.token = None;
        Ok(Self {
            app,
            caller,
            expires_at: key.and_then(|key| key.expires_at),
            now,
        })
    }
}

/// A body that is the JSON object described. Serde would take an array of its members as well.
pub(super) fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let described = match body.trim_ascii_start().first() {
        Some(b'[') => Err("it is an array".to_owned()),
        _ => serde_json::from_slice(body).map_err(|error| error.to_string()),
    };
    described.map_err(|error| Problem::Malformed(format!("The body is not as described: {error}.")))
}

/// How many there are on a page, if at most so many are asked for.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::Malformed(format!(
        "`limit` is a whole number from 1 to {MOST}."
    )))
}

/// An answer that no cache keeps.
pub(super) fn fresh(value: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}

/// How many there are on a page at most, and if nobody says.
const MOST: u32 = 200;
const USUAL: u32 = 50;
