//! The form in which a client is registered by hand, or changed.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_plugin::{Context, Decision, Outcome, Severity};
use serde_json::{Map, Value, json};

use super::address;
use super::one::{Found, secret_of};
use crate::decide::stored;
use crate::http::pages::Visitor;
use crate::http::pages::mistakes::{Field, Mistakes};
use crate::http::pages::told::{Done, Told};
use crate::http::pages::visitor::{Form, Instead};
use crate::http::shared::administration::NotDone;
use crate::http::shared::answer;
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::refusal::Refusal;

/// The form, as it was typed or as the client is registered.
#[derive(Template, Default)]
#[template(path = "client_form.html")]
struct Sheet<'a> {
    visitor: &'a str,
    csrf: String,
    /// The client that is changed, with the number of its revision; `None` if a new one is registered.
    changed: Option<u64>,
    client_id: String,
    name: String,
    redirect_uris: String,
    method: String,
    grants: BTreeSet<String>,
    /// The other members, as a JSON object.
    more: String,
    mistakes: Mistakes,
    /// What came of a check, if there is nothing wrong.
    is_checked: bool,
}

/// How a client can prove who it is, and what that is called.
const METHODS: [(&str, &str); 5] = [
    (
        "none",
        "Not at all: a program on a device, or a page in a browser",
    ),
    ("client_secret_basic", "With a secret, as HTTP Basic"),
    ("client_secret_post", "With a secret in the form"),
    ("private_key_jwt", "With its own key, in a signed assertion"),
    (
        "client_secret_jwt",
        "With a secret, in a signed assertion (old)",
    ),
];

/// How a client can get tokens, and what that is called.
const GRANTS: [(&str, &str); 4] = [
    ("authorization_code", "A user signs in in the browser"),
    (
        "refresh_token",
        "It stays signed in while the user is away (refresh tokens)",
    ),
    (
        "urn:ietf:params:oauth:grant-type:device_code",
        "A user allows it from another device",
    ),
    (
        "client_credentials",
        "It acts for itself, without a user: a mail server that asks about tokens",
    ),
];

/// The members that have fields of their own.
const OWN: [&str; 4] = [
    "client_name",
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
];

/// The members that the server writes, and nobody else.
const WRITTEN: [&str; 6] = [
    "client_id",
    "client_id_issued_at",
    "client_secret",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
];

impl Sheet<'_> {
    fn is_by(&self, method: &str) -> bool {
        self.method == method
    }

    fn has(&self, grant: &str) -> bool {
        self.grants.contains(grant)
    }

    /// The methods to choose from; a client may have another, which stays.
    fn methods(&self) -> Vec<(&str, &str)> {
        let mut methods = METHODS.to_vec();
        if !METHODS.iter().any(|(method, _)| self.is_by(method)) && !self.method.is_empty() {
            methods.push((&self.method, &self.method));
        }
        methods
    }

    /// The same of grant types.
    fn all_grants(&self) -> Vec<(&str, &str)> {
        let mut grants = GRANTS.to_vec();
        let others = self.grants.iter().map(|grant| (&**grant, &**grant));
        grants.extend(others.filter(|(other, _)| !GRANTS.iter().any(|(grant, _)| grant == other)));
        grants
    }

    /// The query that names the client.
    fn query(&self) -> String {
        encode(&[("id", &self.client_id)])
    }
}

/// The field that a finding is about.
fn field(code: &str, member: &str) -> Option<Field> {
    Some(match member {
        "client_name" => ("name", "Name"),
        "redirect_uris" => ("redirect_uris", "Redirect URIs"),
        "token_endpoint_auth_method" => ("method", "How it proves who it is"),
        "grant_types" => ("grants", "How it gets tokens"),
        "" if !code.starts_with("client-id") => return None,
        "client_id" | "" => ("client_id", "Client id"),
        _ => ("more", "More metadata"),
    })
}

/// `GET /admin/register`
pub(in crate::http::pages) async fn ask(visitor: Visitor) -> Result<Response, Instead> {
    let usual = ["authorization_code", "refresh_token"];
    let sheet = Sheet {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        method: "none".to_owned(),
        grants: usual.map(str::to_owned).into(),
        ..Sheet::default()
    };
    Ok(visitor.page(StatusCode::OK, &sheet))
}

