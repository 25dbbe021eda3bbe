//! Clients: list, show, register by hand, change, approve, deny, disable, give a new secret or token, delete.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepost_directory::{Entry, Order, Place, Search};
use gatepost_plugin::{Decision, Outcome};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::decide::stored;
use crate::decide::stored::Listed;
use crate::http::api::asking;
use crate::http::api::asking::{Asking, fresh, object};
use crate::http::api::problem::{Problem, findings};
use crate::http::shared::administration::NotDone;
use crate::http::shared::answer;
use crate::http::shared::refusal::Refusal;

/// Which clients are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    after: Option<i64>,
    limit: Option<u32>,
    q: Option<String>,
}

/// How long a text that is searched for may be, in characters.
const LONGEST_TEXT: usize = 100;

pub(super) async fn list(
    asking: Asking,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(page) = page?;
    if page
        .q
        .as_ref()
        .is_some_and(|text| text.chars().count() > LONGEST_TEXT)
    {
        return Err(Problem::Malformed(format!(
            "`q` has at most {LONGEST_TEXT} characters."
        )));
    }
    let limit = asking::limit(page.limit)?;
    let search = Search {
        after: page.after.map(Place::at),
        order: Order::NewestFirst,
        text: page.q.filter(|text| !text.is_empty()),
        // One more says whether there is another page.
        limit: limit + 1,
        now: asking.now,
    };
    let found = asking.administrator().clients(&search).await;
    let mut entries = found.map_err(Problem::of)?;
    let is_more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries
        .last()
        .filter(|_| is_more)
        .map(|last| last.place.number());
    let plugin = asking.app.decider.plugin();
    // One that cannot be read is listed, so that an administrator finds it.
    let shown = |entry: &Entry| match stored::look(&*plugin, entry, asking.now) {
        Ok(looked) if looked.listed == Listed::Deleted => None,
        Ok(looked) => Some(facts(entry, looked.waits)),
        Err(_) => Some(facts(entry, false)),
    };
    let clients: Vec<Value> = entries.iter().filter_map(shown).collect();
    Ok(fresh(json!({ "clients": clients, "next": next })))
}

/// What the directory knows of a client, without its registration.
fn facts(entry: &Entry, waits: bool) -> Value {
    json!({
        "client_id": entry.client_id,
        "owner": entry.owner,
        "anonymous": entry.is_anonymous,
        "disabled": entry.is_disabled,
        "waiting": waits,
        "revision": entry.revision,
        "created_at": entry.created_at,
        "changed_at": entry.changed_at,
        "authorised_at": entry.activity.authorised_at,
        "last_used_at": entry.activity.last_used,
        "refresh_tokens": entry.activity.refresh_tokens,
        "users": entry.users,
        "unreadable": entry.unreadable,
    })
}

/// A client to be registered by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    client_id: Option<String>,
    metadata: Box<RawValue>,
}

pub(super) async fn register(mut asking: Asking, request: Request) -> Result<Response, Problem> {
    let body = asking.body(request).await?;
    let new: New = object(&body)?;
    let metadata = new.metadata.get().as_bytes().to_vec();
    let decided = asking
        .administrator()
        .provision(new.client_id, metadata)
        .await;
    answered(decided)
}

