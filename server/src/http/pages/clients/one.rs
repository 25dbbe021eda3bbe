//! One client: what is known of it, and what can be done to it.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;
use gatepost_plugin::{Decision, Operation, Outcome, Severity};
use serde_json::{Map, Value};

use super::address;
use crate::decide::stored;
use crate::http::oauth;
use crate::http::pages::Visitor;
use crate::http::pages::confirm::{Confirm, count};
use crate::http::pages::texts::texts;
use crate::http::pages::told::{Done, Told};
use crate::http::pages::visitor::{Form, Instead};
use crate::http::pages::when::{when, when_if};
use crate::http::shared::administration::{NotDone, Shown};
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::page::{Leave, page};
use crate::http::shared::refusal::Refusal;

#[derive(Template)]
#[template(path = "client.html")]
struct Client<'a> {
    visitor: &'a str,
    csrf: String,
    client_id: &'a str,
    /// The client's id in a query.
    query: String,
    name: String,
    facts: Vec<(&'static str, String)>,
    members: Vec<(String, Vec<String>)>,
    findings: Vec<(Severity, String)>,
    is_disabled: bool,
    waits: bool,
    /// How often its record was written: what is approved is what is shown.
    revision: u64,
    /// The commands that disable and remove it, if these pages are this client.
    closing: Option<[String; 2]>,
    /// Whether the plugin would give it a new secret, and a new registration access token.
    gets_secret: bool,
    gets_token: bool,
    /// Where its events are, for those who may see them.
    events: Option<String>,
    /// What the visitor may do to it: change, disable and approve it, or delete it.
    may_update: bool,
    may_delete: bool,
}

/// `GET /admin/client?id=…`
pub(in crate::http::pages) async fn show(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let client_id = &named(query);
    let Found {
        shown: Shown {
            entry, findings, ..
        },
        registration,
    } = Found::of(&visitor, client_id).await?;
    let waits = stored::waits(&findings);
    let gets = |operation: &Operation| {
        let decided = visitor.administrator().would(&entry, operation);
        let decided = decided.map_err(|error| visitor.not_done(error))?;
        Ok::<_, Instead>(decided.outcome == Outcome::Accept)
    };
    let gets_secret = gets(&new_secret(client_id))?;
    let gets_token = gets(&new_token(client_id))?;
    let may = |permission| visitor.administrator().may(permission);
    let client = Client {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        client_id,
        query: encode(&[("id", client_id)]),
        name: name(&registration),
        facts: [
            ("Registered by", stored::registered_by(&entry)),
            ("Registered", when(entry.created_at)),
            ("Changed", when(entry.changed_at)),
            (
                "First allowed by a user",
                when_if(entry.activity.authorised_at),
            ),
            ("Last used", when_if(entry.activity.last_used)),
            ("Accounts it acts for", entry.users.to_string()),
        ]
        .into_iter()
        .chain(
            stored::old_secret_ends(&entry.record, visitor.now)
                .map(|end| ("Its old secret works until", when(end))),
        )
        .collect(),
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
        waits,
        revision: entry.revision,
        closing: (client_id == oauth::CLIENT).then(|| visitor.closing()),
        gets_secret,
        gets_token,
        events: may(Permission::OauthClientList)
            .then(|| format!("/admin/events?{}", encode(&[("client", client_id)]))),
        may_update: may(Permission::OauthClientUpdate),
        may_delete: may(Permission::OauthClientDelete),
    };
    Ok(visitor.page(StatusCode::OK, &client))
}

/// The client that a query names.
fn named(query: Option<String>) -> String {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    parameters.get("id").unwrap_or_default().to_owned()
}

/// A client that is there, and that the visitor may see.
pub(super) struct Found {
    pub(super) shown: Shown,
    /// The registration as it is answered to administrators.
    pub(super) registration: Map<String, Value>,
}

impl Found {
    pub(super) async fn of(visitor: &Visitor, client_id: &str) -> Result<Self, Instead> {
        let shown = visitor.administrator().client(client_id).await;
        let shown = *shown
            .map_err(|error| visitor.not_done(error))?
            .map_err(|decision| visitor.refused(&decision))?;
        let registration = serde_json::from_str(&shown.registration);
        Ok(Self {
            registration: registration.map_err(|_| Refusal::Failed)?,
            shown,
        })
    }

