//! Limits hold for whatever comes at once, and what is over makes room again.

mod common;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use common::{Answer, Folder, Host, NATIVE, program, registration, text};
use gatepost_directory::Store;
use gatepost_plugin::{Caller, Decision, Source};
use gatepost_server::decide::Decider;
use gatepost_server::operate::sweep::{self, Swept};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const AT_ONCE: usize = 64;

const LIMIT: usize = 10;

#[test]
fn of_many_at_once_no_more_are_registered_than_a_limit_allows() {
    // Where waiting helps, it is 429.
    for (name, settings, terms, refused) in [
        ("in all", "max-clients = 10", None, 429),
        ("by one account", "max-clients-per-account = 10", None, 403),
        (
            "from one network",
            "max-registrations-per-address = 10",
            None,
            429,
        ),
        ("with one key", "", Some(r#"{"max-registrations":10}"#), 403),
        (
            "by strangers",
            "anonymous = true\nmax-anonymous-clients = 10\nmax-anonymous-registrations-per-wider-network = 0",
            None,
            429,
        ),
        (
            "by strangers from one wider network",
            "anonymous = true\nmax-anonymous-clients = 80",
            None,
            429,
        ),
        (
            "by strangers from one network",
            "anonymous = true\nmax-anonymous-registrations-per-address = 10",
            None,
            429,
        ),
    ] {
        let host = Host::start(&format!("[oauth.client-registration]\n{settings}"));
        let key = create_key(&host.folder, terms);
        let headers = match name.starts_with("by strangers") {
            true => vec![],
            false => vec![format!("Authorization: Bearer {key}")],
        };
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let mut connections: Vec<_> = (0..AT_ONCE).map(|_| host.connect()).collect();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let sent: Vec<_> = connections
                .iter_mut()
                .enumerate()
                .map(|(number, stream)| {
                    // Otherwise strangers would share one client.
                    let body = NATIVE.replace("callback", &format!("callback{number}"));
                    let request = registration(&headers, &body);
                    scope.spawn(move || {
                        stream.write_all(&request).expect("the host reads");
                        Answer::read(stream).status
                    })
                })
                .collect();
            let answered = sent.into_iter();
            answered
                .map(|sent| sent.join().expect("it is answered"))
                .collect()
        });
        let count = |status| statuses.iter().filter(|found| **found == status).count();
        assert_eq!(
            (count(201), count(refused)),
            (LIMIT, AT_ONCE - LIMIT),
            "{name}"
        );
        assert_eq!(
            rows(&host.folder.data().join("gatepost.db")) as usize,
            LIMIT,
            "{name}"
        );
    }
}

#[test]
fn stored_clients_of_strangers_stop_at_the_limit_until_those_that_nobody_uses_are_swept() {
    let office = Office::open(
        "anonymous = true
         max-anonymous-clients = 500
         max-anonymous-registrations-per-address = 0
         max-anonymous-registrations-per-wider-network = 0",
    );
    assert_eq!(
        office.register_strangers(0..1_000, 1_000),
        [(201, 500), (429, 500)]
    );
    assert_eq!(office.clients(), 500);
    let again = office.register_strangers(0..1_000, 1_001);
    assert_eq!(
        again,
        [(201, 500), (429, 500)],
        "who is there already stays welcome"
    );
    assert_eq!(office.clients(), 500);

    // A user agreed to a hundred of them.
    let changed = office
        .connection()
        .execute(
            "UPDATE oauth_client SET authorised_at = 2000 WHERE id <= 100",
            (),
        )
        .expect("the directory can be written");
    assert_eq!(changed, 100);
    let day = 86_400;
    assert_eq!(
        office.sweep(day),
        Swept {
            clients: 500,
            removed: 0,
            unjudged: 0,
        }
    );
    assert_eq!(office.windows(), 0, "counts that are over are dropped");
    assert_eq!(
        office.sweep(1_000 + day),
        Swept {
            clients: 500,
            removed: 400,
            unjudged: 0,
        }
    );
    assert_eq!(office.clients(), 100);
    let answers = office.register_strangers(1_000..1_500, 2_000 + day);
    assert_eq!(answers, [(201, 400), (429, 100)]);
    assert_eq!(office.windows(), 2, "of the network and of the wider one");
}