/// `GET /admin/client/edit?id=…`
pub(in crate::http::pages) async fn edit(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let client_id = parameters.get("id").unwrap_or_default();
    let Found {
        shown,
        registration,
    } = Found::of(&visitor, client_id).await?;
    let text = |member: &str| {
        let text = registration.get(member).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let list = |member: &str| {
        let list = registration.get(member).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect::<Vec<_>>()
    };
    let others = registration.iter().filter(|(member, _)| {
        !OWN.contains(&member.as_str()) && !WRITTEN.contains(&member.as_str())
    });
    let others: Map<String, Value> = others.map(|(m, v)| (m.clone(), v.clone())).collect();
    let sheet = Sheet {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        changed: Some(shown.entry.revision),
        client_id: client_id.to_owned(),
        name: text("client_name"),
        redirect_uris: list("redirect_uris").join("\n"),
        method: text("token_endpoint_auth_method"),
        grants: list("grant_types").into_iter().collect(),
        more: match others.is_empty() {
            true => String::new(),
            false => serde_json::to_string_pretty(&others).map_err(|_| Refusal::Failed)?,
        },
        ..Sheet::default()
    };
    Ok(visitor.page(StatusCode::OK, &sheet))
}

/// What was typed, with the client's metadata in it.
struct Typed<'a> {
    visitor: &'a Visitor,
    form: &'a Parameters<'a>,
    metadata: Vec<u8>,
}

impl<'a> Typed<'a> {
    /// Reads the form. It is sent back if it cannot be read.
    fn read(
        visitor: &'a Visitor,
        form: &'a Parameters<'a>,
        client_id: Option<&str>,
    ) -> Result<Self, Box<Response>> {
        let typed = |name: &str| form.get(name).unwrap_or_default();
        let read = Self {
            visitor,
            form,
            metadata: Vec::new(),
        };
        let Some((more, names)) = members(typed("more")) else {
            let wrong = Mistakes::one(("more", "More metadata"), "This is not a JSON object.");
            return Err(Box::new(read.back(wrong, None)));
        };
        let redirect_uris: Vec<&str> = typed("redirect_uris").split_whitespace().collect();
        let grants: Vec<&str> = form.all("grant").collect();
        let mut metadata = Map::new();
        if let Some(client_id) = client_id {
            // RFC 7592 §2.2
            metadata.insert("client_id".into(), client_id.into());
        }
        metadata.insert("token_endpoint_auth_method".into(), typed("method").into());
        if !redirect_uris.is_empty() {
            metadata.insert("redirect_uris".into(), json!(redirect_uris));
        }
        if !grants.is_empty() && !names.contains("grant_types") {
            metadata.insert("grant_types".into(), json!(grants));
        }
        if let Some(name) = form.get("name") {
            metadata.insert("client_name".into(), name.into());
        }
        // What is typed twice goes on twice: which of them is meant, is not for this page to say.
        let metadata = Value::Object(metadata).to_string();
        let fields = metadata.strip_suffix('}').unwrap_or(&metadata);
        let metadata = match more {
            "" => format!("{fields}}}"),
            more => format!("{fields},{more}}}"),
        };
        Ok(Self {
            metadata: metadata.into_bytes(),
            ..read
        })
    }

    /// The form as it was typed, with what is wrong with it.
    fn back(&self, mistakes: Mistakes, changed: Option<u64>) -> Response {
        let typed = |name: &str| self.form.get(name).unwrap_or_default().to_owned();
        let is_wrong = |severity: Severity| severity == Severity::Error;
        let is_wrong = mistakes.all().iter().any(|m| is_wrong(m.severity));
        let sheet = Sheet {
            visitor: self.visitor.name(),
            csrf: self.visitor.csrf(),
            changed: changed.or_else(|| typed("revision").parse().ok()),
            client_id: typed("client_id"),
            name: typed("name"),
            redirect_uris: typed("redirect_uris"),
            method: typed("method"),
            grants: self.form.all("grant").map(str::to_owned).collect(),
            more: typed("more"),
            is_checked: !is_wrong && !self.metadata.is_empty(),
            mistakes,
        };
        let status = match is_wrong {
            true => StatusCode::BAD_REQUEST,
            false => StatusCode::OK,
        };
        self.visitor.page(status, &sheet)
    }

