//! API keys: the list, making one, revoking one.

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::Permission;
use gatepost_directory::{KeyEntry, KeyId};

use crate::http::pages::Visitor;
use crate::http::pages::confirm::{Confirm, count};
use crate::http::pages::mistakes::{Field, Mistakes};
use crate::http::pages::terms;
use crate::http::pages::terms::Term;
use crate::http::pages::told::{Done, Told};
use crate::http::pages::visitor::{Form, Instead};
use crate::http::pages::when::{when, when_if};
use crate::http::shared::administration::{KeyWish, NotDone, Part};
use crate::http::shared::form::Parameters;
use crate::http::shared::page::{Leave, page};

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
    /// What a key can be made to allow, whether it is chosen, and what it means.
    permissions: Vec<Choice>,
    typed: Typed,
    mistakes: Mistakes,
    /// What the visitor may do: make keys, and revoke them.
    may_make: bool,
    may_revoke: bool,
}

/// A permission that a key can have.
struct Choice {
    name: &'static str,
    description: &'static str,
    is_chosen: bool,
}

/// What is typed into the form.
struct Typed {
    name: String,
    days: String,
    terms: Vec<Term>,
}

struct Row {
    number: i64,
    name: String,
    /// Who made it, and whom it acts for.
    of: Vec<String>,
    /// What it allows now, in words, and by name.
    permissions: Vec<(&'static str, String)>,
    terms: Vec<String>,
    made: String,
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
    let form = Parameters::read(b"permission=authenticate&permission=oauth-client-registration");
    present(&visitor, StatusCode::OK, after, &form, Mistakes::default()).await
}

async fn present(
    visitor: &Visitor,
    status: StatusCode,
    after: KeyId,
    form: &Parameters<'_>,
    mistakes: Mistakes,
) -> Result<Response, Instead> {
    let administrator = visitor.administrator();
    // One more says whether there is another page.
    let found = administrator.keys(after, PAGE as u32 + 1).await;
    let mut found = found.map_err(|error| visitor.not_done(error))?;
    let is_more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| is_more);
    let permissions = Permission::ALL.into_iter();
    let typed = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let keys = Keys {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        rows: found.iter().map(|key| row(key, visitor.now)).collect(),
        next: last.map(|key| format!("/admin/keys?after={}", key.id.number())),
        permissions: permissions
            .filter(|permission| administrator.can_give(*permission))
            .map(|permission| Choice {
                name: permission.name(),
                description: permission.description(),
                is_chosen: form.all("permission").any(|name| name == permission.name()),
            })
            .collect(),
        typed: Typed {
            name: typed("name"),
            days: typed("days"),
            terms: Term::all(form),
        },
        mistakes,
        may_make: administrator.may(Permission::OauthClientCreate),
        may_revoke: administrator.may(Permission::OauthClientDelete),
    };
    Ok(visitor.page(status, &keys))
}

fn row(key: &KeyEntry, now: u64) -> Row {
    let (is_live, state) = match (key.revoked_at, key.expires_at) {
        (None, _) if key.unreadable.is_some() => (true, "cannot be read".to_owned()),
        (Some(at), _) => (false, format!("revoked {}", when(at))),
        (None, Some(at)) if at <= now => (false, format!("expired {}", when(at))),
        (None, Some(at)) => (true, format!("until {}", when(at))),
        (None, None) => (true, "live".to_owned()),
    };
    let maker = match (&key.owner, key.made_with) {
        (Some(owner), Some(with)) => format!("made by {owner}, with the key {}", with.number()),
        (Some(owner), None) => format!("made by {owner}, or for them on the command line"),
        (None, Some(with)) => format!("made with the key {}", with.number()),
        (None, None) => "made on the command line".to_owned(),
    };
    let acts_for = key
        .account
        .iter()
        .map(|account| format!("acts for {account}"));
    let words = |name: &String| {
        let known = Permission::named(name);
        (known.map_or("", Permission::description), name.clone())
    };
    Row {
        number: key.id.number(),
        name: key.name.clone(),
        of: acts_for.chain([maker]).collect(),
        permissions: key.allowed.iter().map(words).collect(),
        terms: key
            .terms
            .as_deref()
            .map(terms::described)
            .unwrap_or_default(),
        made: when(key.created_at),
        last: when_if(key.last_used_at),
        state,
        is_live,
    }
}

