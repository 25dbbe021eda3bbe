//! The room itself: what is connected to, and what is remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use gatepost_directory::pem;
use gatepost_plugin::{Due, Fetch};
use gatepost_server::fetch::{Asker, Document, FetchError, FetchSettings, Fetcher, Outside, Roots};
use tokio::runtime::Runtime;

use crate::program::Names;
use crate::site::{HOST, Says, Site};

const JSON: &str = "Content-Type: application/json";

/// Whom something is fetched for, where that makes no difference.
pub const SOMEBODY: Asker<'_> = Asker {
    network: "192.0.2.1/32",
    is_in_use: false,
};

/// A fetcher that knows a site, and whose clock is set by hand.
pub struct Room {
    pub site: Site,
    pub fetcher: Arc<Fetcher>,
    pub runtime: Runtime,
    names: Arc<Names>,
    clock: Arc<AtomicU64>,
}

impl Room {
    /// One that may reach the site, although it is on this machine.
    pub fn new(change: impl FnOnce(&mut FetchSettings)) -> Self {
        Self::with_names(&format!("{HOST}: 127.0.0.1"), |settings| {
            settings.internal_hosts = vec![HOST.parse().expect("it is a host")];
            change(settings);
        })
    }

    fn with_names(names: &str, change: impl FnOnce(&mut FetchSettings)) -> Self {
        let site = Site::start();
        let mut settings = FetchSettings {
            timeout: Duration::from_secs(2),
            ..FetchSettings::default()
        };
        change(&mut settings);
        let names = Arc::new(Names::read(names));
        let clock = Arc::new(AtomicU64::new(1_796_040_000));
        let authority = site.certificates.authority();
        let seconds = Arc::clone(&clock);
        let outside = Outside {
            resolver: Arc::clone(&names) as _,
            roots: Roots::Only(pem::certificates(&authority).expect("it was just made")),
            clock: Arc::new(move || {
                let seconds = Duration::from_secs(seconds.load(Ordering::Relaxed));
                SystemTime::UNIX_EPOCH + seconds
            }),
        };
        Self {
            site,
            names,
            clock,
            fetcher: Arc::new(Fetcher::new(settings, outside).expect("there is no file to read")),
            runtime: Runtime::new().expect("a runtime can be made"),
        }
    }

    pub fn wanted(&self, uri: &str) -> Fetch {
        Fetch {
            uri: uri.to_owned(),
            pointer: "/jwks_uri".to_owned(),
            due: Due::BeforeEffect,
            max_bytes: 1000,
            timeout: 5,
        }
    }

    fn fetch(&self, path: &str) -> Result<Document, FetchError> {
        let wanted = self.wanted(&self.site.at(path));
        let fetched = self.fetcher.fetch(&wanted, false, SOMEBODY);
        self.runtime.block_on(fetched)
    }

    fn renew(&self, path: &str) -> Result<Document, FetchError> {
        let wanted = self.wanted(&self.site.at(path));
        let fetched = self.fetcher.fetch(&wanted, true, SOMEBODY);
        self.runtime.block_on(fetched)
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    fn asked(&self, path: &str) -> usize {
        self.site.asked(path).len()
    }
}

fn body(document: Result<Document, FetchError>) -> String {
    let document = document.expect("it can be fetched");
    String::from_utf8_lossy(&document.body).into_owned()
}

fn code(document: Result<Document, FetchError>) -> &'static str {
    document.expect_err("it cannot be fetched").code()
}