    /// The form with what a decision found.
    fn found(&self, decision: &Decision) -> Response {
        self.back(Mistakes::of(decision, field), None)
    }

    /// Whether the form is to be checked, and no more.
    fn is_check(&self) -> bool {
        self.form.get("action") == Some("check")
    }
}

/// `POST /admin/register`
pub(in crate::http::pages) async fn register(form: Form) -> Result<Response, Instead> {
    let Form { visitor, body } = form;
    let form = Parameters::read(&body);
    let typed = match Typed::read(&visitor, &form, None) {
        Ok(typed) => typed,
        Err(back) => return Ok(*back),
    };
    let client_id = form.get("client_id").map(|id| id.trim().to_owned());
    let administrator = visitor.administrator();
    if typed.is_check() {
        let plugin = visitor.app.decider.plugin();
        let context = Context {
            caller: visitor.caller.clone(),
            ..Context::fresh().map_err(|_| Refusal::Failed)?
        };
        let decision = plugin.provision(&context, client_id.as_deref(), &typed.metadata);
        let decision = decision.map_err(|error| answer::refusal(error.into()))?;
        return Ok(typed.found(&decision));
    }
    let decided = administrator
        .provision(client_id, typed.metadata.clone())
        .await;
    let decision = decided.map_err(|error| visitor.not_done(error))?;
    if decision.outcome == Outcome::Refuse {
        return Ok(typed.found(&decision));
    }
    let answer: Value =
        serde_json::from_str(&decision.response.body).map_err(|_| Refusal::Failed)?;
    let client_id = answer["client_id"].as_str().unwrap_or_default();
    let told = Told::new(Done::ClientRegistered, client_id).with(secret_of(&decision));
    visitor.go_on(&address(client_id), &told)
}

/// `POST /admin/client/edit`
pub(in crate::http::pages) async fn change(form: Form) -> Result<Response, Instead> {
    let Form { visitor, body } = form;
    let form = Parameters::read(&body);
    let client_id = form.get("client_id").unwrap_or_default();
    let typed = match Typed::read(&visitor, &form, Some(client_id)) {
        Ok(typed) => typed,
        Err(back) => return Ok(*back),
    };
    if typed.is_check() {
        let entry = Found::of(&visitor, client_id).await?.shown.entry;
        let plugin = visitor.app.decider.plugin();
        let context = stored::context_of(&entry, visitor.caller.clone(), visitor.now);
        let context = context.map_err(|_| Refusal::Failed)?;
        let decision = plugin.update(&context, client_id, &typed.metadata);
        let decision = decision.map_err(|error| answer::refusal(error.into()))?;
        return Ok(typed.found(&decision));
    }
    let revision = form.get("revision").and_then(|text| text.parse().ok());
    // Who does not say which revision was changed has seen none.
    let revision = Some(revision.unwrap_or_default());
    let administrator = visitor.administrator();
    let decided = administrator
        .update(client_id, typed.metadata.clone(), revision)
        .await;
    let decision = match decided {
        Ok(decision) => decision,
        Err(NotDone::Untried(Refusal::Changed)) => {
            let entry = Found::of(&visitor, client_id).await?.shown.entry;
            let changed = Mistakes::of_all(
                "Somebody changed this client since the form was shown. Look at it in another tab. If you save now, what \
                 you typed replaces that change.",
            );
            return Ok(typed.back(changed, Some(entry.revision)));
        }
        Err(error) => return Err(visitor.not_done(error)),
    };
    if decision.outcome == Outcome::Refuse {
        return Ok(typed.found(&decision));
    }
    let told = Told::new(Done::ClientChanged, client_id).with(secret_of(&decision));
    visitor.go_on(&address(client_id), &told)
}

/// The members of a JSON object as they are written, and their names, if it is one.
fn members(object: &str) -> Option<(&str, BTreeSet<String>)> {
    let object = object.trim();
    if object.is_empty() {
        return Some(("", BTreeSet::new()));
    }
    let read = serde_json::from_str::<Map<String, Value>>(object).ok()?;
    let members = object.strip_prefix('{')?.strip_suffix('}')?;
    Some((members.trim(), read.keys().cloned().collect()))
}
