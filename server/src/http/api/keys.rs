//! API keys: list, create, revoke.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepost_directory::{KeyEntry, KeyId};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::http::api::asking;
use crate::http::api::asking::{Asking, fresh, object};
use crate::http::api::problem::Problem;
use crate::http::shared::administration::KeyWish;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    after: Option<i64>,
    limit: Option<u32>,
}

pub(super) async fn list(
    asking: Asking,
    page: Result<Query<Keys>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(page) = page?;
    let limit = asking::limit(page.limit)?;
    let after = KeyId::numbered(page.after.unwrap_or(i64::MIN));
    let found = asking.administrator().keys(after, limit + 1).await;
    let mut keys = found.map_err(Problem::of)?;
    let is_more = keys.len() > limit as usize;
    keys.truncate(limit as usize);
    let next = keys.last().filter(|_| is_more).map(|last| last.id.number());
    let keys: Vec<Value> = keys.iter().map(facts).collect();
    Ok(fresh(json!({ "keys": keys, "next": next })))
}

fn facts(key: &KeyEntry) -> Value {
    let terms = key.terms.as_deref();
    json!({
        "id": key.id.number(),
        "name": key.name,
        "account": key.account,
        "owner": key.owner,
        "made_with": key.made_with.map(KeyId::number),
        "permissions": key.permissions,
        "allowed": key.allowed,
        // They were JSON when they were stored.
        "terms": terms.and_then(|terms| serde_json::from_str::<Value>(terms).ok()),
        "registrations": key.registrations,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "unreadable": key.unreadable,
    })
}

/// A key to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    account: Option<String>,
    permissions: Vec<String>,
    terms: Option<Box<RawValue>>,
    expires_in_days: Option<u64>,
}

pub(super) async fn create(mut asking: Asking, request: Request) -> Result<Response, Problem> {
    let body = asking.body(request).await?;
    let new: New = object(&body)?;
    let problem = Problem::of;
    let wish = KeyWish::new(
        &new.name,
        new.account.as_deref(),
        new.permissions.iter().map(String::as_str),
        new.terms.as_deref().map(RawValue::get),
        new.expires_in_days,
        asking.now,
    )
    .map_err(problem)?;
    let made = asking.administrator().make_key(wish).await;
    let made = made.map_err(problem)?;
    let body = json!({
        "id": made.id.number(),
        "key": made.key.reveal(),
        "expires_at": made.expires_at,
    });
    Ok((StatusCode::CREATED, fresh(body)).into_response())
}

pub(super) async fn revoke(
    asking: Asking,
    number: Result<Path<i64>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(number) = number?;
    let revoked = asking
        .administrator()
        .revoke_key(KeyId::numbered(number))
        .await;
    revoked.map_err(Problem::of)?;
    let fresh = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::NO_CONTENT, fresh).into_response())
}
