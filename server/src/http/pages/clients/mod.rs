//! OAuth clients: the list, one of them, and the form to register or change one.

pub(super) mod form;
pub(super) mod one;

use askama::Template;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::{Entry, Listing, RegisteredBy, Sort, State};

use crate::decide::stored;
use crate::decide::stored::Listed;
use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::pages::when::{when, when_if};
use crate::http::shared::cut::Cut;
use crate::http::shared::form::{Parameters, encode};

/// How many clients there are on a page.
const PAGE: u32 = 50;

/// How many pages one can go to: behind them is nothing that a person would look for page by page.
const MOST_PAGES: u32 = 1_000_000;

/// How long a text that is searched for may be, in characters.
const LONGEST_TEXT: usize = 100;

#[derive(Template)]
#[template(path = "clients.html")]
struct Clients<'a> {
    visitor: &'a str,
    csrf: String,
    wish: &'a Wish,
    rows: Vec<Row>,
    total: u64,
    /// The numbers of the first and the last client on the page.
    first: u64,
    last: u64,
    pages: Vec<Step>,
}

/// A link to a page of the list, or a gap.
struct Step {
    number: u32,
    link: String,
    is_here: bool,
    follows_a_gap: bool,
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
    waits: bool,
}

/// What is asked for of the list.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    text: String,
    state: &'static str,
    by: &'static str,
    unused: &'static str,
    sort: &'static str,
    page: u32,
}

/// A field of the form that has something to choose from.
struct Choice {
    name: &'static str,
    label: &'static str,
    /// What can be chosen, what that is called, and whether it is.
    options: Vec<(&'static str, &'static str, bool)>,
}

/// What can be chosen, and what that is called.
type Choices = [(&'static str, &'static str)];

const STATES: &Choices = &[
    ("", "Any"),
    ("enabled", "Enabled"),
    ("disabled", "Disabled"),
    ("waiting", "Waiting for approval"),
    ("secret-expired", "Secret expired"),
    ("never-used", "Never used"),
    ("used", "Used"),
];
const REGISTRANTS: &Choices = &[
    ("", "Anybody"),
    ("administrator", "An administrator, by hand"),
    ("key", "Somebody with an API key"),
    ("stranger", "Anonymous"),
    ("document", "Its own website"),
];
const UNUSED: &Choices = &[
    ("", "Any time"),
    ("30", "Not in 30 days"),
    ("90", "Not in 90 days"),
    ("365", "Not in a year"),
];
const SORTS: &Choices = &[
    ("", "Newest first"),
    ("oldest", "Oldest first"),
    ("used", "Last used first"),
    ("name", "Name"),
];

impl Wish {
    /// What a query asks for. What is no choice is not chosen.
    fn read(query: &str) -> Self {
        let parameters = Parameters::read(query.as_bytes());
        let of = |name: &str, choices: &'static Choices| {
            let asked = parameters.get(name).unwrap_or_default();
            let mut choices = choices.iter().map(|(value, _)| *value);
            choices.find(|value| *value == asked).unwrap_or_default()
        };
        let text = parameters.get("q").unwrap_or_default().trim();
        let page = parameters.get("page").and_then(|page| page.parse().ok());
        Self {
            text: text.chars().take(LONGEST_TEXT).collect(),
            state: of("state", STATES),
            by: of("by", REGISTRANTS),
            unused: of("unused", UNUSED),
            sort: of("sort", SORTS),
            page: page.unwrap_or(1).clamp(1, MOST_PAGES),
        }
    }

    fn listing(&self, now: u64) -> Listing {
        let days = self.unused.parse::<u64>().ok();
        Listing {
            text: Some(self.text.clone()).filter(|text| !text.is_empty()),
            is_disabled: (self.state == "enabled").then_some(false),
            state: State::named(self.state),
            by: RegisteredBy::named(self.by),
            unused_since: days.map(|days| now.saturating_sub(days * 86_400)),
            sort: match self.sort {
                "oldest" => Sort::Oldest,
                "used" => Sort::LastUsed,
                "name" => Sort::Name,
                _ => Sort::Newest,
            },
            before: (self.page - 1) * PAGE,
            limit: PAGE,
            now,
        }
    }

    /// The address of a page of this list.
    fn link(&self, page: u32) -> String {
        let page = page.to_string();
        let all = [
            ("q", &*self.text),
            ("state", self.state),
            ("by", self.by),
            ("unused", self.unused),
            ("sort", self.sort),
            ("page", if page == "1" { "" } else { &page }),
        ];
        let asked: Vec<_> = all.into_iter().filter(|(_, it)| !it.is_empty()).collect();
        match asked.is_empty() {
            true => "/admin/clients".to_owned(),
            false => format!("/admin/clients?{}", encode(&asked)),
        }
    }

    /// Whether it asks for less than all.
    fn is_narrow(&self) -> bool {
        !(self.text.is_empty()
            && self.state.is_empty()
            && self.by.is_empty()
            && self.unused.is_empty())
    }

    /// The choices of the form.
    fn choices(&self) -> Vec<Choice> {
        let all = [
            ("state", "State", STATES, self.state),
            ("by", "Registered by", REGISTRANTS, self.by),
            ("unused", "Used", UNUSED, self.unused),
            ("sort", "Order", SORTS, self.sort),
        ];
        let choices = all.into_iter().map(|(name, label, choices, chosen)| {
            let options = choices
                .iter()
                .map(|(value, text)| (*value, *text, *value == chosen));
            Choice {
                name,
                label,
                options: options.collect(),
            }
        });
        choices.collect()
    }

    /// The pages to go to from here: the first, the last, those beside this one, and some between.
    fn steps(&self, total: u64) -> Vec<Step> {
        let last = u32::try_from(total.div_ceil(u64::from(PAGE))).unwrap_or(MOST_PAGES);
        let last = last.clamp(1, MOST_PAGES);
        let here = self.page.min(last);
        let between = [here / 2, here + (last - here) / 2];
        let mut numbers = vec![1, last];
        numbers.extend(here.saturating_sub(2)..=here + 2);
        numbers.extend(between);
        numbers.retain(|number| (1..=last).contains(number));
        numbers.sort_unstable();
        numbers.dedup();
        let mut before = 0;
        let steps = numbers.into_iter().map(|number| {
            let follows_a_gap = number > before + 1;
            before = number;
            Step {
                number,
                link: self.link(number),
                is_here: number == self.page,
                follows_a_gap,
            }
        });
        steps.collect()
    }
}

