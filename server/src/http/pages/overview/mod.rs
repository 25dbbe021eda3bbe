//! `/admin/`: what needs an administrator, what happened, what there is, and how full it is.

mod chart;
mod limit;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::{Permission, RegisteredBy, State, Store};

use self::chart::Period;
use self::limit::Limit;
use crate::config::PluginChoice;
use crate::http::pages::Visitor;
use crate::http::pages::visitor::Instead;
use crate::http::pages::when::when;
use crate::http::shared::administration::NotDone;
use crate::http::shared::answer;
use crate::http::shared::form::encode;
use crate::http::shared::settings;
use crate::observe::event::meaning;
use crate::observe::tally;
use crate::observe::tally::{Since, Why};

/// How many reasons are shown.
const REASONS: usize = 10;

/// What an account may do to clients without seeing the list of them.
const OTHERS: [Permission; 4] = [
    Permission::OauthClientGet,
    Permission::OauthClientCreate,
    Permission::OauthClientUpdate,
    Permission::OauthClientDelete,
];

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    visitor: &'a str,
    csrf: String,
    /// What the visitor may do.
    rights: Vec<&'static str>,
    may_register: bool,
    /// The rest, for those who may see it.
    seen: Option<Seen>,
}

/// What is seen by those who may list clients.
struct Seen {
    waiting: u64,
    warnings: Vec<String>,
    lost: u64,
    limits: Vec<Limit>,
    periods: [Period; 2],
    reasons: Vec<Reason>,
    reach: Reach,
    /// Whether other servers may use the same store.
    is_one_of_many: bool,
    by: Vec<Group>,
    states: Vec<Group>,
    /// Whether there are clients that are not stored.
    has_stateless: bool,
    facts: Vec<(&'static str, String)>,
}

/// Since when events are counted.
enum Reach {
    /// For as long as is shown.
    Whole,
    /// Since this time, and why not from earlier on.
    Since(String, &'static str),
    /// That is not known yet: earlier events are still read.
    Unread,
}

/// Why requests were refused.
struct Reason {
    code: String,
    text: &'static str,
    /// The address of the events.
    link: String,
    in_day: u64,
    in_all: u64,
}

/// Clients that are counted together.
struct Group {
    called: &'static str,
    count: u64,
    /// The address of the list of them.
    link: String,
}

/// `GET /admin/`
pub(super) async fn show(visitor: Visitor) -> Result<Response, Instead> {
    let administrator = visitor.administrator();
    let may = |permission: &Permission| administrator.may(*permission);
    let may_list = may(&Permission::OauthClientList);
    let rights: Vec<Permission> = OTHERS.into_iter().filter(may).collect();
    if !may_list && rights.is_empty() {
        return Err(visitor.not_done(NotDone::Denied(Permission::OauthClientList)));
    }
    let overview = Overview {
        seen: match may_list {
            true => Some(Seen::by(&visitor).await?),
            false => None,
        },
        visitor: visitor.name(),
        csrf: visitor.csrf(),
        rights: rights.iter().map(|right| right.description()).collect(),
        may_register: may(&Permission::OauthClientCreate),
    };
    Ok(visitor.page(StatusCode::OK, &overview))
}

impl Seen {
    async fn by(visitor: &Visitor) -> Result<Self, Instead> {
        let app = &visitor.app;
        let directory = app.decider.directory();
        let failed = |error: gatepost_directory::DirectoryError| answer::refusal(error.into());
        let clients = directory.counts(visitor.now).await.map_err(failed)?;
        let config = app.config();
        let settings = settings::in_force(&config, &app.public_url);
        let setting = |key: &str| {
            let mut all = settings.iter();
            let found = all.find(|setting| setting.key == key);
            found.map_or("", |setting| &*setting.value)
        };
        let limit = |key: &str| setting(key).parse().unwrap_or(0);
        let mut limits = vec![
            Limit::new(
                "All clients",
                "max-clients",
                clients.clients,
                limit("max-clients"),
            ),
            Limit::new(
                "Clients that were registered without an API key",
                "max-anonymous-clients",
                clients.anonymous_clients,
                limit("max-anonymous-clients"),
            ),
        ];
        let of_account = "max-clients-per-account";
        if limit(of_account) > 0 {
            let fullest = directory.fullest_account().await.map_err(failed)?;
            let (name, count) = fullest.unwrap_or_default();
            let limit = Limit::new(
                "Clients of one account",
                of_account,
                count,
                limit(of_account),
            );
            limits.push(limit.of(name));
        }
        let audit = &app.watch.audit;
        let counts = audit.tally().counts(visitor.now, REASONS);
        Ok(Self {
            waiting: clients.of(State::Waiting),
            warnings: visitor.warnings(&*app.decider.plugin()).await?,
            lost: audit.lost(),
            limits,
            reach: match counts.since {
                None => Reach::Unread,
                Some(Since { at, .. }) if at <= tally::beginning(visitor.now) => Reach::Whole,
                Some(Since { at, why }) => Reach::Since(when(at), reason(why)),
            },
            reasons: counts.reasons.into_iter().map(Reason::of).collect(),
            periods: [Period::hours(&counts.hours), Period::days(&counts.days)],
            is_one_of_many: matches!(app.store, Store::Postgres(_)),
            by: clients
                .by
                .iter()
                .map(|(by, count)| Group {
                    called: registrant(*by),
                    count: *count,
                    link: list(&[("by", by.name())]),
                })
                .collect(),
            states: clients
                .states
                .iter()
                .map(|(state, count)| Group {
                    called: called(*state),
                    count: *count,
                    link: list(&[("state", state.name())]),
                })
                .collect(),
            has_stateless: !matches!(setting("stateless"), "" | "\"off\""),
            facts: vec![
                (
                    "Server",
                    format!("gatepost-server {}", env!("CARGO_PKG_VERSION")),
                ),
                // Where files are is not told to everybody who may look.
                (
                    "Plugin",
                    match &config.plugin {
                        PluginChoice::Linked => {
                            format!("linked, version {}", env!("CARGO_PKG_VERSION"))
                        }
                        PluginChoice::Component => {
                            format!("built-in component, version {}", env!("CARGO_PKG_VERSION"))
                        }
                        PluginChoice::File(path) => {
                            let name = path.file_name().unwrap_or_default();
                            format!("the file {}", name.display())
                        }
                    },
                ),
                (
                    "Store",
                    format!("{}, schema {}", app.store.kind(), directory.schema()),
                ),
                ("Runs since", when(app.begun)),
            ],
        })
    }

