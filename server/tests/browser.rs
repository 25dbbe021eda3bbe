//! The pages in a real browser, which looks at each with axe-core.

mod common;

use std::path::PathBuf;

use serde_json::json;

use crate::common::browser::DEMO;
use crate::common::{Host, crowd, peers};

#[test]
#[ignore = "needs Chromium; scripts/test-peers runs it"]
fn an_administrator_clicks_through_the_pages() {
    let host = Host::start("");
    let mut knowledge = peers::knowledge(&host);
    knowledge["pictures"] = pictures("pictures").into();
    peers::tell(peers::node("browser.mjs", &["chromium.mjs"]), &knowledge);
}

#[test]
#[ignore = "needs Chromium; scripts/test-peers runs it"]
fn an_administrator_looks_at_as_many_clients_as_there_are() {
    for clients in [0, 5, 5_000, 100_000] {
        let (host, password) = crowd::host(clients);
        let knowledge = json!({
            "url": format!("http://{}", host.address),
            "account": DEMO,
            "password": password,
            "clients": clients,
            "pictures": pictures(&format!("pictures-{clients}")),
        });
        peers::tell(peers::node("crowd.mjs", &["chromium.mjs"]), &knowledge);
    }
}

/// Where a script puts what it saw.
fn pictures(folder: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
    folder.to_str().expect("a path in UTF-8").to_owned()
}
