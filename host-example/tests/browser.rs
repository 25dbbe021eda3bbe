//! The pages in a real browser.

mod common;

use std::path::PathBuf;

use serde_json::json;

use crate::common::browser::{DEMO, demo_password};
use crate::common::{Host, peers, text};

#[test]
#[ignore = "needs Chromium; scripts/test-peers runs it"]
fn an_administrator_clicks_through_the_pages() {
    let host = Host::start("");
    let configuration = json!({
        "url": format!("http://{}", host.address),
        "account": DEMO,
        "password": demo_password(&host),
        "registration_key": host.first_key("registration"),
        "pictures": PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures"),
    });
    let output = peers::node("browser.mjs")
        .arg(configuration.to_string())
        .output()
        .expect("node is installed; scripts/install-peers installs the rest");
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}
