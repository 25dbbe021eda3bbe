//! The pages in a real browser.

mod common;

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::common::browser::{DEMO, demo_password};
use crate::common::{Host, text};

/// Where `scripts/install-peers` puts what the host is tested against.
fn peers() -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    target.parent().expect("the target folder").join("peers")
}

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
    // A module is looked for from where the file is.
    let script = peers().join("browser.mjs");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/browser.mjs");
    std::fs::copy(source, &script).expect("scripts/install-peers was run");
    let output = Command::new("node")
        .arg(&script)
        .arg(configuration.to_string())
        .output()
        .expect("node is installed");
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}
