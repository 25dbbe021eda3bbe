//! API keys: list, create, revoke.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::clients::{self, Page};
use super::problem::Problem;
use super::{Asking, fresh};
use crate::directory::{KeyEntry, KeyId};
use crate::http::administration::KeyWish;
use crate::permission::Permission;

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
    let limit = Page::limit(page.limit)?;
    let after = KeyId::numbered(page.after.unwrap_or(i64::MIN));
    let found = asking.administrator().keys(after, limit + 1).await;
    let mut keys = found.map_err(|error| Problem::of(error, &asking.caller))?;
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
        "permissions": key.permissions,
        // They were JSON when they were stored.
        "terms": terms.and_then(|terms| serde_json::from_str::<Value>(terms).ok()),
        "registrations": key.registrations,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
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

/// How long names may be, in characters, and how far off an end may be, in days.
const LONGEST_NAME: usize = 100;
const LONGEST_LIFE: u64 = 36_500;

pub(super) async fn create(asking: Asking, request: Request) -> Result<Response, Problem> {
    let body = clients::read(&asking, request).await?;
    let new: New = serde_json::from_slice(&body)
        .map_err(|error| Problem::Malformed(format!("The body is not as described: {error}.")))?;
    for (member, name) in [("name", Some(&new.name)), ("account", new.account.as_ref())] {
        let is_sound = |name: &String| {
            (1..=LONGEST_NAME).contains(&name.chars().count())
                && !name.chars().any(char::is_control)
        };
        if !name.is_none_or(is_sound) {
            return Err(Problem::Malformed(format!(
                "`{member}` has from 1 to {LONGEST_NAME} characters, none of them a control character."
            )));
        }
    }
    let mut permissions = Vec::new();
    for name in &new.permissions {
        let permission = Permission::named(name).ok_or_else(|| {
            Problem::Malformed("`permissions` names one that there is not.".into())
        })?;
        if !permissions.contains(&permission) {
            permissions.push(permission);
        }
    }
    if permissions.is_empty() {
        return Err(Problem::Malformed(
            "`permissions` names at least one.".into(),
        ));
    }
    let days = new.expires_in_days;
    if days.is_some_and(|days| !(1..=LONGEST_LIFE).contains(&days)) {
        return Err(Problem::Malformed(format!(
            "`expires_in_days` is a whole number from 1 to {LONGEST_LIFE}."
        )));
    }
    let wish = KeyWish {
        name: new.name,
        account: new.account,
        permissions,
        terms: new.terms.map(|terms| terms.get().to_owned()),
        expires_at: days.map(|days| asking.now + days * 86_400),
    };
    let expires_at = wish.expires_at;
    let made = asking.administrator().make_key(wish).await;
    let (id, key) = made.map_err(|error| Problem::of(error, &asking.caller))?;
    let body = json!({ "id": id.number(), "key": key.reveal(), "expires_at": expires_at });
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
    revoked.map_err(|error| Problem::of(error, &asking.caller))?;
    let fresh = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::NO_CONTENT, fresh).into_response())
}