    /// The limits of which little is left.
    fn scarce(&self) -> impl Iterator<Item = &Limit> {
        self.limits.iter().filter(|limit| limit.is_scarce())
    }

    fn needs_nothing(&self) -> bool {
        self.waiting == 0
            && self.warnings.is_empty()
            && self.lost == 0
            && self.scarce().next().is_none()
    }

    /// How many clients there are.
    fn total(&self) -> u64 {
        self.by.iter().map(|group| group.count).sum()
    }
}

impl Reason {
    fn of(reason: tally::Reason) -> Self {
        let code = &*reason.code;
        Self {
            text: match code {
                "" => "Without a code. Requests of networks that send very many are only counted.",
                code => meaning(code).unwrap_or_default(),
            },
            link: format!(
                "/admin/events?{}",
                encode(&[("outcome", "refused"), ("reason", code), ("time", "month")])
            ),
            in_day: reason.in_day,
            in_all: reason.in_all,
            code: reason.code,
        }
    }
}

/// Why nothing is counted from before a time.
const fn reason(why: Why) -> &'static str {
    match why {
        Why::Nothing => "The audit log has nothing from before.",
        Why::NoLog => {
            "The server started then. It keeps no audit log, because audit.enabled is false in the settings."
        }
        Why::TooLong => {
            "The audit log has more from before, which would have taken too long to read at the start."
        }
        Why::Unreadable => {
            "The server started then, and could not read all of the audit log from before. Its log on standard error says why."
        }
        Why::SetBack => "The server's clock was set back then.",
    }
}

/// The address of a list of clients.
fn list(asked: &[(&str, &str)]) -> String {
    format!("/admin/clients?{}", encode(asked))
}

const fn registrant(by: RegisteredBy) -> &'static str {
    match by {
        RegisteredBy::Administrator => "Registered by an administrator",
        RegisteredBy::Key => "Registered with an API key",
        RegisteredBy::Stranger => "Anonymous",
        RegisteredBy::Document => "Described by their own websites",
    }
}

const fn called(state: State) -> &'static str {
    match state {
        State::Disabled => "Disabled",
        State::Waiting => "Wait for approval",
        State::SecretExpired => "Their secret has expired",
        State::NeverUsed => "Never used",
        State::Used => "Used",
    }
}