/// `GET /admin/keys/revoke?key=…`: asks first.
pub(super) async fn ask_to_revoke(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Instead> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    let number = parameters.get("key").unwrap_or_default();
    let missing = || visitor.not_done(NotDone::Missing);
    let id = number.parse::<i64>().map_err(|_| missing())?;
    let before = KeyId::numbered(id.checked_sub(1).ok_or_else(missing)?);
    let found = visitor.administrator().keys(before, 1).await;
    let found = found.map_err(|error| visitor.not_done(error))?;
    let key = found.into_iter().find(|key| key.id.number() == id);
    let key = key.ok_or_else(missing)?;
    let registered = match key.registrations {
        0 => "No client was registered with it.".to_owned(),
        number => format!(
            "{} registered with it. They stay.",
            count(number, "client was", "clients were")
        ),
    };
    let confirm = Confirm {
        question: format!("Revoke the key “{}”?", key.name),
        ends: vec![
            "Whoever uses it is refused from then on. The keys that were made with it end too."
                .to_owned(),
            match key.last_used_at {
                Some(at) => format!("It was last used {}.", when(at)),
                None => "It was never used.".to_owned(),
            },
            registered,
        ],
        action: "/admin/keys",
        fields: vec![("key", number), ("action", "revoke"), ("name", &key.name)],
        button: "Revoke",
        back: "/admin/keys",
        csrf: visitor.csrf(),
    };
    Ok(page(StatusCode::OK, &confirm, &Leave::default()))
}

/// `POST /admin/keys`
pub(super) async fn change(form: Form) -> Result<Response, Instead> {
    let Form { visitor, body } = form;
    let form = Parameters::read(&body);
    match form.get("action") {
        Some("create") => create(&visitor, &form).await,
        Some("revoke") => {
            let number = form.get("key").unwrap_or_default();
            let id = KeyId::numbered(number.parse().unwrap_or(i64::MIN));
            let revoked = visitor.administrator().revoke_key(id).await;
            revoked.map_err(|error| visitor.not_done(error))?;
            let name = form.get("name").unwrap_or(number);
            visitor.go_on("/admin/keys", &Told::new(Done::KeyRevoked, name))
        }
        _ => Err(visitor.not_done(NotDone::Missing)),
    }
}

async fn create(visitor: &Visitor, form: &Parameters<'_>) -> Result<Response, Instead> {
    // What is no number is none that there may be.
    let days = form
        .get("days")
        .map(|days| days.trim().parse().unwrap_or_default());
    let name = form.get("name").unwrap_or_default();
    let wish = KeyWish::new(
        name,
        None,
        form.all("permission"),
        terms::typed(form).as_deref(),
        days,
        visitor.now,
    );
    let administrator = visitor.administrator();
    let made = match wish {
        Ok(wish) => administrator.make_key(wish).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => {
            let secret = Some(made.key.reveal().to_owned());
            visitor.go_on("/admin/keys", &Told::new(Done::KeyMade, name).with(secret))
        }
        Err(error) => match mistakes(&error) {
            Some(wrong) => present(visitor, StatusCode::BAD_REQUEST, FIRST, form, wrong).await,
            None => Err(visitor.not_done(error)),
        },
    }
}

/// What is wrong with what was typed, if that is why there is no key.
fn mistakes(error: &NotDone) -> Option<Mistakes> {
    const NAME: Field = ("name", "What it is for");
    const ALLOWS: Field = ("permissions", "What it allows");
    const DAYS: Field = ("days", "Ends after so many days");
    Some(match error {
        NotDone::Malformed(part, wrong) => Mistakes::one(
            match part {
                Part::Name => NAME,
                Part::Permissions => ALLOWS,
                Part::Days => DAYS,
            },
            &**wrong,
        ),
        NotDone::Escalation(permission) => Mistakes::one(
            ALLOWS,
            format!(
                "A key cannot allow {}, which you may not do yourself.",
                permission.name()
            ),
        ),
        NotDone::Terms(findings) => findings.iter().map(terms::mistake).collect(),
        _ => return None,
    })
}