    /// The same for a question before an operation, with what would be decided. If it would be refused, the reason is shown,
    /// and there is no question.
    async fn to_ask_about(
        visitor: &Visitor,
        client_id: &str,
        operation: &Operation,
    ) -> Result<(Self, Decision), Instead> {
        let found = Self::of(visitor, client_id).await?;
        let decided = visitor.administrator().would(&found.shown.entry, operation);
        let decision = accepted(visitor, decided)?;
        Ok((found, decision))
    }

    /// What ends with the client.
    fn what_ends(&self) -> String {
        let entry = &self.shown.entry;
        let refresh_tokens = entry.activity.refresh_tokens.unwrap_or_default();
        let users = count(entry.users, "account", "accounts");
        let tokens = count(refresh_tokens, "refresh token", "refresh tokens");
        let ending = match (entry.users, refresh_tokens) {
            (0, 0) => "",
            _ => " All of them end at once.",
        };
        format!("It acts for {users} and has {tokens}.{ending}")
    }
}

fn name(registration: &Map<String, Value>) -> String {
    let name = registration.get("client_name").and_then(Value::as_str);
    name.unwrap_or("A client without a name").to_owned()
}

fn new_secret(client_id: &str) -> Operation {
    let client_id = client_id.to_owned();
    Operation::RotateSecret { client_id }
}

fn new_token(client_id: &str) -> Operation {
    let client_id = client_id.to_owned();
    Operation::RotateRegistrationAccessToken { client_id }
}

/// `GET /admin/client/delete?id=…`: asks first.
pub(in crate::http::pages) async fn ask_to_delete(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let client_id = &named(query);
    let found = Found::of(&visitor, client_id).await?;
    if client_id == oauth::CLIENT {
        return Err(visitor.would_close());
    }
    let ends = vec![
        found.what_ends(),
        "The program does not work any more. If it registers again, its users have to allow it again. An id that \
         contains its registration stays deleted for good. To stop the program for a while, disable it instead."
            .to_owned(),
    ];
    let question = format!("Delete “{}” for good?", name(&found.registration));
    let fields = [("action", "delete")];
    Ok(ask(
        &visitor,
        client_id,
        question,
        ends,
        &fields,
        "Delete for good",
    ))
}

/// `GET /admin/client/deny?id=…`: asks first.
pub(in crate::http::pages) async fn ask_to_deny(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let client_id = &named(query);
    let found = Found::of(&visitor, client_id).await?;
    let revision = found.shown.entry.revision.to_string();
    let ends = vec![
        format!("Its registration is deleted. {}", found.what_ends()),
        "The same program may register again, and waits again. Disabling keeps out this id instead; a program that \
         may register can get another."
            .to_owned(),
    ];
    let question = format!("Deny “{}”?", name(&found.registration));
    let fields = [("action", "deny"), ("revision", &*revision)];
    Ok(ask(&visitor, client_id, question, ends, &fields, "Deny"))
}

/// `GET /admin/client/secret?id=…`: asks first.
pub(in crate::http::pages) async fn ask_for_secret(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let client_id = &named(query);
    let (found, would) = Found::to_ask_about(&visitor, client_id, &new_secret(client_id)).await?;
    let users = count(found.shown.entry.users, "account", "accounts");
    let old = match stored::old_secret_ends_after(&would, visitor.now) {
        Some(end) => format!(
            "If you make it now, the old one works until {}, as the setting secret-overlap says.",
            when(end)
        ),
        None => "The old one ends at once. The setting secret-overlap can leave it some time."
            .to_owned(),
    };
    let before = match stored::old_secret_ends(&found.shown.entry.record, visitor.now) {
        Some(_) => " The secret before the old one ends at once.",
        None => "",
    };
    let ends = vec![
        format!("The new secret is shown once, on the next page. {old}{before}"),
        format!(
            "Put the new secret into the program: it gets no tokens with a secret that has ended. It acts for {users}."
        ),
    ];
    let question = format!("Make a new secret for “{}”?", name(&found.registration));
    let fields = [("action", "rotate")];
    Ok(ask(
        &visitor,
        client_id,
        question,
        ends,
        &fields,
        "Make a new secret",
    ))
}

