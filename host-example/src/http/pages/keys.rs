//! API keys: the list, making one, revoking one.

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use clap::ValueEnum;

use super::Visitor;
use super::visitor::Instead;
use super::when::{when, when_if};
use crate::directory::{KeyEntry, KeyId};
use crate::http::administration::{KeyWish, NotDone};
use crate::http::form::Parameters;
use crate::http::page::{Leave, go_to, page};
use crate::permission::Permission;
use crate::secret::Secret;

/// How many keys are shown.
const MOST: u32 = 500;

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys<'a> {
    visitor: &'a str,
    csrf: String,
    rows: Vec<Row>,
    /// What a key can be made to allow.
    permissions: Vec<&'static str>,
    /// The key that was just made.
    made: Option<&'a str>,
}

struct Row {
    number: i64,
    name: String,
    account: String,
    permissions: String,
    last: String,
    state: String,
    is_live: bool,
}

pub(super) async fn list(visitor: Visitor) -> Result<Response, Instead> {
    present(&visitor, StatusCode::OK, None).await
}

async fn present(
    visitor: &Visitor,
    status: StatusCode,
    made: Option<&Secret>,
) -> Result<Response, Instead> {
    let administrator = visitor.administrator();
    let all = administrator.keys(KeyId::numbered(i64::MIN), MOST).await;
    let all = all.map_err(|error| visitor.not_done(error))?;
    let grantable = |permission: &Permission| {
        *permission == Permission::OauthClientRegistration || administrator.may(*permission)
    };
    let permissions = Permission::value_variants().iter().copied();
    let keys = Keys {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        rows: all.iter().map(|key| row(key, visitor.now)).collect(),
        permissions: permissions
            .filter(grantable)
            .map(Permission::name)
            .collect(),
        made: made.map(Secret::reveal),
    };
    Ok(page(status, &keys, &Leave::default()))
}

fn row(key: &KeyEntry, now: u64) -> Row {
    let (is_live, state) = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => (false, format!("revoked {}", when(at))),
        (None, Some(at)) if at <= now => (false, format!("expired {}", when(at))),
        (None, Some(at)) => (true, format!("until {}", when(at))),
        (None, None) => (true, "live".to_owned()),
    };
    Row {
        number: key.id.number(),
        name: key.name.clone(),
        account: key.account.clone().unwrap_or_default(),
        permissions: key.permissions.join(", "),
        last: when_if(key.last_used_at),
        state,
        is_live,
    }
}

/// `POST /admin/keys`
pub(super) async fn change(visitor: Visitor, request: Request) -> Result<Response, Instead> {
    let body = visitor.form(request).await?;
    let form = Parameters::read(&body);
    match form.get("action") {
        Some("create") => create(&visitor, &form).await,
        Some("revoke") => {
            let number = form.get("key").and_then(|number| number.parse().ok());
            let id = KeyId::numbered(number.unwrap_or(i64::MIN));
            let revoked = visitor.administrator().revoke_key(id).await;
            revoked.map_err(|error| visitor.not_done(error))?;
            Ok(go_to("/admin/keys")?)
        }
        _ => Err(visitor.not_done(NotDone::Missing)),
    }
}

async fn create(visitor: &Visitor, form: &Parameters<'_>) -> Result<Response, Instead> {
    let days: Option<u64> = form.get("days").and_then(|days| days.parse().ok());
    let wish = KeyWish {
        name: form
            .get("name")
            .unwrap_or("unnamed")
            .chars()
            .take(100)
            .collect(),
        account: None,
        permissions: form
            .all("permission")
            .filter_map(Permission::named)
            .collect(),
        terms: form.get("terms").map(str::to_owned),
        expires_at: days
            .filter(|days| (1..=36_500).contains(days))
            .map(|days| visitor.now + days * 86_400),
    };
    let made = visitor.administrator().make_key(wish).await;
    let (_, key) = made.map_err(|error| visitor.not_done(error))?;
    present(visitor, StatusCode::CREATED, Some(&key)).await
}
