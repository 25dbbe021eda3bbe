//! The plugin is replaced while calls are in flight.

#![cfg(feature = "embedded")]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::thread;

use gatepost_plugin::{Context, LoadError, Options, Plugin, Source, Swap, load};

const OPEN: &str = "[oauth.client-registration]\nanonymous = true\naddress-window = 900";
const CLOSED: &str = "[oauth.client-registration]\nanonymous = false\naddress-window = 1800";

/// What a stranger is answered under these settings, for a document without redirect URIs.
const OPEN_STATUS: u16 = 400;
const CLOSED_STATUS: u16 = 401;

#[test]
fn all_calls_of_one_request_are_decided_by_the_same_settings() {
    let plugins = [plugin(OPEN), plugin(CLOSED)];
    let swap = Swap::new(Arc::clone(&plugins[0]));
    let done = AtomicBool::new(false);
    let answered = [AtomicU32::new(0), AtomicU32::new(0)];
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let plugin = swap.current();
                    let window = plugin.window().expect("it answers");
                    thread::yield_now();
                    match (window, status(&*plugin)) {
                        (900, OPEN_STATUS) => answered[0].fetch_add(1, Ordering::Relaxed),
                        (1800, CLOSED_STATUS) => answered[1].fetch_add(1, Ordering::Relaxed),
                        (window, status) => panic!("{status} with a window of {window} seconds"),
                    };
                }
            });
        }
        let mut rounds = 0;
        while rounds < 200 || answered.iter().any(|n| n.load(Ordering::Relaxed) < 100) {
            rounds += 1;
            let next = &plugins[rounds % 2];
            let former = swap.replace(Arc::clone(next));
            assert!(Arc::ptr_eq(&former, &plugins[(rounds + 1) % 2]));
            assert!(Arc::ptr_eq(&swap.current(), next));
            thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// As a mail server reloads: each time another plugin, of which the former is dropped.
#[test]
fn no_call_fails_while_plugins_are_loaded_and_dropped() {
    let swap = Swap::new(plugin(OPEN));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let status = status(&*swap.current());
                    assert!([OPEN_STATUS, CLOSED_STATUS].contains(&status), "{status}");
                }
            });
        }
        for round in 0..50 {
            swap.replace(plugin(if round % 2 == 0 { CLOSED } else { OPEN }));
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(status(&*swap.current()), OPEN_STATUS);
}

#[test]
fn what_has_begun_is_finished_with_the_former_plugin_which_is_then_dropped() {
    let swap = Swap::new(plugin(OPEN));
    let begun = swap.current();
    let former: Weak<dyn Plugin> = Arc::downgrade(&begun);
    drop(swap.replace(plugin(CLOSED)));
    assert_eq!(status(&*begun), OPEN_STATUS);
    assert_eq!(status(&*swap.current()), CLOSED_STATUS);
    assert!(former.upgrade().is_some());
    drop(begun);
    assert!(former.upgrade().is_none());
}

#[test]
fn settings_with_mistakes_leave_the_present_plugin_in_force() {
    let swap = Swap::new(plugin(OPEN));
    let mistaken = load(
        &Source::default(),
        "[oauth.client-registration]\nanonymus = true",
        &Options::default(),
    );
    assert!(matches!(
        mistaken.map(|plugin| swap.replace(plugin)),
        Err(LoadError::Settings(_))
    ));
    assert_eq!(status(&*swap.current()), OPEN_STATUS);
}

fn plugin(settings: &str) -> Arc<dyn Plugin> {
    load(&Source::default(), settings, &Options::default()).expect("the settings are right")
}

fn status(plugin: &dyn Plugin) -> u16 {
    let context = Context::fresh().expect("the system has randomness");
    let decision = plugin.register(&context, b"{}").expect("it decides");
    decision.response.status
}
