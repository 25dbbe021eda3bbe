//! A clock that is set forward and back while the server runs: what was used stays used, what is over is refused, and nobody
//! is kept out by times that have not come yet.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{
    ALICE, LOOPBACK, PASSWORD, Tokens, alice, assert_error, native, with_code, with_refresh, works,
};
use crate::common::browser::{Browser, query};
use crate::common::{Folder, Host, NATIVE, program};

const SETTINGS: &str = "[limits]\nrequests-per-minute = 0\n[oauth.client-registration]\nanonymous = true\nmax-anonymous-registrations-per-address = 3\n";

/// A server that is told another time.
struct Clock {
    host: Host,
    ahead: PathBuf,
    strangers: AtomicU32,
}

impl Clock {
    fn start() -> Self {
        let folder = Folder::new();
        let config = folder.write("gatepost.toml", SETTINGS);
        let ahead = folder.write("ahead", "+0\n");
        let mut command = program();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--data")
            .arg(folder.data())
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", &ahead)
            .env("FAKETIME_NO_CACHE", "1")
            // How long something takes is still told rightly, as on a machine whose clock is set.
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let host = Host::spawn(&mut command, folder);
        Self {
            host,
            ahead,
            strangers: AtomicU32::new(0),
        }
    }

    /// How a registration without an API key is answered, each of another program: for one, all would get the same id.
    fn stranger(&self) -> u16 {
        let number = self.strangers.fetch_add(1, Ordering::Relaxed);
        let document = NATIVE.replace("callback", &format!("callback{number}"));
        self.host.register(&[], &document).status
    }

    /// Sets it so many days before or after the right time.
    fn set(&self, days: i32) {
        fs::write(&self.ahead, format!("{days:+}d\n")).expect("the folder can be written");
    }
}

/// The library that tells programs another time, where Debian has it.
fn library() -> PathBuf {
    let machine = std::env::consts::ARCH;
    let library = format!("/usr/lib/{machine}-linux-gnu/faketime/libfaketime.so.1");
    assert!(
        fs::exists(&library).is_ok_and(|is_there| is_there),
        "{library} is not there; scripts/install-peers installs it"
    );
    library.into()
}

#[test]
#[ignore = "needs libfaketime; scripts/test-peers runs it"]
fn a_clock_that_is_set_forward_and_back() {
    let clock = Clock::start();
    let host = &clock.host;
    let mut browser = alice(host);
    let client_id = native(host);
    let first = Tokens::granted(host, &mut browser, &client_id);
    let used = browser.code(&query(&client_id, LOOPBACK, &[]));
    let second = Tokens::of(&with_code(host, &client_id, &used));
    let unused = browser.code(&query(&client_id, LOOPBACK, &[]));
    assert!(works(host, &first.access));
    let answers = [(); 3].map(|()| clock.stranger());
    assert_eq!(answers, [201, 201, 429]);

    clock.set(2);
    assert!(!works(host, &first.access));
    let expired = with_code(host, &client_id, &unused);
    assert_error("a code after its time", &expired, 400, "invalid_grant");
    let third = Tokens::of(&with_refresh(host, &client_id, &first.refresh));
    assert!(works(host, &third.access));
    assert_eq!(clock.stranger(), 201, "in a later window");

    clock.set(-2);
    assert!(works(host, &third.access), "what was issued later");
    assert_eq!(clock.stranger(), 201, "in an earlier window");
    // It was used, and its successor as well: somebody else has it.
    let fourth = Tokens::of(&with_refresh(host, &client_id, &third.refresh));
    let reused = with_refresh(host, &client_id, &first.refresh);
    assert_error("a token that was used", &reused, 400, "invalid_grant");
    assert!(!works(host, &fourth.access), "all that came of it ends");
    let reused = with_code(host, &client_id, &used);
    assert_error("a code that was used", &reused, 400, "invalid_grant");
    assert!(!works(host, &second.access));

    clock.set(0);
    Tokens::granted(
        host,
        &mut Browser::signed_in(host, ALICE, PASSWORD),
        &client_id,
    );
    assert_eq!(host.get("/healthz").status, 200);
}