/// `GET /admin/client/token?id=…`: asks first.
pub(in crate::http::pages) async fn ask_for_token(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let client_id = &named(query);
    let (found, _) = Found::to_ask_about(&visitor, client_id, &new_token(client_id)).await?;
    let ends = vec![
        "With this token, the program reads, changes and deletes its own registration. The new one is shown once, on the \
         next page."
            .to_owned(),
        "The old one ends at once: a program that has it cannot manage its registration any more. What it may do for \
         its users does not change."
            .to_owned(),
    ];
    let question = format!(
        "Make a new registration access token for “{}”?",
        name(&found.registration)
    );
    let fields = [("action", "rotate-token")];
    Ok(ask(
        &visitor,
        client_id,
        question,
        ends,
        &fields,
        "Make a new token",
    ))
}

/// The page that asks before something is done to a client.
fn ask(
    visitor: &Visitor,
    client_id: &str,
    question: String,
    ends: Vec<String>,
    fields: &[(&str, &str)],
    button: &str,
) -> Response {
    let fields = [&[("id", client_id)], fields].concat();
    let confirm = Confirm {
        question,
        ends,
        action: "/admin/client",
        fields,
        button,
        back: &address(client_id),
        csrf: visitor.csrf(),
    };
    page(StatusCode::OK, &confirm, &Leave::default())
}

/// `POST /admin/client`
pub(in crate::http::pages) async fn change(form: Form) -> Result<Response, Instead> {
    let Form { visitor, body } = form;
    let form = Parameters::read(&body);
    let client_id = form.get("id").unwrap_or_default();
    let administrator = visitor.administrator();
    let closes = match form.get("action") {
        Some("disable") => Some(Permission::OauthClientUpdate),
        Some("delete") => Some(Permission::OauthClientDelete),
        _ => None,
    };
    if let Some(permission) = closes
        && client_id == oauth::CLIENT
    {
        // Only who may do it is told the commands, which name this server's files.
        let required = administrator.require(permission);
        required.map_err(|error| visitor.not_done(error))?;
        return Err(visitor.would_close());
    }
    // Somebody may have changed it since it was shown.
    let revision = form
        .get("revision")
        .and_then(|revision| revision.parse().ok());
    let (decided, done, next) = match form.get("action") {
        Some("approve") if revision.is_some() => (
            administrator.approve(client_id, revision).await,
            Done::ClientApproved,
            address(client_id),
        ),
        Some("deny") if revision.is_some() => (
            administrator.deny(client_id, revision).await,
            Done::ClientDenied,
            "/admin/clients".to_owned(),
        ),
        Some("disable") => (
            administrator.disable(client_id, None).await,
            Done::ClientDisabled,
            address(client_id),
        ),
        Some("enable") => (
            administrator.enable(client_id, None).await,
            Done::ClientEnabled,
            address(client_id),
        ),
        Some("delete") => (
            administrator.remove(client_id, None).await,
            Done::ClientDeleted,
            "/admin/clients".to_owned(),
        ),
        Some("rotate") => (
            administrator.rotate_secret(client_id, None).await,
            Done::SecretMade,
            address(client_id),
        ),
        Some("rotate-token") => (
            administrator
                .rotate_registration_access_token(client_id, None)
                .await,
            Done::TokenMade,
            address(client_id),
        ),
        _ => return Err(visitor.not_done(NotDone::Missing)),
    };
    let decision = accepted(&visitor, decided)?;
    let old = stored::old_secret_ends_after(&decision, visitor.now);
    let secret = secret_of(&decision).or(decision.registration_access_token);
    let told = Told::new(done, client_id).with(secret).until(old);
    visitor.go_on(&next, &told)
}

fn accepted(visitor: &Visitor, decided: Result<Decision, NotDone>) -> Result<Decision, Instead> {
    let decision = decided.map_err(|error| visitor.not_done(error))?;
    match decision.outcome {
        Outcome::Accept => Ok(decision),
        Outcome::Refuse => Err(visitor.refused(&decision)),
    }
}

/// The secret that a decision issues, to be shown once.
pub(super) fn secret_of(decision: &Decision) -> Option<String> {
    let answer: Value = serde_json::from_str(&decision.response.body).ok()?;
    answer["client_secret"].as_str().map(str::to_owned)
}