#[test]
fn registrations_from_nobody_knows_where_are_counted_together() {
    let office = Office::open("anonymous = true\nmax-anonymous-registrations-per-address = 5");
    for (address, numbers, expected) in [
        (None, 0..4, vec![(201, 4)]),
        // What is no address is not known either.
        (Some("unknown"), 4..8, vec![(201, 1), (429, 3)]),
        (None, 8..10, vec![(429, 2)]),
        (Some("192.0.2.1"), 10..12, vec![(201, 2)]),
    ] {
        let answers = office.register_from(address, numbers, 1_000);
        assert_eq!(answers, expected, "{address:?}");
    }
    assert_eq!(office.clients(), 7);
}

#[test]
fn one_party_with_many_networks_has_a_share_of_the_clients_of_strangers() {
    let office = Office::open("anonymous = true\nmax-anonymous-clients = 16");
    for (address, numbers, now, expected) in [
        (Some("2001:db8:0:1::1"), 0..1, 1_000, vec![(201, 1)]),
        (Some("2001:db8:0:2::1"), 1..2, 1_000, vec![(201, 1)]),
        (Some("2001:db8:ffff::1"), 2..4, 1_000, vec![(429, 2)]),
        // Who is there already stays welcome.
        (Some("2001:db8:ffff::1"), 0..2, 1_000, vec![(201, 2)]),
        (Some("2001:db9::1"), 4..7, 1_000, vec![(201, 2), (429, 1)]),
        (Some("192.0.2.1"), 7..8, 1_000, vec![(201, 1)]),
        (Some("192.0.77.1"), 8..10, 1_000, vec![(201, 1), (429, 1)]),
        (None, 10..13, 1_000, vec![(201, 2), (429, 1)]),
        // The windows of a network are shorter.
        (Some("2001:db8:0:1::1"), 13..14, 80_000, vec![(429, 1)]),
        (
            Some("2001:db8:0:1::1"),
            14..17,
            86_400,
            vec![(201, 2), (429, 1)],
        ),
    ] {
        let answers = office.register_from(address, numbers, now);
        assert_eq!(answers, expected, "{address:?} at {now}");
    }
    assert_eq!(office.clients(), 10);
    assert_eq!(office.windows(), 12);
    // The networks' windows are over, and the wider ones are not.
    office.sweep(86_399);
    assert_eq!(office.windows(), 12);
    office.sweep(86_400);
    assert_eq!(office.windows(), 2);
}

#[test]
fn clients_that_no_user_authorised_give_way_to_new_ones() {
    let office = Office::open(
        "anonymous = true
         max-anonymous-clients = 8
         max-anonymous-registrations-per-wider-network = 5",
    );
    let from = |network: u8, numbers, now| {
        office.register_from(Some(&format!("10.{network}.0.1")), numbers, now)
    };
    let names = || -> Vec<u32> {
        let connection = office.connection();
        let mut query = connection
            .prepare("SELECT json_extract(record, '$.metadata.client_name') FROM oauth_client ORDER BY id")
            .expect("the directory can be read");
        let names = query.query_map((), |row| row.get(0));
        let names = names.and_then(Iterator::collect::<Result<Vec<String>, _>>);
        let names = names.expect("the directory can be read");
        let number = |name: &String| name.rsplit(' ').next()?.parse().ok();
        names.iter().filter_map(number).collect()
    };
    assert_eq!(from(1, 0..1, 1_000), [(201, 1)]);
    for number in 1..6 {
        assert_eq!(from(2, number..number + 1, 1_001), [(201, 1)]);
    }
    assert_eq!(from(1, 6..7, 1_002), [(201, 1)]);
    assert_eq!(from(3, 7..8, 1_003), [(201, 1)]);
    assert_eq!(names(), [0, 1, 2, 3, 4, 5, 6, 7]);

    assert_eq!(from(4, 8..9, 4_599), [(429, 1)], "all are too young");
    // The user agreed to one of them.
    office
        .connection()
        .execute(
            "UPDATE oauth_client SET authorised_at = 2000 WHERE record LIKE '%Mail 1\"%'",
            (),
        )
        .expect("the directory can be written");
    assert_eq!(from(2, 9..10, 5_000), [(429, 1)], "its share is used up");
    assert_eq!(from(4, 10..11, 5_000), [(201, 1)]);
    assert_eq!(names(), [0, 1, 3, 4, 5, 6, 7, 10], "the oldest of most");
    assert_eq!(from(4, 11..14, 5_000), [(201, 3)], "all at once");
    assert_eq!(names()[..4], [1, 5, 6, 7], "0 was older than 4");
    assert_eq!(office.clients(), 8);
}

