//! OAuth clients: the list, one of them, and registering by hand.

use askama::Template;
use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;
use gatepost_directory::{Entry, Order, Place, Search};
use gatepost_plugin::{Decision, Outcome, Severity};
use serde_json::{Map, Value, json};

use crate::decide::stored;
use crate::decide::stored::Listed;
use crate::http::oauth;
use crate::http::pages::Visitor;
use crate::http::pages::visitor::{Instead, findings};
use crate::http::pages::when::{when, when_if};
use crate::http::shared::administration::{NotDone, Shown};
use crate::http::shared::cut::Cut;
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::page::{Leave, go_to, page};
use crate::http::shared::refusal::Refusal;

/// How many clients there are on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "clients.html")]
struct Clients<'a> {
    visitor: &'a str,
    csrf: String,
    text: &'a str,
    is_first: bool,
    rows: Vec<Row>,
    /// The address of the next page.
    next: Option<String>,
}

struct Row {
    name: Cut,
    client_id: Cut,
    link: String,
    owner: Cut,
    since: String,
    last: String,
    users: u64,
    is_disabled: bool,
}

/// `GET /admin/`
pub(super) async fn list(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Instead> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let text = parameters.get("q").unwrap_or_default().trim();
    let after = parameters
        .get("after")
        .and_then(|number| number.parse().ok());
    let search = Search {
        after: after.map(Place::at),
        order: Order::NewestFirst,
        text: (!text.is_empty()).then(|| text.chars().take(100).collect()),
        // One more says whether there is another page.
        limit: PAGE as u32 + 1,
        now: visitor.now,
    };
    let found = visitor.administrator().clients(&search).await;
    let mut entries = found.map_err(|error| visitor.not_done(error))?;
    let is_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let next = entries.last().filter(|_| is_more).map(|last| {
        let after = last.place.number().to_string();
        format!("/admin/?{}", encode(&[("q", text), ("after", &after)]))
    });
    let clients = Clients {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        text,
        is_first: search.after.is_none(),
        rows: entries
            .iter()
            .filter_map(|entry| row(&visitor, entry))
            .collect(),
        next,
    };
    Ok(page(StatusCode::OK, &clients, &Leave::default()))
}

/// The row of a client, unless it was deleted. One that cannot be read is there.
fn row(visitor: &Visitor, entry: &Entry) -> Option<Row> {
    let plugin = visitor.app.decider.plugin();
    let name = match (
        &entry.unreadable,
        stored::listed(&*plugin, entry, visitor.now),
    ) {
        (None, Ok(Listed::Deleted)) => return None,
        (None, Ok(Listed::Live { name })) => name.unwrap_or_default(),
        (Some(_), _) | (None, Err(_)) => "This client cannot be read".to_owned(),
    };
    Some(Row {
        name: Cut::new(&name),
        link: address(&entry.client_id),
        client_id: Cut::new(&entry.client_id),
        owner: Cut::new(&owner(entry)),
        since: when(entry.created_at),
        last: when_if(entry.activity.last_used),
        users: entry.users,
        is_disabled: entry.is_disabled,
    })
}

fn owner(entry: &Entry) -> String {
    match (&entry.owner, entry.is_anonymous) {
        (Some(owner), _) => owner.clone(),
        (None, true) => "a stranger".to_owned(),
        (None, false) => "an administrator, or a key without an account".to_owned(),
    }
}

/// The address of a client's page.
fn address(client_id: &str) -> String {
    format!("/admin/client?{}", encode(&[("id", client_id)]))
}

#[derive(Template)]
#[template(path = "client.html")]
struct Client<'a> {
    visitor: &'a str,
    csrf: String,
    client_id: &'a str,
    name: String,
    facts: Vec<(&'static str, String)>,
    members: Vec<(String, Vec<String>)>,
    findings: Vec<(Severity, String)>,
    is_disabled: bool,
    /// The commands that disable and remove it, if these pages are this client.
    closing: Option<[String; 2]>,
    has_secret: bool,
    /// What is shown once.
    secret: Option<String>,
}

