//! `/admin/events`: what came of requests, and why.

use std::time::Duration;

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::{KeyId, Permission};

use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::shared::cut::Cut;
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::refusal::Refusal;
use crate::observe::audit::{Bounds, Found, Place};
use crate::observe::event::{Ending, Event, Filter};
use crate::observe::moment;

/// How many events a page shows, and how far it looks for them.
const BOUNDS: Bounds = Bounds {
    events: 50,
    bytes: 256 << 20,
    time: Duration::from_secs(2),
};

/// How often the page loads itself again where that was asked for, in seconds.
const REFRESH: u32 = 5;

/// The times to choose from: a name in the address, what it is called, and how many seconds it is.
const TIMES: &[(&str, &str, u64)] = &[
    ("hour", "Last hour", 3_600),
    ("day", "Last day", 86_400),
    ("week", "Last 7 days", 7 * 86_400),
    ("month", "Last 30 days", 30 * 86_400),
];

#[derive(Template)]
#[template(path = "events.html")]
struct Events<'a> {
    visitor: &'a str,
    csrf: String,
    asked: &'a Asked,
    times: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
    /// The address of the page with older events.
    older: Option<String>,
    /// The address of the latest events, if these are older ones.
    latest: Option<String>,
    /// The address of the page that loads itself again, or does not.
    live: String,
    refresh: Option<u32>,
    is_filtered: bool,
    is_cut_short: bool,
    reach: u64,
}

struct Row {
    number: String,
    at: String,
    client: Cut,
    asker: Cut,
    request: String,
    /// What was decided or done, by its name in the audit log: a route may do several things.
    operation: String,
    is_refused: bool,
    reason: Cut,
}

#[derive(Template)]
#[template(path = "event.html")]
struct One<'a> {
    visitor: &'a str,
    csrf: String,
    number: &'a str,
    event: Option<Shown<'a>>,
    is_cut_short: bool,
    /// How much of the log was searched, in MiB.
    reach: u64,
}

struct Shown<'a> {
    event: &'a Event,
    at: String,
    is_refused: bool,
    advice: Vec<&'static str>,
    /// The address of the client's page, and of its events.
    client: Option<(String, String)>,
    /// The name of the API key, if it is there.
    key: Option<String>,
}

/// What is asked for, as the address has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    text: String,
    client: String,
    account: String,
    address: String,
    outcome: String,
    code: String,
    reason: String,
    time: String,
    after: Option<Place>,
    is_live: bool,
}

pub(super) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Instead> {
    visitor
        .administrator()
        .require(Permission::OauthClientList)
        .map_err(|error| visitor.not_done(error))?;
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(query.as_bytes());
    match parameters.get("number") {
        Some(number) => one(&visitor, number.trim()).await,
        None => list(&visitor, &Asked::read(&parameters)).await,
    }
}

async fn list(visitor: &Visitor, asked: &Asked) -> Result<Response, Instead> {
    let filter = asked.filter(visitor.now);
    let found = find(visitor, filter, asked.after.clone(), BOUNDS).await?;
    let last = found.events.last().filter(|_| found.has_more);
    let older = last.map(|event| {
        asked.address(Some(&Place {
            at: event.at,
            number: event.number.clone(),
        }))
    });
    let live = Asked {
        is_live: !asked.is_live,
        after: None,
        ..asked.clone()
    };
    let page_of = Events {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        asked,
        times: TIMES
            .iter()
            .map(|(name, called, _)| (*name, *called, asked.time == *name))
            .collect(),
        rows: found.events.iter().map(|event| Row::of(event)).collect(),
        older,
        latest: asked.after.as_ref().map(|_| asked.address(None)),
        live: live.address(None),
        refresh: asked.is_live.then_some(REFRESH),
        is_filtered: asked.is_filtered(),
        is_cut_short: found.is_cut_short,
        reach: BOUNDS.bytes >> 20,
    };
    Ok(visitor.page(StatusCode::OK, &page_of))
}

