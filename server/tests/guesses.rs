//! Passwords that are guessed from many networks at once: the owner of the account still gets in.

mod common;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::common::browser::{Browser, DEMO, demo_password};
use crate::common::{Answer, Host};

const BEHIND: &str =
    "[server]\ntrusted-proxies = ['127.0.0.0/8']\nforwarded-header = 'x-forwarded-for'\n";

/// A browser in this network that is about to sign in.
struct Guesser<'h> {
    browser: Browser<'h>,
    page: Answer,
}

impl<'h> Guesser<'h> {
    fn at(host: &'h Host, network: &str) -> Self {
        let mut browser = Browser::new(host);
        let page = browser.get("/auth/sign-in");
        browser.lines = vec![format!("X-Forwarded-For: {network}")];
        Self { browser, page }
    }

    fn try_it(&mut self, password: &str) -> u16 {
        let fields = [("name", DEMO), ("password", password)];
        let mut window = self.browser.window();
        window.submit(&self.page, "/auth/sign-in", &fields).status
    }
}

#[test]
fn the_owner_gets_in_from_where_he_was_before() {
    let host = Host::start(BEHIND);
    let password = demo_password(&host);
    let mut owner = Guesser::at(&host, "192.0.2.1");
    assert_eq!(owner.try_it(&password), 303);

    let (is_over, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        // Twelve networks keep the line for passwords full.
        for number in 0..48 {
            let (host, is_over, refused) = (&host, &is_over, &refused);
            scope.spawn(move || {
                let mut guesser = Guesser::at(host, &format!("198.51.100.{}", number % 12));
                while !is_over.load(Ordering::Relaxed) {
                    if guesser.try_it("guess") != 403 {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        while refused.load(Ordering::Relaxed) < 100 {
            thread::yield_now();
        }
        let statuses: Vec<u16> = (0..15).map(|_| owner.try_it(&password)).collect();
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(statuses, [303; 15]);
    });
}

/// A password that nobody looked at, because too many came at once, is no guess.
#[test]
fn what_nobody_looked_at_does_not_lock_the_owner_out() {
    let host = Host::start(BEHIND);
    let password = demo_password(&host);
    let mut owner = Guesser::at(&host, "192.0.2.1");
    let (is_over, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for number in 0..48 {
            let (host, is_over, refused) = (&host, &is_over, &refused);
            scope.spawn(move || {
                // Each account's own counter is another's, so that no account is locked.
                let mut browser = Browser::new(host);
                let page = browser.get("/auth/sign-in");
                browser.lines = vec![format!("X-Forwarded-For: 198.51.100.{}", number % 12)];
                for guess in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let name = format!("{number}-{guess}");
                    let fields = [("name", &*name), ("password", "guess")];
                    let status = browser.window().submit(&page, "/auth/sign-in", &fields);
                    if status.status == 503 {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        while refused.load(Ordering::Relaxed) < 50 {
            thread::yield_now();
        }
        let statuses: Vec<u16> = (0..40).map(|_| owner.try_it(&password)).collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(
            statuses.iter().all(|status| matches!(status, 303 | 503)),
            "{statuses:?}"
        );
    });
    assert_eq!(owner.try_it(&password), 303);
}

#[test]
fn guesses_are_counted_over_all_networks() {
    let host = Host::start(BEHIND);
    let password = demo_password(&host);
    let mut owner = Guesser::at(&host, "192.0.2.1");
    assert_eq!(owner.try_it(&password), 303);
    let mut statuses = Vec::new();
    for network in 0..13 {
        let mut guesser = Guesser::at(&host, &format!("198.51.100.{network}"));
        statuses.extend((0..8).map(|_| guesser.try_it("guess")));
    }
    assert_eq!(statuses[..100], [403; 100]);
    assert_eq!(statuses[100..], [429; 4]);
    let mut elsewhere = Guesser::at(&host, "203.0.113.1");
    assert_eq!(
        elsewhere.try_it(&password),
        429,
        "nobody gets in from elsewhere"
    );
    assert_eq!(owner.try_it(&password), 303, "the owner does");
    // Whoever cannot be told from others was never anywhere before.
    let mut unknown = Guesser::at(&host, "unknown");
    assert_eq!(unknown.try_it(&password), 429);
}
