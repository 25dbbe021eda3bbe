//! Limits: no more clients are registered than a limit allows, and no fewer, in whatever order requests come between each
//! other.
//!
//! The requests go through the server's own code from the facts to the effect, with the linked plugin and an SQLite file.
//! What is expected is what any order of whole requests would give.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{Directory, Inquiry, Key, NewKey, Permission, Store};
use gatepost_plugin::{Caller, Credential, Operation, Plugin, Source};
use gatepost_server::decide::Decider;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::directory::{Fault, InTurns};
use crate::is_long;
use crate::orders::{Request, every_order, finished, in_turn};

/// When the requests come, in seconds since 1970.
const NOW: u64 = 1_790_000_000;

/// Every limit of the table.
const LIMIT: u64 = 2;

/// What is limited, by which settings, and where it is counted.
const LIMITS: &[Limit] = &[
    Limit {
        name: "clients in all",
        settings: "anonymous = true\nmax-clients = 2",
        terms: None,
        count: "SELECT clients FROM tally",
    },
    Limit {
        name: "clients of strangers",
        settings: "anonymous = true\nmax-anonymous-clients = 2\nmax-anonymous-registrations-per-wider-network = 0",
        terms: None,
        count: "SELECT anonymous_clients FROM tally",
    },
    Limit {
        name: "registrations from a network",
        settings: "anonymous = true\nmax-registrations-per-address = 2",
        terms: None,
        count: "SELECT coalesce(sum(registrations), 0) FROM registrations_by_network
                WHERE network NOT LIKE 'wider %'",
    },
    Limit {
        name: "registrations from a wider network",
        settings: "anonymous = true\nmax-anonymous-registrations-per-wider-network = 2",
        terms: None,
        count: "SELECT coalesce(sum(registrations), 0) FROM registrations_by_network
                WHERE network LIKE 'wider %'",
    },
    Limit {
        name: "clients of an account",
        settings: "max-clients-per-account = 2",
        terms: Some("{}"),
        count: "SELECT max(clients) FROM account",
    },
    Limit {
        name: "registrations with a key",
        settings: "",
        terms: Some(r#"{"max-registrations":2}"#),
        count: "SELECT registrations FROM api_key",
    },
];

struct Limit {
    name: &'static str,
    settings: &'static str,
    /// Those of the API key that registers, if there is one.
    terms: Option<&'static str>,
    count: &'static str,
}

/// Three at once at two servers. `scripts/prove` asks for one server too, and for four with an API key: strangers make more
/// calls each, and four of them would take hours.
#[test]
fn no_more_and_no_fewer_are_registered_than_a_limit_allows() {
    for limit in LIMITS {
        let (registrations, servers) = match (is_long(), limit.terms) {
            (false, _) => (3, &[2][..]),
            (true, None) => (3, &[1, 2][..]),
            (true, Some(_)) => (4, &[1, 2][..]),
        };
        let orders = limit.search(registrations, servers, None).unwrap();
        println!("{}: {orders} orders of {registrations}", limit.name);
        assert!(orders >= 90, "{orders}");
    }
}

/// A store that looks at the facts too early, as one would that is not in one transaction.
#[test]
fn a_store_that_looks_too_early_is_found() {
    for fault in [Fault::FactsOfBefore, Fault::FactsOfOthers] {
        for limit in LIMITS {
            let found = limit.search(3, &[1, 2], Some(fault)).expect_err(limit.name);
            println!("{fault:?}, {}: {found}", limit.name);
        }
    }
}

impl Limit {
    /// Registers so many at once in every order, with so many servers, and says how many orders there were, or what went
    /// wrong in one of them.
    fn search(
        &self,
        registrations: usize,
        servers: &[usize],
        fault: Option<Fault>,
    ) -> Result<u64, String> {
        let place = Place::with(self.settings, |directory| {
            if let Some(terms) = self.terms {
                finished(directory.add_key(key(terms))).expect("it can be added");
            }
        });
        let mut orders = 0;
        let mut wrong = None;
        for &servers in servers {
            orders += every_order(|order| {
                if wrong.is_some() {
                    return;
                }
                let run = place.begin(servers, fault);
                let key = self.terms.map(|_| run.key());
                let requests = (0..registrations)
                    .map(|number| run.register(number, key.as_ref()))
                    .collect();
                let mut most = 0;
                let statuses = order.run(requests, |_| most = most.max(run.count(self.count)));
                let registered = statuses.iter().filter(|status| **status == 201).count() as u64;
                if most > LIMIT || registered != LIMIT {
                    wrong = Some(format!(
                        "{servers} servers, {order:?}: {statuses:?}, and {most} at a time"
                    ));
                }
            });
        }
        wrong.map_or(Ok(orders), Err)
    }
}

/// Clients that no user has authorised give way to new ones, one for each.
#[test]
fn as_many_clients_give_way_as_come() {
    let settings = "anonymous = true\nmax-anonymous-clients = 2\n\
        max-anonymous-registrations-per-wider-network = 0";
    let place = Place::with(settings, |_| {});
    let orders = every_order(|order| {
        let run = place.begin(1, None);
        for number in [7, 8] {
            let before = finished(run.register_at(&run.aside, number, None, NOW - 4_000));
            assert_eq!(before, 201);
        }
        let requests = (0..2).map(|number| run.register(number, None)).collect();
        let count = "SELECT anonymous_clients FROM tally";
        let statuses = order.run(requests, |_| assert!(run.count(count) <= 2, "too many"));
        assert_eq!(statuses, [201, 201], "{order:?}");
        assert_eq!(run.count(count), 2);
        let old = format!("SELECT count(*) FROM oauth_client WHERE created_at < {NOW}");
        assert_eq!(run.count(&old), 0);
    });
    println!("{orders} orders");
}

/// A registration where there is room only after another client is deleted.
#[test]
fn a_client_that_is_deleted_makes_room() {
    let place = Place::with("anonymous = true\nmax-clients = 1", |_| {});
    let mut seen = Vec::new();
    every_order(|order| {
        let run = place.begin(1, None);
        assert_eq!(finished(run.register_at(&run.aside, 7, None, NOW)), 201);
        let requests = vec![run.remove(), run.register(0, None), run.register(1, None)];
        let count = || run.count("SELECT clients FROM tally");
        let statuses = order.run(requests, |_| assert!(count() <= 1, "too many"));
        let registered = statuses[1..]
            .iter()
            .filter(|status| **status == 201)
            .count();
        assert_eq!(statuses[0], 204, "{order:?}");
        assert!(registered <= 1, "{order:?}");
        assert_eq!(count(), registered as u64);
        seen.push(registered);
    });
    assert!(seen.contains(&0) && seen.contains(&1), "{seen:?}");
}

/// The first look assumes counters that are 8,192 higher than they are. Here more than that come in between.
#[test]
fn more_come_in_between_than_are_assumed() {
    const MOST: u64 = 8_195;
    const OTHERS: u64 = 8_194;
    let settings = "anonymous = true\nmax-clients = 8195\nmax-anonymous-clients = 0\n\
        max-anonymous-registrations-per-address = 0\nmax-anonymous-registrations-per-wider-network = 0";
    let place = Place::with(settings, |_| {});
    let mut refused = 0;
    every_order(|order| {
        let run = place.begin(1, None);
        let others: Request<'_> = Box::pin(in_turn(async {
            let more = format!("UPDATE tally SET clients = clients + {OTHERS}");
            run.database.execute(&more, ()).expect("it can be written");
            200
        }));
        let requests = vec![others, run.register(0, None), run.register(1, None)];
        let count = || run.count("SELECT clients FROM tally");
        let mut before = 0;
        let statuses = order.run(requests, |number| {
            let after = count();
            assert!(number == 0 || after == before || after <= MOST, "{after}");
            before = after;
        });
        let registered = statuses.iter().filter(|status| **status == 201).count() as u64;
        assert_eq!(count(), OTHERS + registered, "{order:?}");
        refused += 2 - registered;
    });
    assert!(refused > 0, "it is near the limit");
}