/// `GET /admin/client?id=…`
pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Instead> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let client_id = parameters.get("id").unwrap_or_default();
    present(&visitor, client_id, StatusCode::OK, None).await
}

async fn present(
    visitor: &Visitor,
    client_id: &str,
    status: StatusCode,
    secret: Option<String>,
) -> Result<Response, Instead> {
    let shown = visitor.administrator().client(client_id).await;
    let shown = shown
        .map_err(|error| visitor.not_done(error))?
        .map_err(|decision| visitor.refused(&decision))?;
    let Shown {
        registration,
        entry,
        findings,
    } = *shown;
    let registration: Map<String, Value> =
        serde_json::from_str(&registration).map_err(|_| Refusal::Failed)?;
    let of = |name: &str| registration.get(name).and_then(Value::as_str);
    let client = Client {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        client_id,
        name: of("client_name")
            .unwrap_or("A client without a name")
            .to_owned(),
        facts: vec![
            ("Registered by", owner(&entry)),
            ("Registered", when(entry.created_at)),
            ("Changed", when(entry.changed_at)),
            (
                "First allowed by a user",
                when_if(entry.activity.authorised_at),
            ),
            ("Last used", when_if(entry.activity.last_used)),
            ("Accounts it acts for", entry.users.to_string()),
        ],
        members: registration
            .iter()
            .filter(|(name, _)| *name != "client_id" && *name != "client_id_issued_at")
            .map(|(name, value)| (name.clone(), texts(value)))
            .collect(),
        findings: findings
            .into_iter()
            .map(|finding| (finding.severity, finding.message))
            .collect(),
        is_disabled: entry.is_disabled,
        closing: (client_id == oauth::CLIENT).then(|| visitor.closing()),
        has_secret: of("token_endpoint_auth_method")
            .is_some_and(|m| m.starts_with("client_secret")),
        secret,
    };
    Ok(page(status, &client, &Leave::default()))
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// `POST /admin/client`
pub(super) async fn change(mut visitor: Visitor, request: Request) -> Result<Response, Instead> {
    let body = visitor.form(request).await?;
    let form = Parameters::read(&body);
    let client_id = form.get("id").unwrap_or_default();
    let administrator = visitor.administrator();
    if client_id == oauth::CLIENT && matches!(form.get("action"), Some("disable" | "delete")) {
        return Err(visitor.would_close());
    }
    let (decided, next) = match form.get("action") {
        Some("disable") => (
            administrator.disable(client_id, None).await,
            address(client_id),
        ),
        Some("enable") => (
            administrator.enable(client_id, None).await,
            address(client_id),
        ),
        Some("delete") => (
            administrator.remove(client_id, None).await,
            "/admin/".to_owned(),
        ),
        Some("rotate") => {
            let decided = administrator.rotate_secret(client_id, None).await;
            let decision = accepted(&visitor, decided)?;
            return reveal(&visitor, client_id, StatusCode::OK, &decision).await;
        }
        _ => return Err(visitor.not_done(NotDone::Missing)),
    };
    accepted(&visitor, decided)?;
    Ok(go_to(&next)?)
}

fn accepted(visitor: &Visitor, decided: Result<Decision, NotDone>) -> Result<Decision, Instead> {
    let decision = decided.map_err(|error| visitor.not_done(error))?;
    match decision.outcome {
        Outcome::Accept => Ok(decision),
        Outcome::Refuse => Err(visitor.refused(&decision)),
    }
}

/// Shows a client with the secret that a decision issues, or that alone to somebody who may not see more.
async fn reveal(
    visitor: &Visitor,
    client_id: &str,
    status: StatusCode,
    decision: &Decision,
) -> Result<Response, Instead> {
    let secret = secret_of(decision);
    if visitor.administrator().may(Permission::OauthClientGet) {
        return present(visitor, client_id, status, secret).await;
    }
    let text = match &secret {
        Some(_) => format!("This is the secret of the client {client_id}. It is shown once."),
        None => format!("The client {client_id} is registered."),
    };
    Ok(visitor.done(status, &text, secret.as_deref()))
}

/// The secret that a decision issues, to be shown once.
fn secret_of(decision: &Decision) -> Option<String> {
    let answer: Value = serde_json::from_str(&decision.response.body).ok()?;
    answer["client_secret"].as_str().map(str::to_owned)
}

/// What is registered by hand, as it was typed.
#[derive(Template, Default)]
#[template(path = "register.html")]
struct Register<'a> {
    visitor: &'a str,
    csrf: String,
    client_id: &'a str,
    name: &'a str,
    redirect_uris: &'a str,
    method: &'a str,
    more: &'a str,
    findings: Vec<String>,
}