pub(super) async fn show(
    asking: Asking,
    client_id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(client_id) = client_id?;
    let shown = asking.administrator().client(&client_id).await;
    let shown = shown
        .map_err(Problem::of)?
        .map_err(|decision| Problem::Refused(Box::new(decision)))?;
    let registration: Value =
        serde_json::from_str(&shown.registration).map_err(|_| Refusal::Failed)?;
    let waits = stored::waits(&shown.findings);
    let mut members = facts(&shown.entry, waits);
    members["registration"] = registration;
    members["findings"] = findings(&shown.findings);
    let mut response = fresh(members);
    let tag = tag(shown.entry.revision);
    // A number between quotes is a header's value.
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

pub(super) async fn update(
    mut asking: Asking,
    one: One,
    request: Request,
) -> Result<Response, Problem> {
    let metadata = asking.body(request).await?;
    let administrator = asking.administrator();
    answered(
        administrator
            .update(&one.id, metadata, one.revision())
            .await,
    )
}

pub(super) async fn rotate_secret(asking: Asking, one: One) -> Result<Response, Problem> {
    let administrator = asking.administrator();
    answered(administrator.rotate_secret(&one.id, one.revision()).await)
}

pub(super) async fn rotate_registration_access_token(
    asking: Asking,
    one: One,
) -> Result<Response, Problem> {
    let administrator = asking.administrator();
    let rotated = administrator.rotate_registration_access_token(&one.id, one.revision());
    answered(rotated.await)
}

/// Somebody has looked at what is approved, so the request says at what.
pub(super) async fn approve(asking: Asking, one: One) -> Result<Response, Problem> {
    if one.state == State::Unsaid {
        return Err(Problem::Unconditional);
    }
    let administrator = asking.administrator();
    answered(administrator.approve(&one.id, one.revision()).await)
}

pub(super) async fn deny(asking: Asking, one: One) -> Result<Response, Problem> {
    let administrator = asking.administrator();
    answered(administrator.deny(&one.id, one.revision()).await)
}

pub(super) async fn disable(asking: Asking, one: One) -> Result<Response, Problem> {
    let administrator = asking.administrator();
    answered(administrator.disable(&one.id, one.revision()).await)
}

pub(super) async fn enable(asking: Asking, one: One) -> Result<Response, Problem> {
    let administrator = asking.administrator();
    answered(administrator.enable(&one.id, one.revision()).await)
}

pub(super) async fn remove(asking: Asking, one: One) -> Result<Response, Problem> {
    let administrator = asking.administrator();
    answered(administrator.remove(&one.id, one.revision()).await)
}

/// The client that something is done to.
pub(super) struct One {
    id: String,
    state: State,
}

/// RFC 9110 §13.1.1: what the client has to be still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The request does not say it.
    Unsaid,
    /// There.
    Any,
    Revision(u64),
}

impl One {
    fn revision(&self) -> Option<u64> {
        match self.state {
            State::Unsaid | State::Any => None,
            State::Revision(revision) => Some(revision),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for One {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, app: &S) -> Result<Self, Problem> {
        let Path(id) = Path::from_request_parts(head, app).await?;
        let state = State::of(&head.headers)?;
        Ok(Self { id, state })
    }
}

impl State {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut fields = headers.get_all(header::IF_MATCH).iter();
        let Some(field) = fields.next() else {
            return Ok(Self::Unsaid);
        };
        match (field.to_str().map(str::trim), fields.next()) {
            (Ok("*"), None) => Ok(Self::Any),
            (Ok(tag), None) if is_tag(tag) => {
                let number = tag.trim_matches('"').parse();
                // One that was never given out is one that no client has.
                Ok(Self::Revision(
                    number
                        .ok()
                        .filter(|number| tag == self::tag(*number))
                        .unwrap_or(u64::MAX),
                ))
            }
            _ => Err(Problem::Malformed(
                "`If-Match` is one revision, as `ETag` gave it.".to_owned(),
            )),
        }
    }
}

/// What a revision is known by.
fn tag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// RFC 9110 §8.8.3
fn is_tag(text: &str) -> bool {
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    let quoted = opaque
        .strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'));
    quoted.is_some_and(|tag| {
        tag.bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"')
    })
}

/// What was decided, in the plugin's own form if it was accepted.
fn answered(decided: Result<Decision, NotDone>) -> Result<Response, Problem> {
    let decision = decided.map_err(Problem::of)?;
    if decision.outcome == Outcome::Refuse {
        return Err(Problem::Refused(Box::new(decision)));
    }
    let sent = answer::send(decision.response)?;
    if sent.status() == StatusCode::NO_CONTENT {
        let fresh = [(header::CACHE_CONTROL, "no-store")];
        return Ok((StatusCode::NO_CONTENT, fresh).into_response());
    }
    Ok(sent)
}