/// Settings, and a directory that every run begins with.
struct Place {
    folder: TempDir,
    plugin: Arc<dyn Plugin>,
}

impl Place {
    fn with(settings: &str, prepare: impl FnOnce(&dyn Directory)) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let directory = open(&folder.path().join("first.db"));
        prepare(&*directory);
        finished(directory.close());
        let settings = format!("[oauth.client-registration]\n{settings}");
        let options = gatepost_plugin::Options::default();
        let plugin = gatepost_plugin::load(&Source::Linked, &settings, &options);
        Self {
            folder,
            plugin: plugin.expect("the settings are right"),
        }
    }

    fn begin(&self, servers: usize, fault: Option<Fault>) -> Run {
        let folder = tempfile::tempdir_in(self.folder.path()).expect("there is room");
        let file = folder.path().join("gatepost.db");
        std::fs::copy(self.folder.path().join("first.db"), &file).expect("it can be copied");
        let decider = |directory| {
            let plugin = Arc::clone(&self.plugin);
            Arc::new(Decider::new(directory, plugin, 2).expect("the plugin works"))
        };
        let servers = (0..servers).map(|_| {
            let real = open(&file);
            decider(Arc::new(InTurns { real, fault }))
        });
        Run {
            servers: servers.collect(),
            aside: decider(open(&file)),
            database: Connection::open(&file).expect("it is there"),
            _folder: folder,
        }
    }
}