/// The host's inside, with a clock that is set by hand.
struct Office {
    folder: Folder,
    runtime: Runtime,
    decider: Arc<Decider>,
}

impl Office {
    fn open(settings: &str) -> Self {
        let folder = Folder::new();
        let store = Store::Sqlite(folder.data().join("gatepost.db"));
        let runtime = Runtime::new().expect("a runtime can be made");
        let directory = runtime
            .block_on(gatepost_directory::open(&store))
            .expect("a new directory");
        let settings = format!("[oauth.client-registration]\n{settings}");
        let plugin = gatepost_plugin::load(
            &Source::Linked,
            &settings,
            &gatepost_plugin::Options::default(),
        )
        .expect("the settings are right");
        Self {
            folder,
            runtime,
            decider: Arc::new(Decider::new(directory, plugin, 2).expect("the plugin works")),
        }
    }

    /// How often which status was answered to clients with these numbers.
    fn register_strangers(&self, numbers: std::ops::Range<u32>, now: u64) -> Vec<(u16, u32)> {
        self.register_from(Some("192.0.2.1"), numbers, now)
    }

    /// The same, from this address.
    fn register_from(
        &self,
        address: Option<&str>,
        numbers: std::ops::Range<u32>,
        now: u64,
    ) -> Vec<(u16, u32)> {
        let address = address.map(str::to_owned);
        self.runtime.block_on(async {
            let mut statuses = std::collections::BTreeMap::new();
            let mut all = JoinSet::new();
            let mut count = |decision: Result<Decision, tokio::task::JoinError>| {
                let status = decision.expect("no registration panics").response.status;
                *statuses.entry(status).or_default() += 1;
            };
            for number in numbers {
                if all.len() == 256
                    && let Some(done) = all.join_next().await
                {
                    count(done);
                }
                let decider = Arc::clone(&self.decider);
                let address = address.clone();
                all.spawn(async move {
                    let caller = Caller {
                        address,
                        ..Caller::default()
                    };
                    let body = NATIVE.replace("Example Mail", &format!("Example Mail {number}"));
                    let decided = decider.register(caller, None, body.into_bytes(), now);
                    decided.await.expect("it is decided")
                });
            }
            while let Some(done) = all.join_next().await {
                count(done);
            }
            statuses.into_iter().collect()
        })
    }

    fn sweep(&self, now: u64) -> Swept {
        self.runtime
            .block_on(sweep::once(&self.decider, now, || {}))
            .expect("the directory can be swept")
    }

    fn clients(&self) -> u32 {
        rows(&self.folder.data().join("gatepost.db"))
    }

    fn windows(&self) -> u32 {
        let query = "SELECT count(*) FROM registrations_by_network";
        self.connection()
            .query_row(query, (), |row| row.get(0))
            .expect("the directory can be read")
    }

    fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.data().join("gatepost.db"))
            .expect("the directory is there")
    }
}

fn rows(path: &Path) -> u32 {
    rusqlite::Connection::open(path)
        .and_then(|connection| {
            connection.query_row("SELECT count(*) FROM oauth_client", (), |row| row.get(0))
        })
        .expect("the directory can be read")
}

fn create_key(folder: &Folder, terms: Option<&str>) -> String {
    let mut command = program();
    command.args(["key", "create", "--name", "test", "--account", "alice"]);
    for permission in ["authenticate", "oauth-client-registration"] {
        command.args(["--permission", permission]);
    }
    if let Some(terms) = terms {
        command.args(["--terms", terms]);
    }
    let output = command.arg("--data").arg(folder.data()).output();
    let output = output.expect("the program can be started");
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).trim().to_owned()
}