/// `GET /admin/clients`
pub(super) async fn list(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Instead> {
    let wish = Wish::read(&query.unwrap_or_default());
    let listing = wish.listing(visitor.now);
    let found = visitor.administrator().listed(&listing).await;
    let found = found.map_err(|error| visitor.not_done(error))?;
    let before = u64::from(listing.before);
    let clients = Clients {
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        rows: found
            .entries
            .iter()
            .filter_map(|entry| row(&visitor, entry))
            .collect(),
        total: found.total,
        first: before + 1,
        last: before + found.entries.len() as u64,
        pages: wish.steps(found.total),
        wish: &wish,
    };
    Ok(visitor.page(StatusCode::OK, &clients))
}

/// The row of a client, unless it was deleted. One that cannot be read is there.
fn row(visitor: &Visitor, entry: &Entry) -> Option<Row> {
    let plugin = visitor.app.decider.plugin();
    let looked = stored::look(&*plugin, entry, visitor.now);
    let (name, waits) = match (&entry.unreadable, looked.map(|it| (it.listed, it.waits))) {
        (None, Ok((Listed::Deleted, _))) => return None,
        (None, Ok((Listed::Live { name }, waits))) => (name.unwrap_or_default(), waits),
        (Some(_), _) | (None, Err(_)) => ("This client cannot be read".to_owned(), false),
    };
    Some(Row {
        name: Cut::new(&name),
        link: address(&entry.client_id),
        client_id: Cut::new(&entry.client_id),
        owner: Cut::new(&stored::registered_by(entry)),
        since: when(entry.created_at),
        last: when_if(entry.activity.last_used),
        users: entry.users,
        is_disabled: entry.is_disabled,
        waits,
    })
}

/// The address of a client's page.
pub(super) fn address(client_id: &str) -> String {
    format!("/admin/client?{}", encode(&[("id", client_id)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes() {
        for (query, link) in [
            ("", "/admin/clients"),
            ("q=+mail+&page=1", "/admin/clients?q=mail"),
            (
                "state=disabled&sort=name&page=7",
                "/admin/clients?state=disabled&sort=name&page=7",
            ),
            (
                "state=odd&by=nobody&unused=1&sort=x&page=x",
                "/admin/clients",
            ),
            (
                "by=key&unused=90&page=-1",
                "/admin/clients?by=key&unused=90",
            ),
            ("page=99999999999", "/admin/clients"),
            ("page=0", "/admin/clients"),
            (
                "state=secret-expired",
                "/admin/clients?state=secret-expired",
            ),
        ] {
            let wish = Wish::read(query);
            assert_eq!(wish.link(wish.page), link, "{query}");
        }
    }

    #[test]
    fn pages_to_go_to() {
        for (page, total, expected) in [
            (1, 0, "[1]"),
            (1, 50, "[1]"),
            (1, 51, "[1] 2"),
            (1, 100_000, "[1] 2 3 .. 1000 .. 2000"),
            (
                1000,
                100_000,
                "1 .. 500 .. 998 999 [1000] 1001 1002 .. 1500 .. 2000",
            ),
            (2000, 100_000, "1 .. 1000 .. 1998 1999 [2000]"),
            (3, 250, "1 2 [3] 4 5"),
            // There are fewer by now.
            (9, 100, "1 2"),
        ] {
            let wish = Wish::read(&format!("page={page}"));
            let steps = wish.steps(total).into_iter().map(|step| {
                let gap = if step.follows_a_gap { ".. " } else { "" };
                match step.is_here {
                    true => format!("{gap}[{}]", step.number),
                    false => format!("{gap}{}", step.number),
                }
            });
            assert_eq!(
                steps.collect::<Vec<_>>().join(" "),
                expected,
                "{page} of {total}"
            );
        }
    }
}
