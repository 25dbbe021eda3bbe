//! API keys: the list, making one, revoking one.

use askama::Template;
use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;
use gatepost_directory::secret::Secret;
use gatepost_directory::{KeyEntry, KeyId};

use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::pages::when::{when, when_if};
use crate::http::shared::administration::{KeyWish, NotDone};
use crate::http::shared::form::Parameters;
use crate::http::shared::page::{Leave, go_to, page};

/// How many keys there are on a page.
const PAGE: usize = 100;

/// What the first page comes after.
const FIRST: KeyId = KeyId::numbered(i64::MIN);

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys<'a> {
    visitor: &'a str,
    csrf: String,
    rows: Vec<Row>,
    /// The address of the next page.
    next: Option<String>,
    /// What a key can be made to allow.
    permissions: Vec<&'static str>,
    /// The key that was just made.
    made: Option<&'a str>,
}

struct Row {
    number: i64,
    name: String,
    account: String,
    owner: String,
    /// What it allows now.
    permissions: String,
    last: String,
    state: String,
    is_live: bool,
}

/// `GET /admin/keys`
pub(super) async fn list(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Instead> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let after = parameters.get("after").and_then(|text| text.parse().ok());
    let after = after.map_or(FIRST, KeyId::numbered);
    present(&visitor, StatusCode::OK, after, None).await
}

async fn present(
    visitor: &Visitor,
    status: StatusCode,
    after: KeyId,
    made: Option<&Secret>,
) -> Result<Response, Instead> {
    let administrator = visitor.administrator();
    // One more says whether there is another page.
    let found = administrator.keys(after, PAGE as u32 + 1).await;
    let mut found = found.map_err(|error| visitor.not_done(error))?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| is_more);
    let permissions = Permission::ALL.into_iter();
    let keys = Keys {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        rows: found.iter().map(|key| row(key, visitor.now)).collect(),
        next: last.map(|key| format!("/admin/keys?after={}", key.id.number())),
        permissions: permissions
            .filter(|permission| administrator.can_give(*permission))
            .map(Permission::name)
            .collect(),
        made: made.map(Secret::reveal),
    };
    Ok(page(status, &keys, &Leave::default()))
}

fn row(key: &KeyEntry, now: u64) -> Row {
    let (is_live, state) = match (key.revoked_at, key.expires_at) {
        (None, _) if key.unreadable.is_some() => (true, "cannot be read".to_owned()),
        (Some(at), _) => (false, format!("revoked {}", when(at))),
        (None, Some(at)) if at <= now => (false, format!("expired {}", when(at))),
        (None, Some(at)) => (true, format!("until {}", when(at))),
        (None, None) => (true, "live".to_owned()),
    };
    Row {
        number: key.id.number(),
        name: key.name.clone(),
        account: key.account.clone().unwrap_or_default(),
        owner: key.owner.clone().unwrap_or_default(),
        permissions: key.allowed.join(", "),
        last: when_if(key.last_used_at),
        state,
        is_live,
    }
}

/// `POST /admin/keys`
pub(super) async fn change(mut visitor: Visitor, request: Request) -> Result<Response, Instead> {
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
    // What is no number is none that there may be.
    let days = form
        .get("days")
        .map(|days| days.trim().parse().unwrap_or_default());
    let wish = KeyWish::new(
        form.get("name").unwrap_or_default(),
        None,
        form.all("permission"),
        form.get("terms"),
        days,
        visitor.now,
    )
    .map_err(|error| visitor.not_done(error))?;
    let administrator = visitor.administrator();
    let made = administrator.make_key(wish).await;
    let key = made.map_err(|error| visitor.not_done(error))?.key;
    if !administrator.may(Permission::OauthClientList) {
        let text = "This is the new key. It is shown once.";
        return Ok(visitor.done(StatusCode::CREATED, text, Some(key.reveal())));
    }
    present(visitor, StatusCode::CREATED, FIRST, Some(&key)).await
}