async fn one(visitor: &Visitor, number: &str) -> Result<Response, Instead> {
    let filter = Filter {
        number: Some(number.to_owned()),
        ..Filter::default()
    };
    let found = find(
        visitor,
        filter,
        None,
        Bounds {
            events: 1,
            ..BOUNDS
        },
    )
    .await?;
    let event = found.events.first();
    let key = match event.and_then(|event| event.key) {
        Some(number) => key_name(visitor, number).await?,
        None => None,
    };
    let number: String = number.chars().take(40).collect();
    let page_of = One {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        number: &number,
        event: event.map(|event| Shown::of(event, key)),
        is_cut_short: found.is_cut_short,
        reach: BOUNDS.bytes >> 20,
    };
    let status = match event {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    Ok(visitor.page(status, &page_of))
}

/// The name of the API key with this number, if it is there.
async fn key_name(visitor: &Visitor, number: i64) -> Result<Option<String>, Instead> {
    let before = KeyId::numbered(number.saturating_sub(1));
    let found = visitor.administrator().keys(before, 1).await;
    let mut found = found.map_err(|error| visitor.not_done(error))?.into_iter();
    let key = found.find(|key| key.id.number() == number);
    Ok(key.map(|key| key.name))
}

/// Reads files, so that it is done where nobody else has to wait for it.
async fn find(
    visitor: &Visitor,
    filter: Filter,
    after: Option<Place>,
    bounds: Bounds,
) -> Result<Found, Refusal> {
    let history = visitor.app.watch.audit.history();
    let found =
        tokio::task::spawn_blocking(move || history.find(&filter, after.as_ref(), &bounds)).await;
    match found {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => {
            tracing::error!(%error, "the audit log cannot be read");
            Err(Refusal::Failed)
        }
        Err(error) => {
            tracing::error!(%error, "the audit log was not read");
            Err(Refusal::Failed)
        }
    }
}

impl Row {
    fn of(event: &Event) -> Self {
        let asker = match (&event.account, &event.address) {
            (Some(account), _) => account,
            (None, Some(address)) => address,
            (None, None) => "an unknown address",
        };
        Self {
            number: event.number.clone(),
            at: moment::second(event.at),
            client: match (event.client(), event.claimed()) {
                (None, Some(claimed)) => Cut::new(&claimed),
                (client, _) => Cut::new(client.unwrap_or_default()),
            },
            asker: Cut::new(asker),
            request: format!("{} {}", event.method, event.route),
            operation: event.operation.clone().unwrap_or_default(),
            is_refused: event.outcome == Ending::Refused,
            reason: Cut::new(event.reason()),
        }
    }
}

impl<'a> Shown<'a> {
    fn of(event: &'a Event, key: Option<String>) -> Self {
        // An id that was cut leads nowhere.
        let client_id = event
            .client_id
            .as_deref()
            .filter(|id| !id.ends_with('\u{2026}'));
        Self {
            event,
            at: moment::second(event.at),
            is_refused: event.outcome == Ending::Refused,
            advice: event.advice(),
            key,
            client: client_id.map(|id| {
                (
                    format!("/admin/client?{}", encode(&[("id", id)])),
                    format!("/admin/events?{}", encode(&[("client", id)])),
                )
            }),
        }
    }
}

impl Asked {
    fn read(parameters: &Parameters<'_>) -> Self {
        let of = |name: &str| parameters.get(name).unwrap_or_default().trim().to_owned();
        let after = parameters.get("after").and_then(|after| {
            let (at, number) = after.split_once('.')?;
            Some(Place {
                at: at.parse().ok()?,
                number: number.to_owned(),
            })
        });
        Self {
            text: of("text"),
            client: of("client"),
            account: of("account"),
            address: of("address"),
            outcome: of("outcome"),
            code: of("code"),
            reason: of("reason"),
            time: of("time"),
            after,
            is_live: parameters.get("live").is_some(),
        }
    }

    fn filter(&self, now: u64) -> Filter {
        let said = |text: &String| (!text.is_empty()).then(|| text.clone());
        let mut times = TIMES.iter();
        let time = times.find(|(name, _, _)| *name == self.time);
        Filter {
            number: None,
            client: said(&self.client),
            account: said(&self.account),
            address: said(&self.address),
            outcome: match &*self.outcome {
                "refused" => Some(Ending::Refused),
                "accepted" => Some(Ending::Accepted),
                _ => None,
            },
            code: said(&self.code),
            reason: said(&self.reason),
            since: time.map(|(_, _, seconds)| now.saturating_sub(*seconds)),
            text: said(&self.text),
        }
    }

    /// What is said in the address, in the order of the form.
    fn said(&self) -> [(&'static str, &str); 8] {
        [
            ("text", &self.text),
            ("client", &self.client),
            ("account", &self.account),
            ("address", &self.address),
            ("outcome", &self.outcome),
            ("code", &self.code),
            ("reason", &self.reason),
            ("time", &self.time),
        ]
    }

    fn is_filtered(&self) -> bool {
        self.said().iter().any(|(_, value)| !value.is_empty())
    }

    fn address(&self, after: Option<&Place>) -> String {
        let place = after.map(|place| format!("{}.{}", place.at, place.number));
        let mut said: Vec<(&str, &str)> = self
            .said()
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        said.extend(place.as_deref().map(|place| ("after", place)));
        if self.is_live {
            said.push(("live", "yes"));
        }
        match encode(&said) {
            query if query.is_empty() => "/admin/events".to_owned(),
            query => format!("/admin/events?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_for() {
        for (query, expected) in [
            ("", "/admin/events"),
            ("client=+&live=yes", "/admin/events?live=yes"),
            (
                "client=gpc_1&outcome=refused&time=day&after=7.0a-1",
                "/admin/events?client=gpc_1&outcome=refused&time=day&after=7.0a-1",
            ),
            ("text=a%26b&after=x", "/admin/events?text=a%26b"),
        ] {
            let asked = Asked::read(&Parameters::read(query.as_bytes()));
            assert_eq!(asked.address(asked.after.as_ref()), expected, "{query}");
        }
    }

    #[test]
    fn what_is_asked_for_is_looked_for() {
        let read = |query: &str| Asked::read(&Parameters::read(query.as_bytes())).filter(100_000);
        let filter = read("client=gpc_1&outcome=refused&time=hour&code=&account=+ann+");
        assert_eq!(filter.client.as_deref(), Some("gpc_1"));
        assert_eq!(filter.outcome, Some(Ending::Refused));
        assert_eq!(filter.since, Some(96_400));
        assert_eq!(filter.code, None);
        assert_eq!(filter.account.as_deref(), Some("ann"));
        let filter = read("outcome=all&time=ever");
        assert_eq!((filter.outcome, filter.since), (None, None));
    }
}