fn open(file: &Path) -> Arc<dyn Directory> {
    let store = Store::Sqlite(PathBuf::from(file));
    finished(gatepost_directory::open(&store)).expect("it can be opened")
}

/// A directory, and servers that use it.
struct Run {
    servers: Vec<Arc<Decider>>,
    /// One that does not wait for turns.
    aside: Arc<Decider>,
    database: Connection,
    _folder: TempDir,
}

impl Run {
    fn count(&self, query: &str) -> u64 {
        let count = self
            .database
            .query_row(query, (), |row| row.get::<_, i64>(0));
        count.expect("it can be read").try_into().expect("a number")
    }

    fn key(&self) -> Key {
        let hash = secret().hash();
        let found = finished(self.aside.directory().live_key(hash, NOW));
        found.expect("it can be read").expect("it was added")
    }

    fn register<'r>(&'r self, number: usize, key: Option<&'r Key>) -> Request<'r> {
        let server = &self.servers[number % self.servers.len()];
        Box::pin(self.register_at(server, number, key, NOW))
    }

    async fn register_at(
        &self,
        server: &Decider,
        number: usize,
        key: Option<&Key>,
        now: u64,
    ) -> u16 {
        let caller = match key {
            None => Caller::default(),
            Some(key) => Caller {
                credential: Credential::Accepted,
                account: key.account.as_ref().map(|account| account.name.clone()),
                permissions: key.permissions.clone(),
                terms: key.terms.clone(),
                ..Caller::default()
            },
        };
        let caller = Caller {
            address: Some("192.0.2.1".to_owned()),
            ..caller
        };
        let body = format!(
            r#"{{"client_name":"Mail {number}","redirect_uris":["http://127.0.0.1/"],"token_endpoint_auth_method":"none"}}"#
        );
        let decided = server.register(caller, key, body.into_bytes(), now).await;
        decided.expect("it is decided").response.status
    }

    /// An administrator deletes the one client there is.
    fn remove(&self) -> Request<'_> {
        let client_id: String = self
            .database
            .query_row("SELECT client_id FROM oauth_client", (), |row| row.get(0))
            .expect("there is one");
        let caller = Caller {
            credential: Credential::Accepted,
            permissions: vec!["authenticate".to_owned(), "oauth-client-delete".to_owned()],
            ..Caller::default()
        };
        let inquiry = Inquiry {
            client_id: Some(client_id.clone()),
            now: NOW,
            ..Inquiry::default()
        };
        Box::pin(async move {
            let operation = Operation::Remove { client_id };
            let decided = self.servers[0].decide(inquiry, caller, operation).await;
            decided.expect("it is decided").response.status
        })
    }
}

/// The same each time.
fn secret() -> Secret {
    Secret::derive(Purpose::ApiKey, &["a key of the tests"])
}

fn key(terms: &str) -> NewKey {
    NewKey {
        hash: secret().hash(),
        name: "desk".to_owned(),
        account: Some("desk".to_owned()),
        owner: None,
        made_with: None,
        permissions: Permission::REGISTRATION.to_vec(),
        terms: Some(terms.to_owned()),
        created_at: NOW,
        expires_at: None,
    }
}
