//! A flood: a stranger with one address, then one with many, tries everything at once to use up what others need, while
//! an administrator, a user and a mail server do their work beside it.
//!
//! `scripts/flood` runs it and shows the table. `GATEPOST_FLOOD_SECONDS` is how long each of the two may try; 10 if it is
//! not set. The stranger shares this machine's processors with the server. So the requests are paced
//! ([`attack::PACE`]): it is the server's bounds that are tried, and not whether the machine has processors left. Run it
//! where nothing else runs: the table says how much of the processors all that ran took.

#[path = "../common/mod.rs"]
mod common;

mod attack;
mod bounds;
mod hold;
mod line;
mod measure;
mod people;
mod scene;
mod table;

use common::source;

use std::sync::{Mutex, PoisonError};

use crate::common::postgres::Server;
use crate::line::Way;
use crate::scene::Scene;

/// Two floods at once would have half of the machine each.
static MACHINE: Mutex<()> = Mutex::new(());

#[test]
#[ignore = "takes a while, and 10,000 open files; scripts/test-peers runs it, scripts/flood for longer"]
fn a_file_direct() {
    flood("SQLite, direct", None, Way::Direct);
}

#[test]
#[ignore = "takes a while, and 10,000 open files; scripts/test-peers runs it, scripts/flood for longer"]
fn a_file_behind_a_proxy() {
    flood("SQLite, behind a proxy", None, Way::Proxy);
}

#[test]
#[ignore = "needs PostgreSQL, and takes a while; scripts/test-peers runs it, scripts/flood for longer"]
fn a_database_direct() {
    flood("PostgreSQL, direct", Some(Server::start()), Way::Direct);
}

#[test]
#[ignore = "needs PostgreSQL, and takes a while; scripts/test-peers runs it, scripts/flood for longer"]
fn a_database_behind_a_proxy() {
    let server = Server::start();
    flood("PostgreSQL, behind a proxy", Some(server), Way::Proxy);
}

/// Floods a server, says what came of it, and fails where a bound does not hold.
fn flood(name: &str, database: Option<Server>, way: Way) {
    // One that failed has left nothing half done.
    let _machine = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    scene::raise_open_files();
    let scene = Scene::set(database, way);
    let one = scene.phase(1);
    let many = scene.phase(scene::ADDRESSES);
    println!("{}", table::of(name, &one, &many));
    let mut broken = bounds::broken(&one);
    broken.extend(bounds::broken(&many));
    broken.extend(bounds::unfelt(&[&one, &many]));
    broken.extend(scene.forgotten());
    assert!(broken.is_empty(), "{name}:\n{}", broken.join("\n"));
}
