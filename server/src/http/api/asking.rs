//! What the requests of programs have in common.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use gatepost_plugin::{Caller, Credential};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::api::problem::Problem;
use crate::http::shared::administration::{Administrator, Authority};
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
    authority: Authority,
    origin: Origin,
    pub(super) now: u64,
}

impl Asking {
    pub(super) fn administrator(&self) -> Administrator<'_> {
        Administrator {
            app: &self.app,
            caller: self.caller.clone(),
            authority: self.authority,
            now: self.now,
        }
    }

    /// The body of a request that changes something. Who asks is asked again when all of it is there: a body that comes
    /// slowly outlives no key and no permission.
    pub(super) async fn body(&mut self, request: Request) -> Result<Vec<u8>, Problem> {
        let (head, body) = request.into_parts();
        let time = self.app.limits.body;
        let body = body::read(Kind::Json, &head.headers, body, time).await?;
        *self = Self::of(&self.app, self.origin, &head.headers).await?;
        Ok(body)
    }

    async fn of(app: &Arc<App>, origin: Origin, headers: &HeaderMap) -> Result<Self, Problem> {
        let now = gatepost_directory::now();
        let (mut caller, key) = caller::identify(headers, origin, &app.decider, now).await?;
        if caller.credential != Credential::Accepted {
            return Err(Problem::Unproven(caller.credential));
        }
        caller.token = None;
        Ok(Self {
            app: Arc::clone(app),
            caller,
            authority: key.as_ref().map(Authority::of_key).unwrap_or_default(),
            origin,
            now,
        })
    }
}

impl FromRequestParts<Arc<App>> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Some(origin) = head.extensions.get::<Origin>().copied() else {
            return Err(Problem::Refusal(Refusal::Failed));
        };
        Self::of(app, origin, &head.headers).await
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