impl Register<'_> {
    fn is_by(&self, method: &str) -> bool {
        self.method == method
    }
}

/// `GET /admin/register`
pub(super) async fn ask(visitor: Visitor) -> Result<Response, Instead> {
    let register = Register {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        method: "none",
        ..Register::default()
    };
    Ok(page(StatusCode::OK, &register, &Leave::default()))
}

/// `POST /admin/register`
pub(super) async fn register(mut visitor: Visitor, request: Request) -> Result<Response, Instead> {
    let body = visitor.form(request).await?;
    let form = Parameters::read(&body);
    let typed = |name: &str| form.get(name).unwrap_or_default();
    let again = |findings| {
        let register = Register {
            visitor: visitor.name(),
            csrf: visitor.csrf(),
            client_id: typed("client_id"),
            name: typed("name"),
            redirect_uris: typed("redirect_uris"),
            method: typed("method"),
            more: typed("more"),
            findings,
        };
        page(StatusCode::BAD_REQUEST, &register, &Leave::default())
    };
    let Some(more) = members(typed("more")) else {
        return Ok(again(vec![
            "More metadata: this is not a JSON object.".to_owned(),
        ]));
    };
    let redirect_uris: Vec<&str> = typed("redirect_uris").split_whitespace().collect();
    let mut metadata = Map::new();
    metadata.insert("token_endpoint_auth_method".into(), typed("method").into());
    if !redirect_uris.is_empty() {
        metadata.insert("redirect_uris".into(), json!(redirect_uris));
    }
    if let Some(name) = form.get("name") {
        metadata.insert("client_name".into(), name.into());
    }
    // What is typed twice goes on twice: which of them is meant, is not for this page to say.
    let metadata = Value::Object(metadata).to_string();
    let fields = metadata.strip_suffix('}').ok_or(Refusal::Failed)?;
    let metadata = match more {
        "" => format!("{fields}}}"),
        more => format!("{fields},{more}}}"),
    };
    let client_id = form.get("client_id").map(|id| id.trim().to_owned());
    let metadata = metadata.into_bytes();
    let decided = visitor.administrator().provision(client_id, metadata).await;
    let decision = decided.map_err(|error| visitor.not_done(error))?;
    if decision.outcome == Outcome::Refuse {
        return Ok(again(findings(&decision)));
    }
    let answer: Value =
        serde_json::from_str(&decision.response.body).map_err(|_| Refusal::Failed)?;
    let client_id = answer["client_id"].as_str().unwrap_or_default();
    reveal(&visitor, client_id, StatusCode::CREATED, &decision).await
}

/// The members of a JSON object as they are written, if it is one.
fn members(object: &str) -> Option<&str> {
    let object = object.trim();
    if object.is_empty() {
        return Some("");
    }
    serde_json::from_str::<Map<String, Value>>(object).ok()?;
    let members = object.strip_prefix('{')?.strip_suffix('}')?;
    Some(members.trim())
}