#[test]
fn a_request_has_nothing_but_what_it_asks_for() {
    let room = Room::new(|_| {});
    room.site.has("/a?b=c", &[JSON], "{}");
    assert_eq!(body(room.fetch("/a?b=c")), "{}");
    let [head] = &room.site.asked("/a?b=c")[..] else {
        panic!("it is asked once");
    };
    let expected = format!(
        "GET /a?b=c HTTP/1.1\r\nhost: {HOST}:{}\r\nuser-agent: gatepost-server/{}\r\n\
         accept: application/json, application/*+json\r\naccept-encoding: identity\r\n\r\n",
        room.site.address.port(),
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(*head, expected);
}

#[test]
fn no_name_leads_to_this_machine_unless_an_administrator_says_so() {
    // The first is public, and nobody is there.
    let names = "rebinding.example.com: 2d00::1, 127.0.0.1\n\
                 mixed.example.com: 2d00::1 10.0.0.1\n\
                 none.example.com: \n\
                 app.example.com: 127.0.0.1, 127.0.0.2";
    let room = Room::with_names(names, |settings| {
        settings.internal_hosts = vec!["127.0.0.2".parse().expect("it is a host")];
    });
    let port = room.site.address.port();
    let fetch = |host: &str| {
        let wanted = room.wanted(&format!("https://{host}:{port}/"));
        let fetched = room.fetcher.fetch(&wanted, false, SOMEBODY);
        room.runtime.block_on(fetched)
    };
    let answered = fetch("rebinding.example.com");
    let passing = answered.expect_err("nobody is there");
    assert!(passing.is_passing(), "{passing}");
    assert_eq!(room.names.asked("rebinding.example.com"), 1);
    room.wait(31);
    assert_eq!(code(fetch("rebinding.example.com")), "fetch-address");
    assert_eq!(room.names.asked("rebinding.example.com"), 2);
    for (host, expected) in [
        ("mixed.example.com", "fetch-address"),
        ("none.example.com", "fetch-unresolved"),
        ("unknown.example.com", "fetch-unresolved"),
        ("app.example.com", "fetch-address"),
        ("127.0.0.1", "fetch-address"),
        ("2130706433", "fetch-address"),
        ("0x7f.1", "fetch-address"),
        ("[::1]", "fetch-address"),
        ("[::ffff:127.0.0.1]", "fetch-address"),
        ("169.254.169.254", "fetch-address"),
    ] {
        assert_eq!(code(fetch(host)), expected, "{host}");
    }
    assert_eq!(room.site.connections(), 0);
    // A host is named, and not an address that other hosts may have.
    room.wait(31);
    assert_eq!(code(fetch("app.example.com")), "fetch-address");
    assert_eq!(code(fetch("127.0.0.2")), "fetch-unreachable");
}

#[test]
fn a_connection_goes_to_the_address_that_was_checked() {
    let names = format!("{HOST}: 127.0.0.1, 10.0.0.1");
    let room = Room::with_names(&names, |settings| {
        settings.internal_hosts = vec![HOST.parse().expect("it is a host")];
    });
    room.site.has("/", &[JSON], "{}");
    assert_eq!(body(room.fetch("/")), "{}");
    assert_eq!(room.names.asked(HOST), 1);
}

#[test]
fn a_document_is_kept_as_long_as_its_site_and_the_settings_allow() {
    let room = Room::new(|settings| settings.max_age = Duration::from_secs(600));
    for (path, line, seconds) in [
        ("/minute", "Cache-Control: max-age=60", 60),
        ("/year", "Cache-Control: max-age=31536000", 600),
        ("/unsaid", "X-Nothing: said", 300),
        ("/none", "Cache-Control: no-store", 10),
        ("/checked", "Cache-Control: no-cache", 10),
    ] {
        room.site.has(path, &[JSON, line], "1");
        assert_eq!(body(room.fetch(path)), "1", "{path}");
        room.site.has(path, &[JSON, line], "2");
        room.wait(seconds - 1);
        assert_eq!(body(room.fetch(path)), "1", "{path}");
        assert_eq!(room.asked(path), 1, "{path}");
        room.wait(1);
        assert_eq!(body(room.fetch(path)), "2", "{path}");
        assert_eq!(room.asked(path), 2, "{path}");
    }
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let room = Room::new(|_| {});
    let lines = [JSON, "Cache-Control: max-age=60", "ETag: \"one\""];
    room.site.has("/", &lines, "1");
    assert_eq!(body(room.fetch("/")), "1");
    let unchanged = "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=90\r\n\r\n";
    room.site.says("/", Says::Bytes(unchanged.into()));
    room.wait(60);
    assert_eq!(body(room.fetch("/")), "1");
    let asked = room.site.asked("/");
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
    assert!(
        asked[1].contains("if-none-match: \"one\"\r\n"),
        "{}",
        asked[1]
    );
    room.wait(89);
    assert_eq!(body(room.fetch("/")), "1");
    assert_eq!(room.asked("/"), 2);
    // Nobody asked whether it has changed.
    room.site.says("/new", Says::Bytes(unchanged.into()));
    assert_eq!(code(room.fetch("/new")), "fetch-status");
}

#[test]
fn a_copy_serves_while_its_site_is_away_and_not_for_ever() {
    let room = Room::new(|settings| settings.max_stale = Duration::from_secs(1000));
    let away = Says::Bytes(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n".into());
    room.site
        .has("/", &[JSON, "Cache-Control: max-age=60"], "1");
    assert_eq!(body(room.fetch("/")), "1");
    room.site.says("/", away.clone());
    room.wait(60);
    let old = room.fetch("/").expect("the copy serves");
    assert_eq!(old.stale, Some(FetchError::Status(503)));
    room.wait(29);
    assert_eq!(body(room.fetch("/")), "1");
    assert_eq!(room.asked("/"), 2, "a site that is away is left alone");
    room.wait(1);
    assert_eq!(body(room.fetch("/")), "1");
    assert_eq!(room.asked("/"), 3);
    room.wait(969);
    assert_eq!(body(room.fetch("/")), "1");
    room.wait(1);
    assert_eq!(code(room.fetch("/")), "fetch-status");

    // One that may not be kept, and one that its site took away.
    room.site
        .has("/secret", &[JSON, "Cache-Control: no-store"], "1");
    room.site
        .has("/gone", &[JSON, "Cache-Control: max-age=60"], "1");
    assert_eq!(body(room.fetch("/secret")), "1");
    assert_eq!(body(room.fetch("/gone")), "1");
    room.site.says("/secret", away.clone());
    let gone = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
    room.site.says("/gone", Says::Bytes(gone.into()));
    room.wait(60);
    assert_eq!(code(room.fetch("/secret")), "fetch-status");
    assert_eq!(code(room.fetch("/gone")), "fetch-status");
    room.site.says("/gone", away);
    room.wait(30);
    assert_eq!(code(room.fetch("/gone")), "fetch-status");
}

#[test]
fn a_site_that_fails_is_left_alone_for_a_while() {
    let room = Room::new(|_| {});
    assert_eq!(code(room.fetch("/")), "fetch-status");
    room.site.has("/", &[JSON], "1");
    room.wait(29);
    assert_eq!(code(room.fetch("/")), "fetch-status");
    assert_eq!(room.asked("/"), 1);
    room.wait(1);
    assert_eq!(body(room.fetch("/")), "1");
}

#[test]
fn a_document_that_is_of_no_use_is_not_kept_for_long() {
    let room = Room::new(|_| {});
    room.site
        .has("/", &[JSON, "Cache-Control: max-age=3600"], "1");
    assert_eq!(body(room.fetch("/")), "1");
    room.fetcher.is_unfit(&room.wanted(&room.site.at("/")));
    room.site.has("/", &[JSON], "2");
    room.wait(29);
    assert_eq!(body(room.fetch("/")), "1");
    room.wait(1);
    assert_eq!(body(room.fetch("/")), "2");
}

#[test]
fn a_document_is_renewed_before_its_time_once_a_minute() {
    let room = Room::new(|_| {});
    let lines = [JSON, "Cache-Control: max-age=3600"];
    room.site.has("/", &lines, "1");
    let new = room.renew("/").expect("it can be fetched");
    assert!(!new.is_renewable, "it was fetched just now");
    room.wait(60);
    assert!(room.fetch("/").expect("there is a copy").is_renewable);
    room.site.has("/", &lines, "2");
    assert_eq!(body(room.fetch("/")), "1");
    assert_eq!(body(room.renew("/")), "2");
    room.site.has("/", &lines, "3");
    room.wait(59);
    let known = room.renew("/").expect("there is a copy");
    assert!(!known.is_renewable);
    assert_eq!(body(Ok(known)), "2");
    assert_eq!(room.asked("/"), 2);
    room.wait(1);
    assert_eq!(body(room.renew("/")), "3");
}

#[test]
fn a_site_is_asked_so_often_a_minute_and_no_more() {
    let room = Room::new(|settings| settings.requests_per_minute = 3);
    for path in ["/1", "/2", "/3", "/4"] {
        room.site
            .has(path, &[JSON, "Cache-Control: max-age=60"], "1");
    }
    for path in ["/1", "/2", "/3"] {
        assert_eq!(body(room.fetch(path)), "1", "{path}");
    }
    assert_eq!(code(room.fetch("/4")), "fetch-too-often");
    assert_eq!(room.asked("/4"), 0);
    assert_eq!(
        body(room.fetch("/1")),
        "1",
        "what is known is not asked for"
    );
    room.wait(60);
    let old = room.fetch("/1").expect("the copy serves");
    assert_eq!(old.stale, Some(FetchError::TooOften));
}

#[test]
fn many_who_need_one_document_fetch_it_once() {
    let room = Room::new(|_| {});
    room.site.has("/", &[JSON], "1");
    let wanted = room.wanted(&room.site.at("/"));
    let (first, second, third) = room.runtime.block_on(async {
        let fetch = || room.fetcher.fetch(&wanted, false, SOMEBODY);
        tokio::join!(fetch(), fetch(), fetch())
    });
    assert_eq!([body(first), body(second), body(third)], ["1", "1", "1"]);
    assert_eq!(room.asked("/"), 1);
}

#[test]
fn there_are_so_many_at_once_and_so_many_that_wait() {
    let room = Room::new(|settings| {
        settings.at_once = 1;
        settings.requests_per_minute = 0;
    });
    room.site.has("/known", &[JSON], "1");
    assert_eq!(body(room.fetch("/known")), "1");
    let fetches = (0..20).map(|number| {
        let path = format!("/{number}");
        room.site.says(&path, Says::Stalls(""));
        let (fetcher, wanted) = (Arc::clone(&room.fetcher), room.wanted(&room.site.at(&path)));
        room.runtime.spawn(async move {
            let begun = Instant::now();
            let network = format!("192.0.2.{number}/32");
            let asker = Asker {
                network: &network,
                ..SOMEBODY
            };
            let fetched = fetcher.fetch(&wanted, false, asker).await;
            (code(fetched), begun.elapsed() < Duration::from_secs(1))
        })
    });
    let fetches: Vec<_> = fetches.collect();
    while room.site.connections() < 2 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let begun = Instant::now();
    assert_eq!(body(room.fetch("/known")), "1", "it needs no place");
    assert!(begun.elapsed() < Duration::from_secs(1));
    let ends = fetches.into_iter().map(|fetch| {
        let end = room.runtime.block_on(fetch);
        end.expect("no fetch panics")
    });
    let ends: Vec<_> = ends.collect();
    let count = |end| ends.iter().filter(|other| **other == end).count();
    assert_eq!(count(("fetch-busy", true)), 11, "{ends:?}");
    assert!(count(("fetch-timeout", false)) >= 1, "{ends:?}");
    assert!(room.site.connections() <= 10, "{ends:?}");
}

#[test]
fn what_is_switched_off_is_off() {
    let room = Room::new(|settings| settings.is_enabled = false);
    room.site.has("/", &[JSON], "1");
    assert_eq!(code(room.fetch("/")), "fetch-off");
    assert_eq!(room.site.connections(), 0);
}
