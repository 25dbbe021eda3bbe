//! SIGHUP: new settings without a request being lost, and old ones where the new are wrong.

mod common;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::common::{Host, NATIVE};

const OPEN: &str = "[oauth.client-registration]\nanonymous = true\n";
const CLOSED: &str = "[oauth.client-registration]\nanonymous = false\n";

/// Waits until a stranger's registration is answered like this.
fn wait_for(host: &Host, status: u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while host.register(&[], NATIVE).status != status {
        assert!(Instant::now() < deadline, "{}", host.folder.logged());
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_broken_policy_leaves_the_old_one_in_force_and_says_why() {
    let host = Host::start(OPEN);
    assert_eq!(host.register(&[], NATIVE).status, 201);
    for (settings, said) in [
        (
            "[oauth.client-registration]\nanonymus = true\n",
            "anonymous comes near",
        ),
        (
            "[oauth.client-registration]\nanonymous = 1\n",
            "oauth.client-registration.anonymous",
        ),
        ("[server]\nlisen = 1\n", "did you mean `listen`?"),
        ("[", "is not TOML"),
    ] {
        host.folder.write("gatepost.toml", settings);
        host.signal(Signal::HUP);
        host.wait_for_line(said);
        assert_eq!(host.register(&[], NATIVE).status, 201, "{settings}");
    }
    host.folder.write("gatepost.toml", CLOSED);
    host.signal(Signal::HUP);
    wait_for(&host, 401);
}

#[test]
fn no_request_fails_while_settings_change() {
    let host = Host::start(OPEN);
    let (done, answered) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let status = host.register(&[], NATIVE).status;
                    assert!(status == 201 || status == 401, "{status}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 0..20 {
            host.folder
                .write("gatepost.toml", if round % 2 == 0 { CLOSED } else { OPEN });
            host.signal(Signal::HUP);
            std::thread::sleep(Duration::from_millis(200));
        }
        wait_for(&host, 201);
        done.store(true, Ordering::Relaxed);
    });
    assert!(answered.load(Ordering::Relaxed) > 100);
}

/// The log and the metrics say which one decides; what cannot be isolated does not take over.
#[test]
fn the_plugin_is_replaced_by_one_of_another_form() {
    let host = Host::start(OPEN);
    let decides = |form: &str| {
        let metrics = host.get("/metrics").body;
        let line = format!("gatepost_plugin{{form=\"{form}\"}} 1");
        metrics.lines().any(|found| found == line)
    };
    host.wait_for_line("decisions are made by the plugin that is linked into the server");
    assert!(decides("linked"));
    let isolated = format!("{OPEN}[plugin]\nisolate = true\n");
    for (settings, line, form) in [
        (isolated, "the linked plugin cannot be isolated", "linked"),
        (
            format!("{OPEN}[plugin]\npath = 'component'\nisolate = true\n"),
            "in force, and decisions are made by the built-in component",
            "component",
        ),
        (
            OPEN.to_owned(),
            "in force, and decisions are made by the plugin that is linked into the server",
            "linked",
        ),
    ] {
        host.folder.write("gatepost.toml", settings);
        host.signal(Signal::HUP);
        host.wait_for_line(line);
        assert!(decides(form), "{form}");
        assert_eq!(host.register(&[], NATIVE).status, 201, "{form}");
    }
}
